/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dataset: what the runs that are compared have in common: each text, axis, cell and series named
 * once, by a number. A cell is a set of axis values (the suite and its part among them), whatever
 * number a run gave it; a series is a metric of a group of a cell.
 */
#ifndef CGBENCH_DATASET_H
#define CGBENCH_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"
#include "cgbench/err.h"

enum { DATASET_AXES_MAX = 256 };

/* The first two axes, which every run has. */
enum { AXIS_SUITE, AXIS_PART, AXIS_FIRST };

struct axis_value {
	uint32_t axis; /* index into dataset->axes */
	uint32_t text;
};

/* Its values lie together, sorted by axis; an axis that is empty for the cell is not among them. */
struct cell {
	uint32_t first, n;
};

struct series {
	uint32_t cell, group, metric, unit; /* texts but the cell */
};

/* An open-addressed table of numbers, whose keys lie elsewhere. */
struct id_table {
	uint32_t *slots;
	size_t n_slots, used;
};

struct dataset {
	struct intern *texts;
	uint32_t *axes; /* names */
	size_t n_axes;
	struct axis_value *axis_values;
	size_t n_axis_values;
	struct cell *cells;
	size_t n_cells;
	struct series *series;
	size_t n_series;
	struct id_table cell_table, series_table;
};

int dataset_new(struct dataset **out, struct err *e);
void dataset_free(struct dataset *d);

/* A text of the dataset. */
const char *dataset_text(const struct dataset *d, uint32_t id);

/* The index of an axis, or UINT32_MAX. */
uint32_t dataset_axis(const struct dataset *d, const char *name);

/* The same, adding it when it is new. UINT32_MAX: no memory. */
uint32_t dataset_add_axis(struct dataset *d, const char *name);

/* The cell of these axis values, which are sorted by axis; made if need be. -ENOMEM. */
int cell_id(struct dataset *d, const struct axis_value *v, size_t n, uint32_t *out);

/* The cell without one of its axes: cells that differ in that alone share it. */
int cell_without(struct dataset *d, uint32_t cell, uint32_t axis, uint32_t *out, struct err *e);

/* The cell's value of an axis, or NULL. */
const char *cell_axis(const struct dataset *d, uint32_t cell, uint32_t axis);

enum { CELL_LABEL_MAX = 512 };

/* "cpu-quota/part quota=20% period=100ms"; without the axis `except` (UINT32_MAX: none). */
const char *cell_label(const struct dataset *d, uint32_t cell, uint32_t except,
		       char buf[static CELL_LABEL_MAX]);

/* The series of that key, made if need be. -ENOMEM. */
int series_id(struct dataset *d, const struct series *key, uint32_t *out, struct err *e);

#endif

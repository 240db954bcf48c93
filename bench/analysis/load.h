/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load: run directories, read for comparison.
 *
 * A dataset names things once for all runs that are loaded into it. A cell is a set of axis values
 * (the suite and its part among them), whatever number the run gave it; a series is a metric of a
 * group of a cell. Each run then has, for each series, its repeats in the order of their time.
 * Only trials that trials.csv calls ok have values; what became of the others is kept apart.
 */
#ifndef CGBENCH_LOAD_H
#define CGBENCH_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/intern.h"
#include "cgbench/err.h"

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
	uint32_t *axes; /* names; "suite" and "part" are the first two */
	size_t n_axes;
	struct axis_value *axis_values;
	size_t n_axis_values;
	struct cell *cells;
	size_t n_cells;
	struct series *series;
	size_t n_series;
	struct id_table cell_table, series_table;
};

enum run_verdict { RUN_NO_BUDGET, RUN_PASS, RUN_FAIL, RUN_UNRESOLVED };

/* A trial without a result. */
struct broken {
	uint32_t cell, trial;
	uint32_t status, reason; /* texts */
};

struct run {
	char *path;
	json_t *host;             /* of its first directory */
	size_t n_dirs;            /* directories that it was read from */
	uint32_t *first;          /* where the values of a series begin; n_series + 1 of them */
	size_t n_series;          /* as many as the dataset had then */
	double *value, *expected; /* expected: NAN without one */
	uint8_t *verdict;         /* enum run_verdict */
	size_t n_values;
	struct broken *broken;
	size_t n_broken;
	size_t n_trials;
};

int dataset_new(struct dataset **out, struct err *e);
void dataset_free(struct dataset *d);

/*
 * Reads a run directory, or a folder of them, whose values are then taken together, in the order
 * of their names. Errors: errno of reading; -ENOENT when there is no run; -EINVAL names file and
 * line, or says that the directories of a folder are of unlike hosts.
 */
int run_load(struct dataset *d, const char *path, struct run **out, struct err *e);
void run_free(struct run *r);

/* How many values a run has of a series, and where they begin in value, expected and verdict. */
size_t run_values(const struct run *r, uint32_t series, size_t *first);

/* How many trials of a cell broke; reason (may be NULL) receives the first one's, as text. */
size_t run_broken(const struct run *r, uint32_t cell, const struct broken **first);

/* A text of the dataset. */
const char *dataset_text(const struct dataset *d, uint32_t id);

/* The cell's value of an axis, or NULL. */
const char *cell_axis(const struct dataset *d, uint32_t cell, uint32_t axis);

/* The index of an axis, or UINT32_MAX. */
uint32_t dataset_axis(const struct dataset *d, const char *name);

enum { CELL_LABEL_MAX = 512 };

/* "cpu-quota/part quota=20% period=100ms"; without the axis `except` (UINT32_MAX: none). */
const char *cell_label(const struct dataset *d, uint32_t cell, uint32_t except,
		       char buf[static CELL_LABEL_MAX]);

/* The cell without one of its axes: cells that differ in that alone share it. */
int cell_without(struct dataset *d, uint32_t cell, uint32_t axis, uint32_t *out, struct err *e);

/* The series of that cell, made if need be. */
int series_id(struct dataset *d, const struct series *key, uint32_t *out, struct err *e);

#endif

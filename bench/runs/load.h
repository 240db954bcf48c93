/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load: run directories, read for comparison. A run has, for each series of its dataset, its
 * repeats in the order of their time. Only trials that trials.csv calls ok have values; what became
 * of the others is kept apart.
 */
#ifndef CGBENCH_LOAD_H
#define CGBENCH_LOAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "model/value.h"
#include "runs/dataset.h"

/* A trial, as trials.csv tells it. */
struct run_trial {
	unsigned number;
	unsigned cell_number, repeat; /* the suite's; 0: not told */
	uint32_t cell;                /* of the dataset */
	uint32_t status, reason;      /* texts */
	bool ok;                      /* only then it has values */
	double duration_usec;         /* NAN: it never ran */
};

struct run {
	char *path;
	json_t *host;             /* of its first directory */
	size_t n_dirs;            /* directories that it was read from */
	uint32_t *first;          /* where the values of a series begin; n_series + 1 of them */
	size_t n_series;          /* as many as the dataset had then */
	double *value, *expected; /* expected: NAN without one */
	uint8_t *verdict;         /* enum verdict */
	uint32_t *trial;          /* of each value, as an index into trials */
	size_t n_values;
	struct run_trial *trials;
	size_t n_trials;
	uint32_t *by_number; /* of the last directory: index + 1 by a trial's number; 0: none */
	size_t n_by_number;
	struct run_trial *broken; /* those that are not ok, sorted by cell */
	size_t n_broken;
};

/*
 * Reads a run directory, or a folder of them, whose values are then taken together, in the order
 * of their names. Errors: errno of reading; -ENOENT when there is no run; -EINVAL names file and
 * line, or says that the directories of a folder are of unlike hosts.
 */
int run_load(struct dataset *d, const char *path, struct run **out, struct err *e);

/* The same for a directory that has to be a run itself; -ENODATA when it has no trial. */
int run_load_one(struct dataset *d, const char *dir, struct run **out, struct err *e);
void run_free(struct run *r);

/* How many values a run has of a series, and where they begin in value, expected and verdict. */
size_t run_values(const struct run *r, uint32_t series, size_t *first);

/* How many trials of a cell broke; first (may be NULL) receives the first of them. */
size_t run_broken(const struct run *r, uint32_t cell, const struct run_trial **first);

/* The trial of that number in the directory that was read last, or NULL. */
const struct run_trial *run_trial(const struct run *r, unsigned number);

/* How many repeats the cell with the most of them has. */
unsigned run_repeats(const struct run *r);

/* The run's name, from its directory. */
const char *run_name(const struct run *r);

/* The suite of its first trial; "" when that is not told. */
const char *run_suite(const struct dataset *d, const struct run *r);

#endif

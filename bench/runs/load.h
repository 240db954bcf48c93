/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load: run directories, read for comparison. A run has, for each series of its dataset, its
 * repeats in the order of their time. Only trials that trials.csv calls ok have values; what became
 * of the others is kept apart.
 */
#ifndef CGBENCH_LOAD_H
#define CGBENCH_LOAD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "runs/dataset.h"

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
	struct broken *broken; /* sorted by cell */
	size_t n_broken;
	size_t n_trials;
};

/*
 * Reads a run directory, or a folder of them, whose values are then taken together, in the order
 * of their names. Errors: errno of reading; -ENOENT when there is no run; -EINVAL names file and
 * line, or says that the directories of a folder are of unlike hosts.
 */
int run_load(struct dataset *d, const char *path, struct run **out, struct err *e);
void run_free(struct run *r);

/* How many values a run has of a series, and where they begin in value, expected and verdict. */
size_t run_values(const struct run *r, uint32_t series, size_t *first);

/* How many trials of a cell broke; first (may be NULL) receives the first of them. */
size_t run_broken(const struct run *r, uint32_t cell, const struct broken **first);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results: the rows of results.csv that have a certain metric. */
#ifndef CGBENCH_RESULTS_H
#define CGBENCH_RESULTS_H

#include "runs/trials.h"

struct result {
	const struct run_trial *trial; /* borrowed */
	const char *group;             /* owned by struct results */
	const char *metric, *unit;     /* the same */
	double value, expected;        /* NAN: none */
	size_t order;                  /* in the file */
};

struct results {
	struct result *v; /* by cell, then in the order of the file */
	size_t n;
	char **texts; /* each group, metric and unit once */
	size_t n_texts;
};

/*
 * Selects rows of DIR/results.csv by metric, which may be a pattern (fnmatch: "latency.*"). Rows of
 * trials that `trials` does not know are left out: their trial was not finished. -EINVAL names file
 * and line. Nothing found is no error.
 */
int results_select(const char *dir, const struct trials *trials, const char *metric,
		   struct results **out, struct err *e);
void results_free(struct results *r);

/* The first row of a group in a trial, or NULL. */
const struct result *results_find(const struct results *r, const struct run_trial *trial,
				  const char *group);

#endif

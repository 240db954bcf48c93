/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results: the values of a run that are of a certain metric, trial by trial. */
#ifndef CGBENCH_RESULTS_H
#define CGBENCH_RESULTS_H

#include "runs/load.h"

struct result {
	const struct run_trial *trial; /* borrowed, as all of it is */
	const char *group, *metric, *unit;
	double value, expected; /* expected: NAN without one */
	uint32_t series;
};

struct results {
	struct result *v; /* by the suite's number of the cell, by repeat, by series */
	size_t n;
};

/* Selects by metric, which may be a pattern (fnmatch: "latency.*"). -ENOMEM; none is no error. */
int results_select(const struct dataset *d, const struct run *run, const char *metric,
		   struct results *out, struct err *e);
void results_clear(struct results *r);

/* The first value of a group in a trial, or NULL. */
const struct result *results_find(const struct results *r, const struct run_trial *trial,
				  const char *group);

/* The order of trials on a page: by the suite's number of the cell, then by repeat. */
int compare_trials(const struct run_trial *a, const struct run_trial *b);

#endif

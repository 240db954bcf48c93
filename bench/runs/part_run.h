/* SPDX-License-Identifier: GPL-3.0-or-later */
/* part_run: one of the runs that are merged: which run it is, and which trials it has. */
#ifndef CGBENCH_PART_RUN_H
#define CGBENCH_PART_RUN_H

#include "runs/source.h"

struct part_run {
	const char *dir; /* borrowed */
	struct source source;
	const char *id;   /* the run's name; belongs to source.host */
	unsigned *trials; /* those that trials.csv has, which are complete */
	size_t n_trials;
};

/* Errors: errno of reading; -EINVAL names the file and what it lacks. */
int part_run_load(const char *dir, struct part_run *out, struct err *e);
void part_run_free(struct part_run *p);

#endif

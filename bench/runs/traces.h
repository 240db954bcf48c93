/* SPDX-License-Identifier: GPL-3.0-or-later */
/* traces: what happened in the course of a trial, group by group: samples, and stalls. */
#ifndef CGBENCH_TRACES_H
#define CGBENCH_TRACES_H

#include "runs/load.h"

struct sample_point {
	double t_usec, value; /* since the gate opened */
};

struct stall_point {
	unsigned thread;
	double start_usec, length_usec;
};

/* One group of one trial. */
struct trace {
	const struct run_trial *trial; /* borrowed */
	char *group;
	struct sample_point *samples; /* in the order of time */
	size_t n_samples;
	struct stall_point *stalls; /* by thread, then in the order of time */
	size_t n_stalls;
};

struct traces {
	struct trace *v; /* by cell, then by repeat, then in the order of the file */
	size_t n;
};

/*
 * Reads the samples of one metric, or the stalls, of every trial of a run that is one directory.
 * Rows of trials that it does not know are left out. A file that is absent gives no trace. -EINVAL
 * names file and line.
 */
int traces_load_samples(const struct run *run, const char *metric, struct traces *out,
			struct err *e);
int traces_load_stalls(const struct run *run, struct traces *out, struct err *e);

/* Accepts what was not loaded, and can be called twice. */
void traces_clear(struct traces *t);

#endif

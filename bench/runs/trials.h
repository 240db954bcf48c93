/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trials: the trials of a run as trials.csv tells them, in the order of their numbers. */
#ifndef CGBENCH_TRIALS_H
#define CGBENCH_TRIALS_H

#include <stddef.h>

#include "cgbench/err.h"

struct run_trial {
	unsigned number, cell, repeat;
	char *run, *suite, *part, *status, *reason, *placement;
	double duration_usec; /* NAN: it never ran */
	char **axes;          /* trials->n_axes values; "" where its part has no such axis */
};

struct trials {
	char **axes; /* names */
	size_t n_axes;
	struct run_trial *v;
	size_t n;
};

/* Reads DIR/trials.csv. -ENODATA when it has no trial; -EINVAL names file and line. */
int trials_load(const char *dir, struct trials **out, struct err *e);
void trials_free(struct trials *t);

/* The trial of that number, or NULL. */
const struct run_trial *trials_find(const struct trials *t, unsigned number);

/* The index of an axis, or -1. */
int trials_axis(const struct trials *t, const char *name);

/* How many repeats the cell with the most of them has. */
unsigned trials_repeats(const struct trials *t);

/* "quota=20% period=100ms", of the axes that the trial has; "cell N" when it has none. */
const char *trial_label(const struct trials *t, const struct run_trial *trial, char *buf,
			size_t size);

#endif

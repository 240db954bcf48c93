/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * progress: how far a run is. On a terminal one line with a bar and the time that is left; else a
 * plain line a trial, for logs.
 */
#ifndef CGBENCH_PROGRESS_H
#define CGBENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/trial_data.h"

struct progress {
	FILE *out;
	bool terminal, quiet;
	size_t done, total;
	uint64_t planned_usec, done_usec; /* of the plan's time */
	uint64_t begin_nsec;
};

void progress_begin(struct progress *p, FILE *out, bool quiet, const struct plan *plan);

/* Before and after a trial; data NULL: it was there already. */
void progress_trial(struct progress *p, const struct plan *plan, const struct trial_plan *t);
void progress_done(struct progress *p, const struct plan *plan, const struct trial_plan *t,
		   const struct trial_data *data);

/* Clears the terminal's line, so that what follows starts at its beginning. */
void progress_end(struct progress *p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sched_plan: by which policy of the scheduler a group's tasks run (sched(7)), and how nice they
 * are. What a group starts with is inherited by all that it makes.
 */
#ifndef CGBENCH_SCHED_PLAN_H
#define CGBENCH_SCHED_PLAN_H

#include <stdbool.h>

#include "cgbench/err.h"

enum { SCHED_TEXT_MAX = 48 };

struct sched_plan {
	int policy;   /* SCHED_*; 0 is SCHED_OTHER, as the harness has it */
	int priority; /* of fifo and rr: 1 to 99 */
	int nice;     /* -20 to 19 */
};

/* "fifo:10", "rr:1", "batch", "idle" or "other"; -EINVAL. Leaves nice as it is. */
int sched_plan_parse(const char *text, struct sched_plan *out, struct err *e);

/* "sched=fifo:10 nice=5"; "" for what every process has anyway. */
const char *sched_plan_text(const struct sched_plan *s, char buf[static SCHED_TEXT_MAX]);

/* Makes the calling task so. Returns 0 or a positive errno; it is async-signal-safe. */
int sched_plan_apply(const struct sched_plan *s);

#endif

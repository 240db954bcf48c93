/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * timeline: what held for each group, from when on. Set-up and every action append what they read
 * back from the kernel, so that theory can follow what happened instead of what was planned.
 *
 *	limits  cpu.max 20% ------------| cpu.max 80% ---------------
 *	freeze  0 ------------------| 1 -----| 0 --------------------
 *	        open                t1  t2   t3                  close
 */
#ifndef CGBENCH_TIMELINE_H
#define CGBENCH_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "cgroup/knob.h"

/* A group's own file as it read back at a moment (CLOCK_MONOTONIC); valid until the next one. */
struct limit_change {
	uint64_t nsec;
	const struct knob *knob;
	struct knob_value value;
};

struct timeline {
	struct limit_change *v; /* in the order of time */
	size_t n;
};

/* All processes of one group were moved into another. */
struct move {
	uint64_t nsec;
	unsigned from, to;
};

/* For queries about the state that was noted last. */
#define TIMELINE_LAST UINT64_MAX

/* Appends; nsec must not be before what is there. -ENOMEM. */
int timeline_note(struct timeline *t, uint64_t nsec, const struct knob *k,
		  const struct knob_value *v, struct err *e);
void timeline_free(struct timeline *t);

/* What the file said at a moment; NULL: nothing had been read yet. */
const struct knob_value *timeline_own(const struct timeline *t, const struct knob *k,
				      uint64_t nsec);

struct trial_data;

/*
 * What held for a group at a moment: its own value or, of a knob that is as tight as its tightest
 * ancestor, that of the group above (in the trial or outside of it) that allowed the least. NULL:
 * nobody's file said anything.
 */
const struct knob_value *timeline_effective(const struct trial_data *t, unsigned group,
					    const struct knob *k, uint64_t nsec);

/* The loosest that held at any moment of the window: what a peak is measured against. */
const struct knob_value *timeline_loosest(const struct trial_data *t, unsigned group,
					  const char *knob);

/* Whether the group or one above it was frozen (cgroup.freeze) at a moment. */
bool timeline_frozen(const struct trial_data *t, unsigned group, uint64_t nsec);

/* Where the processes that were started in a group are at a moment, as actions moved them. */
unsigned timeline_home(const struct trial_data *t, unsigned group, uint64_t nsec);

#endif

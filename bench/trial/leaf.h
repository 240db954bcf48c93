/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * leaf: in a delegated subtree the harness itself is in the base, and a group that holds processes
 * cannot give controllers to its children (cgroup-v2.rst, "No Internal Process Constraint"). So
 * the harness moves to a leaf beside the run's root while the run lasts.
 *
 *	base                            delegated
 *	 +- cgbench-PID-START           the run's root
 *	 +- cgbench-PID-START.leaf      harness and guardian
 */
#ifndef CGBENCH_LEAF_H
#define CGBENCH_LEAF_H

#include <stdbool.h>

#include "cgroup/sweep.h"

struct leaf {
	char name[SWEEP_NAME_MAX]; /* "" when the harness did not have to move */
	int fd;                    /* locked, so that no sweep takes it for a dead one's */
};

/*
 * Moves this process out of the base, if it is there. -EBUSY when the base holds other processes
 * too, which are not ours to move.
 */
int leaf_enter(const struct cgrp_base *b, const char *run_name, struct leaf *out, struct err *e);

/* Moves this process back and removes the leaf; needs the base's controllers restored. */
int leaf_leave(const struct cgrp_base *b, struct leaf *l, struct err *e);

#endif

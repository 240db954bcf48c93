/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sweep: the names of runs' groups, and removal of what dead runs left. A name carries the pid and
 * the start time of its harness, so that a later process with the same pid is not taken for it. A
 * harness in another PID namespace has no pid here, so each also holds a lock on its group (flock),
 * which every namespace sees, and which ends with it.
 */
#ifndef CGBENCH_SWEEP_H
#define CGBENCH_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup/cgrp.h"

enum { SWEEP_NAME_MAX = 64 };

/* What a harness that had to leave its base calls the leaf it went to: its name and this. */
#define SWEEP_LEAF_SUFFIX ".leaf"

/* The name of the run's root for this process: "cgbench-PID-START", START in clock ticks. */
int sweep_own_name(char buf[static SWEEP_NAME_MAX], struct err *e);

/* Whether a run's root or leaf could have this name. */
bool sweep_is_name(const char *name);

/* Whether the name is one of ours, a run's root or leaf, and its harness is dead. proc: "/proc", or
 * a fixture. */
bool sweep_is_dead(const char *name, const char *proc);

/*
 * Between these, a group that is not locked yet is not swept. The lock on the group lasts until the
 * last descriptor that came from this one is closed. -errno.
 */
void sweep_begin_claim(const struct cgrp_base *b);
int sweep_claim(int fd, struct err *e);
void sweep_end_claim(const struct cgrp_base *b);

/*
 * A descriptor while which is open no run begins, if no other than `run` ("": none) is alive below
 * the base; -EBUSY if one is, or is about to begin; -errno if that cannot be found out.
 */
int sweep_last_of_all(const struct cgrp_base *b, const char *run);

/* Removes the groups of dead runs below the base, and only those; *removed counts them. */
int sweep_dead(const struct cgrp_base *b, size_t *removed, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgrp: groups. The only user of libcgroup, which discovers the mount and makes the groups. Their
 * limits, everything that happens while a trial runs, and the tear-down go through the descriptor
 * of the group's directory: an order of magnitude cheaper, and an error there says which file and
 * value.
 *
 *	base                        where this process may make groups: the mount's root, or a
 *	 |                          delegated subtree
 *	 +- cgbench-PID-START       the run's root; pids.max and memory.max: the second fence
 *	     +- t1                  a trial
 *	         +- subject         a group; groups nest below each other as the suite says
 */
#ifndef CGBENCH_CGRP_H
#define CGBENCH_CGRP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "cgroup/knob.h"

/* Where groups can be made. */
struct cgrp_base {
	char mount[PATH_MAX]; /* "/sys/fs/cgroup" */
	char below[PATH_MAX]; /* path of the base below the mount: "" or "user.slice/..." */
	int fd;               /* of the base's directory */
	char *controllers;    /* what its cgroup.controllers says */
};

/* A long chain's path is longer than the PATH_MAX of a system call: only messages use it whole. */
struct cgrp {
	char *path; /* below the mount, as libcgroup wants it; owned */
	int fd;
	int parent_fd; /* the directory that it is in; borrowed: its parent stays open longer */
};

/* An initial limit: file and text. */
struct cgrp_limit {
	const char *file;
	char text[KNOB_TEXT_MAX];
};

/*
 * Finds the cgroup v2 mount by libcgroup and opens the base below it. Refuses (-EOPNOTSUPP) when
 * a mount is not CGROUP2_SUPER_MAGIC: on hybrid hosts libcgroup takes v1 silently.
 */
int cgrp_base_open(const char *below, struct cgrp_base *out, struct err *e);
void cgrp_base_close(struct cgrp_base *b);

/*
 * Makes the group `name` below `parent` with these controllers (NULL-terminated, at least one) and
 * limits, and opens it. parent NULL: below the base, where `name` is the run's. The parent is to
 * stay open. Errors: -EEXIST; the errno of the limit that was refused, naming file and value;
 * nothing is left behind.
 */
int cgrp_create(const struct cgrp_base *b, const struct cgrp *parent, const char *name,
		const char *const *controllers, const struct cgrp_limit *limits, size_t n_limits,
		struct cgrp *out, struct err *e);

void cgrp_close(struct cgrp *g);

/* SIGKILL to all of the group and below (cgroup.kill, Linux 5.14). */
int cgrp_kill(const struct cgrp *g, struct err *e);

/* Waits until no process is in the group or below; -ETIMEDOUT after the time given. */
int cgrp_wait_empty(const struct cgrp *g, uint64_t timeout_usec, struct err *e);

/*
 * Removes a group without processes, and the groups that a program made below it; EBUSY is retried
 * for a bounded time. Closes g.
 */
int cgrp_remove(struct cgrp *g, struct err *e);

/* Moves every process of one group to another. */
int cgrp_move_all(const struct cgrp *from, const struct cgrp *to, struct err *e);

/*
 * Kills, waits for and removes the group `name` and all below it, deepest first. -ENOENT is not an
 * error. For the guardian, the sweep and the way out: needs no libcgroup and no state.
 */
int cgrp_destroy_tree(int base_fd, const char *name, struct err *e);

/*
 * The value that holds for g: of its own file and those of its ancestors up to the base's root,
 * the tightest. -ENOENT when no file says anything.
 */
int cgrp_effective(const struct cgrp_base *b, const struct cgrp *g, const struct knob *k,
		   struct knob_value *v, struct err *e);

/* The group's own value, as the kernel prints it. */
int cgrp_read_knob(const struct cgrp *g, const struct knob *k, struct knob_value *v, struct err *e);

#endif

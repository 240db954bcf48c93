/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identity: makes a process what a struct identity says, and reads back what it is. */
#ifndef CGBENCH_TRIAL_IDENTITY_H
#define CGBENCH_TRIAL_IDENTITY_H

#include <sys/types.h>

#include "model/identity.h"
#include "trial/filter.h"

/*
 * Flags of clone3 for what only a new process can have: a PID namespace is its children's
 * (pid_namespaces(7)). With a joined one, the harness enters it between the two calls.
 */
int identity_clone_flags(const struct identity *id);
int identity_enter_pid(const struct identity *id, int join_pidfd, struct err *e);
void identity_leave_pid(const struct identity *id);

/* The steps, by what they are about: for messages. */
enum identity_step {
	IDENTITY_STEP_JOIN,
	IDENTITY_STEP_NAMESPACES,
	IDENTITY_STEP_MOUNTS,
	IDENTITY_STEP_RLIMITS,
	IDENTITY_STEP_FILTER,
	IDENTITY_STEP_USER,
	IDENTITY_STEP_MAPS,
	IDENTITY_STEP_CAPS,
	IDENTITY_STEP_PRIVS,
};

/* What it takes from the harness to become so. */
struct identity_means {
	int join_pidfd;           /* of whom it joins */
	const char *cgroup_mount; /* where cgroup2 is mounted */
	struct sock_fprog filter; /* of identity_prepare(), to be freed */
};

/* Makes what has to be made before the process is: its filter. */
int identity_prepare(const struct identity *id, struct identity_means *m, struct err *e);

/*
 * Makes the calling process so, before it executes its program; async-signal-safe. Returns 0, or a
 * positive errno with the step that was refused.
 */
int identity_assume(const struct identity *id, const struct identity_means *m,
		    enum identity_step *step);

/* "namespaces (CAP_SYS_ADMIN makes them, or ns=user)": what it was about, and what it takes. */
const char *identity_step_text(enum identity_step step);

/*
 * Reads what /proc says of a process. -EPERM, naming both, when its user or its capabilities are
 * not those that were asked for.
 */
int identity_read(pid_t pid, const struct identity *asked, pid_t joined, struct identity_seen *out,
		  struct err *e);

#endif

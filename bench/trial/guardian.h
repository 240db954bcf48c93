/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardian: a process that outlives the harness and does one thing: when the harness has died, in
 * whatever way, it puts CPUs back on line, kills what the run started, removes the run's groups,
 * gives back what was borrowed from the host and puts the base's subtree_control back. It is forked
 * before the first group is made and watches the harness through a pidfd, which no child that
 * inherited a descriptor can keep alive.
 */
#ifndef CGBENCH_GUARDIAN_H
#define CGBENCH_GUARDIAN_H

#include <sys/types.h>

#include "cgroup/cgrp.h"
#include "host/ledger.h"
#include "trial/hotplug.h"
#include "trial/leaf.h"

struct guardian {
	pid_t pid;
	int dismiss_fd; /* a byte on it: the harness has cleaned up itself */
};

/* `name`: the run's root below the base; leaf: where the harness is. */
int guardian_start(const struct cgrp_base *b, const char *name, const struct leaf *leaf,
		   struct hotplug *hotplug, struct ledger *ledger, struct guardian *out,
		   struct err *e);

/* Ends the guardian after the harness has removed its groups; may be called twice. */
void guardian_dismiss(struct guardian *g);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session: what a run holds while it makes trials: the base, the guardian, the run's root with the
 * second fence, the topology, the locks. Opened once, closed on every path; when the harness dies
 * instead, the guardian does the part that matters.
 */
#ifndef CGBENCH_SESSION_H
#define CGBENCH_SESSION_H

#include "cgroup/sweep.h"
#include "host/ledger.h"
#include "trial/cpu_lock.h"
#include "trial/guardian.h"
#include "trial/trial.h"

struct session {
	char name[SWEEP_NAME_MAX]; /* cgbench-PID-START */
	struct cgrp_base base;
	struct leaf leaf;
	struct hotplug hotplug;
	struct ledger ledger; /* of what is borrowed from the host */
	struct guardian guardian;
	struct cgrp run_root;
	struct topology *topology;
	struct cpu_lock lock;
	char cgwork[PATH_MAX];
	struct rlimit files; /* as found; rlim_max 0: not raised */
	struct trial_env env;
};

/*
 * below: the group under which to work, relative to the mount; NULL: found out. stall_min_usec: a
 * shorter gap is not a stall. places: groups may be placed, for which the topology is read,
 * the dearest step of all. Errors are those of a host that cannot: -EOPNOTSUPP, -EACCES, -EBUSY.
 */
int session_open(const char *below, uint64_t stall_min_usec, bool places, struct session *out,
		 struct err *e);

/* Removes the run's root; NULL-safe on half-opened sessions and callable twice. */
int session_close(struct session *s, struct err *e);

#endif

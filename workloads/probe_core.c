/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_core: what cgroup-v2.rst promises of groups and processes, whatever the controller: which
 * changes are refused and how (sections "Controlling Controllers", "Threads", "Delegation").
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "probe.h"

/* A domain group that gives controllers to its children takes no process. */
static void internal_process(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "parent");
	box_make(&p->box, "parent/child");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	pid = box_spawn(&p->box, "parent/child", box_pause, NULL);
	p->error = box_enter(&p->box, "parent", pid);
	pid = box_clone(&p->box, "parent", box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
}

/* What the parent does not have, it cannot give. */
static void top_down_enable(struct probe *p)
{
	box_make(&p->box, "parent");
	box_make(&p->box, "parent/child");
	p->error = box_write(&p->box, "parent/child", "cgroup.subtree_control", "+memory");
}

/* What a child gives on, it cannot lose. */
static void top_down_disable(struct probe *p)
{
	box_make(&p->box, "parent");
	box_make(&p->box, "parent/child");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+memory");
	box_set(&p->box, "parent/child", "cgroup.subtree_control", "+memory");
	p->error = box_write(&p->box, "parent", "cgroup.subtree_control", "-memory");
}

#define PROBES(P)                                          \
	P(internal_process, "internal-process-constraint") \
	P(top_down_enable, "top-down-constraint-enable")   \
	P(top_down_disable, "top-down-constraint-disable")

PROBE_WORKLOAD(probe_core, "probe-core", "asks what groups and their processes are allowed", PROBES,
	       "internal-process-constraint");

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_cpuset: who may change what in a tree with the cpuset controller, where threads may run,
 * and what becomes of CPUs that a partition takes (cgroup-v2.rst, section "Cpuset"; "Delegation").
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

enum { NOBODY = 65534 };

struct attempt {
	const struct box *box;
	const char *group, *file, *text;
};

static int write_as_nobody(void *arg)
{
	const struct attempt *a = arg;

	return setuid(NOBODY) < 0 ? 255 : box_write(a->box, a->group, a->file, a->text);
}

static int as_nobody(const struct probe *p, const char *group, const char *file, const char *text)
{
	struct attempt a = {.box = &p->box, .group = group, .file = file, .text = text};

	return box_try(&p->box, "probe", write_as_nobody, &a);
}

static void give(const struct probe *p, const char *group, const char *file)
{
	if (chown(box_path(&p->box, group, file), NOBODY, (gid_t)-1) < 0)
		work_skip(p->box.work, "cannot give a file away (CAP_CHOWN)");
}

/* Nobody moves a process of root from one child to another; the parent's file is his, or is not. */
static void move_of_nobody(struct probe *p, bool all)
{
	char pid[16];

	box_make(&p->box, "parent");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+cpuset");
	box_make(&p->box, "parent/from");
	box_make(&p->box, "parent/to");
	give(p, "parent/from", "cgroup.procs");
	give(p, "parent/to", "cgroup.procs");
	if (all)
		give(p, "parent", "cgroup.procs");
	snprintf(pid, sizeof(pid), "%d", box_spawn(&p->box, "parent/from", box_pause, NULL));
	p->error = as_nobody(p, "parent/to", "cgroup.procs", pid);
	p->value = box_lines(&p->box, "parent/to", "cgroup.procs");
}

static void object_allow(struct probe *p)
{
	move_of_nobody(p, true);
}

static void object_deny(struct probe *p)
{
	move_of_nobody(p, false);
}

/* To switch the controller on and off moves all processes of the child, root's too: allowed. */
static void subtree(struct probe *p)
{
	box_make(&p->box, "parent");
	box_make(&p->box, "parent/child");
	give(p, "parent", "cgroup.procs");
	give(p, "parent", "cgroup.subtree_control");
	give(p, "parent/child", "cgroup.procs");
	box_spawn(&p->box, "parent/child", box_pause, NULL);
	p->error = as_nobody(p, "parent", "cgroup.subtree_control", "+cpuset");
	p->value = box_has(&p->box, "parent/child", "cpuset.cpus");
	p->clone_error = as_nobody(p, "parent", "cgroup.subtree_control", "-cpuset");
	p->after = box_has(&p->box, "parent/child", "cpuset.cpus");
}

static long own_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? -1 : CPU_COUNT(&set);
}

/* A thread in a group of one CPU, before and after the controller is switched off above it. */
struct narrow {
	struct probe *probe;
	pthread_barrier_t moved, off;
	int error;
	long before, after;
};

static void *run_narrow(void *arg)
{
	struct narrow *n = arg;
	char tid[16];

	snprintf(tid, sizeof(tid), "%d", gettid());
	n->error = box_write(&n->probe->box, "root/b", "cgroup.threads", tid);
	n->before = own_cpus();
	pthread_barrier_wait(&n->moved);
	pthread_barrier_wait(&n->off);
	n->after = own_cpus();
	return NULL;
}

static void make_threaded(const struct probe *p)
{
	box_make(&p->box, "root");
	box_make(&p->box, "root/a");
	box_make(&p->box, "root/b");
	box_set(&p->box, "root/a", "cgroup.type", "threaded");
	box_set(&p->box, "root/b", "cgroup.type", "threaded");
	box_set(&p->box, "root", "cgroup.subtree_control", "+cpuset");
	box_set(&p->box, "root/a", "cpuset.cpus", "0-1");
	box_set(&p->box, "root/b", "cpuset.cpus", "1");
}

/* Its process leads from another child, where it keeps both CPUs. */
static int lead(void *arg)
{
	struct narrow *n = arg;
	pthread_t thread;
	char tid[16];

	snprintf(tid, sizeof(tid), "%d", gettid());
	if (box_write(&n->probe->box, "root/a", "cgroup.threads", tid) ||
	    pthread_create(&thread, NULL, run_narrow, n) != 0)
		return 100;
	pthread_barrier_wait(&n->moved);
	if (n->error || n->before != 1)
		return 101;
	if (box_write(&n->probe->box, "root", "cgroup.subtree_control", "-cpuset"))
		return 102;
	pthread_barrier_wait(&n->off);
	pthread_join(thread, NULL);
	return (int)n->after;
}

/* On how many CPUs the thread may run afterwards: all that its process may. */
static void affinity(struct probe *p)
{
	struct narrow n = {.probe = p};

	p->after = own_cpus();
	if (p->after < 2)
		work_skip(p->box.work, "one CPU only");
	pthread_barrier_init(&n.moved, NULL, 2);
	pthread_barrier_init(&n.off, NULL, 2);
	make_threaded(p);
	p->value = box_wait(box_spawn(&p->box, "root", lead, &n));
	if (p->value >= 100)
		work_fail(p->box.work, "threads of one process could not be spread (%ld)",
			  p->value);
}

#define PROBES(P)                             \
	P(object_allow, "perms-object-allow") \
	P(object_deny, "perms-object-deny")   \
	P(subtree, "perms-subtree")           \
	P(affinity, "affinity-on-controller-disable")

PROBE_WORKLOAD(probe_cpuset, "probe-cpuset",
	       "asks who may change cpusets, and what becomes of threads", PROBES,
	       "perms-object-allow");

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
	box_set(&p->box, "root", "cpuset.cpus", "0-1");
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

/*
 * On how many CPUs the thread may run afterwards: both of the parent's. The leader has both all the
 * while, so that a kernel that looks at its group only sees no change.
 */
static void affinity(struct probe *p)
{
	struct narrow n = {.probe = p};

	p->after = 2;
	if (own_cpus() < p->after)
		work_skip(p->box.work, "one CPU only");
	pthread_barrier_init(&n.moved, NULL, 2);
	pthread_barrier_init(&n.off, NULL, 2);
	make_threaded(p);
	p->value = box_wait(box_spawn(&p->box, "root", lead, &n));
	if (p->value >= 100)
		work_fail(p->box.work, "threads of one process could not be spread (%ld)",
			  p->value);
}

/*
 * Partitions: `isle` is a partition root of two CPUs that the suite makes, with the way to it; the
 * probes make groups in it.
 */
static const char isle[] = "isle", inner[] = "isle/a", state_file[] = "cpuset.cpus.partition";

/* As it reads back: 0 member, 1 root, 2 isolated, 3 root invalid, 4 isolated invalid; 9 else. */
static long state(const struct probe *p, const char *group, char text[static BOX_TEXT_MAX])
{
	static const char *const whole[] = {"member", "root", "isolated"};
	static const char *const begins[] = {"root invalid (", "isolated invalid ("};

	box_text(&p->box, group, state_file, text);
	for (long s = 0; s < 3; s++)
		if (strcmp(text, whole[s]) == 0)
			return s;
	for (long s = 0; s < 2; s++)
		if (strncmp(text, begins[s], strlen(begins[s])) == 0)
			return 3 + s;
	return 9;
}

static void make_inner(const struct probe *p, const char *cpus)
{
	char text[BOX_TEXT_MAX];

	box_set(&p->box, isle, "cgroup.subtree_control", "+cpuset");
	if (state(p, isle, text) != 1)
		work_fail(p->box.work, "isle is '%s', no partition root", text);
	box_make(&p->box, inner);
	if (cpus)
		box_set(&p->box, inner, "cpuset.cpus", cpus);
}

/* How many of the CPUs 1 and 2 the group has; 0: others. */
static long effective(const struct probe *p, const char *group)
{
	char text[BOX_TEXT_MAX];

	box_text(&p->box, group, "cpuset.cpus.effective", text);
	return strcmp(text, "1-2") == 0 ? 2 : strcmp(text, "2") == 0;
}

/*
 * Its state, and of the CPUs of isle: how many are left to it, and are again when it is gone, which
 * older kernels see to in a work item after rmdir(2).
 */
static void become(struct probe *p, const char *kind)
{
	char text[BOX_TEXT_MAX];

	make_inner(p, "1");
	p->error = box_write(&p->box, inner, state_file, kind);
	p->value = state(p, inner, text);
	probe_digit(&p->after, effective(p, isle));
	box_rmdir(&p->box, inner);
	box_await_text(&p->box, isle, "cpuset.cpus.effective", "1-2");
	probe_digit(&p->after, effective(p, isle));
}

static void partition_root(struct probe *p)
{
	become(p, "root");
}

static void partition_isolated(struct probe *p)
{
	become(p, "isolated");
}

static void partition_word(struct probe *p)
{
	char text[BOX_TEXT_MAX];

	make_inner(p, "1");
	p->error = box_write(&p->box, inner, state_file, "island");
	p->value = state(p, inner, text);
}

/*
 * Without a partition above, and without CPUs: the state, and whether the reason says so. From 6.7
 * a partition may be far from the next above; then it is the exclusive CPUs that are missing.
 */
static void partition_orphan(struct probe *p)
{
	char text[BOX_TEXT_MAX];

	box_make(&p->box, "plain");
	box_set(&p->box, "plain", "cgroup.subtree_control", "+cpuset");
	box_make(&p->box, "plain/a");
	box_set(&p->box, "plain/a", "cpuset.cpus", "0");
	box_write(&p->box, "plain/a", state_file, "root");
	p->value = state(p, "plain/a", text);
	p->after = strstr(text, "(Parent is not a partition root)") ||
		   strstr(text, "(Invalid cpu list in cpuset.cpus.exclusive)");
}

static void partition_empty(struct probe *p)
{
	char text[BOX_TEXT_MAX];

	make_inner(p, NULL);
	box_write(&p->box, inner, state_file, "isolated");
	p->value = state(p, inner, text);
	p->after = strstr(text, "empty)") != NULL;
}

/* Its states while isle is no partition, and when it is one again. */
static void partition_parent(struct probe *p)
{
	char text[BOX_TEXT_MAX];

	make_inner(p, "1");
	box_set(&p->box, inner, state_file, "root");
	probe_digit(&p->value, state(p, inner, text));
	box_set(&p->box, isle, state_file, "member");
	probe_digit(&p->value, state(p, inner, text));
	p->after = strstr(text, "(Parent is ") != NULL;
	box_set(&p->box, isle, state_file, "root");
	probe_digit(&p->value, state(p, inner, text));
}

/* Two siblings want the same CPU for themselves, which is refused; or one each. */
static void partition_exclusive(struct probe *p)
{
	make_inner(p, NULL);
	if (!box_has(&p->box, inner, "cpuset.cpus.exclusive"))
		work_skip(p->box.work, "there is no cpuset.cpus.exclusive (6.7)");
	box_set(&p->box, inner, "cpuset.cpus.exclusive", "1");
	box_make(&p->box, "isle/b");
	p->error = box_write(&p->box, "isle/b", "cpuset.cpus.exclusive", "1");
	p->clone_error = box_write(&p->box, "isle/b", "cpuset.cpus.exclusive", "2");
}

#define PROBES(P)                                     \
	P(object_allow, "perms-object-allow")         \
	P(object_deny, "perms-object-deny")           \
	P(subtree, "perms-subtree")                   \
	P(affinity, "affinity-on-controller-disable") \
	P(partition_root, "partition-root")           \
	P(partition_isolated, "partition-isolated")   \
	P(partition_word, "partition-word")           \
	P(partition_orphan, "partition-orphan")       \
	P(partition_empty, "partition-empty")         \
	P(partition_parent, "partition-parent")       \
	P(partition_exclusive, "partition-exclusive")

PROBE_WORKLOAD(probe_cpuset, "probe-cpuset",
	       "asks who may change cpusets, and what becomes of threads", PROBES,
	       "perms-object-allow");

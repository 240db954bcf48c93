/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_cpu: what cgroup-v2.rst promises of the cpu controller's files (section "CPU"). */
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "probe.h"

#define BURN_NSEC (2 * NSEC_PER_SEC)

static uint64_t own_cpu_nsec(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

/* Two seconds of CPU time, at the niceness of *arg. */
static int burn(void *arg)
{
	if (setpriority(PRIO_PROCESS, 0, *(const int *)arg) < 0)
		return 1;
	while (own_cpu_nsec() < BURN_NSEC)
		for (volatile int i = 0; i < 10000; i++)
			;
	return 0;
}

/* Which of three files the child has, with the controller and after it. */
static long files(const struct probe *p)
{
	return box_has(&p->box, "parent/child", "cpu.max") +
	       box_has(&p->box, "parent/child", "cpu.weight") +
	       box_has(&p->box, "parent/child", "cpu.weight.nice");
}

static void subtree_control(struct probe *p)
{
	box_make(&p->box, "parent");
	box_make(&p->box, "parent/child");
	if (files(p))
		work_fail(p->box.work, "a group that nobody gave the controller has its files");
	box_set(&p->box, "parent", "cgroup.subtree_control", "+cpu");
	p->value = files(p);
	box_set(&p->box, "parent", "cgroup.subtree_control", "-cpu");
	p->after = files(p);
}

static long usage(const struct probe *p, const char *key)
{
	return box_number(&p->box, "a", "cpu.stat", key);
}

/* Of a group in which nothing ever ran: its CPU time, and of that in user and kernel mode. */
static void fresh(struct probe *p)
{
	box_make(&p->box, "a");
	p->value = usage(p, "usage_usec");
	p->after = usage(p, "user_usec") + usage(p, "system_usec");
}

static void burn_in(struct probe *p, int nice)
{
	int code;

	box_make(&p->box, "a");
	code = box_wait(box_spawn(&p->box, "a", burn, &nice));
	if (code)
		work_fail(p->box.work, "could not burn two seconds: it ended with %d", code);
}

static long children_usec(void)
{
	struct rusage r;

	getrusage(RUSAGE_CHILDREN, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * USEC_PER_SEC + r.ru_utime.tv_usec +
	       r.ru_stime.tv_usec;
}

/* usage_usec, and the process's own rusage (getrusage(2)). */
static void stats(struct probe *p)
{
	burn_in(p, 0);
	p->value = usage(p, "usage_usec");
	p->after = children_usec();
}

/* nice_usec, and user_usec, of which it is a part. */
static void nice_time(struct probe *p)
{
	box_make(&p->box, "b");
	if (box_number(&p->box, "b", "cpu.stat", "nice_usec") == BOX_ABSENT)
		work_skip(p->box.work, "cpu.stat has no nice_usec (6.13)");
	burn_in(p, 1);
	p->value = usage(p, "nice_usec");
	p->after = usage(p, "user_usec");
}

/* Without niceness there is no nice time. */
static void no_nice_time(struct probe *p)
{
	box_make(&p->box, "b");
	if (box_number(&p->box, "b", "cpu.stat", "nice_usec") == BOX_ABSENT)
		work_skip(p->box.work, "cpu.stat has no nice_usec (6.13)");
	burn_in(p, 0);
	p->value = usage(p, "nice_usec");
}

#define PROBES(P)                             \
	P(subtree_control, "subtree-control") \
	P(fresh, "fresh")                     \
	P(stats, "stats")                     \
	P(nice_time, "nice")                  \
	P(no_nice_time, "no-nice")

PROBE_WORKLOAD(probe_cpu, "probe-cpu", "asks what cpu.stat counts", PROBES, "fresh");

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_kill: what cgroup-v2.rst says of cgroup.kill: SIGKILL to all below, whatever they do. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "probe.h"

enum { MANY = 100, KILLED = 128 + SIGKILL };

static void kill_group(struct probe *p, const char *group)
{
	p->error = box_write(&p->box, group, "cgroup.kill", "1");
}

/* How many of them SIGKILL ended, and what the group says then. */
static void count_killed(struct probe *p, const char *group, const pid_t *pids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->value += box_wait(pids[i]) == KILLED;
	p->after = box_number(&p->box, group, "cgroup.events", "populated");
}

static void simple(struct probe *p)
{
	pid_t pids[MANY];

	box_make(&p->box, "a");
	for (size_t i = 0; i < MANY; i++)
		pids[i] = box_spawn(&p->box, "a", box_pause, NULL);
	kill_group(p, "a");
	count_killed(p, "a", pids, MANY);
}

/* a - b - c and d; a - e - f - g - h; a - i; a - k. One process in c and h, three in k. */
static void tree(struct probe *p)
{
	static const char *const groups[] = {"a",     "a/b",     "a/b/c",     "a/b/d", "a/e",
					     "a/e/f", "a/e/f/g", "a/e/f/g/h", "a/i",   "a/k"};
	static const char *const homes[] = {"a/b/c", "a/e/f/g/h", "a/k", "a/k", "a/k"};
	pid_t pids[array_len(homes)];

	probe_tree(p, groups, array_len(groups));
	for (size_t i = 0; i < array_len(homes); i++)
		pids[i] = box_spawn(&p->box, homes[i], box_pause, NULL);
	kill_group(p, "a");
	count_killed(p, "a", pids, array_len(homes));
}

/* Of a process that ignores every signal that can be. */
static int ignore_all(void *unused)
{
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_IGN);
	return box_pause(unused);
}

static void deaf(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", ignore_all, NULL);
	kill_group(p, "a");
	count_killed(p, "a", &pid, 1);
}

static void stopped(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	kill_group(p, "a");
	count_killed(p, "a", &pid, 1);
}

static void traced(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		work_skip(p->box.work, "no ptrace of a child here");
	waitpid(pid, NULL, 0);
	kill_group(p, "a");
	count_killed(p, "a", &pid, 1);
}

static void frozen(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	box_set(&p->box, "a", "cgroup.freeze", "1");
	if (!box_await(&p->box, "a", "cgroup.events", "frozen", 1))
		work_fail(p->box.work, "the group did not freeze");
	kill_group(p, "a");
	count_killed(p, "a", &pid, 1);
}

static int vfork_and_wait(void *unused)
{
	if (vfork() == 0)
		box_pause(unused);
	return 0;
}

static void vforked(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", vfork_and_wait, NULL);
	box_await_lines(&p->box, "a", "cgroup.procs", 2);
	kill_group(p, "a");
	p->value = box_wait(pid) == KILLED;
	p->after = !box_await(&p->box, "a", "cgroup.events", "populated", 0);
}

/* dom (domain threaded) - dom/a (threaded): to kill a thread alone makes no sense. */
static void threaded(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"dom", "dom/a"}, 2);
	box_set(&p->box, "dom/a", "cgroup.type", "threaded");
	p->value = box_write(&p->box, "dom/a", "cgroup.kill", "1");
	pid = box_spawn(&p->box, "dom", box_pause, NULL);
	box_enter(&p->box, "dom/a", pid);
	kill_group(p, "dom");
	p->after = box_wait(pid) == KILLED;
}

/* A group that was killed is open for others: who comes there lives until it is killed again. */
static void live_and_die(struct probe *p, pid_t pid)
{
	p->value = probe_runs(p);
	kill_group(p, "a");
	p->after = box_wait(pid) == KILLED;
}

static void again(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"a", "b"}, 2);
	kill_group(p, "a");
	pid = box_spawn(&p->box, "b", probe_ticker, p);
	p->clone_error = box_enter(&p->box, "a", pid);
	live_and_die(p, pid);
}

static void again_clone(struct probe *p)
{
	box_make(&p->box, "a");
	kill_group(p, "a");
	live_and_die(p, box_spawn(&p->box, "a", probe_ticker, p));
}

/* What is beside it and above it stays. */
static void neighbours(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"a", "b"}, 2);
	box_spawn(&p->box, "b", probe_ticker, p);
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	kill_group(p, "a");
	p->value = box_wait(pid) == KILLED;
	p->after = probe_runs(p);
}

static void nonsense(struct probe *p)
{
	box_make(&p->box, "a");
	p->error = box_write(&p->box, "a", "cgroup.kill", "0");
	p->value = box_write(&p->box, "a", "cgroup.kill", "2");
	p->after = box_write(&p->box, "a", "cgroup.kill", "x");
}

#define PROBES(P)               \
	P(simple, "simple")     \
	P(tree, "tree")         \
	P(deaf, "deaf")         \
	P(stopped, "stopped")   \
	P(traced, "traced")     \
	P(frozen, "frozen")     \
	P(vforked, "vfork")     \
	P(threaded, "threaded") \
	P(again, "again")       \
	P(again_clone, "again-clone") P(neighbours, "neighbours") P(nonsense, "nonsense")

PROBE_WORKLOAD(probe_kill, "probe-kill", "asks whom cgroup.kill ends", PROBES, "simple");

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_freezer: what cgroup-v2.rst says of cgroup.freeze: that everything below stops, that
 * cgroup.events says so, and that it can be killed, moved and traced meanwhile.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "probe.h"

enum { MANY = 100, FROZEN_MSEC = 100 };

static long is_frozen(const struct probe *p, const char *group)
{
	return box_number(&p->box, group, "cgroup.events", "frozen");
}

/* Writes and waits until the group says so; what it does not say within ten seconds is no answer.
 */
static void freeze(const struct probe *p, const char *group, bool frozen)
{
	box_set(&p->box, group, "cgroup.freeze", frozen ? "1" : "0");
	if (!box_await(&p->box, group, "cgroup.events", "frozen", frozen))
		work_fail(p->box.work, "%s is not %s after ten seconds", group,
			  frozen ? "frozen" : "thawed");
}

static void sleep_msec(long msec)
{
	nanosleep(&(struct timespec){.tv_nsec = msec * 1000000}, NULL);
}

static void simple(struct probe *p)
{
	box_make(&p->box, "a");
	for (size_t i = 0; i < MANY; i++)
		box_spawn(&p->box, "a", probe_ticker, p);
	probe_digit(&p->value, is_frozen(p, "a"));
	probe_digit(&p->after, probe_runs(p));
	freeze(p, "a", true);
	probe_digit(&p->value, is_frozen(p, "a"));
	probe_digit(&p->after, probe_runs(p));
	freeze(p, "a", false);
	probe_digit(&p->value, is_frozen(p, "a"));
	probe_digit(&p->after, probe_runs(p));
}

/* a - b - c and d; a - e - f - g - h; a - i; a - k. One process in c and h, three in k. */
static void populate_tree(const struct probe *p)
{
	static const char *const groups[] = {"a",     "a/b",     "a/b/c",     "a/b/d", "a/e",
					     "a/e/f", "a/e/f/g", "a/e/f/g/h", "a/i",   "a/k"};
	static const char *const homes[] = {"a/b/c", "a/e/f/g/h", "a/k", "a/k", "a/k"};

	probe_tree(p, groups, array_len(groups));
	for (size_t i = 0; i < array_len(homes); i++)
		box_spawn(&p->box, homes[i], box_pause, NULL);
}

/* Digits: a and e when b, f and g are; a, b and e with a; c and h without their own; c and k. */
static void tree(struct probe *p)
{
	static const char *const own[] = {"a/b", "a/e/f", "a/e/f/g"};

	populate_tree(p);
	for (size_t i = 0; i < array_len(own); i++)
		freeze(p, own[i], true);
	probe_digit(&p->value, is_frozen(p, "a"));
	probe_digit(&p->value, is_frozen(p, "a/e"));
	freeze(p, "a", true);
	probe_digit(&p->value, is_frozen(p, "a"));
	probe_digit(&p->value, is_frozen(p, "a/b"));
	probe_digit(&p->value, is_frozen(p, "a/e"));
	for (size_t i = 0; i < array_len(own); i++)
		box_set(&p->box, own[i], "cgroup.freeze", "0");
	probe_digit(&p->value, is_frozen(p, "a/b/c"));
	probe_digit(&p->value, is_frozen(p, "a/e/f/g/h"));
	freeze(p, "a", false);
	probe_digit(&p->value, is_frozen(p, "a/b/c"));
	probe_digit(&p->value, is_frozen(p, "a/k"));
}

/* A group made in a frozen one is frozen, and so is what comes into it. */
static void make_below(struct probe *p)
{
	box_make(&p->box, "a");
	freeze(p, "a", true);
	box_make(&p->box, "a/b");
	box_spawn(&p->box, "a/b", probe_ticker, p);
	if (!box_await(&p->box, "a/b", "cgroup.events", "frozen", 1))
		return;
	probe_digit(&p->value, is_frozen(p, "a/b"));
	probe_digit(&p->value, is_frozen(p, "a"));
	p->after = probe_runs(p);
}

static void remove_below(struct probe *p)
{
	probe_tree(p, (const char *[]){"a", "a/b"}, 2);
	freeze(p, "a", true);
	p->error = box_rmdir(&p->box, "a/b");
	probe_digit(&p->value, is_frozen(p, "a"));
	box_make(&p->box, "a/b");
	probe_digit(&p->value, is_frozen(p, "a/b"));
}

static void enter(const struct probe *p, const char *group, pid_t pid)
{
	int r = box_enter(&p->box, group, pid);

	if (r)
		work_fail(p->box.work, "cannot move into %s: %s", group, strerror(r));
}

/* value: does it run, in a, in the frozen b, in a again, out of the frozen a in the frozen b. */
static void migrate(struct probe *p)
{
	pid_t pid;

	probe_tree(p, (const char *[]){"a", "b"}, 2);
	pid = box_spawn(&p->box, "a", probe_ticker, p);
	freeze(p, "b", true);
	probe_digit(&p->value, probe_runs(p));
	enter(p, "b", pid);
	box_await(&p->box, "b", "cgroup.events", "frozen", 1);
	probe_runs(p); /* for the time that it takes to stop */
	probe_digit(&p->value, probe_runs(p));
	probe_digit(&p->after, is_frozen(p, "a"));
	enter(p, "a", pid);
	probe_digit(&p->value, probe_runs(p));
	probe_digit(&p->after, is_frozen(p, "b"));
	freeze(p, "a", true);
	enter(p, "b", pid);
	probe_runs(p);
	probe_digit(&p->value, probe_runs(p));
	probe_digit(&p->after, is_frozen(p, "a"));
	probe_digit(&p->after, is_frozen(p, "b"));
}

static void interrupt_traced(const struct probe *p, pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		work_skip(p->box.work, "no ptrace of a child here: %s", strerror(errno));
	waitpid(pid, NULL, 0);
}

static int ask_traced(pid_t pid)
{
	siginfo_t info;

	return ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) < 0 ? errno : 0;
}

/* Traced while it is frozen: frozen all along, and again when the tracer has left. */
static void ptrace_frozen(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	freeze(p, "a", true);
	interrupt_traced(p, pid);
	probe_digit(&p->value, is_frozen(p, "a"));
	p->error = ask_traced(pid);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	probe_digit(&p->value, is_frozen(p, "a"));
}

/* Frozen while it is traced: the group says frozen, and thaws. */
static void ptraced(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	interrupt_traced(p, pid);
	probe_digit(&p->value, is_frozen(p, "a"));
	freeze(p, "a", true);
	probe_digit(&p->value, is_frozen(p, "a"));
	freeze(p, "a", false);
	probe_digit(&p->value, is_frozen(p, "a"));
	p->error = ask_traced(pid);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

/* The letter behind the name in /proc/PID/stat, whose brackets may hold anything. */
static char state_of(pid_t pid)
{
	char path[64], text[512];
	scope_file FILE *f = NULL;
	const char *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	end = f && fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;
	return end && end[1] ? end[2] : '?';
}

/* A stopped process is no hindrance, and stays stopped. */
static void stopped(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	probe_digit(&p->value, is_frozen(p, "a"));
	freeze(p, "a", true);
	probe_digit(&p->value, is_frozen(p, "a"));
	freeze(p, "a", false);
	probe_digit(&p->value, is_frozen(p, "a"));
	p->after = state_of(pid) == 'T';
}

static int vfork_and_wait(void *unused)
{
	if (vfork() == 0)
		box_pause(unused);
	return 0;
}

/* The parent waits for its child in the kernel, where no signal reaches it. */
static void vforked(struct probe *p)
{
	box_make(&p->box, "a");
	box_spawn(&p->box, "a", vfork_and_wait, NULL);
	box_await_lines(&p->box, "a", "cgroup.procs", 2);
	freeze(p, "a", true);
	p->value = is_frozen(p, "a");
}

/* SIGKILL reaches the frozen; the group stays frozen, as a setting. */
static void killed(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	freeze(p, "a", true);
	kill(pid, SIGKILL);
	p->value = box_wait(pid);
	p->after = box_number(&p->box, "a", "cgroup.freeze", NULL);
}

static void nonsense(struct probe *p)
{
	box_make(&p->box, "a");
	p->error = box_write(&p->box, "a", "cgroup.freeze", "2");
	p->value = box_write(&p->box, "a", "cgroup.freeze", "x");
}

/* Microseconds that the group says it was frozen for (6.18). */
static long frozen_usec(const struct probe *p, const char *group)
{
	long usec = box_number(&p->box, group, "cgroup.stat.local", "frozen_usec");

	if (usec == BOX_ABSENT)
		work_skip(p->box.work, "no frozen_usec in cgroup.stat.local");
	return usec;
}

/*
 * Frozen for no longer than from before the first write to behind the last, and no shorter than
 * between the two.
 */
struct bracket {
	uint64_t begin_nsec, began_nsec, end_nsec, ended_nsec;
};

static void write_frozen(const struct probe *p, const char *group, bool frozen, uint64_t *before,
			 uint64_t *behind)
{
	*before = now_nsec();
	box_set(&p->box, group, "cgroup.freeze", frozen ? "1" : "0");
	*behind = now_nsec();
}

static void begin_frozen(const struct probe *p, const char *group, struct bracket *b)
{
	write_frozen(p, group, true, &b->begin_nsec, &b->began_nsec);
}

static void end_frozen(const struct probe *p, const char *group, struct bracket *b)
{
	write_frozen(p, group, false, &b->end_nsec, &b->ended_nsec);
}

/* How far a time is out of the bracket, in microseconds; 0: it is within. */
static long outside(const struct bracket *b, long usec)
{
	long least = (long)((b->end_nsec - b->began_nsec) / NSEC_PER_USEC);
	long most = (long)((b->ended_nsec - b->begin_nsec) / NSEC_PER_USEC) + 1;

	return usec < least ? usec - least : usec > most ? usec - most : 0;
}

/* errno: before it is frozen; value: outside of what it was; after: what is added when thawed. */
static void time_of(struct probe *p, const char *group, const char *frozen)
{
	struct bracket b;
	long thawed;

	sleep_msec(FROZEN_MSEC);
	p->error = (int)frozen_usec(p, group);
	begin_frozen(p, frozen, &b);
	sleep_msec(FROZEN_MSEC);
	end_frozen(p, frozen, &b);
	thawed = frozen_usec(p, group);
	p->value = outside(&b, thawed);
	sleep_msec(FROZEN_MSEC);
	p->after = frozen_usec(p, group) - thawed;
}

static void time_empty(struct probe *p)
{
	box_make(&p->box, "a");
	time_of(p, "a", "a");
}

static void time_simple(struct probe *p)
{
	box_make(&p->box, "a");
	box_spawn(&p->box, "a", box_pause, NULL);
	time_of(p, "a", "a");
}

/* Frozen by its parent: counted as its own. */
static void time_child(struct probe *p)
{
	probe_tree(p, (const char *[]){"a", "a/b"}, 2);
	box_spawn(&p->box, "a/b", box_pause, NULL);
	time_of(p, "a/b", "a");
}

/* What freezes a child is not counted of its parent. */
static void time_parent(struct probe *p)
{
	struct bracket b;

	probe_tree(p, (const char *[]){"a", "a/b"}, 2);
	box_spawn(&p->box, "a/b", box_pause, NULL);
	begin_frozen(p, "a/b", &b);
	sleep_msec(FROZEN_MSEC);
	end_frozen(p, "a/b", &b);
	p->value = outside(&b, frozen_usec(p, "a/b"));
	p->after = frozen_usec(p, "a");
}

/* It goes on while a process comes into the frozen group. */
static void time_populate(struct probe *p)
{
	struct bracket b;

	box_make(&p->box, "a");
	begin_frozen(p, "a", &b);
	sleep_msec(FROZEN_MSEC);
	box_spawn(&p->box, "a", box_pause, NULL);
	sleep_msec(FROZEN_MSEC);
	end_frozen(p, "a", &b);
	p->value = outside(&b, frozen_usec(p, "a"));
}

/* Of a frozen group that a process came into, and of the one that it left. */
static void time_migrate(struct probe *p)
{
	struct bracket b;
	pid_t pid;

	probe_tree(p, (const char *[]){"a", "b"}, 2);
	pid = box_spawn(&p->box, "a", box_pause, NULL);
	begin_frozen(p, "b", &b);
	enter(p, "b", pid);
	sleep_msec(FROZEN_MSEC);
	end_frozen(p, "b", &b);
	p->value = outside(&b, frozen_usec(p, "b"));
	p->after = frozen_usec(p, "a");
}

/* Frozen by its parent, then by itself as well, then by itself alone: one time, counted once. */
static void time_nested(struct probe *p)
{
	struct bracket parent, own;

	probe_tree(p, (const char *[]){"a", "a/b"}, 2);
	box_spawn(&p->box, "a/b", box_pause, NULL);
	begin_frozen(p, "a", &parent);
	sleep_msec(FROZEN_MSEC);
	begin_frozen(p, "a/b", &own);
	sleep_msec(FROZEN_MSEC);
	end_frozen(p, "a", &parent);
	sleep_msec(FROZEN_MSEC);
	end_frozen(p, "a/b", &own);
	p->after = outside(&parent, frozen_usec(p, "a"));
	own.begin_nsec = parent.begin_nsec;
	own.began_nsec = parent.began_nsec;
	p->value = outside(&own, frozen_usec(p, "a/b"));
}

#define PROBES(P)                         \
	P(simple, "simple")               \
	P(tree, "tree")                   \
	P(make_below, "mkdir")            \
	P(remove_below, "rmdir")          \
	P(migrate, "migrate")             \
	P(ptrace_frozen, "ptrace")        \
	P(stopped, "stopped")             \
	P(ptraced, "ptraced")             \
	P(vforked, "vfork")               \
	P(killed, "kill")                 \
	P(nonsense, "nonsense")           \
	P(time_empty, "time-empty")       \
	P(time_simple, "time-simple")     \
	P(time_populate, "time-populate") \
	P(time_migrate, "time-migrate")   \
	P(time_parent, "time-parent")     \
	P(time_child, "time-child")       \
	P(time_nested, "time-nested")

PROBE_WORKLOAD(probe_freezer, "probe-freezer", "asks what stops in a frozen group", PROBES,
	       "simple");

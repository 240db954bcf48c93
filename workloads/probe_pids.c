/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe_pids: what cgroup-v2.rst, section "PID", says of every way to make a task. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"

enum { STACK_BYTES = 64 << 10, THREADS = 4, ROUNDS = 100 };

/* Makes one task more, which stays until it is killed; its errno, or 0. */
typedef int breed_fn(void);

static int by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		box_pause(NULL);
	return pid < 0 ? errno : 0;
}

static int end_at_once(void *unused)
{
	(void)unused;
	return 0;
}

/* The parent sleeps until the child has ended: the child does, and its room is free again. */
static int by_vfork(void)
{
	static char stack[STACK_BYTES];
	pid_t pid =
		clone(end_at_once, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	return pid < 0 ? errno : 0;
}

static void *sleep_for_ever(void *unused)
{
	box_pause(unused);
	return NULL;
}

static int by_thread(void)
{
	pthread_t id;

	return pthread_create(&id, NULL, sleep_for_ever, NULL);
}

static int by_clone3(void)
{
	struct {
		uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	} args = {.exit_signal = SIGCHLD};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		box_pause(NULL);
	return pid < 0 ? errno : 0;
}

/* Two tasks are allowed: itself and one more. What the third meets is the answer. */
static int breed_two(breed_fn *breed)
{
	int r = by_fork();

	return r ? ENOTRECOVERABLE : breed();
}

static int breed_by_fork(void *unused)
{
	(void)unused;
	return breed_two(by_fork);
}

static int breed_by_vfork(void *unused)
{
	(void)unused;
	return breed_two(by_vfork);
}

static int breed_by_thread(void *unused)
{
	(void)unused;
	return breed_two(by_thread);
}

static int breed_by_clone3(void *unused)
{
	(void)unused;
	return breed_two(by_clone3);
}

static void limited(const struct probe *p, const char *group, const char *limit)
{
	box_make(&p->box, group);
	box_set(&p->box, group, "pids.max", limit);
}

static void refuse(struct probe *p, int (*fn)(void *arg))
{
	limited(p, "a", "2");
	p->error = box_try(&p->box, "a", fn, NULL);
	p->value = box_number(&p->box, "a", "pids.peak", NULL);
}

static void max_fork(struct probe *p)
{
	refuse(p, breed_by_fork);
}

static void max_vfork(struct probe *p)
{
	refuse(p, breed_by_vfork);
}

static void max_thread(struct probe *p)
{
	refuse(p, breed_by_thread);
}

static void max_clone3(struct probe *p)
{
	refuse(p, breed_by_clone3);
}

/* From outside into a group that is full: refused as if it were from inside. */
static void max_clone_into(struct probe *p)
{
	pid_t pid;

	limited(p, "a", "1");
	box_spawn(&p->box, "a", box_pause, NULL);
	pid = box_clone(&p->box, "a", box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
	p->value = box_number(&p->box, "a", "pids.current", NULL);
}

static void max_fresh(struct probe *p)
{
	char text[BOX_TEXT_MAX];

	box_make(&p->box, "a");
	p->value = strcmp(box_text(&p->box, "a", "pids.max", text), "max") == 0;
	p->after = access(box_path(&p->box, "", "../pids.max"), F_OK) == 0;
}

static int breed_one(void *unused)
{
	(void)unused;
	return by_fork();
}

static void max_zero(struct probe *p)
{
	pid_t pid;

	limited(p, "a", "0");
	p->error = box_try(&p->box, "a", breed_one, NULL);
	pid = box_clone(&p->box, "a", box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
}

/* The limit is the parent's, the fork the child's: value is counted there, after here. */
static void events(struct probe *p)
{
	limited(p, "a", "2");
	box_set(&p->box, "a", "cgroup.subtree_control", "+pids");
	box_make(&p->box, "a/b");
	p->error = box_try(&p->box, "a/b", breed_by_fork, NULL);
	p->value = box_number(&p->box, "a", "pids.events", "max");
	p->after = box_number(&p->box, "a/b", "pids.events", "max");
}

/* value: at the limit's group; after: summed up at the one above it. */
static void events_local(struct probe *p)
{
	box_make(&p->box, "a");
	box_set(&p->box, "a", "cgroup.subtree_control", "+pids");
	limited(p, "a/b", "2");
	p->error = box_try(&p->box, "a/b", breed_by_fork, NULL);
	probe_digit(&p->value, box_number(&p->box, "a/b", "pids.events.local", "max"));
	probe_digit(&p->value, box_number(&p->box, "a", "pids.events.local", "max"));
	probe_digit(&p->after, box_number(&p->box, "a/b", "pids.events", "max"));
	probe_digit(&p->after, box_number(&p->box, "a", "pids.events", "max"));
}

static int three_tasks(void *unused)
{
	return by_fork() || by_fork() ? EAGAIN : box_pause(unused);
}

/* A limit below what is there holds for what comes, and takes nothing away. */
static void lowered(struct probe *p)
{
	pid_t pid;

	box_make(&p->box, "a");
	box_fork(&p->box, "a", three_tasks, NULL);
	if (!box_await(&p->box, "a", "pids.current", NULL, 3))
		work_fail(p->box.work, "the tasks did not start");
	p->error = box_write(&p->box, "a", "pids.max", "1");
	p->value = box_number(&p->box, "a", "pids.current", NULL);
	pid = box_clone(&p->box, "a", box_pause, NULL);
	p->clone_error = pid < 0 ? -pid : 0;
}

/* Moving a process there is no fork: it is allowed, and counted. */
static void attach(struct probe *p)
{
	pid_t pid;

	limited(p, "a", "1");
	box_make(&p->box, "b");
	box_spawn(&p->box, "a", box_pause, NULL);
	pid = box_spawn(&p->box, "b", box_pause, NULL);
	p->error = box_enter(&p->box, "a", pid);
	p->value = box_number(&p->box, "a", "pids.current", NULL);
	p->after = box_number(&p->box, "b", "pids.current", NULL);
}

static int some_threads(void *unused)
{
	for (int i = 0; i < THREADS; i++)
		if (by_thread())
			return EAGAIN;
	return box_pause(unused);
}

static void threads_count(struct probe *p)
{
	box_make(&p->box, "a");
	box_fork(&p->box, "a", some_threads, NULL);
	box_await(&p->box, "a", "pids.current", NULL, THREADS + 1);
	p->value = box_number(&p->box, "a", "pids.current", NULL);
	p->after = box_lines(&p->box, "a", "cgroup.procs");
}

/* a: 8, a/b: 2, a/b/c: 8. The tightest one binds, wherever it is. */
static void nested(struct probe *p)
{
	limited(p, "a", "8");
	box_set(&p->box, "a", "cgroup.subtree_control", "+pids");
	limited(p, "a/b", "2");
	box_set(&p->box, "a/b", "cgroup.subtree_control", "+pids");
	limited(p, "a/b/c", "8");
	p->error = box_try(&p->box, "a/b/c", breed_by_fork, NULL);
	p->value = box_number(&p->box, "a", "pids.peak", NULL);
}

static int come_and_go(void *arg)
{
	struct probe *p = arg;

	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		p->value += pid > 0;
		if (pid > 0)
			box_wait(pid);
	}
	return 0;
}

/* What has ended and was waited for makes room. */
static void released(struct probe *p)
{
	limited(p, "a", "2");
	p->error = box_try(&p->box, "a", come_and_go, p);
	p->after = box_number(&p->box, "a", "pids.current", NULL);
}

static int leave_a_zombie(void *unused)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return box_pause(unused);
}

/* Nobody waits for the child: pids.current counts it, cgroup.procs does not list it. */
static void zombie(struct probe *p)
{
	box_make(&p->box, "a");
	box_fork(&p->box, "a", leave_a_zombie, NULL);
	box_await(&p->box, "a", "pids.current", NULL, 2);
	box_await_lines(&p->box, "a", "cgroup.procs", 1);
	p->value = box_number(&p->box, "a", "pids.current", NULL);
	p->after = box_lines(&p->box, "a", "cgroup.procs");
}

static void nonsense(struct probe *p)
{
	box_make(&p->box, "a");
	p->error = box_write(&p->box, "a", "pids.max", "-1");
	p->value = box_write(&p->box, "a", "pids.max", "many");
	p->after = box_write(&p->box, "a", "pids.current", "1");
}

#define PROBES(P)                           \
	P(max_fork, "max")                  \
	P(max_vfork, "max-vfork")           \
	P(max_thread, "max-thread")         \
	P(max_clone3, "max-clone3")         \
	P(max_clone_into, "max-clone-into") \
	P(max_fresh, "max-fresh")           \
	P(max_zero, "max-zero")             \
	P(events, "events")                 \
	P(events_local, "events-local")     \
	P(lowered, "lowered")               \
	P(attach, "attach")                 \
	P(threads_count, "threads-count")   \
	P(nested, "nested")                 \
	P(released, "released")             \
	P(zombie, "zombie")                 \
	P(nonsense, "nonsense")

PROBE_WORKLOAD(probe_pids, "probe-pids", "asks what pids.max refuses and counts", PROBES, "max");

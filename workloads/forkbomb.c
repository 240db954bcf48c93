/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * forkbomb: every task makes tasks, for ever, and never ends: the subject of pids.max. Nothing in
 * it holds back; what does is the fence around it, without which it refuses to start. Only its
 * first process looks at the gate: the others are as hostile as the real thing, and cgroup.kill is
 * what ends them.
 *
 *	fork     fork(): each child has its own copy of everything
 *	vfork    as vfork() does, then exec of this program again: the parent is stuck until the
 *	         child has memory of its own
 *	clone3   clone3() without flags: a fork by the newest call
 *	threads  pthread_create(): tasks of one process, without memory of their own
 *
 * A creation that fails with EAGAIN was refused by a limit (pids(7), cgroup-v2.rst "PID"; or
 * RLIMIT_NPROC or kernel.threads-max, when they are lower). glibc reports a thread that lacked
 * memory as EAGAIN, too; under memory.max the OOM killer comes before that.
 */
#include <errno.h>
#include <linux/sched.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/workload.h"

enum { PARAM_HOW, PARAM_PAUSE };
enum { COUNTER_FORKS, COUNTER_REFUSED, COUNTER_FAILED };
enum { HOW_FORK, HOW_VFORK, HOW_THREADS, HOW_CLONE3 };
enum { STACK_BYTES = 64 << 10, PROGRAM_ARGS = 8 };

struct task;

/* What all tasks have in common; a forked child has a copy, a thread shares it. */
struct bomb {
	int (*breed)(struct task *t); /* makes one task; 0 or a positive errno */
	struct page *page;
	uint64_t pause_nsec;
	const char *program[PROGRAM_ARGS]; /* how to execute cgwork again; its texts are below */
	char page_text[16], pause_text[48];
};

struct task {
	const struct bomb *bomb;
	void *stack;    /* for the next clone; kept while it is refused; NULL: none */
	int exec_error; /* a child's, which it leaves in our memory */
};

/* The first task of a process that the loop drives. */
struct first {
	struct bomb bomb;
	struct task task;
};

static bool breed(struct task *t)
{
	int error = t->bomb->breed(t);
	unsigned counter = COUNTER_FORKS;

	if (error)
		counter = error == EAGAIN ? COUNTER_REFUSED : COUNTER_FAILED;
	atomic_fetch_add(&t->bomb->page->counters[counter].value, 1);
	return !error;
}

static _Noreturn void breed_for_ever(const struct bomb *b)
{
	struct timespec pause = nsec_to_timespec(b->pause_nsec);
	struct task t = {.bomb = b};

	for (;;) {
		breed(&t);
		if (b->pause_nsec)
			nanosleep(&pause, NULL);
	}
}

static int breed_fork(struct task *t)
{
	pid_t pid = fork();

	if (pid == 0)
		breed_for_ever(t->bomb);
	return pid < 0 ? errno : 0;
}

static int breed_clone3(struct task *t)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		breed_for_ever(t->bomb);
	return pid < 0 ? errno : 0;
}

static int need_stack(struct task *t)
{
	void *p;

	if (t->stack)
		return 0;
	p = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (p == MAP_FAILED)
		return errno;
	t->stack = p;
	return 0;
}

static int exec_again(void *arg)
{
	struct task *t = arg;

	execve("/proc/self/exe", (char *const *)t->bomb->program, environ);
	t->exec_error = errno;
	return 0;
}

/* What vfork() is to the kernel; with a stack of its own the child may say why it failed. */
static int breed_vfork(struct task *t)
{
	int r = need_stack(t);

	if (r)
		return r;
	t->exec_error = 0;
	if (clone(exec_again, (char *)t->stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, t) <
	    0)
		return errno;
	return t->exec_error;
}

static void *thread_main(void *arg)
{
	breed_for_ever(arg);
}

static int breed_thread(struct task *t)
{
	pthread_attr_t attr;
	pthread_t id;
	int r = need_stack(t);

	if (r == 0)
		r = pthread_attr_init(&attr);
	if (r == 0)
		r = pthread_attr_setstack(&attr, t->stack, STACK_BYTES);
	if (r == 0)
		r = pthread_create(&id, &attr, thread_main, (void *)t->bomb);
	if (r == 0)
		t->stack = NULL;
	return r;
}

static int (*const breeders[])(struct task *t) = {
	[HOW_FORK] = breed_fork,
	[HOW_VFORK] = breed_vfork,
	[HOW_THREADS] = breed_thread,
	[HOW_CLONE3] = breed_clone3,
};

static void bomb_init(struct bomb *b, const struct work *w)
{
	*b = (struct bomb){
		.breed = breeders[w->param[PARAM_HOW]],
		.page = w->page,
		.pause_nsec = w->param[PARAM_PAUSE] * NSEC_PER_USEC,
		.program = {"cgwork", "--again", "--page", b->page_text, "forkbomb", "how=vfork",
			    b->pause_text},
	};
	snprintf(b->page_text, sizeof(b->page_text), "%d", w->page_fd);
	snprintf(b->pause_text, sizeof(b->pause_text), "pause=%lluus",
		 (unsigned long long)w->param[PARAM_PAUSE]);
}

static int forkbomb_setup(struct work *w, struct err *e)
{
	struct first *f = calloc(1, sizeof(*f));

	if (!f)
		return err_set(e, -ENOMEM, "forkbomb: out of memory");
	if (w->param[PARAM_HOW] == HOW_VFORK && access("/proc/self/exe", X_OK) < 0) {
		free(f);
		return err_sys(e,
			       "forkbomb: how=vfork executes /proc/self/exe (is /proc mounted?)");
	}
	/* A child that the OOM killer took is not to stay a zombie, which would defuse the bomb. */
	signal(SIGCHLD, SIG_IGN);
	/* Else each thread maps an arena of 64 MB for the few bytes that a new one needs. */
	mallopt(M_ARENA_MAX, 1);
	bomb_init(&f->bomb, w);
	f->task.bomb = &f->bomb;
	w->state = f;
	return 0;
}

static uint64_t forkbomb_step(struct work *w)
{
	struct first *f = w->state;
	bool bred = breed(&f->task);

	if (f->bomb.pause_nsec)
		work_sleep_until(w, now_nsec() + f->bomb.pause_nsec);
	return bred;
}

/* A process that vfork and exec made. */
static void forkbomb_again(struct work *w)
{
	struct bomb b;

	bomb_init(&b, w);
	breed_for_ever(&b);
}

static const struct param forkbomb_params[] = {
	[PARAM_HOW] = {.name = "how",
		       .summary = "how a task makes the next",
		       .choices = (const char *const[]){[HOW_FORK] = "fork",
							[HOW_VFORK] = "vfork",
							[HOW_THREADS] = "threads",
							[HOW_CLONE3] = "clone3",
							NULL},
		       .fallback = "fork"},
	[PARAM_PAUSE] = {.name = "pause",
			 .summary = "sleep of every task after each attempt",
			 .kind = UNIT_USEC,
			 .fallback = "0us",
			 .max = 10 * USEC_PER_SEC},
	{0},
};

/* There is no teardown: its threads use the state until the process ends. */
const struct workload workload_forkbomb = {
	.name = "forkbomb",
	.summary = "every task makes more tasks, for ever",
	.params = forkbomb_params,
	.counters = {[COUNTER_FORKS] = "forks",
		     [COUNTER_REFUSED] = "forks_refused",
		     [COUNTER_FAILED] = "forks_failed"},
	.needs = WORKLOAD_FENCED,
	.setup = forkbomb_setup,
	.step = forkbomb_step,
	.again = forkbomb_again,
};

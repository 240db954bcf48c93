/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * herd: a known number of tasks that are there and sleep: what is frozen, moved or killed where the
 * number is the question. As processes, or as threads of one; or in turns of a millisecond, awake.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/workload.h"

enum { PARAM_TASKS, PARAM_HOW, PARAM_EVERY };
enum { HOW_FORK, HOW_THREADS };
enum { COUNTER_TASKS };
enum { STACK_BYTES = 64 << 10, TASKS_MAX = 20000 };

/* Threads of a herd have nothing but this. */
static _Noreturn void live(uint64_t every_usec)
{
	struct timespec nap = {.tv_sec = (time_t)(every_usec / USEC_PER_SEC),
			       .tv_nsec = (long)(every_usec % USEC_PER_SEC) * 1000};

	for (;;) {
		if (every_usec)
			nanosleep(&nap, NULL);
		else
			pause();
	}
}

static void *live_as_thread(void *every_usec)
{
	live(*(const uint64_t *)every_usec);
}

static int make_process(const uint64_t *every_usec)
{
	pid_t pid = fork();

	if (pid == 0)
		live(*every_usec);
	return pid < 0 ? errno : 0;
}

static int make_thread(const uint64_t *every_usec)
{
	pthread_attr_t attr;
	pthread_t id;
	int r = pthread_attr_init(&attr);

	if (r == 0)
		r = pthread_attr_setstacksize(&attr, STACK_BYTES);
	return r ? r : pthread_create(&id, &attr, live_as_thread, (void *)every_usec);
}

/* Before the gate opens: what the trial does to them, it does to all of them. */
static int herd_setup(struct work *w, struct err *e)
{
	uint64_t tasks = w->param[PARAM_TASKS];
	int r = 0;

	if (w->threads > 1)
		return err_set(e, -EINVAL, "herd: %u threads; expected 1, and tasks=N", w->threads);
	signal(SIGCHLD, SIG_IGN);
	/* It is one of them itself. */
	for (uint64_t i = 1; r == 0 && i < tasks; i++)
		r = w->param[PARAM_HOW] == HOW_FORK ? make_process(&w->param[PARAM_EVERY])
						    : make_thread(&w->param[PARAM_EVERY]);
	if (r)
		return err_set(e, -r, "herd: cannot make %llu tasks: %s", (unsigned long long)tasks,
			       strerror(r));
	return 0;
}

static uint64_t herd_step(struct work *w)
{
	atomic_store(&w->page->counters[COUNTER_TASKS].value, w->param[PARAM_TASKS]);
	return WORK_DONE;
}

static const struct param herd_params[] = {
	[PARAM_TASKS] = {.name = "tasks",
			 .summary = "how many there are, itself included",
			 .kind = UNIT_COUNT,
			 .fallback = "100",
			 .min = 1,
			 .max = TASKS_MAX},
	[PARAM_HOW] = {.name = "how",
		       .summary = "processes, or threads of one process",
		       .choices =
			       (const char *const[]){
				       [HOW_FORK] = "fork", [HOW_THREADS] = "threads", NULL},
		       .fallback = "fork"},
	[PARAM_EVERY] = {.name = "every",
			 .summary = "they wake up so often; 0: never",
			 .kind = UNIT_USEC,
			 .fallback = "0us",
			 .max = 10 * USEC_PER_SEC},
	{0},
};

/* There is no teardown: the others end with their group. */
const struct workload workload_herd = {
	.name = "herd",
	.summary = "a known number of tasks that sleep",
	.params = herd_params,
	.counters = {[COUNTER_TASKS] = "tasks"},
	.setup = herd_setup,
	.step = herd_step,
};

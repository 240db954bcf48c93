/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mover: moves one sleeping process, with its threads, between two groups beside its own, on a
 * schedule, and says how late each move was done. It imitates a service manager that sorts
 * processes into groups. A migration has to keep every fork of the machine waiting
 * (cgroup_threadgroup_rwsem; of its own thread group only, from 6.18 with favordynmods), so that
 * a fork storm elsewhere is what it meets.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"
#include "cgbench/clock.h"

enum { PARAM_EVERY, PARAM_TASKS };
enum { COUNTER_MOVES, COUNTER_FAILED };

static const char *const homes[] = {"there", "back"};

struct mover {
	struct box box;
	pid_t pid;
	uint64_t due_nsec; /* the next move; 0: none yet */
	unsigned moves;
};

static void *sleep_for_ever(void *unused)
{
	box_pause(unused);
	return NULL;
}

/* With so many threads beside its first. */
static int be_moved(void *threads)
{
	pthread_t id;

	for (uint64_t i = 1; i < *(const uint64_t *)threads; i++)
		if (pthread_create(&id, NULL, sleep_for_ever, NULL))
			return EAGAIN;
	return box_pause(NULL);
}

static int mover_setup(struct work *w, struct err *e)
{
	struct mover *m = calloc(1, sizeof(*m));
	uint64_t tasks = w->param[PARAM_TASKS];

	if (!m)
		return err_set(e, -ENOMEM, "mover: out of memory");
	w->state = m;
	if (w->threads > 1)
		return err_set(e, -EINVAL, "mover: %u threads; expected 1", w->threads);
	box_open(w, &m->box);
	box_make(&m->box, homes[0]);
	box_make(&m->box, homes[1]);
	m->pid = box_fork(&m->box, homes[1], be_moved, &tasks);
	if (!box_await_lines(&m->box, homes[1], "cgroup.threads", (long)tasks))
		return err_set(e, -EAGAIN, "mover: its process did not start");
	return 0;
}

static uint64_t mover_step(struct work *w)
{
	struct mover *m = w->state;
	uint64_t every = w->param[PARAM_EVERY] * NSEC_PER_USEC, due;
	bool moved;

	if (!m->due_nsec)
		m->due_nsec = now_nsec() + every;
	due = m->due_nsec;
	if (!work_sleep_until(w, due))
		return 0;
	m->due_nsec += every;
	moved = box_enter(&m->box, homes[m->moves++ % 2], m->pid) == 0;
	atomic_fetch_add(&w->page->counters[moved ? COUNTER_MOVES : COUNTER_FAILED].value, 1);
	if (moved)
		hist_add(&w->page->latency[page_phase_at(w->page, due)], now_nsec() - due);
	return moved;
}

static void mover_teardown(struct work *w)
{
	free(w->state);
}

static const struct param mover_params[] = {
	[PARAM_EVERY] = {.name = "every",
			 .summary = "time from one move to the next",
			 .kind = UNIT_USEC,
			 .fallback = "50ms",
			 .min = 100,
			 .max = 10 * USEC_PER_SEC},
	[PARAM_TASKS] = {.name = "tasks",
			 .summary = "threads of the process that is moved",
			 .kind = UNIT_COUNT,
			 .fallback = "1",
			 .min = 1,
			 .max = 1000},
	{0},
};

const struct workload workload_mover = {
	.name = "mover",
	.summary = "moves a process between groups, and records how late",
	.params = mover_params,
	.counters = {[COUNTER_MOVES] = "moves", [COUNTER_FAILED] = "moves_failed"},
	.setup = mover_setup,
	.step = mover_step,
	.teardown = mover_teardown,
};

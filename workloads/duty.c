/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * duty: a part-time load, the neighbour that a victim is compared with. It imitates a service with
 * a steady demand: each cycle of busy + idle has the same CPU time to spend, wherever and however
 * late it gets it. Demand is CPU time on a schedule and not wall-clock time, so that two groups are
 * compared at equal offered load, and a cycle that was held up is made up for, not dropped: under a
 * quota below its demand it never sleeps again.
 */
#include <errno.h>
#include <stdlib.h>

#include "cgbench/chain.h"

enum { PARAM_BUSY, PARAM_IDLE };
enum { COUNTER_CYCLES, COUNTER_LATE };

struct duty {
	uint64_t x;
	uint64_t batch; /* iterations */
	uint64_t busy_nsec, cycle_nsec;
	uint64_t due_nsec;   /* when this cycle should end; 0: no cycle has begun */
	uint64_t spent_nsec; /* what the CPU clock reads when this cycle's work is done */
};

static int duty_setup(struct work *w, struct err *e)
{
	struct duty *d = malloc(sizeof(*d));
	uint64_t busy = w->param[PARAM_BUSY] * NSEC_PER_USEC;

	if (!d)
		return err_set(e, -ENOMEM, "duty: out of memory");
	*d = (struct duty){.x = CHAIN_SEED + w->thread,
			   .batch = chain_calibrate(),
			   .busy_nsec = busy,
			   .cycle_nsec = busy + w->param[PARAM_IDLE] * NSEC_PER_USEC};
	w->state = d;
	return 0;
}

/* Targets are sums, so that a batch that ran over is taken off the next cycle. */
static void duty_next_cycle(struct work *w, struct duty *d)
{
	uint64_t due = d->due_nsec;

	atomic_fetch_add(&w->page->counters[COUNTER_CYCLES].value, 1);
	if (now_nsec() > due)
		atomic_fetch_add(&w->page->counters[COUNTER_LATE].value, 1);
	d->due_nsec += d->cycle_nsec;
	d->spent_nsec += d->busy_nsec;
	work_sleep_until(w, due);
}

static uint64_t duty_step(struct work *w)
{
	struct duty *d = w->state;

	if (!d->due_nsec) {
		d->due_nsec = now_nsec() + d->cycle_nsec;
		d->spent_nsec = clock_nsec(CLOCK_THREAD_CPUTIME_ID) + d->busy_nsec;
	}
	d->x = chain_run(d->x, d->batch);
	if (clock_nsec(CLOCK_THREAD_CPUTIME_ID) >= d->spent_nsec)
		duty_next_cycle(w, d);
	return d->batch;
}

static void duty_teardown(struct work *w)
{
	free(w->state);
}

static const struct param duty_params[] = {
	[PARAM_BUSY] = {.name = "busy",
			.summary = "CPU time that each thread spends in a cycle",
			.kind = UNIT_USEC,
			.fallback = "10ms",
			.min = 100,
			.max = 10 * USEC_PER_SEC},
	[PARAM_IDLE] = {.name = "idle",
			.summary = "what is left of the cycle when nothing held it up",
			.kind = UNIT_USEC,
			.fallback = "10ms",
			.max = 10 * USEC_PER_SEC},
	{0},
};

const struct workload workload_duty = {
	.name = "duty",
	.summary = "spends the same CPU time in every cycle, on a schedule",
	.params = duty_params,
	.counters = {[COUNTER_CYCLES] = "cycles", [COUNTER_LATE] = "cycles_late"},
	.setup = duty_setup,
	.step = duty_step,
	.teardown = duty_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roam: burns the same CPU time again and again, each time on the next CPU, and records how long
 * each burn took. It imitates an event loop whose few milliseconds of work land on another CPU
 * every time: where a quota is handed to CPUs in slices, each CPU may keep some that nobody uses.
 * One operation is one burn.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/chain.h"

enum { PARAM_BUSY, PARAM_IDLE };
enum { COUNTER_BURNS, COUNTER_VISITED };

struct roam {
	uint64_t x, iterations;
	cpu_set_t may, seen; /* where it was allowed to run at first, and where it has run */
	int cpu;             /* of the last burn; -1: none yet */
};

static int roam_setup(struct work *w, struct err *e)
{
	struct roam *h;

	if (w->threads > 1)
		return err_set(e, -EINVAL,
			       "roam: %u threads, but the latencies have room for one writer: "
			       "give it 1 thread, or use several groups",
			       w->threads);
	h = malloc(sizeof(*h));
	if (!h)
		return err_set(e, -ENOMEM, "roam: out of memory");
	*h = (struct roam){.x = CHAIN_SEED, .cpu = -1};
	if (sched_getaffinity(0, sizeof(h->may), &h->may) < 0) {
		free(h);
		return err_sys(e, "roam: cannot ask where it may run");
	}
	h->iterations = chain_calibrate() * w->param[PARAM_BUSY] * NSEC_PER_USEC / CHAIN_BATCH_NSEC;
	w->state = h;
	return 0;
}

static void move_on(struct work *w, struct roam *h)
{
	cpu_set_t one;

	do
		h->cpu = (h->cpu + 1) % CPU_SETSIZE;
	while (!CPU_ISSET(h->cpu, &h->may));
	CPU_ZERO(&one);
	CPU_SET(h->cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		work_fail(w, "roam: cannot move to CPU %d: %s", h->cpu, strerror(errno));
}

static uint64_t roam_step(struct work *w)
{
	struct roam *h = w->state;
	uint64_t from, until;

	move_on(w, h);
	from = now_nsec();
	h->x = chain_run(h->x, h->iterations);
	until = now_nsec();
	hist_add(&w->page->latency[page_phase_at(w->page, from)], until - from);
	atomic_fetch_add(&w->page->counters[COUNTER_BURNS].value, 1);
	CPU_SET(sched_getcpu(), &h->seen);
	atomic_store(&w->page->counters[COUNTER_VISITED].value, (uint64_t)CPU_COUNT(&h->seen));
	work_sleep_until(w, until + w->param[PARAM_IDLE] * NSEC_PER_USEC);
	return 1;
}

static void roam_teardown(struct work *w)
{
	free(w->state);
}

static const struct param roam_params[] = {
	[PARAM_BUSY] = {.name = "busy",
			.summary = "CPU time of a burn, undisturbed",
			.kind = UNIT_USEC,
			.fallback = "5ms",
			.min = 100,
			.max = 10 * USEC_PER_SEC},
	[PARAM_IDLE] = {.name = "idle",
			.summary = "sleep between two burns",
			.kind = UNIT_USEC,
			.fallback = "100ms",
			.max = 10 * USEC_PER_SEC},
	{0},
};

const struct workload workload_roam = {
	.name = "roam",
	.summary = "burns on the next CPU each time, and records how long each burn took",
	.params = roam_params,
	.counters = {[COUNTER_BURNS] = "burns", [COUNTER_VISITED] = "cpus_visited"},
	.setup = roam_setup,
	.step = roam_step,
	.teardown = roam_teardown,
};

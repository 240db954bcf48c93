/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * request: a server under an offered load. Requests come due on a schedule that nothing holds up
 * (an open loop), each costs the same work, and its latency counts from when it was due: a server
 * that falls behind shows it in every request that waited. The schedule is drawn from a fixed seed,
 * so that what is offered is the same in every trial.
 *
 *	fixed    one every so often
 *	poisson  at random, as from many independent clients; the mean is `every`
 *
 * A request that is done later than `late` counts as late, one that has waited for `drop` is not
 * begun any more: its client has given up.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cgbench/chain.h"

enum { PARAM_EVERY, PARAM_ARRIVALS, PARAM_WORK, PARAM_LATE, PARAM_DROP };
enum { ARRIVALS_FIXED, ARRIVALS_POISSON };
enum { COUNTER_REQUESTS, COUNTER_ANSWERED, COUNTER_LATE, COUNTER_DROPPED };

struct server {
	uint64_t x;
	uint64_t dice;       /* of the schedule, apart from the work's */
	uint64_t iterations; /* that a request costs */
	uint64_t due_nsec;   /* the next request; 0: none yet */
};

static int request_setup(struct work *w, struct err *e)
{
	struct server *s;

	if (w->threads > 1)
		return err_set(e, -EINVAL,
			       "request: %u threads, but the latencies have room for one writer: "
			       "give it 1 thread, or use several groups",
			       w->threads);
	s = malloc(sizeof(*s));
	if (!s)
		return err_set(e, -ENOMEM, "request: out of memory");
	*s = (struct server){.x = CHAIN_SEED, .dice = CHAIN_SEED};
	s->iterations = chain_calibrate() * w->param[PARAM_WORK] * NSEC_PER_USEC / CHAIN_BATCH_NSEC;
	w->state = s;
	return 0;
}

/* From one arrival to the next: exponential, by inversion. */
static uint64_t gap_nsec(const struct work *w, struct server *s)
{
	uint64_t every = w->param[PARAM_EVERY] * NSEC_PER_USEC;
	double u;

	if (w->param[PARAM_ARRIVALS] == ARRIVALS_FIXED)
		return every;
	s->dice = chain_run(s->dice, 1);
	u = (double)((s->dice >> 11) + 1) * 0x1p-53; /* above 0, at most 1 */
	return (uint64_t)(-log(u) * (double)every);
}

static void count(struct work *w, unsigned counter)
{
	atomic_fetch_add(&w->page->counters[counter].value, 1);
}

static void answer(struct work *w, struct server *s, uint64_t due)
{
	uint64_t took;

	s->x = chain_run(s->x, s->iterations);
	took = now_nsec() - due;
	count(w, COUNTER_ANSWERED);
	if (took > w->param[PARAM_LATE] * NSEC_PER_USEC)
		count(w, COUNTER_LATE);
	hist_add(&w->page->latency[page_phase_at(w->page, due)], took);
}

static uint64_t request_step(struct work *w)
{
	struct server *s = w->state;
	uint64_t drop = w->param[PARAM_DROP] * NSEC_PER_USEC, due;

	if (!s->due_nsec)
		s->due_nsec = now_nsec() + gap_nsec(w, s);
	due = s->due_nsec;
	if (!work_sleep_until(w, due))
		return 0;
	s->due_nsec += gap_nsec(w, s);
	count(w, COUNTER_REQUESTS);
	if (drop && now_nsec() - due > drop) {
		count(w, COUNTER_DROPPED);
		return 0;
	}
	answer(w, s, due);
	return 1;
}

static void request_teardown(struct work *w)
{
	free(w->state);
}

static const struct param request_params[] = {
	[PARAM_EVERY] = {.name = "every",
			 .summary = "time from one request to the next, on average",
			 .kind = UNIT_USEC,
			 .fallback = "5ms",
			 .min = 100,
			 .max = 10 * USEC_PER_SEC},
	[PARAM_ARRIVALS] =
		{.name = "arrivals",
		 .summary = "how they come",
		 .choices =
			 (const char *const[]){
				 [ARRIVALS_FIXED] = "fixed", [ARRIVALS_POISSON] = "poisson", NULL},
		 .fallback = "poisson"},
	[PARAM_WORK] = {.name = "work",
			.summary = "CPU time that each costs, undisturbed",
			.kind = UNIT_USEC,
			.fallback = "1ms",
			.min = 1,
			.max = 10 * USEC_PER_SEC},
	[PARAM_LATE] = {.name = "late",
			.summary = "done later than this after it was due, it counts as late",
			.kind = UNIT_USEC,
			.fallback = "10ms",
			.min = 1,
			.max = 100 * USEC_PER_SEC},
	[PARAM_DROP] = {.name = "drop",
			.summary = "not begun any more when it has waited so long; 0us: never",
			.kind = UNIT_USEC,
			.fallback = "1s",
			.max = 100 * USEC_PER_SEC},
	{0},
};

const struct workload workload_request = {
	.name = "request",
	.summary = "serves requests that come on a schedule, and records how late it was",
	.params = request_params,
	.counters = {[COUNTER_REQUESTS] = "requests",
		     [COUNTER_ANSWERED] = "answered",
		     [COUNTER_LATE] = "answered_late",
		     [COUNTER_DROPPED] = "dropped"},
	.setup = request_setup,
	.step = request_step,
	.teardown = request_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/tick_model.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"

enum {
	LOOKS = 400000,       /* of a forecast: so many ticks at the most */
	PERIODS = 8192,       /* of a forecast: a debt wanders through all that it can be */
	PHASES = 64,          /* of a forecast for refills at any offset */
	SLICE_NSEC = 5000000, /* sched_cfs_bandwidth_slice_us: what a CPU takes out of the pool */
	/*
	 * Of a switch, as a current machine takes: from the refill until the thread is charged, and
	 * from the tick until it is charged no more. They move a median by a hundredth of a tick;
	 * but no run is a whole number of ticks, as it never is.
	 */
	WAKE_NSEC = 8000,
	STOP_NSEC = 4000,
};

struct lengths {
	double run[PERIODS], stall[PERIODS], interval[PERIODS];
	size_t n;
};

struct sim {
	const struct tick_model *m;
	struct lengths *log;     /* NULL: not kept */
	int64_t pool, remaining; /* cfs_b->runtime, cfs_rq->runtime_remaining */
	bool throttled;
	uint64_t tick, refill;   /* the next of each */
	uint64_t charged_from;   /* while it runs: it has been charged until then */
	uint64_t ran_from;       /* when it last saw itself run again; 0: never yet */
	uint64_t stalled_from;   /* when it last saw itself cease to run */
	uint64_t from, to, used; /* what it is charged between two moments */
};

/* The first moment after another that is whole steps away from `one`. */
static uint64_t next_of(uint64_t one, uint64_t step, uint64_t after)
{
	uint64_t offset = one % step;

	return after < offset ? offset : (after - offset) / step * step + step + offset;
}

static void start(struct sim *s)
{
	const struct tick_model *m = s->m;

	s->refill = next_of(m->refill_nsec, m->period_nsec, m->start_nsec);
	s->tick = next_of(m->tick_at_nsec, m->tick_nsec, m->start_nsec);
	s->pool = (int64_t)m->quota_nsec;
	s->charged_from = m->start_nsec;
}

static void charge(struct sim *s, uint64_t until)
{
	uint64_t a = s->charged_from > s->from ? s->charged_from : s->from;
	uint64_t b = until < s->to ? until : s->to;

	s->used += b > a ? b - a : 0;
	s->remaining -= (int64_t)(until - s->charged_from);
	s->charged_from = until;
}

/* __assign_cfs_rq_runtime() */
static void assign(struct sim *s)
{
	int64_t wanted = SLICE_NSEC - s->remaining;
	int64_t amount = s->pool < wanted ? s->pool : wanted;

	s->pool -= amount;
	s->remaining += amount;
}

static void log_stall(struct sim *s, uint64_t sees_itself)
{
	struct lengths *l = s->log;

	if (l && s->ran_from && l->n < PERIODS) {
		l->run[l->n] = (double)(s->stalled_from - s->ran_from) / NSEC_PER_USEC;
		l->stall[l->n] = (double)(sees_itself - s->stalled_from) / NSEC_PER_USEC;
		l->interval[l->n++] = (double)(sees_itself - s->ran_from) / NSEC_PER_USEC;
	}
	s->ran_from = sees_itself;
}

static void begin_run(struct sim *s)
{
	uint64_t sees_itself = s->refill + TICK_RESUME_NSEC;

	s->throttled = false;
	s->charged_from = s->refill + WAKE_NSEC;
	if (sees_itself >= s->stalled_from + s->m->least_nsec)
		log_stall(s, sees_itself);
}

/* __refill_cfs_bandwidth_runtime(), distribute_cfs_runtime() */
static void refill(struct sim *s)
{
	int64_t most = (int64_t)(s->m->quota_nsec + s->m->burst_nsec), owed;

	s->pool += (int64_t)s->m->quota_nsec;
	s->pool = s->pool < most ? s->pool : most;
	if (s->throttled) {
		owed = 1 - s->remaining;
		owed = owed < s->pool ? owed : s->pool;
		s->pool -= owed;
		s->remaining += owed;
		if (s->remaining > 0)
			begin_run(s);
	}
	s->refill += s->m->period_nsec;
}

/* entity_tick(): the only time at which somebody looks. */
static void tick(struct sim *s)
{
	if (s->tick > s->charged_from) {
		charge(s, s->tick);
		if (s->remaining <= 0)
			assign(s);
		if (s->remaining <= 0) {
			charge(s, s->tick + STOP_NSEC);
			s->throttled = true;
			s->stalled_from = s->tick;
		}
	}
	s->tick += s->m->tick_nsec;
}

/* Timers of one moment fire in the order in which they were set: the longer ago, the earlier. */
static void step(struct sim *s)
{
	if (s->throttled)
		s->tick = next_of(s->m->tick_at_nsec, s->m->tick_nsec, s->refill - 1);
	if (s->refill <= s->tick)
		refill(s);
	else
		tick(s);
}

static uint64_t now(const struct sim *s)
{
	return s->throttled || s->refill < s->tick ? s->refill : s->tick;
}

static void simulate(const struct tick_model *m, struct lengths *log, size_t periods)
{
	struct sim s = {.m = m, .log = log, .to = 0};
	uint64_t end = m->start_nsec + periods * m->period_nsec;

	start(&s);
	while (now(&s) < end)
		step(&s);
}

double tick_usage_usec(const struct tick_model *m, uint64_t from_nsec, uint64_t to_nsec)
{
	struct sim s = {.m = m, .from = from_nsec, .to = to_nsec};

	if (!m->tick_nsec || !m->period_nsec)
		return NAN;
	start(&s);
	while (now(&s) < to_nsec)
		step(&s);
	if (!s.throttled && s.charged_from < to_nsec)
		charge(&s, to_nsec);
	return (double)s.used / NSEC_PER_USEC;
}

/* ---- what came of it ---- */

static int by_length(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank; the values are sorted. */
static double percentile(const double *v, size_t n, double percent)
{
	size_t rank = (size_t)ceil(percent / 100 * (double)n);

	return v[rank ? rank - 1 : 0];
}

static struct tick_length summarise(double *v, size_t n, double tie_percent)
{
	if (n == 0)
		return (struct tick_length){NAN, NAN, NAN, NAN, NAN};
	qsort(v, n, sizeof(*v), by_length);
	return (struct tick_length){
		.p50_low = percentile(v, n, 50 - tie_percent),
		.p50 = percentile(v, n, 50),
		.p50_high = percentile(v, n, 50 + tie_percent),
		.p95 = percentile(v, n, 95),
		.p99 = percentile(v, n, 99),
	};
}

static double sum(const double *v, size_t n)
{
	double all = 0;

	for (size_t i = 0; i < n; i++)
		all += v[i];
	return all;
}

static size_t periods(const struct tick_model *m, unsigned offsets)
{
	uint64_t ticks = m->period_nsec / m->tick_nsec + 1;

	return (LOOKS / ticks < PERIODS ? LOOKS / ticks : PERIODS) / offsets + 1;
}

/* Over as many offsets of the refills, evenly spread from the model's own. */
static int forecast(const struct tick_model *m, unsigned offsets, struct tick_forecast *out,
		    struct err *e)
{
	scope_free struct lengths *l = calloc(1, sizeof(*l));
	struct tick_model at = *m;

	if (!m->tick_nsec || !m->period_nsec || !m->quota_nsec)
		return err_set(e, -EINVAL, "no forecast: a tick, a period and a quota are needed");
	if (!l)
		return err_set(e, -ENOMEM, "out of memory for a forecast");
	for (unsigned i = 0; i < offsets; i++) {
		at.refill_nsec = m->refill_nsec + m->tick_nsec * i / offsets;
		simulate(&at, l, periods(m, offsets));
	}
	*out = (struct tick_forecast){
		.stalls_per_period = (double)l->n / (double)(offsets * periods(m, offsets)),
		.share = l->n ? sum(l->run, l->n) / sum(l->interval, l->n) : 1,
		.run = summarise(l->run, l->n, m->tie_percent),
		.stall = summarise(l->stall, l->n, m->tie_percent),
		.interval = summarise(l->interval, l->n, m->tie_percent),
	};
	return 0;
}

int tick_forecast(const struct tick_model *m, struct tick_forecast *out, struct err *e)
{
	return forecast(m, 1, out, e);
}

int tick_forecast_any(const struct tick_model *m, struct tick_forecast *out, struct err *e)
{
	return forecast(m, PHASES, out, e);
}

double tick_median_near(const struct tick_length *l, double value)
{
	return fmin(fmax(value, l->p50_low), l->p50_high);
}

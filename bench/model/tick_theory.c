/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/tick_theory.h"

#include <math.h>
#include <stdlib.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "model/cpu_theory.h"

/* Of a few hundred bursts, on a machine whose switches take other times than the model's. */
static const double TIE_PERCENT = 5;

enum { STALLS_MIN = 3, BINS = 64 };

/* Of a thread that others delay now and then, the early quarter is on time. */
static const double ON_TIME = 0.25;

/* The group's CPU time is that of one thread, which always wants it and has no rival. */
static bool is_lone_hog(const struct trial_data *t, const struct group_data *g)
{
	const struct run_plan *run = &g->plan->run;

	for (size_t i = 0; i < t->n_groups; i++)
		if (t->groups[i].plan->parent == (int)g->index)
			return false;
	return g->page && run->workload && run->workload->saturates && run->threads == 1 &&
	       g->cpu && g->cpu->steady && !isnan(g->cpu->usage_usec) && t->n_moves == 0;
}

static int by_distance(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* How far a moment is from the nearest that is whole steps away from another: -step/2 .. step/2. */
static int64_t distance(uint64_t from, uint64_t at, uint64_t step)
{
	int64_t d = (int64_t)((at % step + step - from % step) % step);

	return d > (int64_t)step / 2 ? d - (int64_t)step : d;
}

/* The middle of that part of the step in which most moments are. */
static uint64_t most_frequent(const uint64_t *at, size_t n, uint64_t step)
{
	unsigned count[BINS] = {0}, best = 0;

	for (size_t i = 0; i < n; i++)
		count[at[i] % step * BINS / step]++;
	for (unsigned bin = 1; bin < BINS; bin++)
		best = count[bin] > count[best] ? bin : best;
	return best * step / BINS + step / BINS / 2;
}

/* Something happens every step: when, modulo the step, by moments that are late now and then. */
static uint64_t find_offset(const uint64_t *at, size_t n, uint64_t step, int64_t *late)
{
	uint64_t around = most_frequent(at, n, step);

	for (size_t i = 0; i < n; i++)
		late[i] = distance(around, at[i], step);
	qsort(late, n, sizeof(*late), by_distance);
	return (around + step + (uint64_t)late[(size_t)(ON_TIME * (double)n)]) % step;
}

static bool is_inside(const struct trial_data *t, const struct page_stall *s)
{
	return s->start_nsec >= t->open_nsec && s->length_nsec <= t->close_nsec &&
	       s->start_nsec <= t->close_nsec - s->length_nsec;
}

static bool find_moments(const struct trial_data *t, const struct page *page, struct tick_model *m)
{
	uint32_t count = atomic_load(&page->stall_count), n = 0;
	scope_free uint64_t *starts = calloc(PAGE_STALLS_MAX, sizeof(*starts));
	scope_free uint64_t *ends = calloc(PAGE_STALLS_MAX, sizeof(*ends));
	scope_free int64_t *late = calloc(PAGE_STALLS_MAX, sizeof(*late));

	for (uint32_t i = 0; starts && ends && late && i < count && i < PAGE_STALLS_MAX; i++) {
		const struct page_stall *s = &page->stalls[i];
		if (!is_inside(t, s))
			continue;
		starts[n] = s->start_nsec;
		ends[n++] = s->start_nsec + s->length_nsec;
	}
	if (n < STALLS_MIN)
		return false;
	m->tick_at_nsec = find_offset(starts, n, m->tick_nsec, late);
	m->refill_nsec =
		find_offset(ends, n, m->period_nsec, late) + m->period_nsec - TICK_RESUME_NSEC;
	return true;
}

/* TICK_NSEC is whole nanoseconds of what HZ makes: 3333333, where the host tells 3333 us. */
static uint64_t tick_nsec(uint64_t tick_usec)
{
	uint64_t hz = (USEC_PER_SEC + tick_usec / 2) / tick_usec;

	return (NSEC_PER_SEC + hz / 2) / hz;
}

bool tick_theory(const struct trial_data *t, const struct group_data *g, struct tick_model *out)
{
	const struct knob_value *max =
		timeline_effective(t, g->index, knob_find("cpu.max"), t->close_nsec);
	const struct knob_value *burst =
		timeline_own(&g->timeline, knob_find("cpu.max.burst"), t->close_nsec);

	if (!t->tick_usec || !is_lone_hog(t, g) || !max || max->is_max ||
	    max->number >= max->period_usec)
		return false;
	*out = (struct tick_model){
		.tick_nsec = tick_nsec(t->tick_usec),
		.period_nsec = max->period_usec * NSEC_PER_USEC,
		.quota_nsec = max->number * NSEC_PER_USEC,
		.burst_nsec = burst && !burst->is_max ? burst->number * NSEC_PER_USEC : 0,
		.least_nsec =
			g->page->stall_min_nsec ? g->page->stall_min_nsec : PAGE_STALL_MIN_NSEC,
		.start_nsec = g->opened_nsec,
		.tie_percent = TIE_PERCENT,
	};
	return find_moments(t, g->page, out);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_period: how much a group used in its busiest period, from samples. A mean within the quota
 * says nothing of it: with cpu.max.burst a period may have quota + burst (sched-bwc.rst). Where one
 * period ends and the next begins tells the kernel's own count of them, nr_periods; a period in
 * which nothing ran is not counted, and has no use to add. A boundary lies between two samples, so
 * that a value is known to a sample's width for each CPU in use; for a throttled group it is exact,
 * since nothing is used just before its boundary.
 */
#include <math.h>
#include <string.h>

#include "metrics/metric.h"

static const struct metric table[] = {
	{"cpu.period_max_usec", "usec", BETTER_NEUTRAL,
	 "CPU time in the busiest period of the quota; needs ten samples a period"},
	{0},
};

static const struct metric_sample samples[] = {
	{"cpu.nr_periods", "cpu.stat", "nr_periods"},
	{0},
};

/* Fewer would make the width of a sample as large as what is measured. */
enum { SAMPLES_A_PERIOD = 10, PERIODS_MIN = 2 };

/* Goes through the samples: where the last period began, and the busiest so far. */
struct walk {
	double usage;   /* the latest sample's, NAN: none yet */
	double periods; /* the latest count */
	double begin;   /* usage when the period began; NAN: it had begun before the first */
	double most;
	unsigned whole; /* periods that were seen from begin to end */
};

static void walk_periods(struct walk *w, double periods)
{
	if (periods > w->periods && !isnan(w->usage)) {
		if (!isnan(w->begin)) {
			w->most = fmax(w->most, w->usage - w->begin);
			w->whole++;
		}
		w->begin = w->usage;
	}
	w->periods = periods;
}

/* Of one moment the usage is there before the count, or behind it: it is the earlier that counts.
 */
static struct walk walk_samples(const struct trial_data *t, const struct group_data *g)
{
	struct walk w = {.usage = NAN, .begin = NAN, .periods = INFINITY};
	double usage = NAN;
	uint64_t at = 0;

	for (size_t i = 0; i < t->n_samples; i++) {
		const struct sample *s = &t->samples[i];
		if (s->group != g->index || s->nsec < t->open_nsec || s->nsec > t->close_nsec)
			continue;
		if (s->nsec != at)
			w.usage = usage;
		at = s->nsec;
		if (strcmp(s->metric, "cpu.usage_usec") == 0)
			usage = s->value;
		else if (strcmp(s->metric, "cpu.nr_periods") == 0)
			walk_periods(&w, s->value);
	}
	return w;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	const struct knob_value *max =
		timeline_effective(t, g->index, knob_find("cpu.max"), t->close_nsec);
	struct walk w;

	if (!max || max->is_max || t->sample_every_usec == 0 ||
	    t->sample_every_usec * SAMPLES_A_PERIOD > max->period_usec)
		return 0;
	w = walk_samples(t, g);
	return w.whole < PERIODS_MIN ? 0 : sink_value(sink, "cpu.period_max_usec", w.most, e);
}

const struct metric_group metrics_cpu_period = {
	.name = "cpu_period", .metrics = table, .samples = samples, .compute = compute};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_quota: how exactly cpu.max holds a group. Usage is compared with what theory (cpu_theory)
 * gives for this very window; "usage <= quota" would be passed by a group that got half of it.
 */
#include <math.h>

#include "cgbench/array.h"
#include "metrics/metric.h"
#include "model/cpu_theory.h"
#include "model/tick_theory.h"

/* A group whose quota was binding in this share of its periods had more demand than quota. */
static const double binding_share = 0.95;

static const struct metric table[] = {
	{"cpu.usage_usec", "usec", BETTER_EXPECTED, "CPU time of the group in the window"},
	{"cpu.usage_cpus", "cpus", BETTER_NEUTRAL, "the same, per second that something ran in it"},
	{"cpu.usage_error", "%", BETTER_EXPECTED,
	 "signed error of usage against what cpu.max allows"},
	{"cpu.user_usec", "usec", BETTER_NEUTRAL, "of it in user mode"},
	{"cpu.system_usec", "usec", BETTER_NEUTRAL, "of it in the kernel"},
	{"cpu.nr_periods", "count", BETTER_NEUTRAL, "periods in which the group was runnable"},
	{"cpu.nr_throttled", "count", BETTER_NEUTRAL, "periods in which it was throttled"},
	{"cpu.throttled_share", "%", BETTER_NEUTRAL, "throttled periods of all"},
	{"cpu.throttled_usec", "usec", BETTER_NEUTRAL,
	 "throttled time summed over CPUs; comparable within a kernel generation only"},
	{"cpu.nr_bursts", "count", BETTER_NEUTRAL, "periods in which burst was used (5.14)"},
	{0},
};

static const char *const reads[] = {"cpu.stat", NULL};

static const struct metric_sample samples[] = {
	{"cpu.usage_usec", "cpu.stat", "usage_usec"},
	{"cpu.nr_throttled", "cpu.stat", "nr_throttled"},
	{0},
};

/* What theory says the group uses, or NAN: nothing limits it, or its demand is not known. */
static double expected_usage(const struct group_data *g)
{
	double periods = 0, throttled = 0;

	if (!g->cpu || !g->cpu->limited)
		return NAN;
	if (!isnan(g->cpu->usage_usec))
		return g->cpu->usage_usec;
	group_delta(g, "cpu.stat", "nr_periods", &periods);
	group_delta(g, "cpu.stat", "nr_throttled", &throttled);
	return periods > 0 && throttled >= binding_share * periods ? g->cpu->allowed_usec : NAN;
}

/* What a tick makes of a quota is fine enough when a burst is no more than this part of the whole.
 */
static const double fine_share = 0.05;

/*
 * A quota below the tick is held in bursts of a tick, and in the long run exactly: what was run too
 * much is paid back. But one that is refilled while a burst lasts loses what is left then.
 */
static bool is_coarse(const struct trial_data *t, const struct group_data *g, double expected)
{
	const struct knob_value *max =
		timeline_effective(t, g->index, knob_find("cpu.max"), t->close_nsec);
	double cpus = g->n_cpus ? g->n_cpus : t->cpus_online, tick = (double)t->tick_usec;

	if (!max || max->is_max || max->number >= t->tick_usec)
		return false;
	if (g->plan->run.workload)
		cpus = fmin(cpus, g->plan->run.threads);
	return tick * cpus > fine_share * expected || max->number + t->tick_usec > max->period_usec;
}

/* Against the promise; where a burst is too much of that, against the model of bursts. */
static int add_error(const struct trial_data *t, const struct group_data *g, double usage,
		     double expected, struct value_sink *sink, struct err *e)
{
	bool coarse = is_coarse(t, g, expected), told = false;
	struct tick_model m;
	int r;

	if (coarse && tick_theory(t, g, &m)) {
		expected = tick_usage_usec(&m, t->open_nsec, t->close_nsec);
		told = expected > 0;
	}
	if (expected <= 0)
		return 0;
	r = sink_value(sink, "cpu.usage_error", 100 * (usage - expected) / expected, e);
	if (r == 0)
		sink->values[sink->n - 1].unresolved = coarse && !told;
	return r;
}

static int add_usage(const struct trial_data *t, const struct group_data *g,
		     struct value_sink *sink, struct err *e)
{
	double usage, expected = expected_usage(g), window = group_active_usec(t, g);
	int r;

	if (!group_delta(g, "cpu.stat", "usage_usec", &usage))
		return 0;
	r = sink_expected(sink, "cpu.usage_usec", usage, expected, e);
	if (r == 0 && window > 0)
		r = sink_value(sink, "cpu.usage_cpus", usage / window, e);
	if (r < 0 || isnan(expected) || expected <= 0)
		return r;
	return add_error(t, g, usage, expected, sink, e);
}

/* Counted in periods of the group's own quota; a coarse one skips some. */
static int add_periods(const struct trial_data *t, const struct group_data *g,
		       struct value_sink *sink, struct err *e)
{
	bool told = g->cpu && g->cpu->limited && !is_coarse(t, g, INFINITY);
	double value;
	int r = 0;

	if (group_delta(g, "cpu.stat", "nr_periods", &value))
		r = sink_expected(sink, "cpu.nr_periods", value, told ? g->cpu->periods : NAN, e);
	if (r == 0 && group_delta(g, "cpu.stat", "nr_throttled", &value))
		r = sink_expected(sink, "cpu.nr_throttled", value, told ? g->cpu->throttled : NAN,
				  e);
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	static const char *const plain[][2] = {
		{"cpu.user_usec", "user_usec"},
		{"cpu.system_usec", "system_usec"},
		{"cpu.throttled_usec", "throttled_usec"},
		{"cpu.nr_bursts", "nr_bursts"},
	};
	double value, periods, throttled;
	int r = add_usage(t, g, sink, e);

	if (r == 0)
		r = add_periods(t, g, sink, e);
	for (size_t i = 0; r == 0 && i < array_len(plain); i++)
		if (group_delta(g, "cpu.stat", plain[i][1], &value))
			r = sink_value(sink, plain[i][0], value, e);
	if (r == 0 && group_delta(g, "cpu.stat", "nr_periods", &periods) && periods > 0 &&
	    group_delta(g, "cpu.stat", "nr_throttled", &throttled))
		r = sink_value(sink, "cpu.throttled_share", 100 * throttled / periods, e);
	return r;
}

const struct metric_group metrics_cpu_quota = {.name = "cpu_quota",
					       .metrics = table,
					       .reads = reads,
					       .samples = samples,
					       .by_segment = true,
					       .compute = compute};

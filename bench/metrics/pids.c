/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pids: how a fork bomb was held, and how long it took to be rid of it. A fork never takes
 * pids.current above the limit (pids.max), so the peak is exact or the kernel is wrong.
 */
#include "metrics/metric.h"

static const struct metric table[] = {
	{"pids.current", "count", BETTER_NEUTRAL, "tasks at the window's end"},
	{"pids.peak", "count", BETTER_EXPECTED, "the most tasks there ever were (6.1)"},
	{"pids.events_max", "count", BETTER_NEUTRAL,
	 "forks refused; counted where the limit is from 6.11, where the fork was before"},
	{"kill.to_empty_usec", "usec", BETTER_LOWER, "from cgroup.kill to populated 0"},
	{"kill.left", "count", BETTER_EXPECTED, "1: the group was still populated after its kill"},
	{0},
};

static const char *const reads[] = {"pids.current", "pids.peak", "pids.events", "cgroup.events",
				    NULL};

static const struct metric_sample samples[] = {
	{"pids.current", "pids.current", NULL},
	{0},
};

static bool is_bomb(const struct group_data *g)
{
	return g->plan->run.workload && g->plan->run.workload->needs & WORKLOAD_FENCED;
}

/*
 * A fork is charged to a group before it is refused by one above (pids_try_charge()), so that the
 * peak below an ancestor's limit may be one more for each CPU that forks at that moment, and right.
 */
static bool may_be_more(const struct trial_data *t, const struct group_data *g,
			const struct knob_value *max, uint64_t peak)
{
	const struct knob *k = knob_find("pids.max");
	const struct knob_value *own = timeline_own(&g->timeline, k, t->close_nsec);
	uint64_t cpus = t->cpus_online ? t->cpus_online : 1;

	return (!own || knob_tighter(k, max, own)) && peak > max->number &&
	       peak <= max->number + cpus;
}

static int add_peak(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		    struct err *e)
{
	const char *text = snapshot_text(&g->end, "pids.peak");
	const struct knob_value *max = timeline_loosest(t, g->index, "pids.max");
	uint64_t peak;

	if (!text || !single_u64(text, &peak))
		return 0;
	/* Only a bomb is expected to fill its limit. */
	if (is_bomb(g) && max && !max->is_max) {
		uint64_t right = may_be_more(t, g, max, peak) ? peak : max->number;
		return sink_expected(sink, "pids.peak", (double)peak, (double)right, e);
	}
	return sink_value(sink, "pids.peak", (double)peak, e);
}

static int add_kill(const struct group_data *g, struct value_sink *sink, struct err *e)
{
	const char *text = snapshot_text(&g->end, "cgroup.events");
	uint64_t left;
	int r = 0;

	if (!g->kill_nsec)
		return 0;
	if (g->empty_nsec > g->kill_nsec)
		r = sink_value(sink, "kill.to_empty_usec",
			       (double)(g->empty_nsec - g->kill_nsec) / 1000.0, e);
	if (r == 0 && text && keyed_u64(text, "populated", &left))
		r = sink_expected(sink, "kill.left", (double)left, 0, e);
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	const char *current = snapshot_text(&g->after, "pids.current");
	const char *events = snapshot_text(&g->end, "pids.events");
	uint64_t value;
	int r = 0;

	if (current && single_u64(current, &value))
		r = sink_value(sink, "pids.current", (double)value, e);
	if (r == 0)
		r = add_peak(t, g, sink, e);
	if (r == 0 && events && keyed_u64(events, "max", &value))
		r = sink_value(sink, "pids.events_max", (double)value, e);
	return r < 0 ? r : add_kill(g, sink, e);
}

static const char *const exact[] = {"pids.peak", "kill.left", NULL};

const struct metric_group metrics_pids = {.name = "pids",
					  .metrics = table,
					  .exact = exact,
					  .reads = reads,
					  .samples = samples,
					  .compute = compute};

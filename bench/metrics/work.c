/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * work: what the workload got done. Operations per CPU second are the price of being limited: the
 * quota takes time away, and what remains should be worth as much as before.
 */
#include <stdio.h>

#include "metrics/metric.h"

static const struct metric table[] = {
	{"work.ops", "count", BETTER_HIGHER, "operations in the window"},
	{"work.ops_per_cpu_sec", "1/s", BETTER_HIGHER, "operations for each second of CPU time"},
	{"work.*", "count", BETTER_NEUTRAL, "a workload's own counter (forks, forks_refused, ...)"},
	{0},
};

static int add_counters(const struct group_data *g, struct value_sink *sink, struct err *e)
{
	int r = 0;

	for (size_t c = 0; r == 0 && c < PAGE_COUNTERS_MAX && g->page->counters[c].name[0]; c++) {
		const struct page_counter *counter = &g->page->counters[c];
		char name[64];
		uint64_t now = g->last ? g->last->counters[c] : atomic_load(&counter->value);
		snprintf(name, sizeof(name), "work.%.*s", PAGE_COUNTER_NAME_MAX, counter->name);
		r = sink_value(sink, name, (double)now - (double)g->base->counters[c], e);
	}
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	double ops = 0, cpu_nsec = 0;
	int r;

	(void)t;
	if (!g->page)
		return 0;
	for (unsigned i = 0; i < g->page->threads; i++) {
		const struct page_thread *p = &g->page->thread[i];
		ops += (double)(g->last ? g->last->ops[i] : atomic_load(&p->ops)) -
		       (double)g->base->ops[i];
		cpu_nsec += (double)(g->last ? g->last->cpu_nsec[i] : p->cpu_nsec) -
			    (double)g->base->cpu_nsec[i];
	}
	r = sink_value(sink, "work.ops", ops, e);
	if (r == 0 && cpu_nsec > 0)
		r = sink_value(sink, "work.ops_per_cpu_sec", ops * 1e9 / cpu_nsec, e);
	return r < 0 ? r : add_counters(g, sink, e);
}

const struct metric_group metrics_work = {
	.name = "work", .metrics = table, .by_segment = true, .compute = compute};

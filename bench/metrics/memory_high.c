/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memory_high: how long tasks were put to sleep above memory.high, against the kernel's own
 * formula. A sleep is a stall that the thread saw itself; how far above the limit the group was,
 * the sample of memory.current says that was taken during it: nobody charges while the only thread
 * sleeps.
 */
#include <string.h>

#include "cgbench/clock.h"
#include "metrics/metric.h"
#include "model/high_delay.h"

static const struct metric table[] = {
	{"memory.high_delays", "count", BETTER_NEUTRAL,
	 "stalls of the workload's threads while the group was above memory.high"},
	{"memory.high_delay_usec", "usec", BETTER_EXPECTED,
	 "their sum; expected: 64 s * (overage / high)^2 for each charge batch, 2 s at most"},
	{"memory.high_delay_error", "%", BETTER_EXPECTED, "signed error of that sum"},
	{0},
};

/* What was charged while the thread slept: the last sample in it; 0: none was taken. */
static uint64_t usage_during(const struct trial_data *t, unsigned group, const struct page_stall *s)
{
	uint64_t usage = 0;

	for (size_t i = 0; i < t->n_samples; i++) {
		const struct sample *p = &t->samples[i];
		if (p->group == group && p->nsec >= s->start_nsec &&
		    p->nsec <= s->start_nsec + s->length_nsec &&
		    strcmp(p->metric, "memory.current") == 0)
			usage = (uint64_t)p->value;
	}
	return usage;
}

struct sum {
	double n, measured, expected;
};

/* A stall that the window's end cut short says nothing. */
static void add_stall(const struct trial_data *t, const struct group_data *g,
		      const struct page_stall *s, struct sum *sum)
{
	const struct knob_value *high =
		timeline_effective(t, g->index, knob_find("memory.high"), s->start_nsec);
	uint64_t usage = usage_during(t, g->index, s), end = s->start_nsec + s->length_nsec;

	if (!high || high->is_max || usage <= high->number || s->start_nsec < t->open_nsec ||
	    end + NSEC_PER_MSEC >= t->close_nsec)
		return;
	sum->n++;
	sum->measured += (double)s->length_nsec / 1000.0;
	sum->expected += high_delay_usec(usage, high->number, HIGH_DELAY_BATCH_PAGES, t->tick_usec);
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	const struct knob_value *high =
		timeline_effective(t, g->index, knob_find("memory.high"), t->close_nsec);
	struct sum sum = {0};
	uint32_t n;
	int r;

	if (!g->page || !high || high->is_max)
		return 0;
	n = atomic_load(&g->page->stall_count);
	for (uint32_t i = 0; i < n && i < PAGE_STALLS_MAX; i++)
		add_stall(t, g, &g->page->stalls[i], &sum);
	r = sink_value(sink, "memory.high_delays", sum.n, e);
	if (r < 0 || sum.n == 0)
		return r;
	r = sink_expected(sink, "memory.high_delay_usec", sum.measured, sum.expected, e);
	if (r == 0 && sum.expected > 0)
		r = sink_value(sink, "memory.high_delay_error",
			       100 * (sum.measured - sum.expected) / sum.expected, e);
	return r;
}

const struct metric_group metrics_memory_high = {
	.name = "memory_high", .metrics = table, .compute = compute};

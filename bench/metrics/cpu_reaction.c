/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_reaction: how soon a group's threads feel what was done to it, as they saw it themselves. An
 * action begins a segment of the window; what follows is counted from there. The kernel gives a
 * group that is told another quota a whole new one at once, and lets go who is throttled
 * (tg_set_cfs_bandwidth() in kernel/sched): a hog runs for the new quota before it stalls.
 */
#include "metrics/metric.h"

static const struct metric table[] = {
	{"reaction.to_stall_usec", "usec", BETTER_NEUTRAL,
	 "from the beginning to the first stall of a thread that begins after it"},
	{"reaction.released_usec", "usec", BETTER_LOWER,
	 "from the beginning until the last thread ran that was stalled then; 0: none was"},
	{0},
};

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	uint32_t count = g->page ? atomic_load(&g->page->stall_count) : 0;
	uint64_t first = UINT64_MAX, released = t->open_nsec;
	int r = 0;

	/* A full log says nothing of what came after it. */
	if (!g->page || count >= PAGE_STALLS_MAX)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct page_stall *s = &g->page->stalls[i];
		uint64_t end = s->start_nsec + s->length_nsec;
		if (s->start_nsec >= t->open_nsec && s->start_nsec < first)
			first = s->start_nsec;
		if (s->start_nsec < t->open_nsec && end > released)
			released = end;
	}
	if (first < t->close_nsec)
		r = sink_value(sink, "reaction.to_stall_usec",
			       (double)(first - t->open_nsec) / 1000.0, e);
	if (r == 0 && released <= t->close_nsec)
		r = sink_value(sink, "reaction.released_usec",
			       (double)(released - t->open_nsec) / 1000.0, e);
	return r;
}

const struct metric_group metrics_cpu_reaction = {
	.name = "cpu_reaction", .metrics = table, .by_segment = true, .compute = compute};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * climb: the last MB of the workload climb against what the kernel's formula makes of it: a sleep
 * for each charge batch in it, by how far above memory.high the group then is, and what a MB costs
 * by itself.
 */
#include <string.h>
#include <unistd.h>

#include "metrics/metric.h"
#include "model/high_delay.h"

enum { MB_BYTES = 1 << 20 };

static const struct metric table[] = {
	{"climb.last_mb_usec", "usec", BETTER_EXPECTED,
	 "time for the last MB; expected: the sleeps of its batches, and a MB below memory.high"},
	{0},
};

/* A counter of the page; 0: it has none of that name. */
static uint64_t counter(const struct group_data *g, const char *name)
{
	for (size_t c = 0; c < PAGE_COUNTERS_MAX && g->page->counters[c].name[0]; c++)
		if (strncmp(g->page->counters[c].name, name, PAGE_COUNTER_NAME_MAX) == 0)
			return atomic_load(&g->page->counters[c].value);
	return 0;
}

/* Each batch is charged whole, and slept for at the usage that it leads to. */
static double sleeps_usec(uint64_t before, uint64_t high, uint64_t page_bytes, uint64_t tick_usec)
{
	uint64_t batch = HIGH_DELAY_BATCH_PAGES * page_bytes;
	double sum = 0;

	for (uint64_t taken = batch; taken <= MB_BYTES; taken += batch)
		sum += high_delay_usec(before + taken, high, HIGH_DELAY_BATCH_PAGES, tick_usec);
	return sum;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	const struct knob_value *high =
		timeline_effective(t, g->index, knob_find("memory.high"), t->close_nsec);
	uint64_t last, before;

	if (!g->page || !high || high->is_max)
		return 0;
	last = counter(g, "last_mb_usec");
	before = counter(g, "before_bytes");
	if (!last || !before)
		return 0;
	return sink_expected(sink, "climb.last_mb_usec", (double)last,
			     (double)counter(g, "quiet_mb_usec") +
				     sleeps_usec(before, high->number,
						 (uint64_t)sysconf(_SC_PAGESIZE), t->tick_usec),
			     e);
}

const struct metric_group metrics_climb = {.name = "climb", .metrics = table, .compute = compute};

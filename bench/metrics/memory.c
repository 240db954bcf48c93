/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memory: where a group was stopped, and how soon. memory.current holds page cache, and may exceed
 * its parts by the charge stock, 64 pages a CPU (32 before 6.1): so anon and file stand apart, and
 * the overshoot is given in batches too.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "metrics/metric.h"

enum { CHARGE_BATCH_PAGES = 64 };

static const struct metric table[] = {
	{"memory.overshoot_bytes", "bytes", BETTER_LOWER, "peak minus memory.max"},
	{"memory.overshoot_batches", "count", BETTER_LOWER,
	 "the same, in charge batches of 64 pages"},
	{"memory.charge_stock_bytes", "bytes", BETTER_NEUTRAL,
	 "memory.current minus what memory.stat accounts for: charged in advance, on some CPU"},
	{"memory.time_to_kill_usec", "usec", BETTER_LOWER,
	 "from the start of the touch that was too much to the end of the process"},
	{"memory.survived", "count", BETTER_NEUTRAL,
	 "1: the workload was alive at the window's end"},
	{0},
};

/* Events are taken after the kill, since the last of them come with it. */
static const struct file_metric files[] = {
	{{"memory.current_bytes", "bytes", BETTER_NEUTRAL, "charged at the window's end"},
	 "memory.current",
	 NULL,
	 TAKE_AFTER},
	{{"memory.peak_bytes", "bytes", BETTER_NEUTRAL, "the most that was ever charged (5.19)"},
	 "memory.peak",
	 NULL,
	 TAKE_END},
	{{"memory.anon_bytes", "bytes", BETTER_NEUTRAL, "anonymous memory at the window's end"},
	 "memory.stat",
	 "anon",
	 TAKE_AFTER},
	{{"memory.file_bytes", "bytes", BETTER_NEUTRAL, "page cache at the window's end"},
	 "memory.stat",
	 "file",
	 TAKE_AFTER},
	{{"memory.events_low", "count", BETTER_NEUTRAL, "reclaims below memory.low"},
	 "memory.events",
	 "low",
	 TAKE_END},
	{{"memory.events_high", "count", BETTER_NEUTRAL, "throttles at memory.high"},
	 "memory.events",
	 "high",
	 TAKE_END},
	{{"memory.events_max", "count", BETTER_NEUTRAL, "charges that met memory.max"},
	 "memory.events",
	 "max",
	 TAKE_END},
	{{"memory.events_oom", "count", BETTER_NEUTRAL, "allocations about to fail"},
	 "memory.events",
	 "oom",
	 TAKE_END},
	{{"memory.events_oom_kill", "count", BETTER_NEUTRAL, "processes that the OOM killer took"},
	 "memory.events",
	 "oom_kill",
	 TAKE_END},
	{{"memory.events_oom_group_kill", "count", BETTER_NEUTRAL,
	  "times that the OOM killer took a whole group (5.17)"},
	 "memory.events",
	 "oom_group_kill",
	 TAKE_END},
	{.file = NULL},
};

static const char *const reads[] = {"memory.current", "memory.peak", "memory.stat", "memory.events",
				    NULL};

static const struct metric_sample samples[] = {
	{"memory.current", "memory.current", NULL},
	{0},
};

static int add_overshoot(const struct trial_data *t, const struct group_data *g,
			 struct value_sink *sink, struct err *e)
{
	const char *text = snapshot_text(&g->end, "memory.peak");
	const struct knob_value *max = timeline_loosest(t, g->index, "memory.max");
	uint64_t peak;
	double over;
	int r;

	if (!text || !single_u64(text, &peak) || !max || max->is_max)
		return 0;
	over = (double)peak - (double)max->number;
	/* Below the limit nothing overshot; how far below is no news. */
	over = over > 0 ? over : 0;
	r = sink_value(sink, "memory.overshoot_bytes", over, e);
	if (r == 0)
		r = sink_value(sink, "memory.overshoot_batches",
			       over / (double)(CHARGE_BATCH_PAGES * sysconf(_SC_PAGESIZE)), e);
	return r;
}

static int add_kill(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		    struct err *e)
{
	const char *text = snapshot_text(&g->end, "memory.events");
	uint64_t touched = g->page ? atomic_load(&g->page->touch_nsec) : 0, kills = 0;
	bool ended = g->exited && g->exit_nsec <= t->close_nsec;
	int r = g->page ? sink_value(sink, "memory.survived", !ended, e) : 0;

	if (r == 0 && text && keyed_u64(text, "oom_kill", &kills) && kills && touched && ended &&
	    g->exit_nsec > touched)
		r = sink_value(sink, "memory.time_to_kill_usec",
			       (double)(g->exit_nsec - touched) / 1000.0, e);
	return r;
}

/* Everything that is charged is one of these; slab, stacks and page tables are in `kernel`. */
static int add_stock(const struct group_data *g, struct value_sink *sink, struct err *e)
{
	static const char *const parts[] = {"anon", "file", "kernel", "sock"};
	const char *current = snapshot_text(&g->after, "memory.current"),
		   *stat = snapshot_text(&g->after, "memory.stat");
	uint64_t whole, part;
	double rest;

	if (!current || !stat || !single_u64(current, &whole))
		return 0;
	rest = (double)whole;
	for (size_t i = 0; i < array_len(parts); i++) {
		if (!keyed_u64(stat, parts[i], &part))
			return 0;
		rest -= (double)part;
	}
	return sink_value(sink, "memory.charge_stock_bytes", rest, e);
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = add_overshoot(t, g, sink, e);

	if (r == 0)
		r = add_stock(g, sink, e);
	return r < 0 ? r : add_kill(t, g, sink, e);
}

static const char *const exact[] = {"memory.events_oom_kill", "memory.survived", NULL};

const struct metric_group metrics_memory = {.name = "memory",
					    .metrics = table,
					    .files = files,
					    .exact = exact,
					    .reads = reads,
					    .samples = samples,
					    .compute = compute};

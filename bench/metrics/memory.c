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
	{"memory.current_bytes", "bytes", BETTER_NEUTRAL, "charged at the window's end"},
	{"memory.peak_bytes", "bytes", BETTER_NEUTRAL, "the most that was ever charged (5.19)"},
	{"memory.overshoot_bytes", "bytes", BETTER_LOWER, "peak minus memory.max"},
	{"memory.overshoot_batches", "count", BETTER_LOWER,
	 "the same, in charge batches of 64 pages"},
	{"memory.anon_bytes", "bytes", BETTER_NEUTRAL, "anonymous memory at the window's end"},
	{"memory.file_bytes", "bytes", BETTER_NEUTRAL, "page cache at the window's end"},
	{"memory.events_low", "count", BETTER_NEUTRAL, "reclaims below memory.low"},
	{"memory.events_high", "count", BETTER_NEUTRAL, "throttles at memory.high"},
	{"memory.events_max", "count", BETTER_NEUTRAL, "charges that met memory.max"},
	{"memory.events_oom", "count", BETTER_NEUTRAL, "allocations about to fail"},
	{"memory.events_oom_kill", "count", BETTER_NEUTRAL, "processes that the OOM killer took"},
	{"memory.time_to_kill_usec", "usec", BETTER_LOWER,
	 "from the start of the touch that was too much to the end of the process"},
	{"memory.survived", "count", BETTER_NEUTRAL,
	 "1: the workload was alive at the window's end"},
	{0},
};

static const char *const reads[] = {"memory.current", "memory.peak", "memory.stat", "memory.events",
				    NULL};

static const struct metric_sample samples[] = {
	{"memory.current", "memory.current", NULL},
	{0},
};

static int add_single(const struct snapshot *s, const char *file, const char *metric,
		      struct value_sink *sink, struct err *e)
{
	const char *text = snapshot_text(s, file);
	uint64_t value;

	return text && single_u64(text, &value) ? sink_value(sink, metric, (double)value, e) : 0;
}

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

/* Events are taken after the kill, since the last of them come with it. */
static int add_events(const struct group_data *g, struct value_sink *sink, struct err *e)
{
	static const char *const events[][2] = {
		{"memory.events_low", "low"},           {"memory.events_high", "high"},
		{"memory.events_max", "max"},           {"memory.events_oom", "oom"},
		{"memory.events_oom_kill", "oom_kill"},
	};
	const char *text = snapshot_text(&g->end, "memory.events");
	uint64_t value;
	int r = 0;

	for (size_t i = 0; r == 0 && text && i < array_len(events); i++)
		if (keyed_u64(text, events[i][1], &value))
			r = sink_value(sink, events[i][0], (double)value, e);
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

static int add_parts(const struct group_data *g, struct value_sink *sink, struct err *e)
{
	const char *text = snapshot_text(&g->after, "memory.stat");
	uint64_t value;
	int r = 0;

	if (text && keyed_u64(text, "anon", &value))
		r = sink_value(sink, "memory.anon_bytes", (double)value, e);
	if (r == 0 && text && keyed_u64(text, "file", &value))
		r = sink_value(sink, "memory.file_bytes", (double)value, e);
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = add_single(&g->after, "memory.current", "memory.current_bytes", sink, e);

	if (r == 0)
		r = add_single(&g->end, "memory.peak", "memory.peak_bytes", sink, e);
	if (r == 0)
		r = add_overshoot(t, g, sink, e);
	if (r == 0)
		r = add_parts(g, sink, e);
	if (r == 0)
		r = add_events(g, sink, e);
	return r < 0 ? r : add_kill(t, g, sink, e);
}

static const char *const exact[] = {"memory.events_oom_kill", "memory.survived", NULL};

const struct metric_group metrics_memory = {.name = "memory",
					    .metrics = table,
					    .exact = exact,
					    .reads = reads,
					    .samples = samples,
					    .compute = compute};

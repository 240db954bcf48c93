/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * latency: how late a bystander's requests were done, each measured from the time it was scheduled
 * for, so that a stall cannot hide the requests that it held up. Apart for the time before, during
 * and after the disturbance: a late start begins it, a kill ends it.
 */
#include <stdio.h>

#include "cgbench/array.h"
#include "metrics/metric.h"

#define ROWS(phase, when)                                                                      \
	{"latency." phase "_count", "count", BETTER_NEUTRAL, "requests " when},                \
		{"latency." phase "_p50_usec", "usec", BETTER_LOWER, "median latency " when},  \
		{"latency." phase "_p99_usec", "usec", BETTER_LOWER, "99th percentile " when}, \
	{                                                                                      \
		"latency." phase "_max_usec", "usec", BETTER_LOWER, "the worst " when          \
	}

static const struct metric table[] = {
	ROWS("before", "before the disturbance, or without one"),
	ROWS("during", "during the disturbance"),
	ROWS("after", "after it"),
	{0},
};

static const char *const phases[] = {
	[PAGE_BEFORE] = "before",
	[PAGE_DURING] = "during",
	[PAGE_AFTER] = "after",
};

static int add_phase(const struct hist *h, const char *phase, struct value_sink *sink,
		     struct err *e)
{
	const struct {
		const char *suffix;
		double value;
	} rows[] = {
		{"count", (double)h->count},
		{"p50_usec", (double)hist_percentile_nsec(h, 50) / 1000.0},
		{"p99_usec", (double)hist_percentile_nsec(h, 99) / 1000.0},
		{"max_usec", (double)h->max_nsec / 1000.0},
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(rows); i++) {
		char name[64];
		snprintf(name, sizeof(name), "latency.%s_%s", phase, rows[i].suffix);
		r = sink_value(sink, name, rows[i].value, e);
	}
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = 0;

	(void)t;
	for (size_t p = 0; r == 0 && g->page && p < array_len(phases); p++)
		if (g->page->latency[p].count)
			r = add_phase(&g->page->latency[p], phases[p], sink, e);
	return r;
}

const struct metric_group metrics_latency = {
	.name = "latency", .metrics = table, .compute = compute};

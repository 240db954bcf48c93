/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * freeze: how long a group took to stand still: from the write of cgroup.freeze to `frozen 1` in
 * cgroup.events, which the kernel says when the last task below has stopped (cgroup-v2.rst). Of the
 * last freeze action of the trial; one that was never reached has no time, and frozen 0.
 */
#include "metrics/metric.h"

static const struct metric table[] = {
	{"freeze.to_frozen_usec", "usec", BETTER_LOWER, "from cgroup.freeze 1 to frozen 1"},
	{"freeze.frozen", "count", BETTER_EXPECTED, "1: the group said that it was frozen"},
	{0},
};

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = 0;

	(void)t;
	if (!g->freeze_nsec)
		return 0;
	if (g->frozen_nsec)
		r = sink_value(sink, "freeze.to_frozen_usec",
			       (double)(g->frozen_nsec - g->freeze_nsec) / 1000.0, e);
	return r < 0 ? r : sink_expected(sink, "freeze.frozen", g->frozen_nsec != 0, 1, e);
}

static const char *const exact[] = {"freeze.frozen", NULL};

const struct metric_group metrics_freeze = {
	.name = "freeze", .metrics = table, .exact = exact, .compute = compute};

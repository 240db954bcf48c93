/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place: whether the threads ran where they were put, as getcpu() told them. */
#include "metrics/metric.h"

static const struct metric table[] = {
	{"place.cpus", "count", BETTER_NEUTRAL, "CPUs that the group's threads were seen on"},
	{"place.strays", "count", BETTER_EXPECTED, "of them, CPUs that were not asked for"},
	{0},
};

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	unsigned seen = (unsigned)CPU_COUNT(&g->ran_on), strays = seen;
	int r;

	(void)t;
	if (!g->page)
		return 0;
	for (unsigned i = 0; i < g->n_cpus; i++)
		if (CPU_ISSET(g->cpus[i], &g->ran_on))
			strays--;
	r = sink_value(sink, "place.cpus", seen, e);
	if (r == 0 && g->n_cpus)
		r = sink_expected(sink, "place.strays", strays, 0, e);
	return r;
}

static const char *const exact[] = {"place.strays", NULL};

const struct metric_group metrics_place = {
	.name = "place", .metrics = table, .exact = exact, .compute = compute};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* own: what a program reports of itself. That every line is right the trial has seen to. */
#include "model/own_report.h"

#include "metrics/metric.h"

static const struct metric table[] = {
	{"own.*", "count", BETTER_NEUTRAL,
	 "a number that a program writes to @report as a line `NAME VALUE [UNIT]`"},
	{0},
};

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	struct own_number number;
	struct own_reader reader;
	int r = 0;

	if (!g->reported || !own_begin(&reader, t->plan, g->output))
		return 0;
	while (r == 0 && own_next(&reader, &number, NULL) == 1)
		r = sink_named(sink, number.metric, number.unit, number.value, e);
	return r;
}

const struct metric_group metrics_own = {.name = "own", .metrics = table, .compute = compute};

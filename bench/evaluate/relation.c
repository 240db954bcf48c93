/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/relation.h"

#include <math.h>
#include <string.h>

#include "evaluate/expr.h"
#include "metrics/metric.h"

static double find_value(const void *context, int group, const char *metric)
{
	const struct value_sink *sink = context;

	for (size_t i = 0; i < sink->n; i++)
		if (sink->values[i].group == group && strcmp(sink->values[i].metric, metric) == 0)
			return sink->values[i].value;
	return NAN;
}

static int add(const struct expect_plan *x, int group, struct value_sink *sink, struct err *e)
{
	double value = expr_value(x->relation, find_value, sink, group);
	struct value *v;
	int r;

	if (isnan(value))
		return 0;
	sink->group = group;
	r = sink_named(sink, x->metric, x->unit, value, e);
	if (r < 0)
		return r;
	v = &sink->values[sink->n - 1];
	v->expected = x->equals;
	if (x->equals != 0)
		v->error_pct = 100 * (value - x->equals) / fabs(x->equals);
	return 0;
}

static int add_each(const struct trial_data *t, const struct expect_plan *x,
		    struct value_sink *sink, struct err *e)
{
	int r = 0;

	for (size_t g = 0; r == 0 && g < t->n_groups; g++)
		if (!x->group || strcmp(x->group, t->groups[g].plan->name) == 0)
			r = add(x, (int)g, sink, e);
	return r;
}

int relations_add(const struct trial_data *t, struct value_sink *sink, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->plan->n_expects; i++) {
		const struct expect_plan *x = &t->plan->expects[i];
		if (!x->relation || condition_truth(x->when, &t->probes) != TRUTH_YES)
			continue;
		r = expr_is_per_group(x->relation) ? add_each(t, x, sink, e)
						   : add(x, VALUE_OF_TRIAL, sink, e);
	}
	return r;
}

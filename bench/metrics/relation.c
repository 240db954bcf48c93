/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relation: what a suite's budgets make of several metrics. evaluate/ computes them, last. */
#include "metrics/metric.h"

static const struct metric table[] = {
	{"relation.*", "ratio", BETTER_EXPECTED, "an expression of the suite over other metrics"},
	{0},
};

const struct metric_group metrics_relation = {.name = "relation", .metrics = table};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scatter: measured values, each with the names of its place on the x axis, its panel and its
 * series, arranged to a chart: every value a point, every cell a median, series side by side.
 *
 * Columns of the chart: x, value, x of the median, median (the last two once a cell).
 */
#ifndef CGBENCH_SCATTER_H
#define CGBENCH_SCATTER_H

#include <stdbool.h>

#include "plot/chart.h"

struct observation {
	char x[CHART_TEXT_MAX], panel[CHART_TEXT_MAX], series[CHART_TEXT_MAX];
	double value;
};

struct scatter {
	struct observation
		*v; /* the order in which names appear is the order in which they stand */
	size_t n;
	bool stacked;     /* series stand above each other, not side by side */
	unsigned columns; /* panels side by side, where that makes whole rows; 0: any */
	bool log;         /* the range of the y axis is padded by a factor */
	double low, high; /* also to be seen: a budget's bounds; NAN: none */
};

/* Fills an empty chart. -ENOMEM. What does not fit (more than 12 panels, 6 series or 40 places) is
 * left out and counted in the chart's fact "left_out". */
int scatter_arrange(const struct scatter *s, struct chart *c, struct err *e);

#endif

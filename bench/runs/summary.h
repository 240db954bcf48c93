/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * summary: what the repeats of a metric in a cell come to, and what the suite's budgets made of
 * them: the numbers of a report, however many rows are behind them.
 */
#ifndef CGBENCH_SUMMARY_H
#define CGBENCH_SUMMARY_H

#include "runs/load.h"
#include "stats/stats.h"

/* Fewer values than this have no interval worth the name. */
enum { SUMMARY_INTERVAL_MIN = 5 };

/* One series: a metric of a group in a cell. */
struct summary {
	uint32_t series;
	size_t n, outliers;
	double median, mad;
	struct interval interval; /* of the median, 95%; NAN: too few values */
	double expected,
		error_pct;   /* median of what was expected, and of the median to that; NAN */
	struct tally judged; /* values with a verdict */
};

/* All cells of a metric of a group in a part: one budget of the suite. */
struct part_budget {
	uint32_t part, group, metric, unit; /* texts of the dataset */
	struct tally judged;
	size_t cells;
	/* The value furthest from what was expected, or from 0: itself, its cell, how far. */
	double worst, distance;
	uint32_t worst_cell;
};

struct summaries {
	struct summary *v; /* in the order in which the series first appeared */
	size_t n;
	struct part_budget *budgets;
	size_t n_budgets;
	struct tally judged; /* over all */
};

/* -ENOMEM. */
int summarize(const struct dataset *d, const struct run *run, struct summaries *out, struct err *e);
void summaries_clear(struct summaries *s);

#endif

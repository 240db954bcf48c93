/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_theory: measured values beside what theory expected of them, a series a metric. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "runs/results.h"

static const double USEC_PER_MSEC = 1000;

/* Times are shown in milliseconds, whatever else as it is. */
static double shown(const struct result *row, double value)
{
	return strcmp(row->unit, "usec") == 0 ? value / USEC_PER_MSEC : value;
}

/* Whether the suite holds this metric against theory. */
static bool is_judged(const struct plot_input *in, const struct result *row)
{
	double low, high;

	return isfinite(row->expected) && row->expected != 0 && isfinite(row->value) &&
	       planned_bounds(plot_planned(in, row->trial), row->metric, &low, &high);
}

static int add_metric(const struct plot_input *in, const char *metric, struct chart *c,
		      struct err *e)
{
	struct results r scope(results_clear) = {0};
	struct chart_series *s = NULL;
	int status = results_select(in->d, in->run, metric, &r, e);

	for (size_t i = 0; status == 0 && i < r.n; i++) {
		const struct result *row = &r.v[i];
		const double point[] = {shown(row, row->expected), shown(row, row->value),
					100 * (row->value - row->expected) / row->expected};
		if (!is_judged(in, row))
			continue;
		if (!s)
			s = chart_series(c, 1, (unsigned)c->n_series + 1, metric);
		if (!s || chart_point(c, s, point) < 0)
			status = err_no_memory(e);
	}
	return status;
}

int plot_build_theory(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e)
{
	char names[PLOT_ARG_MAX], *rest = names, *metric;
	int r = 0;

	(void)cells;
	snprintf(names, sizeof(names), "%s", plot_arg(args, "name", ""));
	c->n_columns = 3;
	if (!chart_panel(c, ""))
		return err_no_memory(e);
	while (r == 0 && (metric = strsep(&rest, ",")))
		r = add_metric(in, metric, c, e);
	if (r == 0 && c->n_series == 0)
		r = err_set(e, -ENODATA, "the suite holds none of %s against theory",
			    plot_arg(args, "name", "no metric"));
	chart_grid(c, 1);
	return r;
}

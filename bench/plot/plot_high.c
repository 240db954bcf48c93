/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_high: sleeps above memory.high, from stalls.csv and samples.csv, by how far above it was. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "runs/traces.h"

enum { SERIES_MAX = 6 };

static const struct trace *same_trace(const struct traces *all, const struct trace *like)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].trial == like->trial && strcmp(all->v[i].group, like->group) == 0)
			return &all->v[i];
	return NULL;
}

/* The last sample in a stall: nobody charges while the thread sleeps. NAN: none was taken. */
static double usage_during(const struct trace *usage, const struct stall_point *s)
{
	double found = NAN;

	for (size_t i = 0; i < usage->n_samples; i++) {
		const struct sample_point *p = &usage->samples[i];
		if (p->t_usec > s->start_usec + s->length_usec)
			break;
		if (p->t_usec >= s->start_usec)
			found = p->value;
	}
	return found;
}

static int add_stalls(struct chart *c, struct chart_series *out, const struct trace *stalls,
		      const struct trace *usage, double high)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < stalls->n_stalls; i++) {
		const struct stall_point *s = &stalls->stalls[i];
		double over = 100 * (usage_during(usage, s) - high) / high;
		/* What the window's end cut short is no sleep of any length. */
		if (over > 0 &&
		    s->start_usec + s->length_usec < stalls->trial->duration_usec - 1000)
			r = chart_point(c, out, (double[]){over, s->length_usec / 1000});
	}
	return r;
}

static int add_trace(const struct plot_input *in, const struct trace *stalls,
		     const struct traces *usages, unsigned *cell, struct chart *c)
{
	const struct group_plan *group =
		planned_group(plot_planned(in, stalls->trial), stalls->group);
	const struct trace *usage = same_trace(usages, stalls);
	double high = planned_limit(group, "memory.high");
	char label[CHART_TEXT_MAX];
	struct chart_series *s;

	if (!usage || isnan(high) || c->n_series == SERIES_MAX)
		return 0;
	*cell = stalls->trial->cell_number;
	s = chart_series(c, 1, (unsigned)c->n_series + 1, plot_label(in, stalls->trial, label));
	return s ? add_stalls(c, s, stalls, usage, high) : -ENOMEM;
}

int plot_build_high(const struct plot_input *in, const struct plot_args *args,
		    struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct traces stalls scope(traces_clear) = {0}, usages scope(traces_clear) = {0};
	unsigned last_cell = 0;
	int r = traces_load_stalls(in->run, &stalls, e);

	(void)args;
	(void)cells;
	if (r == 0)
		r = traces_load_samples(in->run, "memory.current", &usages, e);
	if (r < 0)
		return r;
	c->n_columns = 2;
	if (!chart_panel(c, ""))
		return err_no_memory(e);
	/* One trial a cell: repeats of it would lie on top of each other. */
	for (size_t i = 0; r == 0 && i < stalls.n; i++)
		if (stalls.v[i].trial->cell_number != last_cell)
			r = add_trace(in, &stalls.v[i], &usages, &last_cell, c);
	if (r < 0)
		return err_no_memory(e);
	if (c->n_series == 0)
		return err_set(e, -ENODATA, "stalls.csv has no stall of a group with memory.high");
	chart_grid(c, 1);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_groups: a metric of results.csv group by group, measured beside expected. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "runs/results.h"

enum { PANELS_MAX = 6, GROUPS_MAX = 24 };

/* Names of groups in the order in which they appear: their places on the x axis, from 0. */
struct places {
	const char *name[GROUPS_MAX];
	size_t n;
};

/* -1: there is no room. */
static int place_of(struct places *p, const char *group)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->name[i], group) == 0)
			return (int)i;
	if (p->n == GROUPS_MAX)
		return -1;
	p->name[p->n] = group;
	return (int)p->n++;
}

static bool open_panel(const struct plot_input *in, const struct run_trial *trial, struct chart *c)
{
	char label[CHART_TEXT_MAX], title[CHART_TEXT_MAX];
	const struct trial_plan *plan = plot_planned(in, trial);

	plot_label(in, trial, label);
	snprintf(title, sizeof(title), "%.60s%s%.80s", plan && plan->part ? plan->part : "",
		 plan && plan->part ? ", " : "", label);
	return chart_panel(c, title) && chart_series(c, (unsigned)c->n_panels, 1, "measured");
}

static int add_rows(const struct plot_input *in, const struct results *r, struct places *places,
		    struct chart *c)
{
	unsigned cell = 0;
	int status = 0;

	for (size_t i = 0; status == 0 && i < r->n; i++) {
		const struct result *row = &r->v[i];
		int place;
		if (isnan(row->expected))
			continue;
		if (row->trial->cell_number != cell) {
			if (c->n_panels == PANELS_MAX)
				break;
			if (!open_panel(in, row->trial, c))
				return -ENOMEM;
			cell = row->trial->cell_number;
		}
		place = place_of(places, row->group);
		if (place >= 0)
			status = chart_point(c, &c->series[c->n_series - 1],
					     (double[]){place, row->value, row->expected});
	}
	return status;
}

static void set_ranges(struct chart *c)
{
	double high = 0;

	for (size_t s = 0; s < c->n_series; s++)
		for (size_t i = 0; i < c->series[s].n; i += c->n_columns)
			high = fmax(high,
				    fmax(c->series[s].points[i + 1], c->series[s].points[i + 2]));
	for (size_t p = 0; p < c->n_panels; p++) {
		c->panels[p].low = 0;
		c->panels[p].high = 1.1 * high;
	}
}

int plot_build_groups(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct results r scope(results_clear) = {0};
	const char *name = plot_arg(args, "name", "");
	struct places places = {.n = 0};
	int status = results_select(in->d, in->run, name, &r, e);

	(void)cells;
	if (status < 0)
		return status;
	c->n_columns = 3;
	status = add_rows(in, &r, &places, c);
	for (size_t i = 0; status == 0 && i < places.n; i++)
		status = chart_tick(c, (double)i, places.name[i]);
	if (status < 0)
		return err_no_memory(e);
	if (c->n_panels == 0)
		return err_set(e, -ENODATA, "results.csv has no '%s' with an expected value", name);
	set_ranges(c);
	chart_grid(c, c->n_panels < 3 ? (unsigned)c->n_panels : 3);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_values: the tables that are made from results.csv. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "plot/roles.h"
#include "plot/scatter.h"
#include "runs/results.h"

/* Drops the rows of other groups, when one was asked for. */
static void keep_group(struct results *r, const char *group)
{
	size_t kept = 0;

	for (size_t i = 0; group && i < r->n; i++)
		if (strcmp(r->v[i].group, group) == 0)
			r->v[kept++] = r->v[i];
	r->n = group ? kept : r->n;
}

static bool several_groups(const struct results *r)
{
	for (size_t i = 1; i < r->n; i++)
		if (strcmp(r->v[i].group, r->v[0].group) != 0)
			return true;
	return false;
}

static int assign(const struct plot_input *in, const struct plot_args *args,
		  const struct results *r, struct roles *roles)
{
	const char *asked[ROLES] = {[ROLE_X] = plot_arg(args, "x", ""),
				    [ROLE_PANELS] = plot_arg(args, "panels", ""),
				    [ROLE_SERIES] = plot_arg(args, "series", "")};
	const struct run_trial **used = calloc(r->n + 1, sizeof(const struct run_trial *));

	size_t n = 0;

	if (!used)
		return -ENOMEM;
	for (size_t i = 0; i < r->n; i++)
		if (n == 0 || used[n - 1]->cell_number != r->v[i].trial->cell_number)
			used[n++] = r->v[i].trial;
	roles_assign(in->d, asked, used, roles);
	free(used);
	return 0;
}

static int observe(const struct roles *roles, const struct result *row, bool with_group,
		   struct scatter *s)
{
	struct observation *o = array_push(s->v, s->n);
	size_t used;

	if (!o)
		return -ENOMEM;
	role_text(roles, ROLE_X, row->trial, o->x, sizeof(o->x));
	role_text(roles, ROLE_PANELS, row->trial, o->panel, sizeof(o->panel));
	role_text(roles, ROLE_SERIES, row->trial, o->series, sizeof(o->series));
	used = strlen(o->series);
	if (with_group)
		snprintf(o->series + used, sizeof(o->series) - used, "%s%s", used ? ", " : "",
			 row->group);
	o->value = row->value;
	return 0;
}

/* Two NANs are the same open end. */
static bool same_bound(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* The bounds that every cell has, where they all have the same. */
static bool common_bounds(const struct plot_input *in, const struct results *r, double *low,
			  double *high)
{
	const struct run_trial *last = NULL;
	bool found = false;

	*low = *high = NAN;
	for (size_t i = 0; i < r->n; i++) {
		double l = NAN, h = NAN;
		if (last && last->cell_number == r->v[i].trial->cell_number)
			continue;
		last = r->v[i].trial;
		if (!planned_bounds(plot_planned(in, last), r->v[i].metric, &l, &h))
			return false;
		if (found && (!same_bound(l, *low) || !same_bound(h, *high)))
			return false;
		*low = l;
		*high = h;
		found = true;
	}
	return found;
}

static int add_facts(const struct roles *roles, const struct results *r, bool bounded,
		     const struct scatter *s, struct chart *c)
{
	int status = chart_text(c, "unit", r->v[0].unit);

	if (status == 0)
		status = chart_text(c, "x_name", role_name(roles, ROLE_X));
	if (status == 0)
		status = chart_number(c, "has_bounds", bounded);
	if (status == 0)
		status = chart_number(c, "bound_low", s->low);
	if (status == 0)
		status = chart_number(c, "bound_high", s->high);
	return status;
}

static int arrange_metric(const struct plot_input *in, const struct plot_args *args,
			  const struct results *r, struct chart *c, struct err *e)
{
	struct scatter s = {.log = strcmp(plot_arg(args, "log", ""), "y") == 0};
	bool with_group = several_groups(r), bounded;
	struct roles roles = {0};
	int status = assign(in, args, r, &roles);

	for (size_t i = 0; status == 0 && i < r->n; i++)
		status = observe(&roles, &r->v[i], with_group, &s);
	s.columns = roles.panel_values;
	bounded = common_bounds(in, r, &s.low, &s.high);
	if (!bounded)
		s.low = s.high = NAN;
	status = status < 0 ? err_no_memory(e) : scatter_arrange(&s, c, e);
	free(s.v);
	if (status == 0 && add_facts(&roles, r, bounded, &s, c) < 0)
		status = err_no_memory(e);
	return status;
}

/* What a plot means may hang on an axis, such as CPUs: another in its place would be drawn as it.
 */
static bool has_axis(const struct dataset *d, const char *name)
{
	for (size_t a = AXIS_FIRST; a < d->n_axes; a++)
		if (strcmp(dataset_text(d, d->axes[a]), name) == 0)
			return true;
	return false;
}

int plot_build_metric(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct results r scope(results_clear) = {0};
	const char *name = plot_arg(args, "name", ""), *group = plot_arg(args, "group", NULL),
		   *needs = plot_arg(args, "needs", NULL);
	int status = results_select(in->d, in->run, name, &r, e);

	(void)cells;
	if (status == 0 && needs && !has_axis(in->d, needs))
		return err_set(e, -ENODATA, "the suite has no axis '%s'", needs);
	if (status < 0)
		return status;
	keep_group(&r, group);
	if (r.n == 0)
		return err_set(e, -ENODATA, "results.csv has no metric '%s'%s%s", name,
			       group ? " of group " : "", group ? group : "");
	return arrange_metric(in, args, &r, c, e);
}

static bool chosen(const struct plot_cells *cells, unsigned cell)
{
	for (size_t i = 0; i < cells->n; i++)
		if (cells->v[i] == cell)
			return true;
	return false;
}

/* "latency.during_p99_usec" to "during" and "p99"; false for what is no time. */
static bool split_phase(const char *metric, struct observation *o)
{
	char phase[32], stat[32], unit[32];

	if (sscanf(metric, "%*[^.].%31[^_]_%31[^_]_%31s", phase, stat, unit) != 3 ||
	    strcmp(unit, "usec") != 0)
		return false;
	snprintf(o->x, sizeof(o->x), "%s", phase);
	snprintf(o->series, sizeof(o->series), "%s", stat);
	return true;
}

static int observe_phase(const struct plot_input *in, const struct result *row, struct scatter *s)
{
	struct observation o = {.value = row->value}, *slot;

	if (!split_phase(row->metric, &o))
		return 0;
	plot_label(in, row->trial, o.panel);
	slot = array_push(s->v, s->n);
	if (!slot)
		return -ENOMEM;
	*slot = o;
	return 0;
}

/* The cells whose latencies know a disturbance at all. */
static void choose_disturbed(const struct results *r, struct plot_cells *cells)
{
	for (size_t i = 0; i < r->n && cells->n < PLOT_CELLS_MAX; i++)
		if (strstr(r->v[i].metric, ".during_") &&
		    !chosen(cells, r->v[i].trial->cell_number))
			cells->v[cells->n++] = r->v[i].trial->cell_number;
}

int plot_build_phases(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct scatter s = {.stacked = true,
			    .log = strcmp(plot_arg(args, "log", ""), "y") == 0,
			    .low = NAN,
			    .high = NAN};
	struct results r scope(results_clear) = {0};
	char pattern[PLOT_ARG_MAX + 2];
	int status;

	snprintf(pattern, sizeof(pattern), "%s.*", plot_arg(args, "name", "latency"));
	status = results_select(in->d, in->run, pattern, &r, e);
	if (status < 0)
		return status;
	if (cells->n == 0)
		choose_disturbed(&r, cells);
	for (size_t i = 0; status == 0 && i < r.n; i++)
		if (chosen(cells, r.v[i].trial->cell_number))
			status = observe_phase(in, &r.v[i], &s);
	if (status == 0 && s.n == 0)
		status = err_set(e, -ENODATA,
				 "results.csv has no metric '%s' in the phases of a disturbance",
				 pattern);
	else
		status = status < 0 ? err_no_memory(e) : scatter_arrange(&s, c, e);
	free(s.v);
	return status;
}

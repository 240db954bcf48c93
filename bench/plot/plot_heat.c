/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot_heat: a metric over two axes as a table of coloured fields, a panel for each combination of
 * the others. Columns of the chart: place on the x axis (from 1), on the y axis (from 1), the mean
 * of the repeats, and 1 where the trial did not report, for which another metric may stand with 0.
 * Names of places are ticks: those of x above 0, those of y below.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "runs/results.h"

enum { PLACES_MAX = 40, PANELS_MAX = 12, COLUMNS = 4 };

struct place {
	char name[CHART_TEXT_MAX];
};

struct places {
	struct place v[PLACES_MAX];
	size_t n;
};

struct field {
	double sum;
	unsigned n;
	bool dnr;
};

struct panel {
	char title[CHART_TEXT_MAX];
	struct field fields[PLACES_MAX][PLACES_MAX]; /* [y][x] */
};

struct heat {
	const struct plot_input *in;
	uint32_t x_axis, y_axis;
	struct places x, y;
	struct panel *panels;
	size_t n_panels;
	unsigned left_out;
};

/* The index of a name, added at the end when it is new; PLACES_MAX: there is no room. */
static size_t place_of(struct places *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].name, name) == 0)
			return i;
	if (p->n == PLACES_MAX)
		return PLACES_MAX;
	snprintf(p->v[p->n].name, sizeof(p->v[p->n].name), "%s", name);
	return p->n++;
}

/* "level none", of the axes that are not drawn. */
static void panel_title(const struct heat *h, const struct run_trial *t,
			char buf[static CHART_TEXT_MAX])
{
	const struct dataset *d = h->in->d;
	const struct cell *c = &d->cells[t->cell];
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < c->n && used < CHART_TEXT_MAX; i++) {
		const struct axis_value *v = &d->axis_values[c->first + i];
		if (v->axis < AXIS_FIRST || v->axis == h->x_axis || v->axis == h->y_axis)
			continue;
		used += (size_t)snprintf(buf + used, CHART_TEXT_MAX - used, "%s%s: %s",
					 used ? ", " : "", dataset_text(d, d->axes[v->axis]),
					 dataset_text(d, v->text));
	}
}

static int panel_of(struct heat *h, const char *title, struct panel **out)
{
	struct panel *p;

	*out = NULL;
	for (size_t i = 0; i < h->n_panels; i++)
		if (strcmp(h->panels[i].title, title) == 0)
			*out = &h->panels[i];
	if (*out || h->n_panels == PANELS_MAX)
		return 0;
	p = array_push(h->panels, h->n_panels);
	if (!p)
		return -ENOMEM;
	snprintf(p->title, sizeof(p->title), "%s", title);
	*out = p;
	return 0;
}

/* The field of a trial; NULL, counted, where there is no room, or uncounted, where it is no cell
 * of these axes. */
static int field_of(struct heat *h, const struct run_trial *t, struct field **out)
{
	const char *x = cell_axis(h->in->d, t->cell, h->x_axis);
	const char *y = cell_axis(h->in->d, t->cell, h->y_axis);
	char title[CHART_TEXT_MAX];
	struct panel *panel;
	size_t column, row;
	int r;

	*out = NULL;
	if (!x || !y)
		return 0;
	panel_title(h, t, title);
	r = panel_of(h, title, &panel);
	if (r < 0)
		return r;
	column = place_of(&h->x, x);
	row = place_of(&h->y, y);
	if (!panel || column == PLACES_MAX || row == PLACES_MAX)
		h->left_out++;
	else
		*out = &panel->fields[row][column];
	return 0;
}

static int add_values(struct heat *h, const struct results *values, const struct results *reported)
{
	struct field *f;
	int r = 0;

	for (size_t i = 0; r == 0 && i < values->n; i++) {
		r = field_of(h, values->v[i].trial, &f);
		if (r == 0 && f) {
			f->sum += values->v[i].value;
			f->n++;
		}
	}
	for (size_t i = 0; r == 0 && i < reported->n; i++) {
		r = field_of(h, reported->v[i].trial, &f);
		if (r == 0 && f && reported->v[i].value == 0)
			f->dnr = true;
	}
	return r;
}

static int add_broken(struct heat *h, const struct run *run)
{
	struct field *f;
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->n_broken; i++) {
		if (strcmp(dataset_text(h->in->d, run->broken[i].status), "dnr") != 0)
			continue;
		r = field_of(h, &run->broken[i], &f);
		if (r == 0 && f)
			f->dnr = true;
	}
	return r;
}

static int draw_panel(const struct heat *h, const struct panel *p, unsigned number, struct chart *c)
{
	struct chart_series *s = chart_series(c, number, 1, p->title);
	int r = s ? 0 : -ENOMEM;

	for (size_t y = 0; r == 0 && y < h->y.n; y++) {
		for (size_t x = 0; r == 0 && x < h->x.n; x++) {
			const struct field *f = &p->fields[y][x];
			double row[COLUMNS] = {(double)x + 1, (double)y + 1,
					       f->n ? f->sum / f->n : NAN, f->dnr};
			if (f->n || f->dnr)
				r = chart_point(c, s, row);
		}
	}
	return r;
}

static int draw(const struct heat *h, struct chart *c)
{
	int r = 0;

	c->n_columns = COLUMNS;
	for (size_t i = 0; r == 0 && i < h->n_panels; i++) {
		r = chart_panel(c, h->panels[i].title) ? 0 : -ENOMEM;
		if (r == 0)
			r = draw_panel(h, &h->panels[i], (unsigned)i + 1, c);
	}
	for (size_t i = 0; r == 0 && i < h->x.n; i++)
		r = chart_tick(c, (double)i + 1, h->x.v[i].name);
	for (size_t i = 0; r == 0 && i < h->y.n; i++)
		r = chart_tick(c, -(double)i - 1, h->y.v[i].name);
	if (r == 0)
		r = chart_number(c, "x_places", (double)h->x.n);
	if (r == 0)
		r = chart_number(c, "y_places", (double)h->y.n);
	if (r == 0)
		r = chart_number(c, "left_out", h->left_out);
	if (r == 0)
		c->grid_columns = 1;
	return r;
}

static int select_all(const struct plot_input *in, const struct plot_args *args,
		      struct results *values, struct results *reported, struct err *e)
{
	const char *name = plot_arg(args, "name", "");
	int r = results_select(in->d, in->run, name, values, e);

	if (r == 0)
		r = results_select(in->d, in->run, plot_arg(args, "reported", ""), reported, e);
	if (r == 0 && values->n == 0)
		return err_set(e, -ENODATA, "results.csv has no metric '%s'", name);
	return r;
}

int plot_build_heat(const struct plot_input *in, const struct plot_args *args,
		    struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct results values scope(results_clear) = {0}, reported scope(results_clear) = {0};
	const char *x = plot_arg(args, "x", ""), *y = plot_arg(args, "y", "");
	struct heat h = {
		.in = in, .x_axis = dataset_axis(in->d, x), .y_axis = dataset_axis(in->d, y)};
	int r = select_all(in, args, &values, &reported, e);

	(void)cells;
	if (r < 0)
		return r;
	if (h.x_axis == UINT32_MAX || h.y_axis == UINT32_MAX)
		return err_set(e, -ENODATA, "the run has no axes '%s' and '%s'", x, y);
	r = add_values(&h, &values, &reported);
	if (r == 0)
		r = add_broken(&h, in->run);
	if (r == 0)
		r = draw(&h, c);
	free(h.panels);
	return r < 0 ? err_no_memory(e) : 0;
}

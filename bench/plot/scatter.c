/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/scatter.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

enum { PANELS_MAX = 12, SERIES_MAX = 6, PLACES_MAX = 40, CELL_POINTS_MAX = 40 };

/* A list of different names, each at the place where it first appeared. */
struct names {
	const char *v[PLACES_MAX];
	size_t n, max;
};

/* An observation by numbers. */
struct point {
	size_t panel, series, x;
	double value;
};

struct arrangement {
	struct names panels, series, places;
	struct point *points;
	size_t n, left_out;
	bool side_by_side;
};

/* The index of a name, which is added when it is new; max when the list is full. */
static size_t place(struct names *list, const char *name)
{
	size_t i = 0;

	while (i < list->n && strcmp(list->v[i], name) != 0)
		i++;
	if (i == list->n && list->n < list->max)
		list->v[list->n++] = name;
	return i;
}

static int by_place(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->panel != y->panel)
		return x->panel < y->panel ? -1 : 1;
	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

static int index_all(const struct scatter *s, struct arrangement *a, struct err *e)
{
	a->points = calloc(s->n + 1, sizeof(*a->points));
	if (!a->points)
		return err_no_memory(e);
	for (size_t i = 0; i < s->n; i++) {
		const struct observation *o = &s->v[i];
		struct point p = {place(&a->panels, o->panel), place(&a->series, o->series),
				  place(&a->places, o->x), o->value};
		if (p.panel == a->panels.max || p.series == a->series.max || p.x == a->places.max)
			a->left_out++;
		else
			a->points[a->n++] = p;
	}
	qsort(a->points, a->n, sizeof(*a->points), by_place);
	return 0;
}

/* Values of one cell, sorted: all of them, or evenly spaced ranks with the least and the most. */
static int add_cell(struct chart *c, struct chart_series *out, const struct arrangement *a,
		    const struct point *cell, size_t n)
{
	size_t shown = n < CELL_POINTS_MAX ? n : CELL_POINTS_MAX;
	double width = a->side_by_side ? 0.8 / (double)(a->series.n < 3 ? 3 : a->series.n) : 0;
	double x = (double)cell->x + 1 +
		   ((double)cell->series - (double)(a->series.n - 1) / 2) * width;
	double median = n % 2 ? cell[n / 2].value : (cell[n / 2 - 1].value + cell[n / 2].value) / 2;
	int r = 0;

	for (size_t i = 0; r == 0 && i < shown; i++) {
		size_t rank = shown == n ? i : i * (n - 1) / (shown - 1);
		r = chart_point(c, out,
				(double[]){x, cell[rank].value, i ? NAN : x, i ? NAN : median});
	}
	return r;
}

static size_t same(const struct arrangement *a, size_t from, bool cell)
{
	const struct point *p = &a->points[from];
	size_t end = from;

	while (end < a->n && a->points[end].panel == p->panel &&
	       a->points[end].series == p->series && (!cell || a->points[end].x == p->x))
		end++;
	return end;
}

static int add_series(struct chart *c, const struct arrangement *a)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->n;) {
		size_t end = same(a, i, false), next;
		struct chart_series *s = chart_series(c, (unsigned)a->points[i].panel + 1,
						      (unsigned)a->points[i].series + 1,
						      a->series.v[a->points[i].series]);
		if (!s)
			return -ENOMEM;
		for (; r == 0 && i < end; i = next) {
			next = same(a, i, true);
			r = add_cell(c, s, a, &a->points[i], next - i);
		}
	}
	return r;
}

/* The range of all values and bounds, the same in every panel so that panels compare. */
static void set_range(struct chart *c, const struct scatter *s, const struct arrangement *a)
{
	double low = s->low, high = s->high, pad;

	for (size_t i = 0; i < a->n; i++) {
		if (s->log && a->points[i].value <= 0)
			continue;
		low = fmin(low, a->points[i].value); /* of a NAN and a number, the number */
		high = fmax(high, a->points[i].value);
	}
	pad = high > low ? 0.08 * (high - low) : fmax(1, 0.1 * fabs(high));
	for (size_t p = 0; p < c->n_panels; p++) {
		c->panels[p].low = s->log ? low / 1.6 : low - pad;
		c->panels[p].high = s->log ? high * 1.6 : high + pad;
	}
}

/* Whether the names would run into each other below panels of this many columns. */
static bool crowded(const struct names *places, unsigned columns)
{
	size_t characters = 0;

	for (size_t i = 0; i < places->n; i++)
		characters += strlen(places->v[i]) + 2;
	return characters * columns > 105;
}

/* Half of a median's bar: within its series' share of a place, and short where places are few. */
static double bar_width(const struct arrangement *a)
{
	return fmin(0.24 / (double)(a->series.n < 2 ? 2 : a->series.n), 0.03 * (double)a->places.n);
}

static int add_frame(struct chart *c, const struct scatter *s, const struct arrangement *a)
{
	int r = 0;

	for (size_t i = 0; i < a->panels.n; i++)
		if (!chart_panel(c, a->panels.v[i]))
			return -ENOMEM;
	chart_grid(c, s->columns);
	for (size_t i = 0; r == 0 && i < a->places.n; i++)
		r = chart_tick(c, (double)i + 1, a->places.v[i]);
	if (r == 0)
		r = chart_number(c, "x_low", 0.5);
	if (r == 0)
		r = chart_number(c, "x_high", (double)a->places.n + 0.5);
	if (r == 0)
		r = chart_number(c, "bar", bar_width(a));
	if (r == 0)
		r = chart_number(c, "crowded", crowded(&a->places, c->grid_columns));
	if (r == 0)
		r = chart_number(c, "left_out", (double)a->left_out);
	set_range(c, s, a);
	return r;
}

int scatter_arrange(const struct scatter *s, struct chart *c, struct err *e)
{
	struct arrangement a = {.panels.max = PANELS_MAX,
				.series.max = SERIES_MAX,
				.places.max = PLACES_MAX,
				.side_by_side = !s->stacked};
	int r = index_all(s, &a, e);

	c->n_columns = 4;
	if (r == 0)
		r = add_series(c, &a);
	if (r == 0)
		r = add_frame(c, s, &a);
	free(a.points);
	return r == -ENOMEM ? err_set(e, r, "out of memory for a plot") : r;
}

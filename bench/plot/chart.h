/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chart: the numbers of one plot, ready to be drawn: panels in a grid, series of points in them.
 * gnuplot sets up and draws; whatever has to be computed has been computed before it gets there.
 *
 * A chart is written as two files, for a table called `stalls`:
 *
 *	PLOT.stalls.tsv   one block a series, in their order (`index i` in gnuplot), tabs between
 *	                  columns, NaN where there is no value
 *	PLOT.stalls.set   gnuplot assignments: stalls_panels, stalls_rows and stalls_columns of
 *	                  their grid, stalls_title[panel], the series of a panel (stalls_first to
 *	                  stalls_last, as index into the blocks), stalls_style[series + 1],
 *	                  stalls_legend[style], and the chart's own marks, ticks and facts
 */
#ifndef CGBENCH_CHART_H
#define CGBENCH_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

enum {
	CHART_TEXT_MAX = 160,
	CHART_COLUMNS_MAX = 6,   /* of numbers in a point */
	CHART_MARKS_MAX = 4,     /* numbers that belong to a whole series */
	CHART_POINTS_MAX = 2000, /* of a series; gnuplot slows superlinearly with lines */
};

struct chart_panel {
	char title[CHART_TEXT_MAX];
	double low, high; /* range of the axis of what was measured; NAN: as gnuplot finds it */
};

struct chart_series {
	unsigned panel; /* from 1 */
	unsigned style; /* from 1: the same label has the same style in every panel */
	char label[CHART_TEXT_MAX];
	double mark[CHART_MARKS_MAX]; /* NAN: none */
	double *points;               /* rows of chart->n_columns numbers */
	size_t n;                     /* count of numbers, n_columns times the rows */
};

struct chart_tick {
	double at;
	char label[CHART_TEXT_MAX];
};

struct chart_fact {
	const char *name;
	bool is_text;
	double number;
	char text[CHART_TEXT_MAX];
};

struct chart {
	size_t n_columns;                   /* of numbers in a point */
	const char *marks[CHART_MARKS_MAX]; /* their names; NULL: not used */
	unsigned grid_columns;              /* panels side by side; the rest lies below */
	struct chart_panel *panels;
	size_t n_panels;
	struct chart_series *series;
	size_t n_series;
	struct chart_tick *ticks; /* of the x axis, when it has names and not numbers */
	size_t n_ticks;
	struct chart_fact *facts;
	size_t n_facts;
};

/* What adds to a chart returns NULL or -ENOMEM when memory is out. Long texts end in "...". */
struct chart_panel *chart_panel(struct chart *c, const char *title);
struct chart_series *chart_series(struct chart *c, unsigned panel, unsigned style,
				  const char *label);
int chart_point(const struct chart *c, struct chart_series *s, const double *columns);
int chart_tick(struct chart *c, double at, const char *label);
/* Sets how many panels stand side by side: `hint` of them when that makes whole rows. */
void chart_grid(struct chart *c, unsigned hint);
int chart_number(struct chart *c, const char *name, double value);
int chart_text(struct chart *c, const char *name, const char *text);

/* Writes NAME.tsv and NAME.set below an open directory; variables begin with `prefix`. Puts the
 * series in the order of their panels and styles. */
int chart_write(struct chart *c, int dirfd, const char *name, const char *prefix, struct err *e);

void chart_clear(struct chart *c);

#endif

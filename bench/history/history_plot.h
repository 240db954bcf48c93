/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history_plot: a series over its runs, with what changed in it, as PNG and SVG. */
#ifndef CGBENCH_HISTORY_PLOT_H
#define CGBENCH_HISTORY_PLOT_H

#include "history/trend.h"
#include "plot/chart.h"

/*
 * Fills an empty chart, of a series with at least one point: in series 1 the values (run, low,
 * median, high; beyond CHART_POINTS_MAX runs what many of them span), in series 2 the levels
 * between changes, then a series a change.
 */
int history_chart(const struct trend *t, const struct trend_changes *changes,
		  const struct trend_series *s, struct chart *c, struct err *e);

enum { HISTORY_PICTURE_MAX = 128 };

/* The name of a series' pictures, without suffix; safe in any shell and on any file system. */
void history_picture(const struct trend_series *s, char name[static HISTORY_PICTURE_MAX]);

/*
 * Draws a series into a folder, which is made when it is not there. Errors are those of gnuplot.h;
 * -ENOENT also for a missing script.
 */
int history_plot(const struct trend *t, const struct trend_changes *changes,
		 const struct trend_series *s, const char *folder, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot: the plots of a run directory, from its CSV files alone. Each script that ships with cgbench
 * gets its tables written beside the pictures, and is drawn twice, as PNG and as SVG.
 */
#ifndef CGBENCH_PLOT_H
#define CGBENCH_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/load.h"
#include "runs/planned.h"

enum plot_outcome {
	PLOT_DRAWN,
	PLOT_SKIPPED, /* the run has nothing that it could show */
	PLOT_FAILED,
};

struct plot {
	char name[64]; /* the script's, without .gp */
	enum plot_outcome outcome;
	char why[ERR_TEXT_MAX]; /* "" when it was drawn */
};

struct plots {
	struct plot *v;
	size_t n;
	char note[ERR_TEXT_MAX]; /* what all of them lack (limits, bounds) and why; "" when nothing
				  */
};

struct plot_options {
	const char *into; /* folder to draw into, made when it is not there; NULL: DIR/plots */
	const char *const *only; /* names of plots, NULL-terminated; NULL: all */
	bool svg_only;
};

/*
 * A plot that fails does not keep the others from being drawn. Errors are those that no plot
 * survives: no trials.csv, -ENOENT for a plot of no such name, and -ENOSYS when gnuplot is missing
 * (the tables are then there all the same). The caller frees plots->v.
 */
int plot_draw(const char *dir, const struct plot_options *o, struct plots *plots, struct err *e);

/* The same for a run that is read already, with what was planned; empty when that is not known. */
int plot_draw_run(const struct dataset *d, const struct run *run, const struct planned *planned,
		  const struct plot_options *o, struct plots *plots, struct err *e);

/* The same for all plots into DIR/plots; fails when any of them does. */
int plot_run(const char *dir, struct err *e);

const char *plot_outcome_name(enum plot_outcome o);

#endif

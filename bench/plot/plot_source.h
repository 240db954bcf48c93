/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot_source: the tables that a plot can ask for. A script names what it needs in its head,
 *
 *	# table: metric name=cpu.usage_error x=quota panels=period series=threads
 *
 * so that a plot of any metric is one new file. Sources, and the arguments they take:
 *
 *	metric    a metric of results.csv over the axes       name= group= x= panels= series= log=y
 *	                                                      needs=AXIS, or it is not drawn
 *	phases    latency before, during and after the disturbance, by cell         name= log=y
 *	samples   a metric of samples.csv over time, by cell, of groups that came near a limit
 *	                                                      name= limit= panels_max=
 *	timeline  run and stall of each thread, in one trial that shows it best
 *	stalls    how long stalls were, against theory        panels= series=
 *	theory    measured against expected values, of metrics that the suite judges    name=A,B
 *	groups    a metric of results.csv by group, measured beside expected      name=
 *	high      how long tasks slept above memory.high, by how far above it
 *	heat      a metric over two axes as coloured fields, panels by all others
 *	                                                      name= reported= x= y=
 *	paper     claims by their x: published, expected here, measured
 */
#ifndef CGBENCH_PLOT_SOURCE_H
#define CGBENCH_PLOT_SOURCE_H

#include "plot/chart.h"
#include "runs/load.h"
#include "runs/planned.h"

enum { PLOT_ARGS_MAX = 8, PLOT_ARG_MAX = 64, PLOT_CELLS_MAX = 6 };

struct plot_args {
	char name[PLOT_ARGS_MAX][PLOT_ARG_MAX], value[PLOT_ARGS_MAX][PLOT_ARG_MAX];
	size_t n;
};

/* The value of an argument, or the fallback. */
const char *plot_arg(const struct plot_args *a, const char *name, const char *fallback);

/* A run that plots are drawn from. */
struct plot_input {
	const struct dataset *d;
	const struct run *run;
	const struct planned *planned; /* empty when the suite cannot be read */
	char subject[CHART_TEXT_MAX];  /* what was measured: suite, kernel, repeats */
};

/* What the tables of one script have in common: the first that picks cells picks for all. */
struct plot_cells {
	unsigned v[PLOT_CELLS_MAX];
	size_t n;
};

/* "quota 20%, period 100ms", of the axes that a trial has; "cell N" when it has none. */
const char *plot_label(const struct plot_input *in, const struct run_trial *trial,
		       char buf[static CHART_TEXT_MAX]);

/* What was planned for a trial; NULL when that is not known. */
const struct trial_plan *plot_planned(const struct plot_input *in, const struct run_trial *trial);

struct plot_source {
	const char *name;
	/* Fills an empty chart. -ENODATA: the run has nothing of the kind; e says what is missing.
	 */
	int (*build)(const struct plot_input *in, const struct plot_args *args,
		     struct plot_cells *cells, struct chart *c, struct err *e);
};

/* Ends with a row without a name. */
extern const struct plot_source plot_sources[];

const struct plot_source *plot_source_find(const char *name);

/* The builders; plot_sources lists them. */
int plot_build_metric(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_phases(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_samples(const struct plot_input *in, const struct plot_args *args,
		       struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_timeline(const struct plot_input *in, const struct plot_args *args,
			struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_theory(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_stalls(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_groups(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_high(const struct plot_input *in, const struct plot_args *args,
		    struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_heat(const struct plot_input *in, const struct plot_args *args,
		    struct plot_cells *cells, struct chart *c, struct err *e);
int plot_build_paper(const struct plot_input *in, const struct plot_args *args,
		     struct plot_cells *cells, struct chart *c, struct err *e);

#endif

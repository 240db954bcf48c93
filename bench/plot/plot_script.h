/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot_script: the gnuplot scripts that are there. A script is a plot when a comment in its head
 * names a table that it needs (plot_source.h); others are what scripts share. Plots are drawn and
 * shown in the order that a second comment gives them:
 *
 *	# table: stalls panels=quota,period series=threads
 *	# order: 30
 */
#ifndef CGBENCH_PLOT_SCRIPT_H
#define CGBENCH_PLOT_SCRIPT_H

#include <limits.h>

#include "plot/plot_source.h"

enum { PLOT_NEEDS_MAX = 4 };

struct plot_need {
	const struct plot_source *source;
	struct plot_args args;
};

struct plot_script {
	char name[PLOT_ARG_MAX]; /* the file's, without .gp */
	char path[PATH_MAX];     /* absolute */
	struct plot_need needs[PLOT_NEEDS_MAX];
	size_t n_needs;
	unsigned order; /* then by name; 1000 where the head says nothing */
};

/*
 * Reads the heads of all *.gp in a folder; those that are plots, in their order. -ENOENT and other
 * errnos; -EINVAL for a head with an unknown table, naming file and line. The caller frees *out.
 */
int plot_scripts_find(const char *folder, struct plot_script **out, size_t *n, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * by_map: a comparison along an axis as a picture: a line a metric of a group, a column a value of
 * the axis, in each tile what changed from the column before: the median over the cells.
 */
#ifndef CGBENCH_BY_MAP_H
#define CGBENCH_BY_MAP_H

#include "compare/by.h"

/*
 * Writes PREFIX.csv, with every line, and draws PREFIX.png and PREFIX.svg, with those in which
 * something changed. host: host.json of one of the runs. Errors: those of writing; -ENOMEM; those
 * of gnuplot_run, after the CSV was written.
 */
int by_map_write(const struct dataset *d, const struct by *by, const json_t *host,
		 const char *prefix, struct err *e);

#endif

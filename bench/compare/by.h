/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * by: one axis, drawn out. Each series, less that axis, is a row; each value of the axis, or of a
 * fact of the host, is a column; each column is compared with the one before it. Of runs on ten
 * kernels, `by kernel` is the map of what each release changed.
 */
#ifndef CGBENCH_BY_H
#define CGBENCH_BY_H

#include <stddef.h>

#include "compare/compare.h"
#include "host/hosts.h"

struct by_row {
	uint32_t series;      /* of a cell without the axis */
	struct comparison *v; /* one a column; of the first, head's median and count alone */
};

struct by {
	char *axis;
	char **columns; /* values, in their natural order: 5% before 20%, 6.1 before 6.12 */
	size_t n_columns;
	struct by_row *rows; /* sorted by metric, group, cell */
	size_t n_rows;
	struct comparison *cells; /* all of them; rows point into it */
	struct host_differences
		differences; /* facts other than the axis in which the runs differ */
	struct compare_options options;
};

/*
 * Compares along an axis of the suite, within one run, or along a fact of host.json, over several,
 * of which each has another value. allowed: facts that may differ beside it, NULL-terminated.
 * Errors: -EINVAL (no such axis, or fewer than two values of it), -EPERM as hosts_check, -ENOMEM.
 */
int by_compare(struct dataset *d, struct run *const *runs, size_t n_runs, const char *axis,
	       const char *const *allowed, const struct compare_options *o, struct by **out,
	       struct err *e);
/* How many pairs of neighbours have values on both sides: with none, nothing was compared. */
size_t by_pairs(const struct by *b);
void by_free(struct by *b);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * published: what authors printed, results/published/SUITE.csv: a row is one number with its unit
 * and where it stands. Columns: experiment,condition,metric,unit,value,source,note.
 */
#ifndef CGBENCH_PUBLISHED_H
#define CGBENCH_PUBLISHED_H

#include <limits.h>
#include <stddef.h>

#include "base/arena.h"
#include "cgbench/err.h"

struct published_row {
	const char *experiment, *condition, *metric, *unit, *source, *note; /* "": none */
	double value;
};

struct published {
	struct published_row *v; /* in the order of the file */
	size_t n;
};

/* The file of a suite's name. -ENAMETOOLONG, and -ENOENT where no such folder ships. */
int published_path(const char *suite, char path[static PATH_MAX], struct err *e);

/*
 * Reads a file into the arena. Errors: errno of opening; -EINVAL "file:line: ..." for a column that
 * is missing, a value that is no number, a row without metric or source, or one that is there
 * twice.
 */
int published_load(const char *path, struct arena *arena, struct published *out, struct err *e);

/* The row of these three ("": any row has it empty, too), or NULL. */
const struct published_row *published_find(const struct published *p, const char *experiment,
					   const char *condition, const char *metric);

#endif

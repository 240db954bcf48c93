/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * matrix: every combination of axis values of every part, without those that are excluded, and the
 * selection of some of them by filters.
 */
#ifndef CGBENCH_MATRIX_H
#define CGBENCH_MATRIX_H

#include "base/arena.h"
#include "suite/suite.h"

enum { TRIALS_MAX = 100000 };

struct matrix_cell {
	const struct part *part;
	const unsigned *choice; /* for each axis of the part, which of its values */
	bool selected;
	bool quick;                   /* see quick.h */
	const struct condition *when; /* what is open of its conditions; NULL: nothing */
	const char *when_text;
};

struct matrix {
	struct matrix_cell *cells; /* in the order of the file: the last axis changes fastest */
	size_t n;
	unsigned left_out; /* combinations that conditions rule out */
	const char **axes; /* of all parts, each name once, in the order in which they appear */
	size_t n_axes;
};

/* Errors: -EINVAL for an exclusion of what there is not, a part of which nothing is left, or more
 * than TRIALS_MAX combinations. */
int matrix_make(const struct suite *s, struct arena *arena, struct matrix *out, struct err *e);

/*
 * Deselects the cells that the terms (see plan_options) do not let through. -EINVAL for a term that
 * no cell could ever pass, and when no cell passes all of them.
 */
int matrix_filter(const struct suite *s, struct matrix *m, const char *const *terms, struct err *e);

/* The cell's value on an axis of that name, or NULL. */
const char *matrix_value(const struct matrix_cell *c, const char *axis);

#endif

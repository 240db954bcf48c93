/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * quick: the cells by which a suite is tried in a hurry. What a part's `quick:` says of its axes
 * chooses them; "no" is none of them, and without it the part's first cell stands for all.
 */
#ifndef CGBENCH_QUICK_H
#define CGBENCH_QUICK_H

#include "base/arena.h"
#include "suite/matrix.h"

/* Fills every cell's `quick`. -EINVAL, with its place, for a condition that is none, or that no
 * cell of the part meets. */
int quick_mark(const struct suite *s, struct arena *arena, struct matrix *m, struct err *e);

/* Deselects what is not quick. -EINVAL when nothing is left. */
int quick_select(const struct suite *s, struct matrix *m, struct err *e);

#endif

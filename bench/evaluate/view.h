/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view: a trial as metrics see it, with theory beside it: the whole window, or one segment of it,
 * as if that were all there was. What it shows is borrowed from the trial.
 */
#ifndef CGBENCH_VIEW_H
#define CGBENCH_VIEW_H

#include "model/cpu_theory.h"

struct view {
	struct trial_data trial;
	const char *segment; /* NULL: the whole window */
	struct cpu_theory *cpu;
};

/* How many segments the window had: 0 where no action began one. */
size_t view_segments(const struct trial_data *t);

/* -ENOMEM. The caller frees with view_free, before the trial's data. */
int view_whole(const struct trial_data *t, struct view *out, struct err *e);

/* The segment of that number, below view_segments(). */
int view_segment(const struct trial_data *t, size_t number, struct view *out, struct err *e);

void view_free(struct view *v);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history_show: what a history tells, for people (tables on stdout) and for machines (JSON).
 * Returns 0, or -ENOMEM, or -EIO when stdout does not take it.
 */
#ifndef CGBENCH_HISTORY_SHOW_H
#define CGBENCH_HISTORY_SHOW_H

#include <jansson.h>

#include "history/trend.h"

/* The verdict on the newest runs. */
struct history_gate {
	size_t runs;       /* how many of the newest runs of a series are looked at; 0: no gate */
	size_t regressed;  /* changes for the worse among them that nobody has marked */
	bool inconclusive; /* no series has enough runs to tell a change */
};

int history_show_runs(const struct trend *t, struct err *e);
int history_show_marks(const struct trend *t, struct err *e);
int history_show_changes(const struct trend *t, const struct trend_changes *c,
			 const struct history_gate *gate, struct err *e);

/* New references; NULL when memory is out. */
json_t *history_run_json(const struct trend_run *r);
json_t *history_mark_json(const struct trend_mark *m);
json_t *history_changes_json(const struct trend *t, const struct trend_changes *c,
			     const struct history_gate *gate);

#endif

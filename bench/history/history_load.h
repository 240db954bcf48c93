/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history_load: a run directory, as the history wants it. */
#ifndef CGBENCH_HISTORY_LOAD_H
#define CGBENCH_HISTORY_LOAD_H

#include "history/history.h"

/* What the directory does not tell, or is not to be asked for. */
struct history_about {
	const char *date;  /* as history_date() gives it; NULL: when the run began, by its id */
	const char *label; /* NULL: "" */
	const char *const *allow; /* facts that may differ within a series; NULL-terminated */
};

struct history_loaded {
	struct history_run run; /* borrows from the rest */
	size_t trials, broken;  /* broken trials have no values */
	struct history_parts *parts;
};

/*
 * Reads a run directory: results.csv, trials.csv and host.json. -ENOENT when it is none; -EINVAL
 * names file and line, or a fact of `allow` that host.json cannot have. An exact run without a date
 * is taken as of now: its own clock begins at the same moment every time.
 */
int history_load(const char *dir, const struct history_about *about, struct history_loaded **out,
		 struct err *e);
void history_loaded_free(struct history_loaded *l);
static inline void history_loaded_free_scope(struct history_loaded **l)
{
	history_loaded_free(*l);
}

#endif

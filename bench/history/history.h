/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history: runs over months, in one SQLite file. A run is added in one transaction or not at all,
 * any number of processes may add at once, and adding what is there changes nothing. Errors are
 * those of db.h.
 */
#ifndef CGBENCH_HISTORY_H
#define CGBENCH_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "history/trend.h"

struct history;

/* One measured value. */
struct history_value {
	const char *cell; /* suite, part and axes, as cell_label() in load.h has it */
	const char *group, *metric, *unit;
	unsigned repeat;
	double value;
	double expected; /* NAN: none */
};

/* A run to be added. */
struct history_run {
	const char *name;   /* its own id */
	const char *digest; /* of its results: with the id, what makes it the run it is */
	const char *date;   /* as history_date() gives it */
	const char *suite, *kernel;
	const char *label; /* the commit that it is of, or whatever says where it stands */
	const char *host;  /* digest of what must be alike for runs to be joined */
	const char *facts; /* host.json as it was */
	bool exact;
	const struct history_value *values;
	size_t n_values;
};

enum history_outcome {
	HISTORY_ADDED,
	HISTORY_THERE,    /* the same run with the same results: nothing was changed */
	HISTORY_REPLACED, /* the run was there with other results */
};

/* Without `create`, -ENOENT where there is no file. */
int history_open(const char *path, bool create, struct history **out, struct err *e);
void history_close(struct history *h);
static inline void history_close_scope(struct history **h)
{
	history_close(*h);
}

/*
 * Adds a run; `id` is its number. -EEXIST when it is there with other results, unless `replace`
 * says that these are the better ones (an interrupted run was resumed). Exact runs are told apart
 * by their results too, since their clock, which names them, begins at the same moment every time.
 */
int history_add(struct history *h, const struct history_run *run, bool replace,
		enum history_outcome *outcome, int64_t *id, struct err *e);

/*
 * Marks a change as known. where: a run's number or id, or a date. -ENOENT for a run that is not
 * there; -EINVAL for an id that several runs have.
 */
int history_mark(struct history *h, const char *where, const char *pattern, const char *why,
		 int64_t *id, struct err *e);
/* -ENOENT when there is no such mark. */
int history_unmark(struct history *h, int64_t id, struct err *e);

/* The run of a number or id; -ENOENT, -EINVAL as above. */
int history_find_run(struct history *h, const char *where, int64_t *id, struct err *e);

/* The facts of a run's host, as host.json had them; to be freed. -ENOENT: no run of that number. */
int history_facts(struct history *h, int64_t id, char **out, struct err *e);

/*
 * A date and time as the history has it, "2026-03-01T09:30:00Z", from one with or without a time
 * and an offset, or "now". -EINVAL when it is none.
 */
int history_date(struct history *h, const char *text, char **out, struct err *e);

/* Reads runs, series and marks. The caller frees with trend_free. */
int history_read(struct history *h, const struct trend_filter *filter, struct trend **out,
		 struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trend: what a history tells: runs in their order, series of values over them, and where those
 * changed. Pure; history.h reads it from the database.
 *
 * A series joins only what is alike: the same cell, group, metric and unit, measured by the same
 * suite (by its digest) on hosts that agree in every fact that `cgbench compare` asks for, but the
 * kernel: that is what one tracks.
 */
#ifndef CGBENCH_TREND_H
#define CGBENCH_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

/* A run, as the history knows it. Texts are never NULL; "": not told. */
struct trend_run {
	int64_t id; /* its number in the history */
	char *name; /* the run's own id; exact runs on one suite share it */
	char *date; /* ISO 8601, UTC: its place in the order */
	char *suite, *kernel, *label;
	char *host;   /* digest of what must be alike for runs to be joined */
	char *digest; /* of its results */
	bool exact;   /* from the exact lab: values without noise */
	size_t values;
};

/* What the repeats of one run came to. */
struct trend_point {
	size_t run; /* index into the trend's runs */
	double median, low, high;
	double expected; /* median; NAN: none */
};

struct trend_series {
	char *name; /* "cpu-quota quota=20% period=100ms/subject/cpu.usage_error" */
	char *metric, *unit, *host;
	bool exact;
	struct trend_point *points; /* in the order of runs */
	size_t n;
};

/* A change that somebody knows of: at a run, or at the first one since a date. */
struct trend_mark {
	int64_t id;
	int64_t run_id; /* 0: by date */
	char *date;     /* ISO 8601, UTC; of the run when it is by run */
	char *pattern;  /* of names of series; shell wildcards, * matches / too */
	char *why;
};

struct trend {
	struct trend_run *runs; /* by date, then in the order in which they were added */
	size_t n_runs;
	struct trend_series *series; /* by name, then host */
	size_t n_series;
	struct trend_mark *marks; /* by number */
	size_t n_marks;
};

enum trend_direction { TREND_CHANGED, TREND_BETTER, TREND_WORSE };

struct trend_change {
	const struct trend_series *series;
	size_t point;         /* index of the first changed point */
	double before, after; /* medians on either side */
	double percent;       /* of `before`, with its sign; NAN when that is 0 */
	double chance;        /* of so clear a change without one; 0: values without noise */
	enum trend_direction direction;
	const struct trend_mark *mark; /* NULL: nobody knows of it */
};

/* What to read; NULL: everything. Patterns are shell wildcards in which * matches / too. */
struct trend_filter {
	const char *series, *kernel, *suite;
	bool runs_only; /* no series */
};

struct trend_options {
	double significance; /* for all series together, see changepoint.h; 0: the default */
	double percent_min;  /* smaller changes are left out; those from 0 never are */
};

struct trend_changes {
	struct trend_change *list; /* by series, then in their order */
	size_t n;
	size_t series_judged; /* with enough points to tell a change */
	size_t points_min;    /* what is enough; an exact series needs 2 */
};

/* Finds the changes of every series. -EINVAL for a significance out of range; -ENOMEM. */
int trend_changes(const struct trend *t, const struct trend_options *o, struct trend_changes *out,
		  struct err *e);

/* "worse", "better", "changed" */
const char *trend_direction_name(enum trend_direction d);

/* How many points of its series came after the change, itself included: 1 is the newest run. */
size_t trend_change_age(const struct trend_change *c);

/* The run with which it came. */
const struct trend_run *trend_change_run(const struct trend *t, const struct trend_change *c);

void trend_series_clear(struct trend_series *s);
void trend_changes_clear(struct trend_changes *c);
void trend_free(struct trend *t);
static inline void trend_free_scope(struct trend **t)
{
	trend_free(*t);
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metric: what a trial left behind, turned into named values. Pure: a metric sees texts of
 * interface files, the page, the samples, and never the kernel; so every one is tested on fixtures.
 *
 * bench/metrics/NAME.c defines `const struct metric_group metrics_NAME` and is thereby part of the
 * program. It declares which files it wants read (before and after the window, and after the
 * kill) and which it wants sampled; the trial reads them for it.
 */
#ifndef CGBENCH_METRIC_H
#define CGBENCH_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keyed.h"
#include "cgbench/err.h"
#include "model/theory.h"
#include "model/trial_data.h"
#include "model/value.h"

enum metric_better {
	BETTER_NEUTRAL, /* a count or a fact: a difference is a change, neither good nor bad */
	BETTER_LOWER,
	BETTER_HIGHER,
	BETTER_EXPECTED, /* the nearer to its expected value the better */
};

struct metric {
	const char *name;
	const char *unit; /* usec, bytes, %, cpus, count, pages, 1/s */
	enum metric_better better;
	const char *summary;
};

/* A metric that is one number of one file, which the registry itself takes from it. */
struct file_metric {
	struct metric metric;
	const char *file, *key; /* as in metric_sample */
	enum read_take take;    /* after, before, end or delta */
};

/* A file that is read in full, and where a sampled value is in it. */
struct metric_sample {
	const char *metric; /* the name in samples.csv */
	const char *file;   /* "cpu.stat" */
	const char *key;    /* "usage_usec" in a flat keyed file; NULL: the file is one number */
};

struct metric_group {
	const char *name;
	const struct metric *metrics;    /* ends with a row without a name; NULL: none */
	const struct file_metric *files; /* more of them; ends with such a row; NULL: none */
	/* Those that chance does not move, only the kernel: limits, kills, peaks; NULL-terminated.
	 */
	const char *const *exact;
	const char *const *reads; /* interface files to snapshot; NULL-terminated, or NULL */
	bool by_segment;          /* its values make sense for a part of the window, too */
	const struct metric_sample *samples; /* ends with a row without a metric, or NULL */
	/* Adds the values of one group of one trial but those of `files`. A file that is absent
	 * gives no row. */
	int (*compute)(const struct trial_data *t, const struct group_data *g,
		       struct value_sink *sink, struct err *e);
	/* The same for what belongs to the trial and to none of its groups. */
	int (*compute_trial)(const struct trial_data *t, struct value_sink *sink, struct err *e);
};

extern const struct metric_group *const metric_groups[]; /* ends with NULL */

/* The i-th metric of a group, those of files last; NULL: there are no more. */
const struct metric *metric_at(const struct metric_group *group, size_t i);

/* Adds what the group of metrics has of a group of the trial: from files, and as it computes. */
int metric_compute(const struct metric_group *group, const struct trial_data *t,
		   const struct group_data *g, struct value_sink *sink, struct err *e);

/* The metric of that name, or NULL; "@SEGMENT" behind it is left aside. Names "work.*" of
 * workloads' counters have a row of their own.
 */
const struct metric *metric_find(const char *name);

/* Adds a value whose name and unit a suite or a program gave; of such a name is METRIC.* in a
 * table.
 */
int sink_named(struct value_sink *s, const char *metric, const char *unit, double value,
	       struct err *e);

/* "raised" of "cpu.usage_error@raised": the segment that a name is about; NULL: the window. */
const char *metric_segment(const char *name);

/* Whether the metric is exact by nature: among those that its group says are. */
bool metric_is_exact(const char *name);

/* Adds a value; with an expectation, the signed error in percent of it. */
int sink_value(struct value_sink *s, const char *metric, double value, struct err *e);
int sink_expected(struct value_sink *s, const char *metric, double value, double expected,
		  struct err *e);

/*
 * The part of the window in which the group's gate was open and something in it ran, be it dying of
 * a kill; in microseconds.
 */
double group_active_usec(const struct trial_data *t, const struct group_data *g);

/* Difference of a key between the snapshots before and after the window; false: one lacks it. */
bool group_delta(const struct group_data *g, const char *file, const char *key, double *delta);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * suite_run: for live tests, one suite written, run and read back. Needs root and cgroup v2; on
 * other hosts the test is skipped with cgbench's own reason.
 */
#ifndef CGBENCH_TEST_SUITE_RUN_H
#define CGBENCH_TEST_SUITE_RUN_H

#include <limits.h>
#include <stdbool.h>

struct suite_run {
	char dir[PATH_MAX]; /* the run's directory */
	int code;           /* exit code of cgbench run */
	char *output;
};

/* Runs the suite text; options: further arguments, NULL-terminated, or NULL. */
struct suite_run suite_run(const char *yaml, const char *const *options);
void suite_run_free(struct suite_run *r);

/*
 * The value in results.csv of a metric of a group, where the axis column has that value (axis
 * NULL: any); the first repeat. NAN when there is no such row.
 */
double run_value(const struct suite_run *r, const char *group, const char *metric, const char *axis,
		 const char *axis_value);

/* The same for another column of that row: "expected", "error_pct". */
double run_column(const struct suite_run *r, const char *column, const char *group,
		  const char *metric, const char *axis, const char *axis_value);

/* A text column of trials.csv, of the first trial. Valid until the next call. */
const char *run_trial_text(const struct suite_run *r, const char *column);

/* Whether groups of this host can have the controller. */
bool groups_have_controller(const char *name);

/* Number of groups named cgbench-* at the top of the hierarchy. */
unsigned groups_left(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * own_report: what a program reports of itself through "@report", a line for each number:
 *
 *	# comments and empty lines are passed over
 *	transactions 12043
 *	latency.p99 1.73 ms
 *
 * A text that begins as YAML or JSON does (stress-ng, fio) is a report of another kind, and none of
 * this.
 */
#ifndef CGBENCH_OWN_REPORT_H
#define CGBENCH_OWN_REPORT_H

#include <stdbool.h>

#include "cgbench/err.h"
#include "model/plan.h"
#include "model/value.h"

struct own_number {
	char metric[VALUE_METRIC_MAX]; /* "own.NAME" */
	char unit[VALUE_UNIT_MAX];     /* as reported, else as the suite says, else "count" */
	double value;
};

/* How far a report has been read. */
struct own_reader {
	const struct trial_plan *plan;
	const char *at; /* the rest of the text */
	unsigned line;  /* from 1 */
};

/* Begins; false: the text is a report of another kind. */
bool own_begin(struct own_reader *r, const struct trial_plan *plan, const char *text);

/*
 * The next number: 1, 0 at the end, or -EINVAL with the line and what is wrong with it: no number,
 * a name or unit that cannot be one, a unit other than the suite's.
 */
int own_next(struct own_reader *r, struct own_number *out, struct err *e);

/* Every line, and that no name is there twice. -EINVAL as above. */
int own_check(const struct trial_plan *plan, const char *text, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evaluate: a trial's data -> values and verdicts, in one place for every command. Pure: what it is
 * given can come from the kernel or from a fixture.
 */
#ifndef CGBENCH_EVALUATE_H
#define CGBENCH_EVALUATE_H

#include <stdbool.h>

#include "model/trial_data.h"
#include "model/value.h"

/* What values were judged to be. */
struct tally {
	unsigned pass, fail, unresolved;
	unsigned missing; /* budgets for metrics that the trial did not yield */
};

struct evaluation {
	struct value *values; /* group by group, then those of the trial */
	size_t n;
	bool *matched; /* for each of the plan's expectations: whether it had a value */
	struct tally tally;
};

/*
 * Every metric of every group and of the trial, judged by the suite's budgets. A trial whose status
 * leaves no numbers has none. -ENOMEM. The caller frees with evaluation_free.
 */
int evaluate(const struct trial_data *t, struct evaluation *out, struct err *e);
void evaluation_free(struct evaluation *v);

/* The suite's budgets held against one value of a group ("": of the trial). */
enum verdict evaluate_judge(const struct trial_plan *plan, const char *group,
			    const struct value *v);

#endif

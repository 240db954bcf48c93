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

/* One budget held against one value. */
struct judgement {
	const struct expect_plan *expect; /* of the trial's plan */
	const struct value *value;        /* of the evaluation; NULL: the trial yielded none */
	double error_pct;                 /* what `within` was held against; NAN: nothing */
	enum verdict verdict;             /* NONE: no value */
};

struct evaluation {
	struct value *values; /* group by group, those of the trial, then relations */
	size_t n;
	/* Of the budgets whose condition holds, if they have one. */
	struct judgement *judgements; /* in the order of the plan's budgets, then of the values */
	size_t n_judgements;
	struct tally tally; /* of values: one under two budgets is judged by both and counts once */
};

enum { BOUND_TEXT_MAX = 128 };

/* What a budget asks for: "equals 2 within 5%", "min 0.9, max 1.1"; without the metric's name. */
const char *evaluate_bound_text(const struct expect_plan *x, char buf[static BOUND_TEXT_MAX]);

/*
 * Every metric of every group and of the trial, judged by the suite's budgets. A trial whose status
 * leaves no numbers has none. -ENOMEM. The caller frees with evaluation_free.
 */
int evaluate(const struct trial_data *t, struct evaluation *out, struct err *e);
void evaluation_free(struct evaluation *v);

/* All of the suite's budgets held against one value of a group ("": of the trial). */
enum verdict evaluate_judge(const struct trial_data *t, const char *group, const struct value *v);

#endif

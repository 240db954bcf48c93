/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * findings: what a run has to say at its end: each budget held against each value, worst first, and
 * each trial that broke. The worst few are kept, and how many more there were.
 */
#ifndef CGBENCH_FINDINGS_H
#define CGBENCH_FINDINGS_H

#include <jansson.h>

#include "evaluate/evaluate.h"

enum { FINDINGS_KEPT = 20 };

/* One budget against one value; texts are owned. */
struct finding {
	char *label; /* of its trial */
	char *group, *metric;
	char unit[VALUE_UNIT_MAX]; /* "" when nothing was measured */
	char budget[BOUND_TEXT_MAX];
	double value, expected, error_pct; /* NAN: there is none */
	enum verdict verdict;              /* NONE: the trial yielded no such value */
	double strain;                     /* how much of its room it took: above 1 is missed */
};

/* A trial without a verdict, and why. */
struct broken_trial {
	char *label, *reason;
	enum trial_status status;
};

/* Through which resource a neighbour costs a victim more than 3%; texts are owned. */
struct leak_finding {
	char *label, *group, *sentence;
};

struct findings {
	struct finding kept[FINDINGS_KEPT]; /* worst first */
	size_t n, total;
	struct broken_trial broken[FINDINGS_KEPT]; /* in the order in which they ran */
	size_t n_broken, total_broken;
	struct leak_finding *leaks; /* all of them, in the order in which they ran */
	size_t n_leaks;
	/* Trials that were sampled less often than asked, and how often at the slowest. */
	unsigned slowed;
	uint64_t slowest_usec;
};

/* -ENOMEM. */
int findings_add(struct findings *f, const struct plan *plan, const struct trial_data *t,
		 const struct evaluation *v, struct err *e);
void findings_free(struct findings *f);

/* How much of a budget's room a value took: 1 is its bound; INFINITY where nothing can be said. */
double findings_strain(const struct expect_plan *x, const struct value *v, double error_pct);

/* To stdout: a line for each broken trial, the table, and a sentence for each leak. -EIO. */
int findings_print(const struct findings *f, struct err *e);

/* Adds "broken" and "budgets" to an object, and how many were left off. */
void findings_json(const struct findings *f, json_t *to);

#endif

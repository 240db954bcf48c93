/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expand: a suite's matrix, spelled out. Pure: text in, typed trials out, nothing touched. Every
 * "${axis}" is replaced, every value parsed, every name resolved; a fault names its place in the
 * suite file. What comes out can be run without asking the suite anything again.
 */
#ifndef CGBENCH_EXPAND_H
#define CGBENCH_EXPAND_H

#include "model/plan.h"
#include "suite/suite.h"

struct plan_options {
	unsigned repeats; /* 0: as the suite says */
	bool quick;       /* only the cells for a hurry, once each unless repeats says more */
	uint64_t seed;    /* 0: the order of the file; else shuffled within each repeat */
	/*
	 * "axis=value" terms, NULL-terminated, or NULL; "part=name" is one, too. Terms of one axis
	 * are alternatives; a cell must pass for every axis that is named.
	 */
	const char *const *filter;
	const char *as; /* of groups that say nothing else; NULL: as the harness */
};

/*
 * Expands a suite. Errors: -EINVAL, with file:line:column (an unknown axis, knob, workload,
 * parameter, group or metric; a value out of range; a bomb without pids.max and memory.max), or
 * for a filter that no cell passes. The caller frees with plan_free, before the suite.
 */
int plan_expand(const struct suite *s, const struct plan_options *o, struct plan **out,
		struct err *e);

void plan_free(struct plan *p);

/* The time that a trial takes by itself, set-up and tear-down estimated; and all of a plan. */
uint64_t trial_plan_usec(const struct trial_plan *t);
uint64_t plan_usec(const struct plan *p);
/* The same, were no probe to answer before its window is over. */
uint64_t trial_plan_most_usec(const struct trial_plan *t);
uint64_t plan_most_usec(const struct plan *p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gate: from verdicts to an exit code. An absolute gate is a budget of the suite, judged when the
 * run was made; a relative one is a comparison with a base. A gate that cannot tell says so: what
 * is not known to hold does not pass.
 */
#ifndef CGBENCH_GATE_H
#define CGBENCH_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/exit.h"
#include "compare/compare.h"

struct gate_options {
	double max_regress; /* on the scale: percent or points; 0: any regression */
};

/* A series whose values have a budget. */
struct budget {
	uint32_t series;
	size_t n, failed, unresolved; /* values */
	double worst;                 /* of the failing values the greatest, signs aside */
};

struct gated {
	enum exit_code code;
	size_t regressed; /* by more than the gate allows; in exact comparisons any difference */
	size_t undecided; /* a regression of that size cannot be excluded */
	size_t broken;    /* cells that are missing, or whose trials broke, in either run */
	struct budget *budgets;
	size_t n_budgets, failed_budgets;
};

/* Whether the gate fails by this comparison, or cannot be decided by it. */
bool gate_fails(const struct comparison *v, const struct gate_options *o);
bool gate_undecided(const struct compared *c, const struct comparison *v,
		    const struct gate_options *o);

/*
 * Judges a run by its own budgets and, unless c is NULL, by a comparison with its base. -ENOMEM.
 * The caller frees with gated_clear.
 */
int gate_judge(const struct run *run, const struct compared *c, const struct gate_options *o,
	       struct gated *out, struct err *e);
void gated_clear(struct gated *g);

#endif

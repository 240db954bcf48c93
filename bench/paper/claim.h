/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * claim: the claims of a suite's paper, with every name resolved. Pure: what they come to is in
 * paper/outcome.h.
 *
 * measured, expected:  GROUP:METRIC       over the trials of the claim's `cell`
 *                      CELLS.GROUP:METRIC over those that the paper's `cells` calls so
 *                      trial:METRIC       of the trial and none of its groups: trial:relation.x
 *                      ...:expected.METRIC what theory expects of it, for this kernel and CPUs
 *                      host.hz, host.cpus, and any other number of host.json
 *                      axis.NAME          the claim's own value of an axis, in usec, bytes, CPUs
 *                      published          the published value
 */
#ifndef CGBENCH_CLAIM_H
#define CGBENCH_CLAIM_H

#include "evaluate/expr.h"
#include "paper/published.h"
#include "suite/expand.h"

/*
 * effect: holds on any kernel. fault: what was wrong then; it is gone where `fixed` holds. fixed:
 * what is so once the fault is gone.
 */
enum claim_role { ROLE_EFFECT, ROLE_FAULT, ROLE_FIXED };

enum claim_take { TAKE_MEDIAN, TAKE_MEAN, TAKE_MIN, TAKE_MAX };

struct claim {
	const struct claim_spec *spec;
	enum claim_role role;
	enum claim_take take;                   /* what is made of repeats */
	const struct published_row *published;  /* NULL: nothing */
	const struct expr *measured, *expected; /* NULL: infeasible; nothing, or a number */
	const char *unit;
	double expected_number; /* all of these NAN where not said */
	double within_pct, apart, equals, min, max;
	double x; /* in the plot */
};

/* Whom a reference is of. */
struct claim_group {
	const char *name;         /* as in expressions */
	const struct pairs *cell; /* NULL: the claim's own */
	const char *group;        /* in results.csv; "": the trial's */
};

struct claims {
	struct claim *v;
	size_t n;
	struct claim_group *groups;
	size_t n_groups;
};

/*
 * The claims of a suite and its whole plan; all of it is in the arena. Faults are -EINVAL with
 * file:line:column: an unknown axis, group, metric, fact or published row.
 */
int claims_make(const struct suite *s, const struct plan *plan, const struct published *p,
		struct arena *arena, struct claims *out, struct err *e);

/* A suite with its claims. */
struct claims_of_suite {
	const struct suite *suite;
	struct suite *own; /* the same, where claims_load read it; NULL: the caller's */
	struct plan *plan; /* the whole matrix */
	struct published published;
	struct claims claims;
	struct arena *arena;
};

/*
 * Makes the claims of a suite, which stays the caller's, with the published values in a file
 * (NULL: as shipped). -EINVAL also for a suite without `paper`. The caller calls claims_unload,
 * which takes what is half made.
 */
int claims_of(const struct suite *s, const char *published, struct claims_of_suite *out,
	      struct err *e);

/* The same of a suite that is read for it (suite_load), and ends with the claims. */
int claims_load(const char *suite, const char *published, struct claims_of_suite *out,
		struct err *e);
void claims_unload(struct claims_of_suite *c);

/* Copies the suite's published values to published.csv below an open directory, if it has any. */
int published_keep(const struct suite *s, int dirfd, struct err *e);

/* The number that an axis' value stands for: usec, bytes, CPUs (20% is 0.2); NAN: a word. */
double claim_axis_number(const char *value);

#endif

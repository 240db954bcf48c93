/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr: arithmetic over the metrics of one trial, as a budget's `that:` has it.
 *
 *	b:cpu.usage_usec / a:cpu.usage_usec
 *	parent:cpu.usage_usec / sum(leaf*:cpu.usage_usec)
 *	share(victim:work.ops, *:work.ops)
 *	cpu.throttled_usec / cpu.usage_usec           (of each group by itself)
 *
 * Of a paper's claims (paper/claim.h) a group may also be CELL.GROUP, when names->groups has such.
 *
 * A reference is GROUP:METRIC, where GROUP may be a glob (* and ?) inside a function's brackets, or
 * METRIC alone. A group's name may hold "-" and a glob "*", so these are operators only where no
 * such name goes on: between names they stand with spaces.
 */
#ifndef CGBENCH_EXPR_H
#define CGBENCH_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cgbench/err.h"

struct expr;

/* What names may stand in an expression. */
struct expr_names {
	const char *const *groups;
	size_t n_groups;
	/* The metric's unit, and whether it is the trial's own; -EINVAL with e: there is none. */
	int (*metric)(const void *context, const char *name, const char **unit, bool *of_trial,
		      struct err *e);
	const void *context;
};

/*
 * Parses into the arena. -EINVAL with what is wrong; *at is then the offset of the fault in text.
 * -ENOMEM.
 */
int expr_parse(const char *text, const struct expr_names *names, struct arena *arena,
	       const struct expr **out, size_t *at, struct err *e);

/* The value of a metric of a group (-1: of the trial); NAN: there is none. */
typedef double expr_lookup(const void *context, int group, const char *metric);

/*
 * NAN where a value that it needs is missing, and where it divides by zero. `group` is whom a
 * metric without a group is of.
 */
double expr_value(const struct expr *x, expr_lookup *lookup, const void *context, int group);

/* Whether some metric stands without a group: then each group has a value of its own. */
bool expr_is_per_group(const struct expr *x);

/* "usec" for a sum of times, "ratio" for a quotient of equal units, "" for other products. */
const char *expr_unit(const struct expr *x);

#endif

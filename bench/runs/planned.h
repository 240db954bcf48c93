/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * planned: what a run's suite asked of each trial: limits, moments, budgets. Read from the
 * suite.yaml that the run directory holds, since rows tell what was measured and not what was
 * asked.
 */
#ifndef CGBENCH_PLANNED_H
#define CGBENCH_PLANNED_H

#include <stdbool.h>

#include "runs/dataset.h"
#include "suite/expand.h"

struct planned {
	struct suite *suite;
	struct plan *plan;
};

/* Reads DIR/suite.yaml. Errors: those of suite_load and plan_expand. */
int planned_load(const char *dir, struct planned *out, struct err *e);
void planned_clear(struct planned *i);

/*
 * What was planned for a cell, found by its part and its axes, so that a filter or another count of
 * repeats does not matter; NULL when the suite has no such cell. What is not loaded has none.
 */
const struct trial_plan *planned_cell(const struct planned *p, const struct dataset *d,
				      uint32_t cell);

/* The group of that name, or NULL. p may be NULL. */
const struct group_plan *planned_group(const struct trial_plan *p, const char *name);

/* A limit of a group as a number (bytes, count, quota in usec); NAN: none, or max. */
double planned_limit(const struct group_plan *g, const char *knob);

/* When the suite kills the group, after the gate's opening; NAN: never. */
double planned_kill_usec(const struct trial_plan *p, const char *group);

/* The bounds that the suite sets for a metric; false when it sets none. Open ends are NAN. */
bool planned_bounds(const struct trial_plan *p, const char *metric, double *low, double *high);

#endif

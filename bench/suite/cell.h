/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell: one combination of axis values, and what the suite's texts come to under it. Internal to
 * suite/: plan.c makes a cell and lets each file below turn its part of the suite into numbers.
 */
#ifndef CGBENCH_CELL_H
#define CGBENCH_CELL_H

#include "base/arena.h"
#include "suite/expand.h"

struct cell {
	const struct suite *suite;
	const struct part *part;
	const struct trial_plan *trial; /* as far as it is made */
	const unsigned *choice;         /* for each axis of the part, which of its values */
	bool *used;                     /* for each axis: whether some text has asked for it */
	const char *as;                 /* of groups that say nothing else; NULL: the harness's */
	struct arena *arena;            /* for what the trial points to */
};

/* What a text comes to: every ${axis} replaced; "$${" is a literal "${". -EINVAL cites the text. */
int cell_text(const struct cell *c, const struct text *t, const char **out, struct err *e);

/*
 * As suite_fault; a text that was made from axes is followed by what it was made from. After
 * another function has filled e, cell_fault_here puts the place around its message.
 */
int cell_fault(const struct cell *c, const struct text *t, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int cell_fault_here(const struct cell *c, const struct text *t, struct err *e);

/*
 * The same at an offset within what the text came to, where that can be told: not when axes were
 * put in, and not when YAML's escapes or folds make the text another than what the file has.
 */
int cell_fault_within(const struct cell *c, const struct text *t, size_t offset, struct err *e);

/* A quantity within bounds, by the unit's rules; `what` names it in messages. */
struct quantity {
	const char *what;
	enum unit_kind kind;
	uint64_t fallback; /* when the text is absent */
	uint64_t min, max; /* inclusive */
};
int cell_number(const struct cell *c, const struct quantity *q, const struct text *t,
		uint64_t *value, struct err *e);

/* A time within the trial, from when its gates open. */
int cell_moment(const struct cell *c, const char *what, const struct text *t,
		uint64_t duration_usec, uint64_t *usec, struct err *e);

/* The index of the group that a text names. */
int cell_group(const struct cell *c, const struct text *t, unsigned *group, struct err *e);

/* The same for every group that a pattern (leaf*) matches: at least one, in the arena. */
int cell_matching(const struct cell *c, const struct text *t, unsigned **groups, size_t *n,
		  struct err *e);

int cell_times(const struct cell *c, struct trial_plan *out, struct err *e);

/* These need what stands above them. */
int cell_groups(const struct cell *c, struct trial_plan *out, struct err *e);

/* A program and its arguments, ending with NULL. */
int cell_argv(const struct cell *c, const struct texts *from, char ***out, struct err *e);

/* What is borrowed from the host. */
int cell_host(const struct cell *c, struct trial_plan *out, struct err *e);

/* What ends the trial. */
int cell_end(const struct cell *c, struct trial_plan *out, struct err *e);

/* A group of the part, and what its templates say. */
int cell_like(const struct cell *c, const struct group_spec *own, struct group_spec *out,
	      struct err *e);

/* One group of the suite, complete but for its name and parent. */
int cell_one_group(const struct cell *c, const struct group_spec *from, struct group_plan *to,
		   struct err *e);
int cell_actions(const struct cell *c, struct trial_plan *out, struct err *e);
/* Whether this can be a file of a group to read: never a path out of it. */
bool cell_is_file(const char *name);

/* A condition, as far as the axes decide it; NULL where there is none. */
int cell_when(const struct cell *c, const struct text *t, const struct condition **out,
	      struct err *e);
int cell_own(const struct cell *c, struct trial_plan *out, struct err *e);
int cell_reads(const struct cell *c, struct trial_plan *out, struct err *e);
/* The unit of a metric that a trial has, or that its suite names. -EINVAL: there is none. */
int cell_metric_unit(const struct trial_plan *t, const char *name, const char **unit,
		     struct err *e);

/* A number as budgets have it: plain, or in the units of people where the unit has any (64M). */
bool cell_bound_parse(const char *text, const char *unit, double *value);
int cell_expects(const struct cell *c, struct trial_plan *out, struct err *e);

/* A limit of a group or of an action, by the knob's rules. */
int cell_limit(const struct cell *c, const struct pair *p, struct limit_plan *out, struct err *e);

/* No bomb without a fence, nor an action that would open it. */
int cell_fence(const struct cell *c, const struct trial_plan *t, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_expects: the suite's budgets, as numbers in the units of their metrics. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/csv.h"
#include "base/nearest.h"
#include "cgbench/array.h"
#include "evaluate/expr.h"
#include "metrics/metric.h"
#include "suite/cell.h"

/* How a number of a metric may be written beside plain: 64M for a metric in bytes. */
static const struct scale {
	const char *unit; /* of the metric */
	enum unit_kind kind;
	double per_unit; /* of the kind's base unit in the metric's */
} scales[] = {
	{"bytes", UNIT_BYTES, 1},
	{"usec", UNIT_USEC, 1},
	{"%", UNIT_PPM, 10000},
	{"ratio", UNIT_PPM, 1000000},
};

static const char relation_prefix[] = "relation.";

static bool plain(const char *text, double *value)
{
	const struct csv_field field = {.str = text, .len = strlen(text)};

	return csv_field_number(&field, value) == 0;
}

static bool scaled(const char *text, const char *unit, double *value)
{
	bool negative = *text == '-';
	uint64_t v;

	for (size_t i = 0; i < array_len(scales); i++) {
		if (strcmp(scales[i].unit, unit) != 0 ||
		    unit_parse(scales[i].kind, text + negative, &v, NULL) < 0)
			continue;
		*value = (negative ? -1 : 1) * (double)v / scales[i].per_unit;
		return true;
	}
	return false;
}

bool cell_bound_parse(const char *text, const char *unit, double *value)
{
	return plain(text, value) || scaled(text, unit, value);
}

/* What a budget is about: how it is called in messages, and what its numbers are in. */
struct subject {
	const char *name, *unit;
};

static int bound(const struct cell *c, const struct subject *of, const struct text *t,
		 double *value, struct err *e)
{
	const char *text;
	int r;

	*value = NAN;
	if (!t->str)
		return 0;
	r = cell_text(c, t, &text, e);
	/* A plain 1 of a ratio is 1, and not a millionth. */
	if (r < 0 || cell_bound_parse(text, of->unit, value))
		return r;
	return cell_fault(c, t, e, "'%s' is no value of %s, whose unit is %s", text, of->name,
			  *of->unit ? of->unit : "a product of units");
}

static int within(const struct cell *c, const struct text *t, double *pct, struct err *e)
{
	static const struct quantity share = {"within", UNIT_PPM, 0, 0, 1000000000};
	uint64_t ppm;
	int r = cell_number(c, &share, t, &ppm, e);

	if (r == 0)
		*pct = t->str ? (double)ppm / 10000 : NAN;
	return r;
}

static int unknown_metric(const struct trial_plan *t, const char *name, struct err *e)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];
	const struct metric *m;

	for (size_t i = 0; i < t->n_reads; i++)
		nearest_offer(&near, t->reads[i].metric);
	for (size_t i = 0; i < t->n_own; i++)
		nearest_offer(&near, t->own[i].metric);
	for (size_t g = 0; metric_groups[g]; g++)
		for (size_t i = 0; (m = metric_at(metric_groups[g], i)); i++)
			nearest_offer(&near, m->name);
	return err_set(e, -EINVAL, "metric '%s' is unknown%s; `cgbench list metrics` shows them",
		       name, nearest_hint(&near, hint));
}

/* A relation is judged by the budget that states it, and by no other. */
static int no_relation(const char *name, struct err *e)
{
	return err_set(e, -EINVAL,
		       "'%s' is a relation, and no metric; its budget stands beside its 'that'",
		       name);
}

static int check_segment(const struct trial_plan *plan, const char *metric, struct err *e)
{
	const char *segment = metric_segment(metric);
	struct nearest near = {.word = segment};
	char hint[NEAREST_HINT_MAX];

	if (!segment || plan_has_segment(plan, segment))
		return 0;
	for (size_t i = 0; i < plan->n_actions; i++)
		if (plan->actions[i].segment)
			nearest_offer(&near, plan->actions[i].segment);
	return err_set(e, -EINVAL, "no action begins a segment '%s'%s", segment,
		       nearest_hint(&near, hint));
}

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* read.x, or read.x@segment. */
static bool is_called(const char *name, const char *metric)
{
	size_t n = strlen(metric);

	return strncmp(name, metric, n) == 0 && (!name[n] || name[n] == '@');
}

/* What the suite names itself has the unit that the suite says. */
int cell_metric_unit(const struct trial_plan *t, const char *name, const char **unit, struct err *e)
{
	const struct metric *m = metric_find(name);

	for (size_t i = 0; i < t->n_reads; i++) {
		if (is_called(name, t->reads[i].metric)) {
			*unit = t->reads[i].unit;
			return check_segment(t, name, e);
		}
	}
	for (size_t i = 0; i < t->n_own; i++) {
		if (strcmp(t->own[i].metric, name) == 0) {
			*unit = t->own[i].unit;
			return 0;
		}
	}
	if (!m || has_prefix(name, "read."))
		return unknown_metric(t, name, e);
	if (has_prefix(name, relation_prefix))
		return no_relation(name, e);
	*unit = m->unit;
	return check_segment(t, name, e);
}

/* Whether only the trial as a whole has it: harness.cpu_pct. */
static bool is_of_trial(const char *name)
{
	const struct metric *m = metric_find(name), *row;

	for (size_t g = 0; metric_groups[g]; g++)
		for (size_t i = 0; (row = metric_at(metric_groups[g], i)); i++)
			if (row == m)
				return metric_groups[g]->compute_trial &&
				       !metric_groups[g]->compute;
	return false;
}

static int name_in_expr(const void *context, const char *name, const char **unit, bool *of_trial,
			struct err *e)
{
	*of_trial = is_of_trial(name);
	return cell_metric_unit(context, name, unit, e);
}

static int group_names(const struct cell *c, const struct trial_plan *t, const char ***out,
		       struct err *e)
{
	const char **names = arena_array(c->arena, t->n_groups, sizeof(*names));

	if (!names)
		return err_set(e, -ENOMEM, "out of memory for budgets");
	for (size_t g = 0; g < t->n_groups; g++)
		names[g] = t->groups[g].name;
	*out = names;
	return 0;
}

/* "relation.NAME", or the number of the budget where it has none. */
static int name_relation(const struct cell *c, const struct expect_spec *from,
			 struct expect_plan *to, struct err *e)
{
	char name[VALUE_METRIC_MAX];

	if (from->name.str)
		snprintf(name, sizeof(name), "%s%s", relation_prefix, from->name.str);
	else
		snprintf(name, sizeof(name), "%s%td", relation_prefix, from - c->part->expects + 1);
	to->metric = arena_text(c->arena, name, strlen(name));
	return to->metric ? 0 : err_set(e, -ENOMEM, "out of memory for budgets");
}

static int relation(const struct cell *c, const struct expect_spec *from,
		    const struct trial_plan *t, struct expect_plan *to, struct err *e)
{
	struct expr_names names = {.n_groups = t->n_groups, .metric = name_in_expr, .context = t};
	size_t at = 0;
	int r = cell_text(c, &from->that, &to->that, e);

	if (r == 0)
		r = group_names(c, t, (const char ***)&names.groups, e);
	if (r < 0)
		return r;
	r = expr_parse(to->that, &names, c->arena, &to->relation, &at, e);
	if (r == -EINVAL)
		return cell_fault_within(c, &from->that, at, e);
	if (r < 0)
		return r;
	to->unit = expr_unit(to->relation);
	if (to->group && !expr_is_per_group(to->relation))
		return cell_fault(c, &from->group, e,
				  "every metric of '%s' has a group already; 'group' is for "
				  "metrics without one",
				  to->that);
	return name_relation(c, from, to, e);
}

static int metric(const struct cell *c, const struct expect_spec *from, const struct trial_plan *t,
		  struct expect_plan *to, struct err *e)
{
	const char *name;
	int r = cell_text(c, &from->metric, &name, e);

	if (r < 0)
		return r;
	if (cell_metric_unit(t, name, &to->unit, e) < 0)
		return cell_fault_here(c, &from->metric, e);
	to->metric = arena_text(c->arena, name, strlen(name));
	return to->metric ? 0 : err_set(e, -ENOMEM, "out of memory for budgets");
}

static int bounds(const struct cell *c, const struct expect_spec *from, struct expect_plan *to,
		  struct err *e)
{
	const struct subject of = {to->that ? to->that : to->metric, to->unit};
	int r = within(c, &from->within, &to->within_pct, e);

	if (r == 0)
		r = bound(c, &of, &from->min, &to->min, e);
	if (r == 0)
		r = bound(c, &of, &from->max, &to->max, e);
	if (r == 0)
		r = bound(c, &of, &from->equals, &to->equals, e);
	if (r < 0)
		return r;
	if (to->min > to->max)
		return cell_fault(c, &from->min, e, "min is greater than max: nothing can pass");
	if (to->equals == 0 && !isnan(to->within_pct))
		return cell_fault(c, &from->within, e,
				  "a percentage of 0 is 0; expected min and max around it");
	return 0;
}

/* What is true in this cell is no condition any more; what is false stays, to be seen in the plan.
 */
static int condition(const struct cell *c, const struct expect_spec *from, struct expect_plan *to,
		     struct err *e)
{
	int r = cell_when(c, &from->when, &to->when, e);

	if (r == 0 && condition_truth(to->when, &(struct probes){0}) == TRUTH_YES)
		to->when = NULL;
	to->when_text = to->when ? from->when.str : NULL;
	return r;
}

static int expect(const struct cell *c, const struct expect_spec *from, const struct trial_plan *t,
		  struct expect_plan *to, struct err *e)
{
	int r = condition(c, from, to, e);

	if (r == 0)
		r = from->that.str ? relation(c, from, t, to, e) : metric(c, from, t, to, e);
	return r < 0 ? r : bounds(c, from, to, e);
}

/* The groups that a budget names, by a pattern or one by its name. */
struct named {
	unsigned *groups; /* NULL: any that has the metric */
	size_t n;
};

static int find_named(const struct cell *c, struct named *all, size_t *total, struct err *e)
{
	int r = 0;

	*total = 0;
	for (size_t i = 0; r == 0 && i < c->part->n_expects; i++) {
		const struct text *group = &c->part->expects[i].group;
		all[i].n = 1;
		if (group->str)
			r = cell_matching(c, group, &all[i].groups, &all[i].n, e);
		*total += all[i].n;
	}
	return r;
}

int cell_expects(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct part *p = c->part;
	struct named *named = arena_array(c->arena, p->n_expects, sizeof(*named));
	size_t total = 0;
	int r = named ? find_named(c, named, &total, e) : -ENOMEM;

	if (r == 0) {
		out->expects = arena_array(c->arena, total, sizeof(*out->expects));
		r = out->expects ? 0 : -ENOMEM;
	}
	if (r == -ENOMEM)
		return err_set(e, r, "out of memory for budgets");
	for (size_t i = 0; r == 0 && i < p->n_expects; i++)
		for (size_t g = 0; r == 0 && g < named[i].n; g++) {
			struct expect_plan *to = &out->expects[out->n_expects++];
			if (named[i].groups)
				to->group = out->groups[named[i].groups[g]].name;
			r = expect(c, &p->expects[i], out, to, e);
		}
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/evaluate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "metrics/metric.h"
#include "model/cpu_theory.h"

/* A metric in percent that has no expectation of its own is an error by itself: cpu.usage_error. */
static double error_of(const struct value *v)
{
	return isnan(v->expected) && strcmp(v->unit, "%") == 0 ? v->value : v->error_pct;
}

/* NAN compares false with everything, so an absent bound excludes nothing and an absent error
 * passes no `within`. */
static bool holds(const struct expect_plan *x, const struct value *v)
{
	if (!isnan(x->within_pct) && !(fabs(error_of(v)) <= x->within_pct))
		return false;
	if (!isnan(x->equals) && v->value != x->equals)
		return false;
	return !(v->value < x->min) && !(v->value > x->max);
}

static bool concerns(const struct expect_plan *x, const char *group, const char *metric)
{
	return strcmp(x->metric, metric) == 0 && (!x->group || strcmp(x->group, group) == 0);
}

enum verdict evaluate_judge(const struct trial_plan *plan, const char *group, const struct value *v)
{
	enum verdict verdict = VERDICT_NONE;

	for (size_t i = 0; i < plan->n_expects; i++) {
		const struct expect_plan *x = &plan->expects[i];
		if (!concerns(x, group, v->metric))
			continue;
		if (v->unresolved)
			return VERDICT_UNRESOLVED;
		if (!holds(x, v))
			return VERDICT_FAIL;
		verdict = VERDICT_PASS;
	}
	return verdict;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = 0;

	sink->group = g ? (int)(g - t->groups) : VALUE_OF_TRIAL;
	for (size_t m = 0; r == 0 && metric_groups[m]; m++) {
		if (g && metric_groups[m]->compute)
			r = metric_groups[m]->compute(t, g, sink, e);
		else if (!g && metric_groups[m]->compute_trial)
			r = metric_groups[m]->compute_trial(t, sink, e);
	}
	return r;
}

static void judge(const struct trial_data *t, struct value *v, struct evaluation *out)
{
	const struct trial_plan *plan = t->plan;
	const char *group = v->group < 0 ? "" : t->groups[v->group].plan->name;

	v->verdict = evaluate_judge(plan, group, v);
	out->tally.pass += v->verdict == VERDICT_PASS;
	out->tally.fail += v->verdict == VERDICT_FAIL;
	out->tally.unresolved += v->verdict == VERDICT_UNRESOLVED;
	for (size_t x = 0; x < plan->n_expects; x++)
		if (concerns(&plan->expects[x], group, v->metric))
			out->matched[x] = true;
}

/* The same trial with theory beside it. The copies borrow what they point to. */
struct view {
	struct trial_data trial;
	struct group_data *groups;
	struct cpu_theory *cpu;
};

static void view_free(struct view *v)
{
	free(v->groups);
	free(v->cpu);
}

static int view_make(const struct trial_data *t, struct view *v, struct err *e)
{
	v->trial = *t;
	v->groups = calloc(t->n_groups + 1, sizeof(*v->groups));
	v->cpu = calloc(t->n_groups + 1, sizeof(*v->cpu));
	if (!v->groups || !v->cpu)
		return err_set(e, -ENOMEM, "out of memory for verdicts");
	v->trial.groups = v->groups;
	for (size_t g = 0; g < t->n_groups; g++) {
		v->groups[g] = t->groups[g];
		v->groups[g].cpu = &v->cpu[g];
	}
	return cpu_theory(t, t->open_nsec, t->close_nsec, v->cpu, e);
}

static int compute_all(const struct trial_data *t, struct value_sink *sink, struct err *e)
{
	struct view v scope(view_free) = {0};
	int r = view_make(t, &v, e);

	for (size_t g = 0; r == 0 && g < t->n_groups; g++)
		r = compute(&v.trial, &v.groups[g], sink, e);
	return r < 0 ? r : compute(&v.trial, NULL, sink, e);
}

int evaluate(const struct trial_data *t, struct evaluation *out, struct err *e)
{
	struct evaluation all = {.matched = calloc(t->plan->n_expects + 1, sizeof(*all.matched))};
	struct value_sink sink = {0};
	int r = all.matched ? 0 : err_set(e, -ENOMEM, "out of memory for verdicts");

	if (r == 0 && t->status == TRIAL_OK)
		r = compute_all(t, &sink, e);
	all.values = sink.values;
	all.n = sink.n;
	for (size_t i = 0; r == 0 && i < all.n; i++)
		judge(t, &all.values[i], &all);
	for (size_t x = 0; t->status == TRIAL_OK && r == 0 && x < t->plan->n_expects; x++)
		all.tally.missing += !all.matched[x];
	if (r < 0)
		evaluation_free(&all);
	else
		*out = all;
	return r;
}

void evaluation_free(struct evaluation *v)
{
	free(v->values);
	free(v->matched);
	*v = (struct evaluation){0};
}

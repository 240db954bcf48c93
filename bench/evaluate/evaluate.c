/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/evaluate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "evaluate/relation.h"
#include "evaluate/view.h"
#include "metrics/metric.h"

/*
 * What `within` is held against: the distance from `equals` or else from theory. A metric in
 * percent that has neither is an error by itself: cpu.usage_error.
 */
static double error_of(const struct expect_plan *x, const struct value *v)
{
	if (!isnan(x->equals))
		return 100 * (v->value - x->equals) / fabs(x->equals);
	return isnan(v->expected) && strcmp(v->unit, "%") == 0 ? v->value : v->error_pct;
}

/* NAN compares false with everything, so an absent bound excludes nothing and an absent error
 * passes no `within`. */
static bool holds(const struct expect_plan *x, const struct value *v)
{
	if (!isnan(x->within_pct) && !(fabs(error_of(x, v)) <= x->within_pct))
		return false;
	if (isnan(x->within_pct) && !isnan(x->equals) && v->value != x->equals)
		return false;
	return !(v->value < x->min) && !(v->value > x->max);
}

static bool concerns(const struct expect_plan *x, const char *group, const char *metric)
{
	return strcmp(x->metric, metric) == 0 && (!x->group || strcmp(x->group, group) == 0);
}

/* Whether its condition holds: one that rules it out leaves nothing to judge. */
static bool counts(const struct trial_data *t, const struct expect_plan *x)
{
	return condition_truth(x->when, &t->probes) == TRUTH_YES;
}

static enum verdict verdict_of(const struct expect_plan *x, const struct value *v)
{
	if (v->unresolved)
		return VERDICT_UNRESOLVED;
	return holds(x, v) ? VERDICT_PASS : VERDICT_FAIL;
}

enum verdict evaluate_judge(const struct trial_data *t, const char *group, const struct value *v)
{
	const struct trial_plan *plan = t->plan;
	enum verdict verdict = VERDICT_NONE;

	for (size_t i = 0; i < plan->n_expects; i++) {
		const struct expect_plan *x = &plan->expects[i];
		if (!concerns(x, group, v->metric) || !counts(t, x))
			continue;
		verdict = verdict_of(x, v);
		if (verdict != VERDICT_PASS)
			return verdict;
	}
	return verdict;
}

/* A list of what is there: "equals 2 within 5%, max 3". */
const char *evaluate_bound_text(const struct expect_plan *x, char buf[static BOUND_TEXT_MAX])
{
	const struct {
		const char *word, *after;
		double bound;
	} parts[] = {
		{isnan(x->equals) ? NULL : "equals ", "", x->equals},
		{isnan(x->within_pct) ? NULL : "within ", "%", x->within_pct},
		{isnan(x->min) ? NULL : "min ", "", x->min},
		{isnan(x->max) ? NULL : "max ", "", x->max},
	};
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < array_len(parts) && used < BOUND_TEXT_MAX; i++)
		if (parts[i].word)
			used += (size_t)snprintf(buf + used, BOUND_TEXT_MAX - used, "%s%s%.10g%s",
						 used ? " " : "", parts[i].word, parts[i].bound,
						 parts[i].after);
	return buf;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = 0;

	sink->group = g ? (int)(g - t->groups) : VALUE_OF_TRIAL;
	for (size_t m = 0; r == 0 && metric_groups[m]; m++) {
		if (sink->segment && !metric_groups[m]->by_segment)
			continue;
		if (g)
			r = metric_compute(metric_groups[m], t, g, sink, e);
		else if (metric_groups[m]->compute_trial)
			r = metric_groups[m]->compute_trial(t, sink, e);
	}
	return r;
}

static const char *group_of(const struct trial_data *t, const struct value *v)
{
	return v->group < 0 ? "" : t->groups[v->group].plan->name;
}

static void judge_values(const struct trial_data *t, struct evaluation *out)
{
	for (size_t i = 0; i < out->n; i++) {
		struct value *v = &out->values[i];
		v->verdict = evaluate_judge(t, group_of(t, v), v);
		tally_count(&out->tally, v->verdict);
	}
}

static int note_judgement(struct evaluation *out, const struct judgement *j, struct err *e)
{
	struct judgement *slot = array_push(out->judgements, out->n_judgements);

	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for verdicts");
	*slot = *j;
	return 0;
}

/* Every value that the budget is about, or the one judgement that there is none. */
static int judge_budget(const struct trial_data *t, const struct expect_plan *x,
			struct evaluation *out, struct err *e)
{
	size_t before = out->n_judgements;
	int r = 0;

	if (!counts(t, x))
		return 0;
	for (size_t i = 0; r == 0 && i < out->n; i++) {
		const struct value *v = &out->values[i];
		if (concerns(x, group_of(t, v), v->metric))
			r = note_judgement(out,
					   &(struct judgement){.expect = x,
							       .value = v,
							       .error_pct = error_of(x, v),
							       .verdict = verdict_of(x, v)},
					   e);
	}
	if (r < 0 || out->n_judgements > before)
		return r;
	out->tally.missing++;
	return note_judgement(out, &(struct judgement){.expect = x, .error_pct = NAN}, e);
}

static int judge(const struct trial_data *t, struct evaluation *out, struct err *e)
{
	int r = 0;

	judge_values(t, out);
	for (size_t x = 0; r == 0 && x < t->plan->n_expects; x++)
		r = judge_budget(t, &t->plan->expects[x], out, e);
	return r;
}

static int compute_view(const struct view *v, struct value_sink *sink, struct err *e)
{
	int r = 0;

	sink->segment = v->segment;
	for (size_t g = 0; r == 0 && g < v->trial.n_groups; g++)
		r = compute(&v->trial, &v->trial.groups[g], sink, e);
	/* What belongs to the trial belongs to all of it. */
	return r < 0 || v->segment ? r : compute(&v->trial, NULL, sink, e);
}

static int compute_all(const struct trial_data *t, struct value_sink *sink, struct err *e)
{
	struct view whole scope(view_free) = {0};
	int r = view_whole(t, &whole, e);

	if (r == 0)
		r = compute_view(&whole, sink, e);
	for (size_t i = 0; r == 0 && i < view_segments(t); i++) {
		struct view part scope(view_free) = {0};
		r = view_segment(t, i, &part, e);
		if (r == 0)
			r = compute_view(&part, sink, e);
	}
	sink->segment = NULL;
	return r < 0 ? r : relations_add(t, sink, e);
}

int evaluate(const struct trial_data *t, struct evaluation *out, struct err *e)
{
	struct evaluation all = {0};
	struct value_sink sink = {0};
	int r = trial_has_numbers(t->status) ? compute_all(t, &sink, e) : 0;

	all.values = sink.values;
	all.n = sink.n;
	/* Numbers of a trial that was disturbed are there to look at, not to judge by. */
	if (r == 0 && t->status == TRIAL_OK)
		r = judge(t, &all, e);
	if (r < 0)
		evaluation_free(&all);
	else
		*out = all;
	return r;
}

void evaluation_free(struct evaluation *v)
{
	free(v->values);
	free(v->judgements);
	*v = (struct evaluation){0};
}

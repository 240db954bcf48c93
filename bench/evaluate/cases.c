/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "cgbench/array.h"
#include "evaluate/findings.h"

enum { SAYS_MAX = 1024 };

static const char *const state_names[] = {
	[CASE_OPEN] = "not run",
	[CASE_HOLDS] = "holds",
	[CASE_DIFFERS] = "differs",
	[CASE_UNRESOLVED] = "below the tick",
	[CASE_UNSUPPORTED] = "not supported here",
	[CASE_BROKEN] = "broken",
};

const char *case_state_name(enum case_state s)
{
	return state_names[s];
}

/* What is worse is told, whatever else there was. */
enum case_state case_state(const struct case_result *c)
{
	if (c->differs)
		return CASE_DIFFERS;
	if (c->broken)
		return CASE_BROKEN;
	if (c->done < c->planned)
		return CASE_OPEN;
	if (c->holds)
		return CASE_HOLDS;
	return c->unresolved ? CASE_UNRESOLVED : CASE_UNSUPPORTED;
}

/* Parts are told apart by their texts' places: each has one, and all its trials point there. */
static struct case_result *find(const struct cases *c, const char *part)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].part == part)
			return &c->v[i];
	return NULL;
}

int cases_begin(const struct plan *plan, struct cases *out, struct err *e)
{
	struct cases all = {NULL, 0};

	for (size_t i = 0; i < plan->n_trials; i++) {
		const char *part = plan->trials[i].part;
		struct case_result *c = find(&all, part);
		if (!c) {
			c = array_push(all.v, all.n);
			if (!c) {
				free(all.v);
				return err_no_memory(e);
			}
			*c = (struct case_result){
				.name = part ? part : plan->suite, .part = part, .strain = -1};
		}
		c->planned++;
	}
	*out = all;
	return 0;
}

void cases_free(struct cases *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].says);
		for (size_t n = 0; n < c->v[i].n_notes; n++)
			free(c->v[i].notes[n]);
	}
	free(c->v);
	*c = (struct cases){NULL, 0};
}

/* The line of a case is about what strains it most. */
static int say(struct case_result *c, double strain, const char *text, struct err *e)
{
	char *copy;

	if (strain <= c->strain)
		return 0;
	copy = strdup(text);
	if (!copy)
		return err_no_memory(e);
	free(c->says);
	c->says = copy;
	c->strain = strain;
	return 0;
}

static int note(struct case_result *c, const char *text, struct err *e)
{
	if (c->n_notes == CASE_NOTES_MAX)
		return 0;
	c->notes[c->n_notes] = strdup(text);
	if (!c->notes[c->n_notes])
		return err_no_memory(e);
	c->n_notes++;
	return 0;
}

/* "probe: work.errno 11, expected equals 95"; the label when the case has several trials. */
static void judgement_text(const struct case_result *c, const char *label,
			   const struct trial_data *t, const struct judgement *j,
			   char buf[static SAYS_MAX])
{
	const struct value *v = j->value;
	const char *group = v && v->group >= 0 ? t->groups[v->group].plan->name : j->expect->group;
	char bound[BOUND_TEXT_MAX], number[VALUE_UNIT_MAX + 32] = "no value";

	if (v)
		snprintf(number, sizeof(number), "%.10g%s%s", v->value,
			 strcmp(v->unit, "count") == 0 ? "" : " ",
			 strcmp(v->unit, "count") == 0 ? "" : v->unit);
	snprintf(buf, SAYS_MAX, "%s%s%s%s%s %s; expected %s", c->planned > 1 ? label : "",
		 c->planned > 1 ? ": " : "", group ? group : "", group ? ":" : "",
		 v ? v->metric : j->expect->metric, number, evaluate_bound_text(j->expect, bound));
}

static int add_judgement(struct case_result *c, const char *label, const struct trial_data *t,
			 const struct judgement *j, struct err *e)
{
	double strain = j->value ? findings_strain(j->expect, j->value, j->error_pct) : INFINITY;
	char text[SAYS_MAX];
	int r = 0;

	c->holds |= j->verdict == VERDICT_PASS;
	c->differs |= j->verdict == VERDICT_FAIL;
	c->unresolved |= j->verdict == VERDICT_UNRESOLVED;
	c->broken |= j->verdict == VERDICT_NONE;
	judgement_text(c, label, t, j, text);
	if (j->verdict == VERDICT_FAIL || j->verdict == VERDICT_NONE)
		r = note(c, text, e);
	return r < 0 ? r : say(c, strain, text, e);
}

/* A trial without numbers: it was skipped, or broke. */
static int add_reason(struct case_result *c, const char *label, const struct trial_data *t,
		      struct err *e)
{
	bool broke = t->status != TRIAL_SKIPPED;
	char text[SAYS_MAX];
	int r;

	snprintf(text, sizeof(text), "%s%s%s%s%s", c->planned > 1 ? label : "",
		 c->planned > 1 ? ": " : "", broke ? trial_status_name(t->status) : "",
		 broke ? ": " : "", t->reason);
	c->broken |= broke;
	r = broke ? note(c, text, e) : 0;
	return r < 0 ? r : say(c, broke ? INFINITY : -0.5, text, e);
}

int cases_add(struct cases *all, const struct plan *plan, const struct trial_data *t,
	      const struct evaluation *v, const struct case_result **done, struct err *e)
{
	struct case_result *c = find(all, t->plan->part);
	char label[PLAN_LABEL_MAX];
	int r = 0;

	plan_label(plan, t->plan, label);
	if (t->status != TRIAL_OK)
		r = add_reason(c, label, t, e);
	else if (v->n_judgements == 0)
		r = say(c, -0.5, "none of its budgets is about this kernel", e);
	for (size_t i = 0; r == 0 && t->status == TRIAL_OK && i < v->n_judgements; i++)
		r = add_judgement(c, label, t, &v->judgements[i], e);
	if (r == 0)
		*done = ++c->done == c->planned ? c : NULL;
	return r;
}

static int add_row(struct table *table, const struct case_result *c, struct err *e)
{
	const char *cells[] = {case_state_name(case_state(c)), c->name, c->says};
	int r = table_add(table, cells, e);

	/* The first column says it for all of them. */
	for (size_t i = 0; r == 0 && i < c->n_notes; i++)
		if (!c->says || strcmp(c->notes[i], c->says) != 0)
			r = table_add(table, (const char *[]){"", "", c->notes[i]}, e);
	return r;
}

int cases_print(const struct cases *c, struct err *e)
{
	static const struct table_column columns[] = {
		{"verdict", false, false},
		{"case", false, false},
		{"measured, and what is documented", false, true},
	};
	unsigned counts[CASE_STATES] = {0};
	struct table *table = NULL;
	int r = table_new(columns, array_len(columns), &table, e);

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		r = add_row(table, &c->v[i], e);
		counts[case_state(&c->v[i])]++;
	}
	if (r == 0)
		r = table_print(table, e);
	table_free(table);
	printf("cases:");
	for (int s = CASE_HOLDS; s < CASE_STATES; s++)
		printf("%s %u %s", s == CASE_HOLDS ? "" : ",", counts[s],
		       case_state_name((enum case_state)s));
	printf("%s\n", counts[CASE_OPEN] ? "; some have not run" : "");
	return r;
}

void cases_json(const struct cases *c, json_t *to)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n; i++) {
		const struct case_result *one = &c->v[i];
		json_t *notes = json_array();
		for (size_t n = 0; n < one->n_notes; n++)
			json_array_append_new(notes, json_string(one->notes[n]));
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:o}", "case", one->name, "state",
						case_state_name(case_state(one)), "says",
						one->says ? one->says : "", "notes", notes));
	}
	json_object_set_new(to, "cases", list);
}

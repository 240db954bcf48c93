/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/findings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/units.h"
#include "model/leak.h"

enum { NUMBER_MAX = 32, ERROR_SHOWN_MAX = 100000 };

/* What is worse comes first, whatever its strain. */
static const int badness[] = {
	[VERDICT_FAIL] = 3,
	[VERDICT_NONE] = 2,
	[VERDICT_UNRESOLVED] = 1,
	[VERDICT_PASS] = 0,
};

double findings_strain(const struct expect_plan *x, const struct value *v, double error_pct)
{
	double strain = 0;

	if (!isnan(x->within_pct))
		strain = fabs(error_pct) / x->within_pct;
	else if (!isnan(x->equals))
		strain = v->value == x->equals ? 0 : 1 + fabs(v->value - x->equals);
	if (!isnan(x->max))
		strain = fmax(strain, x->max > 0 ? v->value / x->max : 1 + (v->value - x->max));
	if (!isnan(x->min) && x->min > 0)
		strain = fmax(strain, v->value > 0 ? x->min / v->value : INFINITY);
	else if (!isnan(x->min))
		strain = fmax(strain, 1 + (x->min - v->value));
	return isnan(strain) ? INFINITY : strain;
}

static bool is_worse(const struct finding *a, const struct finding *b)
{
	if (badness[a->verdict] != badness[b->verdict])
		return badness[a->verdict] > badness[b->verdict];
	return a->strain > b->strain;
}

static void finding_free(struct finding *f)
{
	free(f->label);
	free(f->group);
	free(f->metric);
}

/* Takes f over: into its place among the kept, or away. */
static void keep(struct findings *all, struct finding *f)
{
	size_t at = all->n;

	all->total++;
	while (at > 0 && is_worse(f, &all->kept[at - 1]))
		at--;
	if (at == FINDINGS_KEPT) {
		finding_free(f);
		return;
	}
	if (all->n == FINDINGS_KEPT)
		finding_free(&all->kept[--all->n]);
	memmove(&all->kept[at + 1], &all->kept[at], (all->n - at) * sizeof(*f));
	all->kept[at] = *f;
	all->n++;
}

static const char *group_name(const struct trial_data *t, const struct judgement *j)
{
	if (!j->value)
		return j->expect->group ?: "";
	return j->value->group < 0 ? "" : t->groups[j->value->group].plan->name;
}

static int add_judgement(struct findings *f, const char *label, const struct trial_data *t,
			 const struct judgement *j, struct err *e)
{
	const struct value *v = j->value;
	struct finding one = {
		.label = strdup(label),
		.group = strdup(group_name(t, j)),
		.metric = strdup(v ? v->metric : j->expect->metric),
		.value = v ? v->value : NAN,
		.expected = v ? v->expected : NAN,
		.error_pct = j->error_pct,
		.verdict = j->verdict,
		.strain = v ? findings_strain(j->expect, v, j->error_pct) : INFINITY,
	};

	if (!one.label || !one.group || !one.metric) {
		finding_free(&one);
		return err_set(e, -ENOMEM, "out of memory for findings");
	}
	snprintf(one.unit, sizeof(one.unit), "%s", v ? v->unit : "");
	evaluate_bound_text(j->expect, one.budget);
	keep(f, &one);
	return 0;
}

static int add_broken(struct findings *f, const char *label, const struct trial_data *t,
		      struct err *e)
{
	struct broken_trial *b = &f->broken[f->n_broken];

	f->total_broken++;
	if (f->n_broken == FINDINGS_KEPT)
		return 0;
	*b = (struct broken_trial){strdup(label), strdup(t->reason), t->status};
	f->n_broken++;
	return b->label && b->reason ? 0 : err_set(e, -ENOMEM, "out of memory for findings");
}

static int add_leak(struct findings *f, const char *label, const char *group, const struct leak *l,
		    struct err *e)
{
	struct leak_finding *slot = array_push(f->leaks, f->n_leaks);
	char text[LEAK_TEXT_MAX];

	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for findings");
	*slot = (struct leak_finding){strdup(label), strdup(group), strdup(leak_sentence(l, text))};
	return slot->label && slot->group && slot->sentence
		       ? 0
		       : err_set(e, -ENOMEM, "out of memory for findings");
}

static int add_leaks(struct findings *f, const char *label, const struct trial_data *t,
		     const struct evaluation *v, struct err *e)
{
	int r = 0;

	for (size_t g = 0; r == 0 && g < t->n_groups; g++) {
		struct leak leak;
		leak_init(&leak);
		for (size_t i = 0; i < v->n; i++)
			if (v->values[i].group == (int)g)
				leak_take(&leak, v->values[i].metric, v->values[i].value,
					  v->values[i].expected);
		if (leak_is_worth(&leak))
			r = add_leak(f, label, t->groups[g].plan->name, &leak, e);
	}
	return r;
}

int findings_add(struct findings *f, const struct plan *plan, const struct trial_data *t,
		 const struct evaluation *v, struct err *e)
{
	char label[PLAN_LABEL_MAX];
	int r = 0;

	plan_label(plan, t->plan, label);
	if (t->sample_every_usec > t->plan->sample_every_usec) {
		f->slowed++;
		if (t->sample_every_usec > f->slowest_usec)
			f->slowest_usec = t->sample_every_usec;
	}
	if (t->status != TRIAL_OK && t->status != TRIAL_SKIPPED)
		return add_broken(f, label, t, e);
	for (size_t i = 0; r == 0 && i < v->n_judgements; i++)
		r = add_judgement(f, label, t, &v->judgements[i], e);
	return r < 0 ? r : add_leaks(f, label, t, v, e);
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		finding_free(&f->kept[i]);
	for (size_t i = 0; i < f->n_broken; i++) {
		free(f->broken[i].label);
		free(f->broken[i].reason);
	}
	for (size_t i = 0; i < f->n_leaks; i++) {
		free(f->leaks[i].label);
		free(f->leaks[i].group);
		free(f->leaks[i].sentence);
	}
	free(f->leaks);
	*f = (struct findings){0};
}

static const char *verdict_word(enum verdict v)
{
	return v == VERDICT_NONE ? "no value" : v == VERDICT_FAIL ? "MISSED" : verdict_name(v);
}

static const char *number(double v, const char *unit, char buf[static NUMBER_MAX])
{
	if (isnan(v))
		return "";
	snprintf(buf, NUMBER_MAX, "%.6g%s%s", v, *unit ? " " : "", unit);
	return buf;
}

static const char *error_text(double pct, char buf[static NUMBER_MAX])
{
	if (isnan(pct) || fabs(pct) > ERROR_SHOWN_MAX)
		return "";
	snprintf(buf, NUMBER_MAX, "%+.2f%%", pct);
	return buf;
}

static int add_row(struct table *t, const struct finding *f, struct err *e)
{
	char value[NUMBER_MAX], expected[NUMBER_MAX], error[NUMBER_MAX];
	const char *cells[] = {
		verdict_word(f->verdict),
		f->label,
		f->group,
		f->metric,
		number(f->value, f->unit, value),
		number(f->expected, "", expected),
		error_text(f->error_pct, error),
		f->budget,
	};

	return table_add(t, cells, e);
}

static int print_budgets(const struct findings *f, struct err *e)
{
	static const struct table_column columns[] = {
		{"verdict", false, false}, {"trial", false, true},    {"group", false, false},
		{"metric", false, false},  {"measured", true, false}, {"expected", true, false},
		{"error", true, false},    {"budget", false, true},
	};
	struct table *t = NULL;
	int r = table_new(columns, array_len(columns), &t, e);

	for (size_t i = 0; r == 0 && i < f->n; i++)
		r = add_row(t, &f->kept[i], e);
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	if (r == 0 && f->total > f->n)
		printf("... and %zu more, none of them worse; all are in results.csv\n",
		       f->total - f->n);
	return r;
}

int findings_print(const struct findings *f, struct err *e)
{
	char text[UNIT_TEXT_MAX];
	int r;

	for (size_t i = 0; i < f->n_broken; i++)
		printf("%s: %s: %s\n", trial_status_name(f->broken[i].status), f->broken[i].label,
		       f->broken[i].reason);
	if (f->total_broken > f->n_broken)
		printf("... and %zu more; all are in trials.csv\n", f->total_broken - f->n_broken);
	if (f->slowed)
		printf("sampled less often than asked in %u trial%s, every %s at the slowest: no "
		       "CPU was free for it\n",
		       f->slowed, f->slowed == 1 ? "" : "s",
		       unit_format(UNIT_USEC, f->slowest_usec, text));
	r = f->n ? print_budgets(f, e) : 0;
	for (size_t i = 0; i < f->n_leaks; i++)
		printf("%s: %s %s\n", f->leaks[i].label, f->leaks[i].group, f->leaks[i].sentence);
	return r;
}

static json_t *number_or_null(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

void findings_json(const struct findings *f, json_t *to)
{
	json_t *budgets = json_array(), *broken = json_array(), *leaks = json_array();

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *one = &f->kept[i];
		json_array_append_new(
			budgets,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "verdict",
				  one->verdict == VERDICT_NONE ? "missing"
							       : verdict_name(one->verdict),
				  "trial", one->label, "group", one->group, "metric", one->metric,
				  "unit", one->unit, "value", number_or_null(one->value),
				  "expected", number_or_null(one->expected), "error_pct",
				  number_or_null(one->error_pct), "budget", one->budget));
	}
	for (size_t i = 0; i < f->n_broken; i++)
		json_array_append_new(broken,
				      json_pack("{s:s, s:s, s:s}", "trial", f->broken[i].label,
						"status", trial_status_name(f->broken[i].status),
						"reason", f->broken[i].reason));
	for (size_t i = 0; i < f->n_leaks; i++)
		json_array_append_new(
			leaks, json_pack("{s:s, s:s, s:s}", "trial", f->leaks[i].label, "group",
					 f->leaks[i].group, "leak", f->leaks[i].sentence));
	json_object_set_new(to, "leaks", leaks);
	json_object_set_new(to, "budgets", budgets);
	json_object_set_new(to, "budgets_left_off", json_integer((json_int_t)(f->total - f->n)));
	json_object_set_new(to, "broken", broken);
	json_object_set_new(to, "broken_left_off",
			    json_integer((json_int_t)(f->total_broken - f->n_broken)));
}

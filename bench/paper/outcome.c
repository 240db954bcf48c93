/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paper/outcome.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/hosts.h"
#include "stats/stats.h"

/* What a reference in a claim is looked up in. */
struct lookup {
	const struct outcome *o;
	const struct claim *claim;
};

static bool has_terms(const struct dataset *d, uint32_t cell, const struct pairs *terms)
{
	for (size_t i = 0; i < terms->n; i++) {
		uint32_t axis = dataset_axis(d, terms->v[i].key.str);
		const char *value = axis == UINT32_MAX ? NULL : cell_axis(d, cell, axis);
		if (!value || strcmp(value, terms->v[i].value.str) != 0)
			return false;
	}
	return true;
}

/* ---- values ---- */

struct sample {
	double *v;
	size_t n;
};

static double take_of(enum claim_take take, struct sample *s)
{
	double sum = 0;

	if (s->n == 0)
		return NAN;
	stats_sort(s->v, s->n);
	for (size_t i = 0; i < s->n; i++)
		sum += s->v[i];
	switch (take) {
	case TAKE_MEAN:
		return sum / (double)s->n;
	case TAKE_MIN:
		return s->v[0];
	case TAKE_MAX:
		return s->v[s->n - 1];
	case TAKE_MEDIAN:
		break;
	}
	return stats_median((struct sorted){s->v, s->n});
}

static bool add_series(const struct run *run, uint32_t series, bool expected, struct sample *s)
{
	size_t first = 0, n = run_values(run, series, &first);

	for (size_t i = 0; i < n; i++) {
		double value = expected ? run->expected[first + i] : run->value[first + i], *slot;
		if (isnan(value))
			continue;
		slot = array_push(s->v, s->n);
		if (!slot)
			return false;
		*slot = value;
	}
	return true;
}

static double value_in_run(const struct lookup *l, const struct claim_group *group,
			   const char *metric)
{
	static const char prefix[] = "expected.";
	const struct outcome *o = l->o;
	const struct pairs *cell = group->cell ? group->cell : &l->claim->spec->cell;
	bool expected = strncmp(metric, prefix, strlen(prefix)) == 0, whole = true;
	struct sample s = {NULL, 0};
	double value;

	metric += expected ? strlen(prefix) : 0;
	for (uint32_t i = 0; i < o->run->n_series; i++) {
		const struct series *series = &o->data->series[i];
		if (strcmp(dataset_text(o->data, series->metric), metric) == 0 &&
		    strcmp(dataset_text(o->data, series->group), group->group) == 0 &&
		    has_terms(o->data, series->cell, cell))
			whole = whole && add_series(o->run, i, expected, &s);
	}
	value = whole ? take_of(l->claim->take, &s) : NAN;
	free(s.v);
	return value;
}

static double host_number(const json_t *host, const char *fact)
{
	const json_t *value = strcmp(fact, "cpus") == 0
				      ? json_object_get(json_object_get(host, "topology"), fact)
				      : json_object_get(host, fact);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static double axis_number(const struct claim *c, const char *axis)
{
	const struct pairs *cell = &c->spec->cell;

	for (size_t i = 0; i < cell->n; i++)
		if (strcmp(cell->v[i].key.str, axis) == 0)
			return claim_axis_number(cell->v[i].value.str);
	return NAN;
}

static double look_up(const void *context, int group, const char *metric)
{
	const struct lookup *l = context;

	if (group >= 0)
		return value_in_run(l, &l->o->of.claims.groups[group], metric);
	if (strncmp(metric, "host.", 5) == 0)
		return host_number(l->o->run->host, metric + 5);
	if (strncmp(metric, "axis.", 5) == 0)
		return axis_number(l->claim, metric + 5);
	return l->claim->published->value;
}

/* ---- a claim ---- */

/* What within and apart are counted from; NAN: what is expected has no value. */
static double reference(const struct claim *c, double expected)
{
	bool says_expected = c->expected || !isnan(c->expected_number);
	bool published = c->spec->of.str && strcmp(c->spec->of.str, "published") == 0;

	if (!isnan(c->equals))
		return c->equals;
	return c->published && (published || !says_expected) ? c->published->value : expected;
}

/* Nothing can be said of a distance from what is not known. */
static bool has_reference(const struct claim *c, double expected)
{
	return (isnan(c->within_pct) && isnan(c->apart)) || !isnan(reference(c, expected));
}

bool outcome_holds(const struct claim *c, double measured, double expected)
{
	double off = fabs(measured - reference(c, expected));

	if (!isnan(c->within_pct) && !(off <= c->within_pct / 100 * fabs(reference(c, expected))))
		return false;
	if (!isnan(c->apart) && !(off <= c->apart))
		return false;
	if (isnan(c->within_pct) && isnan(c->apart) && !isnan(c->equals) && measured != c->equals)
		return false;
	return !(measured < c->min) && !(measured > c->max);
}

static bool is_elsewhere(const struct outcome *o, struct claim_outcome *c)
{
	const struct pairs *host = &c->claim->spec->host;

	for (size_t i = 0; i < host->n; i++) {
		scope_free char *fact = host_fact(o->run->host, host->v[i].key.str);
		if (fact && strcmp(fact, host->v[i].value.str) == 0)
			continue;
		snprintf(c->reason, sizeof(c->reason), "%.40s is %.60s here, and was %.60s",
			 host->v[i].key.str, fact ? fact : "not known", host->v[i].value.str);
		return true;
	}
	return false;
}

/* Why a claim has no value: by the first trial of its cells that has none. */
static enum claim_verdict why_none(const struct outcome *o, struct claim_outcome *c)
{
	const struct run_trial *broken = NULL;
	bool ran = false;

	for (size_t i = 0; i < o->run->n_trials; i++) {
		const struct run_trial *t = &o->run->trials[i];
		if (!has_terms(o->data, t->cell, &c->claim->spec->cell))
			continue;
		ran = true;
		if (!t->ok && !broken)
			broken = t;
	}
	snprintf(c->reason, sizeof(c->reason), "%.190s",
		 broken ? dataset_text(o->data, broken->reason)
		 : ran  ? "no trial gave all that it needs"
			: "none of its cells was run");
	if (broken && strcmp(dataset_text(o->data, broken->status), "skipped") == 0)
		return CLAIM_INFEASIBLE;
	return ran ? CLAIM_NO_VALUE : CLAIM_NOT_RUN;
}

static void judge(const struct outcome *o, const struct claim *claim, struct claim_outcome *c)
{
	const struct lookup l = {o, claim};

	*c = (struct claim_outcome){.claim = claim,
				    .published = claim->published ? claim->published->value : NAN,
				    .expected = claim->expected_number,
				    .measured = NAN};
	if (claim->spec->infeasible.str) {
		c->verdict = CLAIM_INFEASIBLE;
		snprintf(c->reason, sizeof(c->reason), "%.190s", claim->spec->infeasible.str);
		return;
	}
	if (is_elsewhere(o, c)) {
		c->verdict = CLAIM_ELSEWHERE;
		return;
	}
	if (claim->expected)
		c->expected = expr_value(claim->expected, look_up, &l, -1);
	c->measured = expr_value(claim->measured, look_up, &l, -1);
	if (isnan(c->measured) || !has_reference(claim, c->expected))
		c->verdict = why_none(o, c);
	else
		c->verdict = outcome_holds(claim, c->measured, c->expected) ? CLAIM_HOLDS
									    : CLAIM_DIFFERS;
}

/* ---- the paper ---- */

enum paper_verdict outcome_verdict(const struct claim_outcome *v, size_t n)
{
	/* By role: how many hold, differ. */
	size_t holds[3] = {0}, differs[3] = {0}, none = 0, infeasible = 0;

	for (size_t i = 0; i < n; i++) {
		holds[v[i].claim->role] += v[i].verdict == CLAIM_HOLDS;
		differs[v[i].claim->role] += v[i].verdict == CLAIM_DIFFERS;
		none += v[i].verdict == CLAIM_NO_VALUE;
		infeasible += v[i].verdict == CLAIM_INFEASIBLE;
	}
	if (differs[ROLE_EFFECT])
		return PAPER_DIFFERS;
	if (none)
		return PAPER_INCONCLUSIVE;
	if (holds[ROLE_FIXED] && !differs[ROLE_FIXED])
		return PAPER_FIXED;
	if (holds[ROLE_FAULT] && !differs[ROLE_FAULT])
		return PAPER_REPRODUCED;
	if (differs[ROLE_FIXED] || differs[ROLE_FAULT])
		return PAPER_DIFFERS;
	if (holds[ROLE_EFFECT])
		return PAPER_REPRODUCED;
	return infeasible ? PAPER_INFEASIBLE : PAPER_INCONCLUSIVE;
}

const char *paper_verdict_name(enum paper_verdict v)
{
	static const char *const names[] = {
		[PAPER_REPRODUCED] = "reproduced",     [PAPER_FIXED] = "fixed since",
		[PAPER_DIFFERS] = "differs",           [PAPER_INFEASIBLE] = "infeasible here",
		[PAPER_INCONCLUSIVE] = "inconclusive",
	};

	return names[v];
}

const char *claim_verdict_name(const struct claim_outcome *c, enum paper_verdict paper)
{
	bool gone = c->claim->role == ROLE_FAULT && paper == PAPER_FIXED;

	switch (c->verdict) {
	case CLAIM_HOLDS:
		return c->claim->role == ROLE_FIXED ? "fixed since" : "reproduced";
	case CLAIM_DIFFERS:
		return gone ? "fixed since" : "differs";
	case CLAIM_INFEASIBLE:
		return "infeasible here";
	case CLAIM_ELSEWHERE:
		return "of another host";
	case CLAIM_NOT_RUN:
		return "not run";
	case CLAIM_NO_VALUE:
		break;
	}
	return "no value";
}

static void conclude(struct outcome *o)
{
	const struct paper_spec *p = &o->of.suite->paper;

	for (size_t i = 0; i < o->of.claims.n; i++) {
		struct claim_outcome *c = &o->v[i];
		judge(o, &o->of.claims.v[i], c);
		o->counted += c->verdict == CLAIM_HOLDS || c->verdict == CLAIM_DIFFERS;
		if (!*o->reason && (c->verdict == CLAIM_INFEASIBLE || c->verdict == CLAIM_NO_VALUE))
			snprintf(o->reason, sizeof(o->reason), "%s", c->reason);
	}
	o->verdict = outcome_verdict(o->v, o->of.claims.n);
	if (o->verdict != PAPER_INFEASIBLE && o->verdict != PAPER_INCONCLUSIVE)
		o->reason[0] = '\0';
	if (p->infeasible.str) {
		o->verdict = PAPER_INFEASIBLE;
		snprintf(o->reason, sizeof(o->reason), "%.190s", p->infeasible.str);
	}
}

static int load_claims(const char *dir, struct outcome *o, struct err *e)
{
	char path[PATH_MAX], published[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/suite.yaml", dir) >= PATH_MAX ||
	    snprintf(published, sizeof(published), "%s/published.csv", dir) >= PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", dir);
	return claims_load(path, access(published, F_OK) == 0 ? published : NULL, &o->of, e);
}

int outcome_load(const char *dir, struct outcome *out, struct err *e)
{
	struct outcome o = {.data = NULL};
	int r = load_claims(dir, &o, e);

	if (r == 0)
		r = dataset_new(&o.data, e);
	if (r == 0)
		r = run_load_one(o.data, dir, &o.run, e);
	if (r == 0) {
		o.v = calloc(o.of.claims.n, sizeof(*o.v));
		r = o.v ? 0 : err_no_memory(e);
	}
	if (r < 0) {
		outcome_free(&o);
		return r;
	}
	conclude(&o);
	*out = o;
	return 0;
}

void outcome_free(struct outcome *o)
{
	run_free(o->run);
	dataset_free(o->data);
	claims_unload(&o->of);
	free(o->v);
	*o = (struct outcome){.data = NULL};
}

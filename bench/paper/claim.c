/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paper/claim.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/artifact.h"
#include "base/csv.h"
#include "base/input.h"
#include "base/nearest.h"
#include "cgbench/array.h"
#include "cgbench/units.h"
#include "host/hosts.h"
#include "suite/cell.h"
#include "suite/paper_spec.h"

enum { GROUP_NAME_MAX = 64 };

struct maker {
	const struct suite *suite;
	const struct plan *plan;
	const struct published *published;
	struct arena *arena;
	struct claims *out;
	const struct claim_spec *claim; /* that is being made */
	struct err *e;
};

static int no_memory(const struct maker *m)
{
	return err_set(m->e, -ENOMEM, "%s: out of memory for claims", m->suite->path);
}

double claim_axis_number(const char *value)
{
	static const struct {
		enum unit_kind kind;
		double per_unit;
	} kinds[] = {{UNIT_COUNT, 1}, {UNIT_USEC, 1}, {UNIT_BYTES, 1}, {UNIT_PPM, 1e6}};
	const struct csv_field field = {.str = value, .len = strlen(value)};
	double plain;
	uint64_t v;

	if (*value && csv_field_number(&field, &plain) == 0)
		return plain;
	for (size_t i = 0; i < array_len(kinds); i++)
		if (unit_parse(kinds[i].kind, value, &v, NULL) == 0)
			return (double)v / kinds[i].per_unit;
	return NAN;
}

/* ---- whom expressions can name ---- */

static bool has_group(const struct claims *c, const char *name)
{
	for (size_t i = 0; i < c->n_groups; i++)
		if (!c->groups[i].cell && strcmp(c->groups[i].name, name) == 0)
			return true;
	return false;
}

static size_t count_groups(const struct plan *plan)
{
	size_t n = 1;

	for (size_t t = 0; t < plan->n_trials; t++)
		if (plan->trials[t].repeat == 1)
			n += plan->trials[t].n_groups;
	return n;
}

static int qualify(const struct maker *m, const struct cells_spec *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct claim_group *of = &m->out->groups[i];
		struct claim_group *to = &m->out->groups[m->out->n_groups++];
		char name[2 * GROUP_NAME_MAX];
		snprintf(name, sizeof(name), "%.60s.%.60s", cells->name.str, of->name);
		*to = (struct claim_group){arena_text(m->arena, name, strlen(name)), &cells->terms,
					   of->group};
		if (!to->name)
			return no_memory(m);
	}
	return 0;
}

/* Every group of every cell once, then all of them again for each name of cells. */
static int find_groups(const struct maker *m)
{
	const struct paper_spec *p = &m->suite->paper;
	struct claims *out = m->out;
	size_t n = count_groups(m->plan), plain;
	int r = 0;

	out->groups = arena_array(m->arena, n * (p->n_cells + 1), sizeof(*out->groups));
	if (!out->groups)
		return no_memory(m);
	out->groups[out->n_groups++] = (struct claim_group){"trial", NULL, ""};
	for (size_t t = 0; t < m->plan->n_trials; t++) {
		const struct trial_plan *trial = &m->plan->trials[t];
		for (size_t g = 0; trial->repeat == 1 && g < trial->n_groups; g++)
			if (!has_group(out, trial->groups[g].name))
				out->groups[out->n_groups++] = (struct claim_group){
					trial->groups[g].name, NULL, trial->groups[g].name};
	}
	plain = out->n_groups;
	for (size_t i = 0; r == 0 && i < p->n_cells; i++)
		r = qualify(m, &p->cells[i], plain);
	return r;
}

/* ---- metrics ---- */

static const struct text *term(const struct pairs *cell, const char *axis)
{
	for (size_t i = 0; i < cell->n; i++)
		if (strcmp(cell->v[i].key.str, axis) == 0)
			return &cell->v[i].value;
	return NULL;
}

static int axis_in_expr(const struct maker *m, const char *axis, struct err *e)
{
	const struct text *value = term(&m->claim->cell, axis);

	if (!value)
		return err_set(e, -EINVAL, "the claim's 'cell' says nothing of an axis '%s'", axis);
	if (isnan(claim_axis_number(value->str)))
		return err_set(e, -EINVAL, "'%s' of axis '%s' is no number", value->str, axis);
	return 0;
}

static int relation_in_expr(const struct maker *m, const char *name, const char **unit)
{
	for (size_t t = 0; t < m->plan->n_trials; t++)
		for (size_t i = 0; i < m->plan->trials[t].n_expects; i++) {
			const struct expect_plan *x = &m->plan->trials[t].expects[i];
			if (!x->relation || strcmp(x->metric, name) != 0)
				continue;
			*unit = x->unit;
			return 0;
		}
	return -EINVAL;
}

/* What one part of the suite reads by a name, another may not know. */
static int metric_of_trials(const struct maker *m, const char *name, const char **unit,
			    struct err *e)
{
	int r = -EINVAL;

	for (size_t t = 0; r < 0 && t < m->plan->n_trials; t++)
		if (m->plan->trials[t].repeat == 1)
			r = cell_metric_unit(&m->plan->trials[t], name, unit, e);
	return r;
}

static int name_in_expr(const void *context, const char *name, const char **unit, bool *of_trial,
			struct err *e)
{
	static const char axis[] = "axis.", host[] = "host.", expected[] = "expected.";
	const struct maker *m = context;

	*unit = "";
	*of_trial = true;
	if (strcmp(name, "published") == 0)
		return m->claim->published.str
			       ? 0
			       : err_set(e, -EINVAL, "the claim has no 'published'");
	if (strncmp(name, axis, strlen(axis)) == 0)
		return axis_in_expr(m, name + strlen(axis), e);
	if (strcmp(name, "host.cpus") == 0)
		return 0;
	if (strncmp(name, host, strlen(host)) == 0)
		return host_has_fact(name + strlen(host))
			       ? 0
			       : err_set(e, -EINVAL, "host.json has no '%s'", name + strlen(host));
	*of_trial = false;
	if (strncmp(name, expected, strlen(expected)) == 0)
		name += strlen(expected);
	if (relation_in_expr(m, name, unit) == 0)
		return 0;
	return metric_of_trials(m, name, unit, e);
}

static int parse(const struct maker *m, const struct text *t, const struct expr **out)
{
	struct expr_names names = {
		.n_groups = m->out->n_groups, .metric = name_in_expr, .context = m};
	const char **list = arena_array(m->arena, names.n_groups, sizeof(*list));
	struct err why = {""};
	size_t at = 0;
	int r;

	if (!list)
		return no_memory(m);
	for (size_t i = 0; i < names.n_groups; i++)
		list[i] = m->out->groups[i].name;
	names.groups = list;
	r = expr_parse(t->str, &names, m->arena, out, &at, &why);
	if (r == -EINVAL)
		return suite_fault(m->suite, t, m->e, "%s (at '%.40s')", why.text, t->str + at);
	if (r < 0)
		return no_memory(m);
	if (expr_is_per_group(*out))
		return suite_fault(m->suite, t, m->e,
				   "a metric without a group; expected GROUP:METRIC, or "
				   "trial:METRIC for what is of no group");
	return 0;
}

/* ---- cells ---- */

static bool axis_has(const struct part *p, const struct pair *term, bool *known)
{
	for (size_t a = 0; a < p->n_axes; a++) {
		if (strcmp(p->axes[a].name.str, term->key.str) != 0)
			continue;
		*known = true;
		for (size_t i = 0; i < p->axes[a].values.n; i++)
			if (strcmp(p->axes[a].values.v[i].str, term->value.str) == 0)
				return true;
	}
	if (strcmp(term->key.str, "part") != 0)
		return false;
	*known = true;
	return p->name.str && strcmp(p->name.str, term->value.str) == 0;
}

static int check_terms(const struct maker *m, const struct pairs *cell)
{
	for (size_t i = 0; i < cell->n; i++) {
		bool known = false, there = false;
		for (size_t p = 0; p < m->suite->n_parts; p++)
			there = axis_has(&m->suite->parts[p], &cell->v[i], &known) || there;
		if (!known)
			return suite_fault(m->suite, &cell->v[i].key, m->e,
					   "the suite has no axis '%s'", cell->v[i].key.str);
		if (!there)
			return suite_fault(m->suite, &cell->v[i].value, m->e,
					   "axis '%s' has no value '%s'", cell->v[i].key.str,
					   cell->v[i].value.str);
	}
	return 0;
}

/* ---- one claim ---- */

static int find_published(const struct maker *m, struct claim *to)
{
	const struct claim_spec *c = m->claim;
	const char *experiment = c->experiment.str ?: "", *condition = c->condition.str ?: "";

	if (!c->published.str)
		return 0;
	to->published = published_find(m->published, experiment, condition, c->published.str);
	if (to->published)
		return 0;
	return suite_fault(m->suite, &c->published, m->e,
			   "results/published/%s.csv has no row with experiment '%s', condition "
			   "'%s', metric '%s'",
			   m->suite->name.str, experiment, condition, c->published.str);
}

static int find_facts(const struct maker *m)
{
	for (size_t i = 0; i < m->claim->host.n; i++)
		if (!host_has_fact(m->claim->host.v[i].key.str))
			return suite_fault(m->suite, &m->claim->host.v[i].key, m->e,
					   "host.json has no fact '%s'",
					   m->claim->host.v[i].key.str);
	return 0;
}

static int number(const struct maker *m, const struct text *t, const char *unit, double *out)
{
	*out = NAN;
	if (!t->str || cell_bound_parse(t->str, unit, out))
		return 0;
	return suite_fault(m->suite, t, m->e, "'%s' is no number%s%s", t->str,
			   *unit ? ", nor one of " : "", unit);
}

static int bounds(const struct maker *m, struct claim *to)
{
	const struct claim_spec *c = m->claim;
	const struct {
		const struct text *from;
		double *to;
	} numbers[] = {{&c->apart, &to->apart},
		       {&c->equals, &to->equals},
		       {&c->min, &to->min},
		       {&c->max, &to->max},
		       {&c->x, &to->x}};
	uint64_t ppm = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(numbers); i++)
		r = number(m, numbers[i].from, to->unit, numbers[i].to);
	if (r == 0 && c->within.str && unit_parse(UNIT_PPM, c->within.str, &ppm, m->e) < 0)
		return suite_fault(m->suite, &c->within, m->e, "'%s' is no percentage such as 20%%",
				   c->within.str);
	to->within_pct = c->within.str ? (double)ppm / 10000 : NAN;
	return r;
}

static int expected(const struct maker *m, struct claim *to)
{
	const struct text *t = &m->claim->expected;

	to->expected_number = NAN;
	if (!t->str || cell_bound_parse(t->str, to->unit, &to->expected_number))
		return 0;
	return parse(m, t, &to->expected);
}

static int word_index(const struct text *t, const char *const *words)
{
	int i = 0;

	while (t->str && words[i] && strcmp(words[i], t->str) != 0)
		i++;
	return t->str ? i : 0;
}

static int make(struct maker *m, struct claim *to)
{
	const struct claim_spec *c = to->spec = m->claim;
	int r = find_published(m, to);

	to->role = (enum claim_role)word_index(&c->role, paper_roles);
	to->take = (enum claim_take)word_index(&c->take, paper_takes);
	if (r == 0)
		r = find_facts(m);
	if (r == 0)
		r = check_terms(m, &c->cell);
	if (r == 0 && c->measured.str)
		r = parse(m, &c->measured, &to->measured);
	if (r < 0)
		return r;
	to->unit = c->unit.str     ? c->unit.str
		   : to->published ? to->published->unit
		   : to->measured  ? expr_unit(to->measured)
				   : "";
	r = expected(m, to);
	return r < 0 ? r : bounds(m, to);
}

int claims_make(const struct suite *s, const struct plan *plan, const struct published *p,
		struct arena *arena, struct claims *out, struct err *e)
{
	struct claims made = {0};
	struct maker m = {s, plan, p, arena, &made, NULL, e};
	int r = find_groups(&m);

	for (size_t i = 0; r == 0 && i < s->paper.n_cells; i++)
		r = check_terms(&m, &s->paper.cells[i].terms);
	made.v = arena_array(arena, s->paper.n_claims, sizeof(*made.v));
	if (r == 0 && !made.v)
		r = no_memory(&m);
	for (; r == 0 && made.n < s->paper.n_claims; made.n++) {
		m.claim = &s->paper.claims[made.n];
		r = make(&m, &made.v[made.n]);
	}
	if (r == 0)
		*out = made;
	return r;
}

static bool has_published(const struct paper_spec *p)
{
	for (size_t i = 0; i < p->n_claims; i++)
		if (p->claims[i].published.str)
			return true;
	return false;
}

int published_keep(const struct suite *s, int dirfd, struct err *e)
{
	char path[PATH_MAX], text[1 << 16];
	FILE *f = NULL;
	size_t n;
	int r;

	if (!has_published(&s->paper))
		return 0;
	r = published_path(s->name.str, path, e);
	if (r == 0)
		r = input_file(path, &f, e);
	if (r < 0)
		return r;
	n = fread(text, 1, sizeof(text), f);
	r = ferror(f) || n == sizeof(text) ? err_set(e, -EFBIG, "cannot read %s whole", path) : 0;
	fclose(f);
	return r < 0 ? r : artifact_write(dirfd, "published.csv", text, n, e);
}

static int fill(struct claims_of_suite *c, const char *published, struct err *e)
{
	const struct suite *s = c->suite;
	char path[PATH_MAX];
	int r = 0;

	if (!s->paper.id.str)
		return err_set(e, -EINVAL, "%s: the suite is of no paper; expected 'paper'",
			       s->path);
	if (has_published(&s->paper)) {
		if (published)
			snprintf(path, sizeof(path), "%s", published);
		else
			r = published_path(s->name.str, path, e);
		if (r == 0)
			r = published_load(path, c->arena, &c->published, e);
	}
	if (r == 0)
		r = plan_expand(s, &(struct plan_options){0}, &c->plan, e);
	return r < 0 ? r : claims_make(s, c->plan, &c->published, c->arena, &c->claims, e);
}

int claims_of(const struct suite *s, const char *published, struct claims_of_suite *out,
	      struct err *e)
{
	struct claims_of_suite c = {.suite = s, .arena = arena_new()};
	int r = c.arena ? fill(&c, published, e) : err_no_memory(e);

	if (r < 0)
		claims_unload(&c);
	else
		*out = c;
	return r;
}

int claims_load(const char *suite, const char *published, struct claims_of_suite *out,
		struct err *e)
{
	struct suite *s = NULL;
	int r = suite_load(suite, &s, e);

	if (r == 0)
		r = claims_of(s, published, out, e);
	if (r < 0)
		suite_free(s);
	else
		out->own = s;
	return r;
}

void claims_unload(struct claims_of_suite *c)
{
	plan_free(c->plan);
	suite_free(c->own);
	if (c->arena)
		arena_free(c->arena);
	*c = (struct claims_of_suite){.suite = NULL};
}

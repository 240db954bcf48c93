/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_junit: JUnit XML, as Jenkins, GitLab and GitHub's test reporters read it. A test suite is
 * a cell, a test case a metric of a group. What fails the gate is a failure, what cannot be decided
 * is skipped, a broken trial is an error; budgets are cases of their own.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/export.h"
#include "compare/wording.h"

/*
 * Text of an attribute or an element. What XML 1.0 has no way to write at all becomes "?": control
 * characters, U+FFFE, U+FFFF, and bytes that are not UTF-8.
 */
static void put_text(FILE *f, const char *text)
{
	static const char *const entities[128] = {
		['&'] = "&amp;",  ['<'] = "&lt;",  ['>'] = "&gt;",   ['"'] = "&quot;",
		['\n'] = "&#10;", ['\t'] = "&#9;", ['\r'] = "&#13;",
	};

	while (*text) {
		const char *from = text;
		uint32_t character = text_next(&text);
		if (!text_is_xml(character))
			fputc('?', f);
		else if (character < 0x80 && entities[character])
			fputs(entities[character], f);
		else
			fwrite(from, 1, (size_t)(text - from), f);
	}
}

static void put_attribute(FILE *f, const char *name, const char *value)
{
	fprintf(f, " %s=\"", name);
	put_text(f, value);
	fputc('"', f);
}

enum result { PASSED, FAILED, SKIPPED, BROKE, RESULTS };

/* A test case, before it is written: the cells' totals come first. */
struct test_case {
	uint32_t cell;
	enum result result;
	const struct comparison *comparison; /* one of these three */
	const struct budget *budget;
	const struct gap *gap;
	size_t order;
};

struct cases {
	struct test_case *v;
	size_t n;
};

static int add_case(struct cases *c, struct test_case t, struct err *e)
{
	struct test_case *slot = array_push(c->v, c->n);

	if (!slot)
		return err_no_memory(e);
	t.order = c->n;
	*slot = t;
	return 0;
}

static enum result result_of(const struct listing *l, const struct comparison *v)
{
	if (gate_fails(v, l->gate))
		return FAILED;
	return v->outcome == OUTCOME_INCONCLUSIVE ? SKIPPED : PASSED;
}

static int gather(const struct listing *l, struct cases *c, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && l->compared && i < l->compared->n; i++) {
		const struct comparison *v = &l->compared->v[i];
		r = add_case(c,
			     (struct test_case){.cell = l->d->series[v->series].cell,
						.result = result_of(l, v),
						.comparison = v},
			     e);
	}
	for (size_t i = 0; r == 0 && i < l->gated->n_budgets; i++) {
		const struct budget *b = &l->gated->budgets[i];
		r = add_case(c,
			     (struct test_case){.cell = l->d->series[b->series].cell,
						.result = b->failed       ? FAILED
							  : b->unresolved ? SKIPPED
									  : PASSED,
						.budget = b},
			     e);
	}
	for (size_t i = 0; r == 0 && l->compared && i < l->compared->n_gaps; i++) {
		const struct gap *g = &l->compared->gaps[i];
		r = add_case(c, (struct test_case){.cell = g->cell, .result = BROKE, .gap = g}, e);
	}
	return r;
}

static int by_cell(const void *a, const void *b)
{
	const struct test_case *x = a, *y = b;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void put_comparison(FILE *f, const struct listing *l, const struct test_case *t,
			   const struct comparison *v)
{
	const char *unit = dataset_text(l->d, l->d->series[v->series].unit);
	char base[CHANGE_TEXT_MAX], head[CHANGE_TEXT_MAX], change[CHANGE_TEXT_MAX], message[512];

	snprintf(message, sizeof(message), "%s: %s %s, was %s %s; change %s%s%s",
		 outcome_names[v->outcome], short_number(v->head, head), unit,
		 short_number(v->base, base), unit, change_text(v->change, v->scale, unit, change),
		 v->why ? "; " : "", why_texts[v->why]);
	if (t->result == PASSED) {
		fputs("<system-out>", f);
		put_text(f, message);
		fputs("</system-out>", f);
		return;
	}
	fputs(t->result == FAILED ? "<failure" : "<skipped", f);
	put_attribute(f, "message", message);
	if (t->result == FAILED)
		put_attribute(f, "type", outcome_names[v->outcome]);
	fputs("/>", f);
}

static void put_budget(FILE *f, const struct listing *l, const struct test_case *t,
		       const struct budget *b)
{
	char worst[CHANGE_TEXT_MAX], message[256];

	if (t->result == PASSED)
		return;
	if (b->failed)
		snprintf(message, sizeof(message), "%zu of %zu over budget, worst %s %s", b->failed,
			 b->n, short_number(b->worst, worst),
			 dataset_text(l->d, l->d->series[b->series].unit));
	else
		snprintf(message, sizeof(message), "%zu of %zu below what this host resolves",
			 b->unresolved, b->n);
	fputs(b->failed ? "<failure" : "<skipped", f);
	put_attribute(f, "message", message);
	if (b->failed)
		put_attribute(f, "type", "budget");
	fputs("/>", f);
}

static void put_gap(FILE *f, const struct listing *l, const struct test_case *t)
{
	const struct gap *g = t->gap;
	char message[768];

	snprintf(message, sizeof(message), "%zu trials of %s: %s: %s", g->n_broken,
		 g->in_head ? "head" : "base",
		 g->n_broken ? dataset_text(l->d, g->status) : "missing",
		 dataset_text(l->d, g->reason));
	fputs("<error", f);
	put_attribute(f, "message", message);
	put_attribute(f, "type", g->n_broken ? dataset_text(l->d, g->status) : "missing");
	fputs("/>", f);
}

static void name_series(const struct listing *l, const struct test_case *t,
			char name[static SERIES_LABEL_MAX])
{
	uint32_t number = t->comparison ? t->comparison->series : 0;
	const struct series *s;

	if (t->budget)
		number = t->budget->series;
	s = &l->d->series[number];
	snprintf(name, SERIES_LABEL_MAX, "%s%s%s%s", dataset_text(l->d, s->group),
		 s->group ? " " : "", dataset_text(l->d, s->metric),
		 t->budget ? " within its budget" : "");
}

static void put_case(FILE *f, const struct listing *l, const struct test_case *t)
{
	char cell[CELL_LABEL_MAX], name[SERIES_LABEL_MAX];

	if (t->gap)
		snprintf(name, sizeof(name), "trials of %s", t->gap->in_head ? "head" : "base");
	else
		name_series(l, t, name);
	fputs("    <testcase", f);
	put_attribute(f, "classname", cell_label(l->d, t->cell, UINT32_MAX, cell));
	put_attribute(f, "name", name);
	fputc('>', f);
	if (t->gap)
		put_gap(f, l, t);
	else if (t->comparison)
		put_comparison(f, l, t, t->comparison);
	else if (t->budget)
		put_budget(f, l, t, t->budget);
	fputs("</testcase>\n", f);
}

static void put_totals(FILE *f, const struct test_case *v, size_t n)
{
	static const char *const names[RESULTS] = {
		[PASSED] = NULL, [FAILED] = "failures", [SKIPPED] = "skipped", [BROKE] = "errors"};
	size_t totals[RESULTS] = {0};

	for (size_t i = 0; i < n; i++)
		totals[v[i].result]++;
	fprintf(f, " tests=\"%zu\"", n);
	for (size_t i = 0; i < RESULTS; i++)
		if (names[i])
			fprintf(f, " %s=\"%zu\"", names[i], totals[i]);
}

static void put_suite(FILE *f, const struct listing *l, const struct test_case *v, size_t n)
{
	char label[CELL_LABEL_MAX];

	fputs("  <testsuite", f);
	put_attribute(f, "name", cell_label(l->d, v->cell, UINT32_MAX, label));
	put_totals(f, v, n);
	fputs(">\n", f);
	if (l->label[0]) {
		fputs("    <properties><property name=\"unlike hosts\"", f);
		put_attribute(f, "value", l->label);
		fputs("/></properties>\n", f);
	}
	for (size_t i = 0; i < n; i++)
		put_case(f, l, &v[i]);
	fputs("  </testsuite>\n", f);
}

static int write_junit(FILE *f, const struct listing *l, struct err *e)
{
	struct cases c = {0};
	int r = gather(l, &c, e);

	if (r == 0 && c.n)
		qsort(c.v, c.n, sizeof(*c.v), by_cell);
	if (r == 0) {
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cgbench\"",
		      f);
		put_totals(f, c.v, c.n);
		fputs(">\n", f);
		for (size_t from = 0, to; from < c.n; from = to) {
			for (to = from + 1; to < c.n && c.v[to].cell == c.v[from].cell;)
				to++;
			put_suite(f, l, c.v + from, to - from);
		}
		fputs("</testsuites>\n", f);
	}
	free(c.v);
	return r;
}

const struct export_format export_junit = {
	.name = "junit",
	.summary = "JUnit XML: a test case a comparison, failed by the gate",
	.write = write_junit,
};

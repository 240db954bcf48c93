/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paper/present.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/hosts.h"

enum { NUMBER_MAX = 32, VERDICT_MAX = 64 + OUTCOME_REASON_MAX };

static const char *number(double v, char buf[static NUMBER_MAX])
{
	if (isnan(v))
		buf[0] = '\0';
	else
		snprintf(buf, NUMBER_MAX, "%.5g", v);
	return buf;
}

/* "differs", "infeasible here: no io.cost.qos" */
static const char *verdict(const struct outcome *o, const struct claim_outcome *c,
			   char buf[static VERDICT_MAX])
{
	snprintf(buf, VERDICT_MAX, "%s%s%s", claim_verdict_name(c, o->verdict),
		 *c->reason ? ": " : "", c->reason);
	return buf;
}

static int add_claim(struct table *t, const struct outcome *o, const struct claim_outcome *c,
		     struct err *e)
{
	char numbers[3][NUMBER_MAX], text[VERDICT_MAX];

	return table_add(t,
			 (const char *const[]){
				 c->claim->spec->name.str, c->claim->unit,
				 number(c->published, numbers[0]), number(c->expected, numbers[1]),
				 number(c->measured, numbers[2]), verdict(o, c, text)},
			 e);
}

static size_t elsewhere(const struct outcome *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->of.claims.n; i++)
		n += o->v[i].verdict == CLAIM_ELSEWHERE;
	return n;
}

static void print_end(const struct outcome *o)
{
	const struct paper_spec *p = &o->of.suite->paper;
	scope_free char *kernel = host_fact(o->run->host, "kernel");
	size_t other = elsewhere(o);

	if (other)
		printf("%zu more of other hosts than this one\n", other);
	if (p->scaled.str)
		printf("scaled: %s\n", p->scaled.str);
	printf("%s %s: %s on %s, %zu of %zu claims counted%s%s\n", p->id.str, o->of.suite->name.str,
	       paper_verdict_name(o->verdict), kernel ? kernel : "?", o->counted, o->of.claims.n,
	       *o->reason ? "; " : "", o->reason);
}

int present_table(const struct outcome *o, struct err *e)
{
	static const struct table_column columns[] = {
		{.name = "CLAIM", .wraps = true},      {.name = "UNIT"},
		{.name = "PUBLISHED", .number = true}, {.name = "EXPECTED HERE", .number = true},
		{.name = "MEASURED", .number = true},  {.name = "VERDICT", .wraps = true}};
	struct table *t = NULL;
	int r = table_new(columns, array_len(columns), &t, e);

	for (size_t i = 0; r == 0 && i < o->of.claims.n; i++)
		if (o->v[i].verdict != CLAIM_ELSEWHERE)
			r = add_claim(t, o, &o->v[i], e);
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	print_end(o);
	return r;
}

static void put_row(struct csv_writer *w, const struct outcome *o, const struct claim_outcome *c)
{
	static const char *const facts[] = {"kernel", "hz", "fair_scheduler", "where", "run"};
	const char *texts[] = {o->of.suite->paper.id.str, o->of.suite->name.str,
			       c->claim->spec->name.str, c->claim->unit};

	for (size_t i = 0; i < array_len(texts); i++)
		csv_text(w, texts[i]);
	csv_number(w, c->published);
	csv_number(w, c->expected);
	csv_number(w, c->measured);
	csv_text(w, claim_verdict_name(c, o->verdict));
	csv_text(w, c->reason);
	for (size_t i = 0; i < array_len(facts); i++) {
		scope_free char *fact = host_fact(o->run->host, facts[i]);
		csv_text(w, fact);
	}
}

static void put_header(struct csv_writer *w)
{
	static const char *const names[] = {
		"id",      "paper",  "claim",  "unit", "published",      "expected", "measured",
		"verdict", "reason", "kernel", "hz",   "fair_scheduler", "where",    "run"};

	for (size_t i = 0; i < array_len(names); i++)
		csv_text(w, names[i]);
}

int present_csv(const struct outcome *o, int dirfd, struct err *e)
{
	struct csv_writer *w = NULL;
	struct err later = {""};
	int r = csv_create(dirfd, "paper.csv", false, &w, e), closed;

	if (r < 0)
		return r;
	put_header(w);
	r = csv_end_row(w, e);
	for (size_t i = 0; r == 0 && i < o->of.claims.n; i++) {
		put_row(w, o, &o->v[i]);
		r = csv_end_row(w, e);
	}
	closed = csv_close(w, &later);
	return r < 0 ? r : closed < 0 ? err_set(e, closed, "%s", later.text) : 0;
}

/* ---- Markdown ---- */

static void put_markdown(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '*' || *text == '_' || *text == '<')
			fputc('\\', f);
		fputc(*text == '\n' ? ' ' : *text, f);
	}
}

/* The claim that tells most: the first that differs, else the first that counts, else the first. */
static const struct claim_outcome *leading(const struct outcome *o)
{
	static const enum claim_verdict order[] = {CLAIM_DIFFERS, CLAIM_HOLDS};

	for (size_t k = 0; k < array_len(order); k++)
		for (size_t i = 0; i < o->of.claims.n; i++)
			if (o->v[i].verdict == order[k])
				return &o->v[i];
	return &o->v[0];
}

static size_t count_holding(const struct outcome *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->of.claims.n; i++)
		n += o->v[i].verdict == CLAIM_HOLDS;
	return n;
}

static void put_row_of(FILE *f, const struct outcome *o)
{
	const struct claim_outcome *c = leading(o);
	char buf[3][NUMBER_MAX];

	fputs(" | ", f);
	put_markdown(f, o->of.suite->paper.id.str);
	fputs(" | ", f);
	put_markdown(f, o->of.suite->paper.title.str);
	fputs(" | ", f);
	put_markdown(f, c->claim->spec->name.str);
	fprintf(f, ", %s | %s | %s | %s | %zu of %zu | **%s**", c->claim->unit,
		number(c->published, buf[0]), number(c->expected, buf[1]),
		number(c->measured, buf[2]), count_holding(o), o->counted,
		paper_verdict_name(o->verdict));
	if (*o->reason) {
		fputs(": ", f);
		put_markdown(f, o->reason);
	}
	fputs(" |\n", f);
}

/* P2 before P11, and of a paper in the order in which it was given. */
static int by_id(const void *a, const void *b)
{
	const struct outcome *const *x = a, *const *y = b;
	int order = strverscmp((*x)->of.suite->paper.id.str, (*y)->of.suite->paper.id.str);

	return order ? order : (*x > *y) - (*x < *y);
}

int present_markdown(const struct outcome *o, size_t n, FILE *f, struct err *e)
{
	const struct outcome **sorted = calloc(n + 1, sizeof(*sorted));

	if (!sorted)
		return err_no_memory(e);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &o[i];
	qsort(sorted, n, sizeof(struct outcome *), by_id);
	fputs("| kernel | id | what was found | a claim | published | expected here | measured | "
	      "claims that hold | verdict |\n|---|---|---|---|--:|--:|--:|--:|---|\n",
	      f);
	for (size_t i = 0; i < n; i++) {
		scope_free char *kernel = host_fact(sorted[i]->run->host, "kernel");
		fprintf(f, "| %s", kernel ? kernel : "");
		put_row_of(f, sorted[i]);
	}
	free(sorted);
	return 0;
}

/* ---- LaTeX ---- */

static void put_latex(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\textbackslash{}", f);
		else if (*text == '^' || *text == '~')
			fprintf(f, "\\%c{}", *text);
		else if (strchr("#$%&_{}", *text))
			fprintf(f, "\\%c", *text);
		else
			fputc(*text, f);
	}
}

static void put_latex_claim(const struct outcome *o, const struct claim_outcome *c, FILE *f)
{
	char buf[3][NUMBER_MAX];

	put_latex(f, c->claim->spec->name.str);
	if (*c->claim->unit) {
		fputs(", ", f);
		put_latex(f, c->claim->unit);
	}
	fprintf(f, " & %s & %s & %s & %s \\\\\n", number(c->published, buf[0]),
		number(c->expected, buf[1]), number(c->measured, buf[2]),
		claim_verdict_name(c, o->verdict));
}

static void put_entry(FILE *f, const char *name, const struct text *t)
{
	if (!t->str)
		return;
	fprintf(f, "%%   %s = {", name);
	put_latex(f, t->str);
	fputs("},\n", f);
}

void present_latex(const struct outcome *o, FILE *f)
{
	const struct paper_spec *p = &o->of.suite->paper;
	scope_free char *kernel = host_fact(o->run->host, "kernel");

	fputs("% Made by `cgbench paper report --latex`; do not edit. Needs no package.\n% ", f);
	fprintf(f, "%s on %s: %s\n\\begin{tabular}{lrrrl}\n\\hline\n", p->id.str,
		kernel ? kernel : "?", paper_verdict_name(o->verdict));
	fprintf(f, "\\cite{%s} & Published & Expected here & Measured & Verdict \\\\\n\\hline\n",
		p->cite_key.str);
	for (size_t i = 0; i < o->of.claims.n; i++)
		if (o->v[i].verdict != CLAIM_ELSEWHERE)
			put_latex_claim(o, &o->v[i], f);
	fputs("\\hline\n\\end{tabular}\n", f);
	fprintf(f, "%% BibTeX:\n%% @%s{%s,\n", p->cite_type.str ?: "misc", p->cite_key.str);
	put_entry(f, "author", &p->cite_author);
	put_entry(f, "title", &p->cite_title);
	put_entry(f,
		  p->cite_type.str && strcmp(p->cite_type.str, "inproceedings") == 0
			  ? "booktitle"
			  : "howpublished",
		  &p->cite_where);
	put_entry(f, "year", &p->cite_year);
	put_entry(f, "note", &p->cite_url);
	fputs("% }\n", f);
}

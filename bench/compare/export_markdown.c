/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_markdown: a summary in GitHub-flavoured Markdown, for a job's summary or a comment.
 * A summary may have 1 MiB and a comment 65,536 characters, so the longest tables are cut, and say
 * so.
 */
#include <math.h>
#include <string.h>

#include "cgbench/array.h"
#include "compare/export.h"
#include "compare/wording.h"

enum { ROWS_MAX = 100, COLUMNS = 7 };

/* A cell of a table. What would end it or become markup is written as it is meant. */
static void put_text(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n' || *text == '\r')
			fputc(' ', f);
		else if (*text == '<')
			fputs("&lt;", f);
		else if (*text == '&')
			fputs("&amp;", f);
		else if (strchr("\\`*_{}[]#|~>!", *text))
			fprintf(f, "\\%c", *text);
		else
			fputc(*text, f);
	}
}

static void put_row(FILE *f, const char *const cells[static COLUMNS])
{
	fputc('|', f);
	for (size_t i = 0; i < COLUMNS; i++) {
		fputc(' ', f);
		put_text(f, cells[i]);
		fputs(" |", f);
	}
	fputc('\n', f);
}

static void put_comparison(FILE *f, const struct listing *l, const struct comparison *v)
{
	const struct series *s = &l->d->series[v->series];
	const char *unit = dataset_text(l->d, s->unit);
	char cell[CELL_LABEL_MAX], base[CHANGE_TEXT_MAX], head[CHANGE_TEXT_MAX],
		change[CHANGE_TEXT_MAX], interval[CHANGE_TEXT_MAX] = "", values[3][128];

	snprintf(values[0], sizeof(values[0]), "%s %s", short_number(v->base, base), unit);
	snprintf(values[1], sizeof(values[1]), "%s %s", short_number(v->head, head), unit);
	if (!isnan(v->p))
		snprintf(interval, sizeof(interval), "%+.3g to %+.3g", v->interval.low + 0.0,
			 v->interval.high + 0.0);
	snprintf(values[2], sizeof(values[2]), "%s%s%s", dataset_text(l->d, s->group),
		 s->group ? " " : "", dataset_text(l->d, s->metric));
	put_row(f, (const char *const[COLUMNS]){
			   v->why ? why_texts[v->why] : outcome_names[v->outcome],
			   cell_label(l->d, s->cell, UINT32_MAX, cell), values[2], values[0],
			   values[1], change_text(v->change, v->scale, unit, change), interval});
}

static void put_table(FILE *f, const struct listing *l, enum outcome from, enum outcome to)
{
	size_t shown = 0, all = 0;

	for (size_t i = from; i <= to; i++)
		all += l->compared->counts[i];
	if (all == 0)
		return;
	put_row(f, (const char *const[COLUMNS]){"verdict", "cell", "metric", "base", "head",
						"change", "95% interval"});
	fputs("|---|---|---|--:|--:|--:|--:|\n", f);
	for (size_t i = 0; i < l->compared->n && shown < ROWS_MAX; i++) {
		const struct comparison *v = &l->compared->v[i];
		if (v->outcome < from || v->outcome > to)
			continue;
		put_comparison(f, l, v);
		shown++;
	}
	if (shown < all)
		fprintf(f, "\n... and %zu more.\n", all - shown);
	fputc('\n', f);
}

static void put_budgets(FILE *f, const struct listing *l)
{
	char cell[CELL_LABEL_MAX], worst[CHANGE_TEXT_MAX];
	size_t shown = 0;

	if (l->gated->n_budgets == 0)
		return;
	fprintf(f, "**Budgets:** %zu of %zu hold.\n\n",
		l->gated->n_budgets - l->gated->failed_budgets, l->gated->n_budgets);
	for (size_t i = 0; i < l->gated->n_budgets && shown < ROWS_MAX; i++) {
		const struct budget *b = &l->gated->budgets[i];
		const struct series *s = &l->d->series[b->series];
		if (b->failed == 0)
			continue;
		shown++;
		fputs("- ", f);
		put_text(f, cell_label(l->d, s->cell, UINT32_MAX, cell));
		fputc(' ', f);
		put_text(f, dataset_text(l->d, s->group));
		fputc(' ', f);
		put_text(f, dataset_text(l->d, s->metric));
		fprintf(f, ": %zu of %zu over budget, worst %s ", b->failed, b->n,
			short_number(b->worst, worst));
		put_text(f, dataset_text(l->d, s->unit));
		fputc('\n', f);
	}
	if (shown)
		fputc('\n', f);
}

static void put_gaps(FILE *f, const struct listing *l)
{
	char cell[CELL_LABEL_MAX];

	for (size_t i = 0; i < l->compared->n_gaps && i < ROWS_MAX; i++) {
		const struct gap *g = &l->compared->gaps[i];
		fprintf(f, "- %s in %s: ", g->n_broken ? "broken" : "missing",
			g->in_head ? "head" : "base");
		put_text(f, cell_label(l->d, g->cell, UINT32_MAX, cell));
		if (g->n_broken) {
			fputs(" (", f);
			put_text(f, dataset_text(l->d, g->status));
			fputs(": ", f);
			put_text(f, dataset_text(l->d, g->reason));
			fputc(')', f);
		}
		fputc('\n', f);
	}
	if (l->compared->n_gaps)
		fputc('\n', f);
}

static void put_compared(FILE *f, const struct listing *l)
{
	const struct compared *c = l->compared;

	fprintf(f, "%zu comparisons%s:", c->n, c->options.exact ? ", exact" : "");
	for (size_t i = 0; i < OUTCOMES; i++)
		fprintf(f, " %zu %s%s", c->counts[i], outcome_names[i],
			i + 1 < OUTCOMES ? "," : ".\n\n");
	put_table(f, l, OUTCOME_REGRESSED, OUTCOME_IMPROVED);
	put_gaps(f, l);
	if (c->counts[OUTCOME_INCONCLUSIVE] == 0)
		return;
	/* The empty lines let Markdown go on inside of the HTML. */
	fprintf(f, "<details><summary>%zu inconclusive</summary>\n\n",
		c->counts[OUTCOME_INCONCLUSIVE]);
	put_table(f, l, OUTCOME_INCONCLUSIVE, OUTCOME_INCONCLUSIVE);
	fputs("</details>\n\n", f);
}

static int write_markdown(FILE *f, const struct listing *l, struct err *e)
{
	static const char *const words[] = {
		[EXIT_PASS] = "pass", [EXIT_GATE] = "FAIL", [EXIT_INCONCLUSIVE] = "inconclusive"};
	(void)e;

	fprintf(f, "## cgbench: %s\n\n", words[l->gated->code]);
	if (l->base) {
		put_text(f, run_name(l->base));
		fputs(" against ", f);
	}
	put_text(f, run_name(l->head));
	fputs("\n\n", f);
	if (l->label[0]) {
		fputs("> **Unlike hosts** (base, head): ", f);
		put_text(f, l->label);
		fputs("\n\n", f);
	}
	if (l->compared && l->compared->options.other_inputs)
		fprintf(f, "> %s\n\n", other_inputs_note);
	put_budgets(f, l);
	if (l->compared)
		put_compared(f, l);
	return 0;
}

const struct export_format export_markdown = {
	.name = "markdown",
	.summary = "GitHub-flavoured Markdown, for a job's summary",
	.write = write_markdown,
};

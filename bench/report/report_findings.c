/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_findings: the sections of the page that tell what was found: verdicts and plots. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "report/html.h"
#include "report/report_view.h"
#include "report/svg.h"

/* ---- verdicts ---- */

static void put_banner_words(const struct view *v, const struct tally *t)
{
	size_t judged = t->pass + t->fail + t->unresolved;

	if (judged == 0) {
		fputs("<b>Not judged.</b> The suite sets no budget for what was measured.", v->f);
		return;
	}
	if (t->fail)
		html_put(v->f,
			 "<b>Failed.</b> @ of @ judged values are outside the suite's budgets",
			 COUNT(t->fail), COUNT(judged));
	else if (t->pass)
		html_put(v->f, "<b>Passed.</b> @ of @ judged values are within the suite's budgets",
			 COUNT(t->pass), COUNT(judged));
	else
		html_put(v->f, "<b>Unresolved.</b> None of @ values can be judged", COUNT(judged));
	if (t->unresolved && t->pass + t->fail)
		html_put(v->f, ", @ cannot be judged", COUNT(t->unresolved));
	putc('.', v->f);
}

void report_put_banner(const struct view *v)
{
	const struct tally *t = &v->run->summaries.judged;
	size_t broken = v->run->run->n_broken;

	html_put(v->f, "<p class=\"banner @\">", tally_word(t));
	put_banner_words(v, t);
	html_put(v->f, " @ trials, ", COUNT(v->run->run->n_trials));
	if (broken)
		html_put(v->f, "of which <b class=\"fail\">@ broke</b>.", COUNT(broken));
	else
		fputs("none of which broke.", v->f);
	fputs("</p>\n", v->f);
	if (v->run->note.text[0])
		html_put(v->f, "<p class=\"soft\">@</p>\n", v->run->note.text);
}

/* "6 of 7, 1 unresolved" */
static void put_held(const struct view *v, const struct tally *t)
{
	html_put(v->f, "<td class=\"num\">@ of @", COUNT(t->pass),
		 COUNT(t->pass + t->fail + t->unresolved));
	if (t->unresolved)
		html_put(v->f, ", @ unresolved", COUNT(t->unresolved));
	fputs("</td>", v->f);
}

static void put_judgement(const struct view *v, const struct part_budget *j)
{
	char budget[BUDGET_TEXT_MAX], number[HTML_NUMBER_MAX], label[CELL_LABEL_MAX];
	const char *word = tally_word(&j->judged), *unit = view_text(v, j->unit);

	html_put(v->f, "<tr><td class=\"@\">@</td><td><code>@</code></td><td>@</td><td>@</td>",
		 word, word, view_text(v, j->metric), view_text(v, j->group),
		 report_budget(v->run, v->report->data, j, budget));
	put_held(v, &j->judged);
	html_put(v->f, "<td class=\"num\">@ @</td><td class=\"cell\">@</td></tr>\n",
		 html_number(j->worst, number), strcmp(unit, "count") == 0 ? "" : unit,
		 view_cell(v, j->worst_cell, label));
}

void report_put_budgets(const struct view *v)
{
	const struct html_table table = {
		.label = "Verdicts",
		.caption = "The suite's budgets, and the value furthest from what was expected.",
		.whole = true,
		.columns = (const char *const[]){"Verdict", "Metric", "Group", "Allowed", ">Held",
						 ">Furthest", "in the cell", NULL}};
	const struct summaries *s = &v->run->summaries;
	uint32_t part = UINT32_MAX;

	if (s->n_budgets == 0)
		return;
	html_put(v->f, "<h3 id=\"@-verdicts\">Questions and verdicts</h3>\n", v->id);
	html_table_begin(v->f, &table);
	for (size_t i = 0; i < s->n_budgets; i++) {
		const struct part_budget *j = &s->budgets[i];
		const char *question = report_question(v->run, v->report->data, j->part);
		if (j->part != part && (question[0] || j->part))
			html_put(v->f,
				 "<tr><th colspan=\"7\" "
				 "scope=\"rowgroup\"><span>@</span></th></tr>\n",
				 question[0] ? question : view_text(v, j->part));
		part = j->part;
		put_judgement(v, j);
	}
	html_table_end(v->f);
}

/* ---- plots ---- */

static int put_svg(const struct view *v, const struct report_plot *plot, struct err *e)
{
	scope_free char *inlined = NULL;
	char prefix[128], label[96];
	struct err why = {""};
	size_t n;
	FILE *f = open_memstream(&inlined, &n);
	int r;

	if (!f)
		return err_sys(e, "out of memory for the page");
	snprintf(prefix, sizeof(prefix), "%s-%s-", v->id, plot->name);
	snprintf(label, sizeof(label), "Plot: %s", plot->name);
	r = svg_inline(plot->name, plot->svg, prefix, label, f, &why);
	if (fclose(f) != 0)
		return err_sys(e, "out of memory for the page");
	if (r < 0)
		html_put(v->f, "<p>@</p>", why.text);
	else
		fputs(inlined, v->f);
	return 0;
}

int report_put_plots(const struct view *v, struct err *e)
{
	int r = 0;

	if (v->run->n_plots)
		html_put(v->f, "<h3 id=\"@-plots\">Plots</h3>\n", v->id);
	for (size_t i = 0; r == 0 && i < v->run->n_plots; i++) {
		const struct report_plot *plot = &v->run->plots[i];
		html_put(v->f,
			 "<figure id=\"@-plot-@\"><section class=\"plot\" "
			 "tabindex=\"0\" aria-label=\"Plot @\">\n",
			 v->id, plot->name, plot->name);
		if (plot->svg)
			r = put_svg(v, plot, e);
		else
			html_put(v->f, "<p>@</p>", plot->why.text);
		html_put(v->f,
			 "</section><figcaption>The numbers behind it: <code>cgbench plot @ "
			 "@</code> "
			 "writes them to <code>plots/@.*.tsv</code>.</figcaption></figure>\n",
			 v->run->path, plot->name, plot->name);
	}
	return r;
}

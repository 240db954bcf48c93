/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report_latex: numbers and tables for a paper, by name, so that a text never holds a number that
 * was typed. A name that is not there is an error of LaTeX, not an empty place.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/html.h"
#include "report/report.h"

struct tex {
	FILE *f;
	const struct report *report;
	const struct report_run *run;
	char prefix[32]; /* "" with one run, else "2/" */
};

static const char preamble[] =
	"% Made by `cgbench report --latex`; do not edit. Needs no package.\n"
	"%   \\input{FILE}               defines what follows\n"
	"%   \\cgbench{KEY}              a number or a word\n"
	"%   \\cgbenchtable{KEY}         a tabular\n"
	"% Keys stand below, one definition a line. Medians are at METRIC/GROUP/CELL; with /mad,\n"
	"% /low, /high (95% interval), /n, /expected and /error behind it, what belongs to "
	"them.\n"
	"\\makeatletter\n"
	"\\providecommand{\\cgbench}[1]{\\@ifundefined{cgb@#1}{\\PackageError{cgbench}"
	"{no number '#1'}{The keys are in the file that you included.}}{\\csname "
	"cgb@#1\\endcsname}}\n"
	"\\providecommand{\\cgbenchtable}[1]{\\@ifundefined{cgbt@#1}{\\PackageError{cgbench}"
	"{no table '#1'}{The keys are in the file that you included.}}{\\csname "
	"cgbt@#1\\endcsname}}\n"
	"\\makeatother\n";

/* Characters that mean something to TeX, and what prints them. */
static const struct {
	char c;
	const char *print, *key; /* key: NULL for as it is */
} specials[] = {
	{'\\', "\\textbackslash{}", "/"},
	{'{', "\\{", "("},
	{'}', "\\}", ")"},
	{'$', "\\$", "dollar"},
	{'&', "\\&", "and"},
	{'#', "\\#", "no"},
	{'%', "\\%", "pct"},
	{'_', "\\_", NULL},
	{'^', "\\textasciicircum{}", "hat"},
	{'~', "\\textasciitilde{}", "tilde"},
	{'"', "\\textquotedbl{}", "'"},
	{' ', " ", ","},
};

static void put_escaped(FILE *f, const char *text, bool key)
{
	while (*text) {
		const char *from = text, *out = NULL;
		uint32_t character = text_next(&text);
		for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
			if (*from == specials[i].c && (!key || specials[i].key))
				out = key ? specials[i].key : specials[i].print;
		/* What XML cannot write, TeX cannot read. */
		if (!out && !text_is_xml(character))
			out = "?";
		if (out)
			fputs(out, f);
		else
			fwrite(from, 1, (size_t)(text - from), f);
	}
}

/* 2\,008\,044, $-$0.39, $1.5\times10^{-7}$ */
static void put_number(FILE *f, double value)
{
	char buf[HTML_NUMBER_MAX];
	const char *p = html_number(value, buf), *exponent = strchr(p, 'e');

	if (exponent) {
		fprintf(f, "$%.*s\\times10^{%d}$", (int)(exponent - p), p,
			(int)strtol(exponent + 1, NULL, 10));
		return;
	}
	for (; *p; p++) {
		if (*p == '-')
			fputs("$-$", f);
		else if (strncmp(p, "\xe2\x80\xaf", 3) == 0)
			fputs("\\,", f), p += 2;
		else
			putc(*p, f);
	}
}

static const char *text(const struct tex *t, uint32_t id)
{
	return dataset_text(t->report->data, id);
}

/* ---- numbers ---- */

static void begin_word(const struct tex *t, const char *key)
{
	fprintf(t->f, "\\expandafter\\def\\csname cgb@%s", t->prefix);
	put_escaped(t->f, key, true);
	fputs("\\endcsname{", t->f);
}

static void put_word(const struct tex *t, const char *key, const char *value)
{
	begin_word(t, key);
	put_escaped(t->f, value, false);
	fputs("}\n", t->f);
}

static void put_value(const struct tex *t, const char *key, const char *suffix, double value)
{
	char whole[CELL_LABEL_MAX + 256];

	if (isnan(value))
		return;
	snprintf(whole, sizeof(whole), "%s%s", key, suffix);
	begin_word(t, whole);
	put_number(t->f, value);
	fputs("}\n", t->f);
}

/* The cell without its suite, which all of the run share. */
static const char *cell_key(const struct tex *t, uint32_t cell, char buf[static CELL_LABEL_MAX])
{
	cell_label(t->report->data, cell, 0, buf);
	if (!buf[0])
		snprintf(buf, CELL_LABEL_MAX, "only");
	return buf;
}

static void put_summary(const struct tex *t, const struct summary *s)
{
	const struct series *series = &t->report->data->series[s->series];
	char label[CELL_LABEL_MAX], key[CELL_LABEL_MAX + 200];

	snprintf(key, sizeof(key), "%.90s/%.90s/%s", text(t, series->metric),
		 text(t, series->group), cell_key(t, series->cell, label));
	put_value(t, key, "", s->median);
	put_value(t, key, "/mad", s->n > 1 ? s->mad : NAN);
	put_value(t, key, "/low", s->interval.low);
	put_value(t, key, "/high", s->interval.high);
	put_value(t, key, "/n", (double)s->n);
	put_value(t, key, "/expected", s->expected);
	put_value(t, key, "/error", s->error_pct);
}

static void put_run_words(const struct tex *t)
{
	static const char *const facts[] = {"kernel",    "lab_package", "lab_qemu",
					    "cpu_model", "hz",          "suite_digest"};
	const struct tally *judged = &t->run->summaries.judged;

	put_word(t, "run", run_name(t->run->run));
	put_word(t, "suite", run_suite(t->report->data, t->run->run));
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		char *value = host_fact(t->run->run->host, facts[i]);
		put_word(t, facts[i], value ? value : "");
		free(value);
	}
	put_value(t, "trials", "", (double)t->run->run->n_trials);
	put_value(t, "broken", "", (double)t->run->run->n_broken);
	put_value(t, "judged", "", (double)(judged->pass + judged->fail + judged->unresolved));
	put_value(t, "passed", "", (double)judged->pass);
	put_value(t, "failed", "", (double)judged->fail);
	put_value(t, "unresolved", "", (double)judged->unresolved);
}

/* ---- tables ---- */

static void begin_table(const struct tex *t, const char *key, const char *columns, const char *head)
{
	fprintf(t->f, "\\expandafter\\def\\csname cgbt@%s", t->prefix);
	put_escaped(t->f, key, true);
	fprintf(t->f, "\\endcsname{%%\n\\begin{tabular}{%s}\n\\hline\n%s \\\\\n\\hline\n", columns,
		head);
}

static void end_table(const struct tex *t)
{
	fputs("\\hline\n\\end{tabular}}\n", t->f);
}

static void put_verdicts(const struct tex *t)
{
	const struct summaries *s = &t->run->summaries;
	char budget[BUDGET_TEXT_MAX];

	if (s->n_budgets == 0)
		return;
	begin_table(t, "verdicts", "lllrl", "Metric & Group & Allowed & Furthest & Verdict");
	for (size_t i = 0; i < s->n_budgets; i++) {
		const struct part_budget *j = &s->budgets[i];
		put_escaped(t->f, text(t, j->metric), false);
		fputs(" & ", t->f);
		put_escaped(t->f, text(t, j->group), false);
		fputs(" & ", t->f);
		/* Numbers of a budget come with the narrow spaces of the page. */
		report_budget(t->run, t->report->data, j, budget);
		for (char *p = budget; (p = strstr(p, "\xe2\x80\xaf"));)
			memmove(p, p + 3, strlen(p + 3) + 1);
		put_escaped(t->f, budget, false);
		fputs(" & ", t->f);
		put_number(t->f, j->worst);
		fprintf(t->f, " & %s \\\\\n", tally_word(&j->judged));
	}
	end_table(t);
}

/* Which columns a table has: those that any of its rows has something for. */
struct shape {
	bool mad, expected;
};

static void put_cell(const struct tex *t, bool shown, double value)
{
	if (!shown)
		return;
	fputs(" & ", t->f);
	put_number(t->f, value);
}

static void put_row(const struct tex *t, const struct summary *s, struct shape shape)
{
	const struct series *series = &t->report->data->series[s->series];
	char label[CELL_LABEL_MAX];

	put_escaped(t->f, cell_key(t, series->cell, label), false);
	fputs(" & ", t->f);
	put_escaped(t->f, text(t, series->group), false);
	put_cell(t, true, s->median);
	put_cell(t, shape.mad, s->n > 1 ? s->mad : NAN);
	put_cell(t, shape.expected, s->expected);
	put_cell(t, shape.expected, s->error_pct);
	fputs(" \\\\\n", t->f);
}

/* Theory or a budget says something of it. */
static bool worth_a_row(const struct summary *s)
{
	return tally_word(&s->judged)[0] || !isnan(s->expected);
}

static bool is_row(const struct tex *t, const struct summary *s, uint32_t metric)
{
	return t->report->data->series[s->series].metric == metric && worth_a_row(s);
}

static void put_metric(const struct tex *t, uint32_t metric)
{
	const struct summaries *s = &t->run->summaries;
	struct shape shape = {0};
	char columns[16], head[80];

	for (size_t i = 0; i < s->n; i++) {
		if (!is_row(t, &s->v[i], metric))
			continue;
		shape.mad = shape.mad || s->v[i].n > 1;
		shape.expected = shape.expected || !isnan(s->v[i].expected);
	}
	snprintf(columns, sizeof(columns), "llr%s%s", shape.mad ? "r" : "",
		 shape.expected ? "rr" : "");
	snprintf(head, sizeof(head), "Cell & Group & Median%s%s", shape.mad ? " & MAD" : "",
		 shape.expected ? " & Expected & Error, \\%" : "");
	begin_table(t, text(t, metric), columns, head);
	for (size_t i = 0; i < s->n; i++)
		if (is_row(t, &s->v[i], metric))
			put_row(t, &s->v[i], shape);
	end_table(t);
}

/* A table a metric, at its first row. */
static void put_metrics(const struct tex *t)
{
	const struct summaries *s = &t->run->summaries;

	for (size_t i = 0; i < s->n; i++) {
		uint32_t metric = t->report->data->series[s->v[i].series].metric;
		bool first = worth_a_row(&s->v[i]);
		for (size_t k = 0; first && k < i; k++)
			first = !is_row(t, &s->v[k], metric);
		if (first)
			put_metric(t, metric);
	}
}

static void put_run(const struct tex *t)
{
	put_run_words(t);
	for (size_t i = 0; i < t->run->summaries.n; i++)
		put_summary(t, &t->run->summaries.v[i]);
	put_verdicts(t);
	put_metrics(t);
}

int report_latex(const struct report *r, char **out, size_t *n, struct err *e)
{
	char *made = NULL;
	size_t size;
	FILE *f = open_memstream(&made, &size);

	if (!f)
		return err_sys(e, "out of memory for the LaTeX");
	fputs(preamble, f);
	for (size_t i = 0; i < r->n; i++) {
		struct tex t = {.f = f, .report = r, .run = &r->runs[i]};
		if (r->n > 1)
			snprintf(t.prefix, sizeof(t.prefix), "%zu/", i + 1);
		put_run(&t);
	}
	if (fclose(f) != 0) {
		free(made);
		return err_sys(e, "out of memory for the LaTeX");
	}
	*out = made;
	*n = size;
	return 0;
}

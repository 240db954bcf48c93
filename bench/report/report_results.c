/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_results: the tables of the page that hold numbers: all medians, and what broke. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "metrics/metric.h"
#include "report/html.h"
#include "report/report_view.h"

/* Rows of a table; of more, those that were judged come first. */
enum { ROWS_MAX = 5000 };

/* ---- filters ---- */

/* "cpu.usage_error" is of the family "cpu". */
static void family_of(const char *metric, char buf[static 64])
{
	snprintf(buf, 64, "%.*s", (int)strcspn(metric, "."), metric);
}

static void put_families(const struct view *v)
{
	const struct summaries *s = &v->run->summaries;
	const struct dataset *d = v->report->data;
	char seen[512] = " ";
	size_t used = 1;

	for (size_t i = 0; i < s->n; i++) {
		char family[64], word[72];
		family_of(view_text(v, d->series[s->v[i].series].metric), family);
		snprintf(word, sizeof(word), " %s ", family);
		if (strstr(seen, word) || used + strlen(word) >= sizeof(seen))
			continue;
		used += (size_t)snprintf(seen + used, sizeof(seen) - used, "%s", word + 1);
		html_put(v->f, "<option value=\"@\">@</option>", family, family);
	}
}

static void put_filters(const struct view *v)
{
	html_put(v->f,
		 "<div class=\"filters\" data-table=\"@-results\" role=\"search\" "
		 "aria-label=\"Filter the results\">\n<label>Words in the row"
		 "<input type=\"search\" placeholder=\"quota=20% usage\"></label>\n"
		 "<label>Metrics<select name=\"family\"><option value=\"\">all</option>",
		 v->id);
	put_families(v);
	fputs("</select></label>\n<label>Verdict<select name=\"verdict\">"
	      "<option value=\"\">all</option><option value=\"judged\">judged</option>"
	      "<option value=\"fail\">fail</option><option value=\"pass\">pass</option>"
	      "<option value=\"unresolved\">unresolved</option></select></label>\n"
	      "<output aria-live=\"polite\"></output>\n</div>\n",
	      v->f);
}

/* ---- columns ---- */

static const struct series *series_of(const struct view *v, const struct summary *s)
{
	return &v->report->data->series[s->series];
}

static void put_cell(const struct view *v, const struct summary *s)
{
	char label[CELL_LABEL_MAX];

	html_put(v->f, "<td class=\"cell\">@</td>", view_cell(v, series_of(v, s)->cell, label));
}

static void put_group(const struct view *v, const struct summary *s)
{
	html_put(v->f, "<td>@</td>", view_text(v, series_of(v, s)->group));
}

static void put_metric(const struct view *v, const struct summary *s)
{
	html_put(v->f, "<td><code>@</code></td>", view_text(v, series_of(v, s)->metric));
}

static void put_unit(const struct view *v, const struct summary *s)
{
	html_put(v->f, "<td>@</td>", view_text(v, series_of(v, s)->unit));
}

/* What it sorts by stands beside what is shown. */
static void put_number(const struct view *v, double value)
{
	char shown[HTML_NUMBER_MAX], exact[32] = "";

	if (!isnan(value))
		snprintf(exact, sizeof(exact), "%.12g", value);
	html_put(v->f, "<td class=\"num\" data-v=\"@\">@</td>", exact, html_number(value, shown));
}

static void put_median(const struct view *v, const struct summary *s)
{
	put_number(v, s->median);
}

static void put_mad(const struct view *v, const struct summary *s)
{
	put_number(v, s->n > 1 ? s->mad : NAN);
}

static void put_expected(const struct view *v, const struct summary *s)
{
	put_number(v, s->expected);
}

static void put_error(const struct view *v, const struct summary *s)
{
	put_number(v, s->error_pct);
}

static void put_repeats(const struct view *v, const struct summary *s)
{
	put_number(v, (double)s->n);
}

/* Sorts by its width. */
static void put_interval(const struct view *v, const struct summary *s)
{
	char low[HTML_NUMBER_MAX], high[HTML_NUMBER_MAX], width[32];

	if (isnan(s->interval.low)) {
		put_number(v, NAN);
		return;
	}
	snprintf(width, sizeof(width), "%.12g", s->interval.high - s->interval.low);
	html_put(v->f, "<td class=\"num\" data-v=\"@\">@ to @</td>", width,
		 html_number(s->interval.low, low), html_number(s->interval.high, high));
}

static void put_verdict(const struct view *v, const struct summary *s)
{
	const char *word = tally_word(&s->judged);

	html_put(v->f, "<td class=\"@\">@</td>", word, word);
}

static bool repeated(const struct summary *s)
{
	return s->n > 1;
}

static bool has_interval(const struct summary *s)
{
	return !isnan(s->interval.low);
}

static bool judged(const struct summary *s)
{
	return tally_word(&s->judged)[0] != '\0';
}

/* A column that no row has anything for is left out. */
static const struct column {
	const char *head; /* ">" before it: of numbers */
	void (*put)(const struct view *v, const struct summary *s);
	bool (*has)(const struct summary *s); /* NULL: always there */
} columns[] = {
	{"Cell", put_cell, NULL},
	{"Group", put_group, NULL},
	{"Metric", put_metric, NULL},
	{">Median", put_median, NULL},
	{"Unit", put_unit, NULL},
	{">MAD", put_mad, repeated},
	{">95% interval", put_interval, has_interval},
	{">Expected", put_expected, NULL},
	{">Error, %", put_error, NULL},
	{">Repeats", put_repeats, repeated},
	{"Verdict", put_verdict, judged},
};

enum { COLUMNS = array_len(columns) };

static bool wanted(const struct summaries *s, const struct column *c)
{
	for (size_t i = 0; i < s->n; i++)
		if (!c->has || c->has(&s->v[i]))
			return true;
	return false;
}

/* ---- the table ---- */

static void put_result(const struct view *v, const struct summary *s, const bool shown[COLUMNS])
{
	const char *word = tally_word(&s->judged);
	char family[64];

	family_of(view_text(v, series_of(v, s)->metric), family);
	html_put(v->f, "<tr data-family=\"@\" data-verdict=\"@@\">", family, word,
		 word[0] ? " judged" : "");
	for (size_t c = 0; c < COLUMNS; c++)
		if (shown[c])
			columns[c].put(v, s);
	fputs("</tr>\n", v->f);
}

/* All rows, or the judged ones and as many of the others as there is room for. */
static size_t put_rows(const struct view *v, const bool shown[COLUMNS])
{
	const struct summaries *s = &v->run->summaries;
	size_t room = ROWS_MAX, put = 0;

	for (size_t i = 0; i < s->n && room > 0; i++)
		room -= judged(&s->v[i]);
	for (size_t i = 0; i < s->n && put < ROWS_MAX; i++) {
		if (!judged(&s->v[i]) && room == 0)
			continue;
		room -= !judged(&s->v[i]);
		put_result(v, &s->v[i], shown);
		put++;
	}
	return put;
}

static void begin_results(const struct view *v, bool shown[COLUMNS])
{
	const char *heads[COLUMNS + 1] = {NULL};
	char id[48], caption[512];
	const struct html_table table = {.id = id,
					 .label = "Results",
					 .caption = caption,
					 .sortable = true,
					 .columns = heads};
	size_t n = 0;

	for (size_t c = 0; c < COLUMNS; c++) {
		shown[c] = wanted(&v->run->summaries, &columns[c]);
		if (shown[c])
			heads[n++] = columns[c].head;
	}
	snprintf(id, sizeof(id), "%s-results", v->id);
	snprintf(caption, sizeof(caption),
		 "A row is a metric of a group in a cell: the median of the repeats and, from two "
		 "on, "
		 "their median absolute deviation (MAD); from %d on, the bootstrap interval of the "
		 "median. The error is that of the median against what theory expects.",
		 SUMMARY_INTERVAL_MIN);
	html_table_begin(v->f, &table);
}

static void put_glossary(const struct view *v)
{
	const struct metric *m;

	fputs("<details><summary>What the metrics mean</summary>\n", v->f);
	html_table_begin(v->f, &(struct html_table){.label = "Metrics",
						    .whole = true,
						    .columns = (const char *const[]){
							    "Metric", "Unit", "Meaning", NULL}});
	for (size_t g = 0; metric_groups[g]; g++)
		for (size_t i = 0; (m = metric_at(metric_groups[g], i)); i++)
			html_put(v->f, "<tr><td><code>@</code></td><td>@</td><td>@</td></tr>\n",
				 m->name, m->unit, m->summary);
	html_table_end(v->f);
	fputs("</details>\n", v->f);
}

void report_put_results(const struct view *v)
{
	bool shown[COLUMNS];
	size_t put;

	html_put(v->f, "<h3 id=\"@-all\">Results</h3>\n", v->id);
	put_filters(v);
	begin_results(v, shown);
	put = put_rows(v, shown);
	html_table_end(v->f);
	if (put < v->run->summaries.n)
		html_put(v->f, "<p><b>@ rows more are not shown;</b> what was judged is.</p>\n",
			 COUNT(v->run->summaries.n - put));
	html_put(v->f,
		 "<p class=\"soft\">Every single value is in <code>@/results.csv</code>.</p>\n",
		 v->run->path);
	put_glossary(v);
}

void report_put_broken(const struct view *v)
{
	static const char *const heads[] = {">Trial", "Cell", "Status", "Reason", NULL};
	const struct run *run = v->run->run;
	char label[CELL_LABEL_MAX];

	if (run->n_broken == 0)
		return;
	html_put(v->f, "<h3 id=\"@-broken\">Trials that broke</h3>\n", v->id);
	html_table_begin(v->f,
			 &(struct html_table){.label = "Trials that broke", .columns = heads});
	for (size_t i = 0; i < run->n_broken && i < ROWS_MAX; i++)
		html_put(v->f,
			 "<tr><td class=\"num\">@</td><td class=\"cell\">@</td><td>@</td>"
			 "<td>@</td></tr>\n",
			 COUNT(run->broken[i].number), view_cell(v, run->broken[i].cell, label),
			 view_text(v, run->broken[i].status), view_text(v, run->broken[i].reason));
	html_table_end(v->f);
}

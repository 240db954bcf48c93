/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/history_show.h"

#include <errno.h>
#include <libsmartcols.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"

enum { HOST_SHOWN = 8 }; /* characters of a digest that tell hosts apart */

/* ---- tables ---- */

struct column {
	const char *name;
	int flags;
};

/* clang-format off */
static const struct column run_columns[] = {
	{"RUN", SCOLS_FL_RIGHT}, {"DATE", 0}, {"SUITE", 0}, {"KERNEL", 0}, {"LABEL", 0},
	{"HOST", 0}, {"VALUES", SCOLS_FL_RIGHT}, {"ID", 0}, {NULL, 0},
};
static const struct column mark_columns[] = {
	{"MARK", SCOLS_FL_RIGHT}, {"RUN", SCOLS_FL_RIGHT}, {"DATE", 0}, {"SERIES", 0},
	{"WHY", SCOLS_FL_WRAP}, {NULL, 0},
};
static const struct column change_columns[] = {
	{"RUN", SCOLS_FL_RIGHT}, {"DATE", 0}, {"KERNEL", 0}, {"LABEL", 0}, {"HOST", 0},
	{"SERIES", SCOLS_FL_WRAP}, {"BEFORE", SCOLS_FL_RIGHT}, {"AFTER", SCOLS_FL_RIGHT},
	{"UNIT", 0}, {"CHANGE", SCOLS_FL_RIGHT}, {"CHANCE", SCOLS_FL_RIGHT},
	{"VERDICT", SCOLS_FL_WRAP}, {NULL, 0},
};
/* clang-format on */

/* A table, and the line that is being filled. What fails on the way shows when it is printed. */
struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t cell;
	bool failed;
};

static struct table table_new(const struct column *columns)
{
	struct table t = {.scols = scols_new_table()};

	t.failed = !t.scols;
	for (; !t.failed && columns->name; columns++)
		t.failed = !scols_table_new_column(t.scols, columns->name, 0.1, columns->flags);
	return t;
}

static void table_line(struct table *t)
{
	t->line = t->failed ? NULL : scols_table_new_line(t->scols, NULL);
	t->failed = !t->line;
	t->cell = 0;
}

static void table_cell(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void table_cell(struct table *t, const char *fmt, ...)
{
	scope_free char *text = NULL;
	va_list ap;

	if (t->failed)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	t->failed = !text || scols_line_set_data(t->line, t->cell++, text);
}

static int table_print(struct table *t, struct err *e)
{
	bool failed = t->failed || scols_print_table(t->scols);

	scols_unref_table(t->scols);
	return failed ? err_no_memory(e) : 0;
}

int history_show_runs(const struct trend *t, struct err *e)
{
	struct table table = table_new(run_columns);

	for (size_t i = 0; i < t->n_runs; i++) {
		const struct trend_run *r = &t->runs[i];
		table_line(&table);
		table_cell(&table, "%lld", (long long)r->id);
		table_cell(&table, "%s", r->date);
		table_cell(&table, "%s", r->suite);
		table_cell(&table, "%s", r->kernel);
		table_cell(&table, "%s", r->label);
		table_cell(&table, "%.*s%s", HOST_SHOWN, r->host, r->exact ? " exact" : "");
		table_cell(&table, "%zu", r->values);
		table_cell(&table, "%s", r->name);
	}
	return table_print(&table, e);
}

int history_show_marks(const struct trend *t, struct err *e)
{
	struct table table = table_new(mark_columns);

	for (size_t i = 0; i < t->n_marks; i++) {
		const struct trend_mark *m = &t->marks[i];
		table_line(&table);
		table_cell(&table, "%lld", (long long)m->id);
		if (m->run_id)
			table_cell(&table, "%lld", (long long)m->run_id);
		else
			table_cell(&table, "%s", "");
		table_cell(&table, "%s", m->date);
		table_cell(&table, "%s", m->pattern);
		table_cell(&table, "%s", m->why);
	}
	return table_print(&table, e);
}

static void change_line(struct table *table, const struct trend *t, const struct trend_change *c)
{
	const struct trend_run *r = trend_change_run(t, c);

	table_line(table);
	table_cell(table, "%lld", (long long)r->id);
	table_cell(table, "%s", r->date);
	table_cell(table, "%s", r->kernel);
	table_cell(table, "%s", r->label);
	table_cell(table, "%.*s", HOST_SHOWN, c->series->host);
	table_cell(table, "%s", c->series->name);
	table_cell(table, "%.6g", c->before);
	table_cell(table, "%.6g", c->after);
	table_cell(table, "%s", c->series->unit);
	if (isnan(c->percent))
		table_cell(table, "%+.4g", c->after - c->before);
	else
		table_cell(table, "%+.3g%%", c->percent);
	if (c->series->exact)
		table_cell(table, "%s", "exact");
	else
		table_cell(table, "%.1g", c->chance);
	table_cell(table, "%s%s%s", trend_direction_name(c->direction), c->mark ? ", known: " : "",
		   c->mark ? c->mark->why : "");
}

static void print_summary(const struct trend *t, const struct trend_changes *c)
{
	printf("%zu change%s in %zu series over %zu run%s", c->n, c->n == 1 ? "" : "s", t->n_series,
	       t->n_runs, t->n_runs == 1 ? "" : "s");
	if (c->series_judged < t->n_series)
		printf("; %zu series have too few runs to tell (a noisy one needs %zu, an exact "
		       "one 2)",
		       t->n_series - c->series_judged, c->points_min);
	putchar('\n');
}

static void print_gate(const struct history_gate *gate)
{
	if (gate->inconclusive)
		printf("gate: inconclusive, no series has enough runs to tell a change\n");
	else
		printf("gate: %s, %zu unmarked change%s for the worse in the last %zu runs\n",
		       gate->regressed ? "failed" : "passed", gate->regressed,
		       gate->regressed == 1 ? "" : "s", gate->runs);
}

int history_show_changes(const struct trend *t, const struct trend_changes *c,
			 const struct history_gate *gate, struct err *e)
{
	struct table table = table_new(change_columns);
	int r;

	for (size_t i = 0; i < c->n; i++)
		change_line(&table, t, &c->list[i]);
	r = table_print(&table, e);
	if (r < 0)
		return r;
	print_summary(t, c);
	if (gate->runs)
		print_gate(gate);
	return 0;
}

/* ---- JSON ---- */

/* JSON knows no NaN. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *history_run_json(const struct trend_run *r)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:I}", "run",
			 (json_int_t)r->id, "id", r->name, "date", r->date, "suite", r->suite,
			 "kernel", r->kernel, "label", r->label, "host", r->host, "digest",
			 r->digest, "exact", r->exact, "values", (json_int_t)r->values);
}

json_t *history_mark_json(const struct trend_mark *m)
{
	return json_pack("{s:I, s:o, s:s, s:s, s:s}", "mark", (json_int_t)m->id, "run",
			 m->run_id ? json_integer(m->run_id) : json_null(), "date", m->date,
			 "series", m->pattern, "why", m->why);
}

static json_t *change_json(const struct trend *t, const struct trend_change *c)
{
	const struct trend_run *r = trend_change_run(t, c);
	json_t *mark = c->mark ? history_mark_json(c->mark) : json_null();

	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o,"
			 " s:o, s:s, s:o}",
			 "series", c->series->name, "metric", c->series->metric, "unit",
			 c->series->unit, "host", c->series->host, "run", (json_int_t)r->id, "id",
			 r->name, "date", r->date, "kernel", r->kernel, "label", r->label, "index",
			 (json_int_t)c->point, "runs_since", (json_int_t)trend_change_age(c),
			 "before", number(c->before), "after", number(c->after), "percent",
			 number(c->percent), "chance", number(c->chance), "verdict",
			 trend_direction_name(c->direction), "known", mark);
}

static json_t *gate_json(const struct history_gate *gate)
{
	const char *verdict = gate->inconclusive ? "inconclusive"
			      : gate->regressed  ? "fail"
						 : "pass";

	if (!gate->runs)
		return json_null();
	return json_pack("{s:s, s:I, s:I}", "verdict", verdict, "runs", (json_int_t)gate->runs,
			 "unmarked_regressions", (json_int_t)gate->regressed);
}

json_t *history_changes_json(const struct trend *t, const struct trend_changes *c,
			     const struct history_gate *gate)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n; i++)
		if (json_array_append_new(list, change_json(t, &c->list[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "runs", (json_int_t)t->n_runs, "series",
			 (json_int_t)t->n_series, "series_judged", (json_int_t)c->series_judged,
			 "runs_needed", (json_int_t)c->points_min, "changes", list, "gate",
			 gate_json(gate));
}

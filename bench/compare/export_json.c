/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_json: the trackers that read JSON.
 *
 * github-action-benchmark, "customSmallerIsBetter" and "customBiggerIsBetter": an array of
 * {name, unit, value, range, extra}. A file has one direction, so there are two formats; metrics
 * without a direction are in neither. https://github.com/benchmark-action/github-action-benchmark
 *
 * Bencher Metric Format: {benchmark: {measure: {value, lower_value, upper_value}}}.
 * https://bencher.dev/docs/reference/bencher-metric-format
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "compare/export.h"

static int finish(FILE *f, json_t *all, struct err *e)
{
	int bad = json_dumpf(all, f, JSON_INDENT(2) | JSON_REAL_PRECISION(12));

	json_decref(all);
	fputc('\n', f);
	return bad ? err_set(e, -EIO, "cannot write JSON") : 0;
}

/* What is followed of a metric: itself, or how far it is from its expected value. */
static void followed(const struct export_value *v, double *value, struct interval *interval)
{
	bool error = v->better == BETTER_EXPECTED && !isnan(v->error);

	*value = error ? v->error : v->median;
	*interval = error ? v->error_interval : v->interval;
}

struct github {
	const struct listing *l;
	json_t *all;
	bool bigger;
};

static bool is_bigger(const struct export_value *v)
{
	return v->better == BETTER_HIGHER;
}

static int github_entry(void *to, const struct export_value *v, struct err *e)
{
	const struct github *g = to;
	const struct dataset *d = g->l->d;
	char name[SERIES_LABEL_MAX], range[64], extra[512];
	struct interval i;
	double value;

	followed(v, &value, &i);
	if (v->better == BETTER_NEUTRAL || is_bigger(v) != g->bigger ||
	    (v->better == BETTER_EXPECTED && isnan(v->error)))
		return 0;
	series_label(d, v->series, "/", name);
	snprintf(range, sizeof(range), "%.6g - %.6g", i.low, i.high);
	snprintf(extra, sizeof(extra), "median of %zu%s%s%s", v->n,
		 v->better == BETTER_EXPECTED ? ", distance from the expected value" : "",
		 g->l->label[0] ? "; unlike hosts: " : "", g->l->label);
	return json_array_append_new(g->all, json_pack("{ss,ss,sf,ss,ss}", "name", name, "unit",
						       dataset_text(d, v->series->unit), "value",
						       value, "range", range, "extra", extra))
		       ? err_no_memory(e)
		       : 0;
}

static int write_github(FILE *f, const struct listing *l, bool bigger, struct err *e)
{
	struct github g = {.l = l, .all = json_array(), .bigger = bigger};
	int r = export_walk(l, l->head, github_entry, &g, e);

	/* The action fails on an empty list, and says less. */
	if (r == 0 && json_array_size(g.all) == 0)
		r = err_set(e, -ENODATA,
			    "--export %s: none of these metrics is better when %s; leave it out",
			    bigger ? "github-bigger" : "github-smaller",
			    bigger ? "greater" : "smaller");
	if (r == 0)
		return finish(f, g.all, e);
	json_decref(g.all);
	return r;
}

static int write_smaller(FILE *f, const struct listing *l, struct err *e)
{
	return write_github(f, l, false, e);
}

static int write_bigger(FILE *f, const struct listing *l, struct err *e)
{
	return write_github(f, l, true, e);
}

struct bencher {
	const struct listing *l;
	json_t *all;
};

enum { BENCHER_MEASURE_MAX = 64 }; /* characters that Bencher takes in a measure's name */

static int bencher_entry(void *to, const struct export_value *v, struct err *e)
{
	const struct bencher *b = to;
	const struct dataset *d = b->l->d;
	char cell[CELL_LABEL_MAX], name[SERIES_LABEL_MAX + 256], measure[BENCHER_MEASURE_MAX + 1];
	json_t *benchmark;
	struct interval i;
	double value;

	followed(v, &value, &i);
	/* The format has no place for a remark but its names. */
	snprintf(name, sizeof(name), "%s%s%s%s%s%s",
		 cell_label(d, v->series->cell, UINT32_MAX, cell), v->series->group ? "/" : "",
		 dataset_text(d, v->series->group), b->l->label[0] ? " [unlike hosts: " : "",
		 b->l->unlike, b->l->label[0] ? "]" : "");
	snprintf(measure, sizeof(measure), "%s", dataset_text(d, v->series->metric));
	benchmark = json_object_get(b->all, name);
	if (!benchmark) {
		benchmark = json_object();
		json_object_set_new(b->all, name, benchmark);
	}
	return json_object_set_new(benchmark, measure,
				   json_pack("{sf,sf,sf}", "value", value, "lower_value", i.low,
					     "upper_value", i.high))
		       ? err_no_memory(e)
		       : 0;
}

static int write_bencher(FILE *f, const struct listing *l, struct err *e)
{
	struct bencher b = {.l = l, .all = json_object()};
	int r = export_walk(l, l->head, bencher_entry, &b, e);

	if (r == 0)
		return finish(f, b.all, e);
	json_decref(b.all);
	return r;
}

const struct export_format export_github_smaller = {
	.name = "github-smaller",
	.summary = "github-action-benchmark JSON, customSmallerIsBetter",
	.write = write_smaller,
};

const struct export_format export_github_bigger = {
	.name = "github-bigger",
	.summary = "github-action-benchmark JSON, customBiggerIsBetter",
	.write = write_bigger,
};

const struct export_format export_bencher = {
	.name = "bencher",
	.summary = "Bencher Metric Format",
	.write = write_bencher,
};

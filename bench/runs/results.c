/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/results.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

enum column { TRIAL, GROUP, METRIC, UNIT, VALUE, EXPECTED, COLUMNS };

static const char *const names[COLUMNS] = {
	[TRIAL] = "trial", [GROUP] = "group", [METRIC] = "metric",
	[UNIT] = "unit",   [VALUE] = "value", [EXPECTED] = "expected",
};

struct selector {
	const struct trials *trials;
	const char *metric;
	bool pattern;
	int index[COLUMNS];
	struct results *results;
};

static void free_csv(struct csv_reader **r)
{
	csv_free(*r);
}

/* There are few different texts, so a list is enough. */
static const char *intern(struct results *r, const struct csv_field *f)
{
	char **text;

	for (size_t i = 0; i < r->n_texts; i++)
		if (csv_field_is(f, r->texts[i]))
			return r->texts[i];
	text = array_push(r->texts, r->n_texts);
	if (text)
		*text = strndup(f->str, f->len);
	return text ? *text : NULL;
}

static bool wanted(const struct selector *s, const struct csv_field *f)
{
	char name[128];

	if (!s->pattern)
		return csv_field_is(f, s->metric);
	if (f->len >= sizeof(name))
		return false;
	memcpy(name, f->str, f->len);
	name[f->len] = '\0';
	return fnmatch(s->metric, name, 0) == 0;
}

static int add(struct selector *s, const struct csv_field *fields)
{
	struct result row;
	double trial;

	if (csv_field_number(&fields[s->index[TRIAL]], &trial) < 0 ||
	    csv_field_number(&fields[s->index[VALUE]], &row.value) < 0 ||
	    csv_field_number(&fields[s->index[EXPECTED]], &row.expected) < 0)
		return -EINVAL;
	row.trial =
		trial >= 0 && trial <= UINT_MAX ? trials_find(s->trials, (unsigned)trial) : NULL;
	if (!row.trial || isnan(row.value))
		return 0;
	row.group = intern(s->results, &fields[s->index[GROUP]]);
	row.metric = intern(s->results, &fields[s->index[METRIC]]);
	row.unit = intern(s->results, &fields[s->index[UNIT]]);
	if (!row.group || !row.metric || !row.unit)
		return -ENOMEM;
	struct result *slot = array_push(s->results->v, s->results->n);
	if (!slot)
		return -ENOMEM;
	row.order = s->results->n;
	*slot = row;
	return 0;
}

static int select_rows(struct selector *s, struct csv_reader *csv, const char *path, struct err *e)
{
	const struct csv_field *fields;
	int r;

	for (size_t i = 0; i < COLUMNS; i++) {
		s->index[i] = csv_column(csv, names[i]);
		if (s->index[i] < 0)
			return err_set(e, -EINVAL, "%s:1: no column '%s'", path, names[i]);
	}
	while ((r = csv_next(csv, &fields, e)) == 1) {
		if (!wanted(s, &fields[s->index[METRIC]]))
			continue;
		r = add(s, fields);
		if (r == -EINVAL)
			return err_set(e, r, "%s:%zu: a number was expected", path, csv_line(csv));
		if (r < 0)
			return err_set(e, r, "out of memory for results");
	}
	return r;
}

static int compare_cell(const void *a, const void *b)
{
	const struct result *x = a, *y = b;

	if (x->trial->cell != y->trial->cell)
		return x->trial->cell < y->trial->cell ? -1 : 1;
	if (x->trial->repeat != y->trial->repeat)
		return x->trial->repeat < y->trial->repeat ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

int results_select(const char *dir, const struct trials *trials, const char *metric,
		   struct results **out, struct err *e)
{
	scope(free_csv) struct csv_reader *csv = NULL;
	struct results *results = calloc(1, sizeof(*results));
	struct selector s = {.trials = trials,
			     .metric = metric,
			     .pattern = strpbrk(metric, "*?[") != NULL,
			     .results = results};
	char path[PATH_MAX];
	int r;

	if (!results)
		return err_set(e, -ENOMEM, "out of memory for results");
	snprintf(path, sizeof(path), "%s/results.csv", dir);
	r = csv_open(path, &csv, e);
	if (r == 0)
		r = select_rows(&s, csv, path, e);
	if (r < 0) {
		results_free(results);
		return r;
	}
	if (results->n)
		qsort(results->v, results->n, sizeof(*results->v), compare_cell);
	*out = results;
	return 0;
}

void results_free(struct results *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_texts; i++)
		free(r->texts[i]);
	free(r->texts);
	free(r->v);
	free(r);
}

const struct result *results_find(const struct results *r, const struct run_trial *trial,
				  const char *group)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].trial == trial && strcmp(r->v[i].group, group) == 0)
			return &r->v[i];
	return NULL;
}

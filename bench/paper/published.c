/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "paper/published.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/shipped.h"
#include "cgbench/array.h"

/* The columns that are text, and where they go. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{"experiment", offsetof(struct published_row, experiment)},
	{"condition", offsetof(struct published_row, condition)},
	{"metric", offsetof(struct published_row, metric)},
	{"unit", offsetof(struct published_row, unit)},
	{"source", offsetof(struct published_row, source)},
	{"note", offsetof(struct published_row, note)},
};

struct loader {
	const char *path;
	struct csv_reader *csv;
	struct arena *arena;
	struct published found;
	struct err *e;
};

int published_path(const char *suite, char path[static PATH_MAX], struct err *e)
{
	char folder[PATH_MAX];
	int r = data_path(DATA_PUBLISHED, folder, sizeof(folder), e);

	if (r == 0 && snprintf(path, PATH_MAX, "%s/%s.csv", folder, suite) >= PATH_MAX)
		r = err_set(e, -ENAMETOOLONG, "%s: the path is too long", suite);
	return r;
}

const struct published_row *published_find(const struct published *p, const char *experiment,
					   const char *condition, const char *metric)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].experiment, experiment) == 0 &&
		    strcmp(p->v[i].condition, condition) == 0 &&
		    strcmp(p->v[i].metric, metric) == 0)
			return &p->v[i];
	return NULL;
}

static int check_columns(const struct loader *l)
{
	for (size_t i = 0; i < array_len(texts); i++)
		if (csv_column(l->csv, texts[i].name) < 0)
			return err_set(l->e, -EINVAL,
				       "%s:1: no column '%s'; expected "
				       "experiment,condition,metric,unit,value,source,note",
				       l->path, texts[i].name);
	if (csv_column(l->csv, "value") < 0)
		return err_set(l->e, -EINVAL, "%s:1: no column 'value'", l->path);
	return 0;
}

static int read_row(const struct loader *l, const struct csv_field *f, struct published_row *row)
{
	const struct csv_field *value = &f[csv_column(l->csv, "value")];

	for (size_t i = 0; i < array_len(texts); i++) {
		const struct csv_field *field = &f[csv_column(l->csv, texts[i].name)];
		const char *copy = arena_text(l->arena, field->str, field->len);
		if (!copy)
			return err_no_memory(l->e);
		*(const char **)((char *)row + texts[i].offset) = copy;
	}
	if (csv_field_number(value, &row->value) < 0 || isnan(row->value))
		return err_set(l->e, -EINVAL,
			       "%s:%zu: '%.*s' is no number; what was not "
			       "published as one is no row",
			       l->path, csv_line(l->csv), (int)value->len, value->str);
	if (!*row->metric || !*row->source)
		return err_set(l->e, -EINVAL, "%s:%zu: a row has a metric and a source", l->path,
			       csv_line(l->csv));
	return 0;
}

static int add_row(struct loader *l, const struct csv_field *f)
{
	struct published_row row = {0}, *slot;
	int r = read_row(l, f, &row);

	if (r < 0)
		return r;
	if (published_find(&l->found, row.experiment, row.condition, row.metric))
		return err_set(l->e, -EINVAL, "%s:%zu: '%s', '%s', '%s' is there twice", l->path,
			       csv_line(l->csv), row.experiment, row.condition, row.metric);
	slot = array_push(l->found.v, l->found.n);
	if (!slot)
		return err_no_memory(l->e);
	*slot = row;
	return 0;
}

static int copy_rows(struct loader *l, struct published *out)
{
	struct published_row *v = arena_array(l->arena, l->found.n, sizeof(*v));

	if (!v)
		return err_no_memory(l->e);
	if (l->found.n)
		memcpy(v, l->found.v, l->found.n * sizeof(*v));
	*out = (struct published){v, l->found.n};
	return 0;
}

int published_load(const char *path, struct arena *arena, struct published *out, struct err *e)
{
	struct loader l = {.path = path, .arena = arena, .e = e};
	const struct csv_field *fields = NULL;
	int r = csv_open(path, &l.csv, e), more = 0;

	if (r < 0)
		return r;
	r = check_columns(&l);
	while (r == 0 && (more = csv_next(l.csv, &fields, e)) > 0)
		r = add_row(&l, fields);
	if (r == 0)
		r = more;
	if (r == 0)
		r = copy_rows(&l, out);
	free(l.found.v);
	csv_free(l.csv);
	return r;
}

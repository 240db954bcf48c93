/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/trials.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "record/row.h"

enum kind { TEXT, COUNT, NUMBER };

/* The columns that we read, of any order; the axes are those that are not the harness's own. */
static const struct {
	const char *name;
	enum kind kind;
	size_t offset;
} columns[] = {
	{"run", TEXT, offsetof(struct run_trial, run)},
	{"suite", TEXT, offsetof(struct run_trial, suite)},
	{"part", TEXT, offsetof(struct run_trial, part)},
	{"trial", COUNT, offsetof(struct run_trial, number)},
	{"cell", COUNT, offsetof(struct run_trial, cell)},
	{"repeat", COUNT, offsetof(struct run_trial, repeat)},
	{"status", TEXT, offsetof(struct run_trial, status)},
	{"reason", TEXT, offsetof(struct run_trial, reason)},
	{"duration_usec", NUMBER, offsetof(struct run_trial, duration_usec)},
	{"placement", TEXT, offsetof(struct run_trial, placement)},
};

struct loader {
	struct csv_reader *csv;
	int index[array_len(columns)];
	size_t *axes; /* columns, trials->n_axes of them */
	struct trials *trials;
};

static void free_csv(struct csv_reader **r)
{
	csv_free(*r);
}

static int find_axes(struct loader *l, struct err *e)
{
	l->axes = calloc(csv_columns(l->csv), sizeof(*l->axes));
	for (size_t i = 0; l->axes && i < csv_columns(l->csv); i++) {
		const char *column = csv_column_name(l->csv, i);
		char **name;
		if (!row_is_axis(ROW_TRIALS, column))
			continue;
		l->axes[l->trials->n_axes] = i;
		name = array_push(l->trials->axes, l->trials->n_axes);
		if (!name || !(*name = strdup(column)))
			return err_set(e, -ENOMEM, "out of memory for trials");
	}
	return l->axes ? 0 : err_set(e, -ENOMEM, "out of memory for trials");
}

static int find_columns(struct loader *l, const char *path, struct err *e)
{
	for (size_t i = 0; i < array_len(columns); i++) {
		l->index[i] = csv_column(l->csv, columns[i].name);
		if (l->index[i] < 0)
			return err_set(e, -EINVAL, "%s:1: no column '%s'; is this of cgbench?",
				       path, columns[i].name);
	}
	return find_axes(l, e);
}

static int read_field(struct run_trial *t, size_t column, const struct csv_field *f)
{
	void *out = (char *)t + columns[column].offset;
	double number = NAN;

	if (columns[column].kind == TEXT) {
		*(char **)out = strndup(f->str, f->len);
		return *(char **)out ? 0 : -ENOMEM;
	}
	if (csv_field_number(f, &number) < 0)
		return -EINVAL;
	if (columns[column].kind == NUMBER) {
		*(double *)out = number;
		return 0;
	}
	if (!(number >= 0 && number <= UINT_MAX))
		return -EINVAL;
	*(unsigned *)out = (unsigned)number;
	return 0;
}

static int read_trial(struct loader *l, const char *path, const struct csv_field *fields,
		      struct err *e)
{
	struct run_trial *t = array_push(l->trials->v, l->trials->n);
	size_t i;
	int r = 0;

	if (!t)
		return err_set(e, -ENOMEM, "out of memory for trials");
	for (i = 0; r == 0 && i < array_len(columns); i++)
		r = read_field(t, i, &fields[l->index[i]]);
	if (r == -EINVAL)
		return err_set(e, r, "%s:%zu: %s is no number", path, csv_line(l->csv),
			       columns[i - 1].name);
	t->axes = r == 0 ? calloc(l->trials->n_axes + 1, sizeof(*t->axes)) : NULL;
	for (i = 0; r == 0 && t->axes && i < l->trials->n_axes; i++) {
		const struct csv_field *f = &fields[l->axes[i]];
		t->axes[i] = strndup(f->str, f->len);
		r = t->axes[i] ? 0 : -ENOMEM;
	}
	return r < 0 || !t->axes ? err_set(e, -ENOMEM, "out of memory for trials") : 0;
}

static int compare_number(const void *a, const void *b)
{
	const struct run_trial *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int read_all(const char *dir, struct trials *t, struct err *e)
{
	scope(free_csv) struct csv_reader *csv = NULL;
	const struct csv_field *fields;
	char path[PATH_MAX];
	struct loader l;
	int r;

	snprintf(path, sizeof(path), "%s/trials.csv", dir);
	r = csv_open(path, &csv, e);
	if (r < 0)
		return r;
	l = (struct loader){.csv = csv, .trials = t};
	r = find_columns(&l, path, e);
	while (r == 0 && (r = csv_next(csv, &fields, e)) == 1)
		r = read_trial(&l, path, fields, e);
	free(l.axes);
	if (r < 0)
		return r;
	if (t->n == 0)
		return err_set(e, -ENODATA, "%s: has no trial: the run ended before its first",
			       path);
	qsort(t->v, t->n, sizeof(*t->v), compare_number);
	return 0;
}

int trials_load(const char *dir, struct trials **out, struct err *e)
{
	struct trials *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return err_set(e, -ENOMEM, "out of memory for trials");
	r = read_all(dir, t, e);
	if (r < 0) {
		trials_free(t);
		return r;
	}
	*out = t;
	return 0;
}

static void free_strings(char **v, size_t n)
{
	for (size_t i = 0; v && i < n; i++)
		free(v[i]);
	free(v);
}

void trials_free(struct trials *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		for (size_t c = 0; c < array_len(columns); c++)
			if (columns[c].kind == TEXT)
				free(*(char **)((char *)&t->v[i] + columns[c].offset));
		free_strings(t->v[i].axes, t->n_axes);
	}
	free(t->v);
	free_strings(t->axes, t->n_axes);
	free(t);
}

const struct run_trial *trials_find(const struct trials *t, unsigned number)
{
	struct run_trial key = {.number = number};

	return bsearch(&key, t->v, t->n, sizeof(*t->v), compare_number);
}

int trials_axis(const struct trials *t, const char *name)
{
	for (size_t i = 0; i < t->n_axes; i++)
		if (strcmp(t->axes[i], name) == 0)
			return (int)i;
	return -1;
}

unsigned trials_repeats(const struct trials *t)
{
	unsigned most = 0;

	for (size_t i = 0; i < t->n; i++)
		most = t->v[i].repeat > most ? t->v[i].repeat : most;
	return most;
}

const char *trial_label(const struct trials *t, const struct run_trial *trial, char *buf,
			size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < t->n_axes && used < size; i++)
		if (trial->axes[i][0])
			used += (size_t)snprintf(buf + used, size - used, "%s%s %s",
						 used ? ", " : "", t->axes[i], trial->axes[i]);
	if (used == 0)
		snprintf(buf, size, "cell %u", trial->cell);
	return buf;
}

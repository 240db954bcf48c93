/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/traces.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

enum { NUMBERS_MAX = 3 };

/* How one of the two files is read: its numbers, and what becomes of a row. */
struct shape {
	const char *file;
	const char *numbers[NUMBERS_MAX + 1]; /* columns, NULL-terminated */
	int (*add)(struct trace *t, const double *numbers);
};

struct reader {
	const struct shape *shape;
	const struct trials *trials;
	const char *metric; /* NULL: the file has no such column */
	int trial, group, metric_column, number[NUMBERS_MAX];
	struct traces *traces;
};

static void free_csv(struct csv_reader **r)
{
	csv_free(*r);
}

static int add_sample(struct trace *t, const double *numbers)
{
	struct sample_point *p = array_push(t->samples, t->n_samples);

	if (!p)
		return -ENOMEM;
	*p = (struct sample_point){numbers[0], numbers[1]};
	return 0;
}

static int add_stall(struct trace *t, const double *numbers)
{
	struct stall_point *p = array_push(t->stalls, t->n_stalls);

	if (!p)
		return -ENOMEM;
	*p = (struct stall_point){(unsigned)numbers[0], numbers[1], numbers[2]};
	return 0;
}

static const struct shape samples_shape = {"samples.csv", {"t_usec", "value"}, add_sample};
static const struct shape stalls_shape = {
	"stalls.csv", {"thread", "start_usec", "length_usec"}, add_stall};

/* Rows of a group stand together, so the last trace is nearly always the one. */
static struct trace *find_trace(struct reader *r, const struct run_trial *trial,
				const struct csv_field *group)
{
	struct traces *all = r->traces;
	struct trace *t;

	for (size_t i = all->n; i-- > 0 && all->v[i].trial == trial;)
		if (csv_field_is(group, all->v[i].group))
			return &all->v[i];
	t = array_push(all->v, all->n);
	if (!t)
		return NULL;
	t->trial = trial;
	t->group = strndup(group->str, group->len);
	return t->group ? t : NULL;
}

static int find_column(const struct csv_reader *csv, const char *path, const char *name, int *out,
		       struct err *e)
{
	*out = csv_column(csv, name);
	return *out < 0 ? err_set(e, -EINVAL, "%s:1: no column '%s'", path, name) : 0;
}

static int find_columns(struct reader *r, const struct csv_reader *csv, const char *path,
			struct err *e)
{
	int s = find_column(csv, path, "trial", &r->trial, e);

	if (s == 0)
		s = find_column(csv, path, "group", &r->group, e);
	if (s == 0 && r->metric)
		s = find_column(csv, path, "metric", &r->metric_column, e);
	for (size_t i = 0; s == 0 && r->shape->numbers[i]; i++)
		s = find_column(csv, path, r->shape->numbers[i], &r->number[i], e);
	return s;
}

/* Returns -EINVAL for a field that is no number. */
static int read_row(struct reader *r, const struct csv_field *fields)
{
	const struct run_trial *trial;
	double number, numbers[NUMBERS_MAX];
	struct trace *t;

	if (r->metric && !csv_field_is(&fields[r->metric_column], r->metric))
		return 0;
	if (csv_field_number(&fields[r->trial], &number) < 0 ||
	    !(number >= 0 && number <= UINT_MAX))
		return -EINVAL;
	for (size_t i = 0; r->shape->numbers[i]; i++)
		if (csv_field_number(&fields[r->number[i]], &numbers[i]) < 0 || isnan(numbers[i]))
			return -EINVAL;
	trial = trials_find(r->trials, (unsigned)number);
	if (!trial)
		return 0;
	t = find_trace(r, trial, &fields[r->group]);
	return t ? r->shape->add(t, numbers) : -ENOMEM;
}

static int compare_stall(const void *a, const void *b)
{
	const struct stall_point *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return (x->start_usec > y->start_usec) - (x->start_usec < y->start_usec);
}

static int compare_trace(const void *a, const void *b)
{
	const struct trace *x = a, *y = b;

	if (x->trial->cell != y->trial->cell)
		return x->trial->cell < y->trial->cell ? -1 : 1;
	if (x->trial->repeat != y->trial->repeat)
		return x->trial->repeat < y->trial->repeat ? -1 : 1;
	return strcmp(x->group, y->group);
}

static void sort(struct traces *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].n_stalls)
			qsort(t->v[i].stalls, t->v[i].n_stalls, sizeof(*t->v[i].stalls),
			      compare_stall);
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), compare_trace);
}

static int read_all(struct reader *r, const char *dir, struct err *e)
{
	scope(free_csv) struct csv_reader *csv = NULL;
	const struct csv_field *fields;
	char path[PATH_MAX];
	int s;

	snprintf(path, sizeof(path), "%s/%s", dir, r->shape->file);
	s = csv_open(path, &csv, e);
	if (s == -ENOENT)
		return 0;
	if (s == 0)
		s = find_columns(r, csv, path, e);
	while (s == 0 && (s = csv_next(csv, &fields, e)) == 1) {
		s = read_row(r, fields);
		if (s == -EINVAL)
			return err_set(e, s, "%s:%zu: a number was expected", path, csv_line(csv));
		if (s < 0)
			return err_set(e, s, "out of memory for %s", path);
	}
	return s;
}

static int load(const char *dir, const struct shape *shape, const struct trials *trials,
		const char *metric, struct traces **out, struct err *e)
{
	struct traces *t = calloc(1, sizeof(*t));
	struct reader r = {.shape = shape, .trials = trials, .metric = metric, .traces = t};
	int s;

	if (!t)
		return err_set(e, -ENOMEM, "out of memory for %s", shape->file);
	s = read_all(&r, dir, e);
	if (s < 0) {
		traces_free(t);
		return s;
	}
	sort(t);
	*out = t;
	return 0;
}

int traces_load_samples(const char *dir, const struct trials *trials, const char *metric,
			struct traces **out, struct err *e)
{
	return load(dir, &samples_shape, trials, metric, out, e);
}

int traces_load_stalls(const char *dir, const struct trials *trials, struct traces **out,
		       struct err *e)
{
	return load(dir, &stalls_shape, trials, NULL, out, e);
}

void traces_free(struct traces *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].group);
		free(t->v[i].samples);
		free(t->v[i].stalls);
	}
	free(t->v);
	free(t);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/traces.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "record/row_reader.h"
#include "runs/results.h"

enum { NUMBERS_MAX = 3 };

/* How one of the two files is read: its numbers, and what becomes of a row. */
struct shape {
	enum row_file file;
	enum row_column numbers[NUMBERS_MAX];
	size_t n_numbers;
	int (*add)(struct trace *t, const double *numbers);
};

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

static const struct shape samples_shape = {ROW_SAMPLES, {COL_TIME, COL_VALUE}, 2, add_sample};
static const struct shape stalls_shape = {
	ROW_STALLS, {COL_THREAD, COL_START, COL_LENGTH}, 3, add_stall};

/* Rows of a group stand together, so the last trace is nearly always the one. */
static struct trace *find_trace(struct traces *all, const struct run_trial *trial,
				const struct csv_field *group)
{
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

static int read_row(const struct shape *shape, const struct row_reader *in, const struct run *run,
		    struct traces *out, struct err *e)
{
	const struct run_trial *trial = run_trial(run, in->trial);
	struct csv_field group = row_field(in, COL_GROUP);
	double numbers[NUMBERS_MAX];
	struct trace *t;

	for (size_t i = 0; i < shape->n_numbers; i++) {
		int r = row_number(in, shape->numbers[i], &numbers[i], e);
		if (r == 0 && isnan(numbers[i]))
			r = row_fault(in, shape->numbers[i], "a number", e);
		if (r < 0)
			return r;
	}
	if (!trial)
		return 0;
	t = find_trace(out, trial, &group);
	return t && shape->add(t, numbers) == 0
		       ? 0
		       : err_set(e, -ENOMEM, "out of memory for %s", in->path);
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
	int order = compare_trials(x->trial, y->trial);

	return order ? order : strcmp(x->group, y->group);
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

static int load(const struct run *run, const struct shape *shape, const char *metric,
		struct traces *out, struct err *e)
{
	struct row_reader in scope(row_reader_close) = {0};
	struct traces found scope(traces_clear) = {0};
	unsigned needs = ROW_BIT(COL_GROUP) | (metric ? ROW_BIT(COL_METRIC) : 0);
	int r;

	for (size_t i = 0; i < shape->n_numbers; i++)
		needs |= ROW_BIT(shape->numbers[i]);
	r = row_reader_open(run->path, shape->file, needs, &in, e);
	if (r == -ENOENT)
		return 0;
	while (r == 0 && (r = row_next(&in, e)) > 0) {
		struct csv_field field = row_field(&in, COL_METRIC);
		r = metric && !csv_field_is(&field, metric) ? 0
							    : read_row(shape, &in, run, &found, e);
	}
	if (r < 0)
		return r;
	sort(&found);
	*out = found;
	found = (struct traces){0};
	return 0;
}

int traces_load_samples(const struct run *run, const char *metric, struct traces *out,
			struct err *e)
{
	return load(run, &samples_shape, metric, out, e);
}

int traces_load_stalls(const struct run *run, struct traces *out, struct err *e)
{
	return load(run, &stalls_shape, NULL, out, e);
}

void traces_clear(struct traces *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].group);
		free(t->v[i].samples);
		free(t->v[i].stalls);
	}
	free(t->v);
	*t = (struct traces){0};
}

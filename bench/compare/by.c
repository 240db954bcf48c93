/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/by.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "cgbench/units.h"
#include "compare/wanted.h"

/* A value of the axis, and where its series are. */
struct column {
	char *label;
	const struct run *run;
	uint32_t text; /* of an axis of the suite; unused for a fact */
	uint64_t rank; /* its size, when all labels are quantities of one kind */
};

struct builder {
	struct by *by;
	struct dataset *d;
	uint32_t axis; /* UINT32_MAX: a fact of the host */
	struct column *columns;
	size_t n_columns;
	uint32_t *series; /* n_columns a row: the series there; UINT32_MAX: none */
	size_t n_series;
	uint32_t *row_of; /* by the series without the axis: its row + 1 */
	size_t n_row_of;
};

static void builder_clear(struct builder *b)
{
	for (size_t i = 0; i < b->n_columns; i++)
		free(b->columns[i].label);
	free(b->columns);
	free(b->series);
	free(b->row_of);
}

void by_free(struct by *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n_columns; i++)
		free(b->columns[i]);
	free(b->columns);
	free(b->axis);
	free(b->rows);
	free(b->cells);
	host_differences_free(&b->differences);
	free(b);
}

/* ---- columns ---- */

static int add_column(struct builder *b, char *label, const struct run *run, uint32_t text,
		      struct err *e)
{
	struct column *c = NULL;

	if (label)
		c = array_push(b->columns, b->n_columns);
	if (!c) {
		free(label);
		return err_no_memory(e);
	}
	*c = (struct column){.label = label, .run = run, .text = text};
	return 0;
}

static const struct axis_value *find_value(const struct dataset *d, uint32_t cell, uint32_t axis)
{
	const struct cell *c = &d->cells[cell];

	for (size_t i = 0; i < c->n; i++)
		if (d->axis_values[c->first + i].axis == axis)
			return &d->axis_values[c->first + i];
	return NULL;
}

static struct column *column_of(const struct builder *b, uint32_t text)
{
	for (size_t i = 0; i < b->n_columns; i++)
		if (b->columns[i].text == text)
			return &b->columns[i];
	return NULL;
}

static int axis_columns(struct builder *b, const struct run *run, struct err *e)
{
	const struct dataset *d = b->d;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < run->n_series; i++) {
		const struct axis_value *v = find_value(d, d->series[i].cell, b->axis);
		if (v && run->first[i + 1] > run->first[i] && !column_of(b, v->text))
			r = add_column(b, strdup(dataset_text(d, v->text)), run, v->text, e);
	}
	return r;
}

static int fact_columns(struct builder *b, struct run *const *runs, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		char *label = host_fact(runs[i]->host, b->by->axis);
		for (size_t k = 0; label && k < b->n_columns; k++) {
			int r;
			if (strcmp(b->columns[k].label, label) != 0)
				continue;
			r = err_set(e, -EINVAL,
				    "%s and %s both have %s %s; a folder of run directories is "
				    "taken as one run",
				    b->columns[k].run->path, runs[i]->path, b->by->axis, label);
			free(label);
			return r;
		}
		if (add_column(b, label, runs[i], (uint32_t)i, e) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool rank_as(struct builder *b, enum unit_kind kind)
{
	for (size_t i = 0; i < b->n_columns; i++)
		if (unit_parse(kind, b->columns[i].label, &b->columns[i].rank, NULL) < 0)
			return false;
	return true;
}

static int by_rank(const void *a, const void *b)
{
	const struct column *x = a, *y = b;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(((const struct column *)a)->label, ((const struct column *)b)->label);
}

static int sort_columns(struct builder *b, struct err *e)
{
	static const enum unit_kind kinds[] = {UNIT_COUNT, UNIT_USEC, UNIT_PPM, UNIT_BYTES};
	bool ranked = false;

	for (size_t i = 0; !ranked && i < array_len(kinds); i++)
		ranked = rank_as(b, kinds[i]);
	qsort(b->columns, b->n_columns, sizeof(*b->columns), ranked ? by_rank : by_version);
	for (size_t i = 0; i < b->n_columns; i++) {
		char **label = array_push(b->by->columns, b->by->n_columns);
		if (label)
			*label = strdup(b->columns[i].label);
		if (!label || !*label)
			return err_no_memory(e);
	}
	return 0;
}

static int check_hosts(struct builder *b, struct run *const *runs, size_t n,
		       const char *const *allowed, struct err *e)
{
	const char *axis[] = {b->by->axis, NULL}, *none[] = {NULL};
	int r = 0;

	for (size_t i = 1; r == 0 && i < n; i++)
		r = hosts_differ(runs[0]->host, runs[i]->host, &b->by->differences, e);
	if (r == 0 && b->axis == UINT32_MAX)
		r = hosts_allow(&b->by->differences, axis, e);
	if (r == 0)
		r = hosts_allow(&b->by->differences, allowed ? allowed : none, e);
	return r == 0 ? hosts_check(&b->by->differences, e) : r;
}

static int find_columns(struct builder *b, struct run *const *runs, size_t n, struct err *e)
{
	int r;

	b->axis = dataset_axis(b->d, b->by->axis);
	if (b->axis == UINT32_MAX && !host_has_fact(b->by->axis))
		return err_set(e, -EINVAL,
			       "--by %s: neither an axis of these runs nor a fact of host.json",
			       b->by->axis);
	if (b->axis != UINT32_MAX && n > 1)
		return err_set(e, -EINVAL,
			       "--by %s: an axis of the suite is compared within one run; %zu are "
			       "given",
			       b->by->axis, n);
	r = b->axis == UINT32_MAX ? fact_columns(b, runs, n, e) : axis_columns(b, runs[0], e);
	if (r == 0 && b->n_columns < 2)
		return err_set(e, -EINVAL, "--by %s: %s is its only value here; expected two",
			       b->by->axis, b->n_columns ? b->columns[0].label : "none");
	return r == 0 ? sort_columns(b, e) : r;
}

/* ---- rows ---- */

/* A row for a series without the axis, its columns empty; its number + 1, or 0: no memory. */
static uint32_t add_row(struct builder *b, uint32_t series)
{
	struct by_row *slot = array_push(b->by->rows, b->by->n_rows);

	if (!slot)
		return 0;
	slot->series = series;
	for (size_t i = 0; i < b->n_columns; i++) {
		uint32_t *there = array_push(b->series, b->n_series);
		if (!there)
			return 0;
		*there = UINT32_MAX;
	}
	return (uint32_t)b->by->n_rows;
}

/* The row of a series, with the axis taken out of its cell: n_columns places; NULL: no memory. */
static uint32_t *find_row(struct builder *b, uint32_t series)
{
	struct series key = b->d->series[series];
	uint32_t id = 0;

	if (cell_without(b->d, key.cell, b->axis, &key.cell, NULL) < 0 ||
	    series_id(b->d, &key, &id, NULL) < 0)
		return NULL;
	while (b->n_row_of <= id) {
		uint32_t *none = array_push(b->row_of, b->n_row_of);
		if (!none)
			return NULL;
	}
	if (!b->row_of[id])
		b->row_of[id] = add_row(b, id);
	if (!b->row_of[id])
		return NULL;
	return b->series + (b->row_of[id] - 1) * b->n_columns;
}

/* Puts each series with values into its row and column. */
static int place_series(struct builder *b, struct err *e)
{
	size_t n = b->d->n_series; /* rows may add more, without values */

	for (size_t c = 0; c < b->n_columns; c++) {
		const struct column *column = &b->columns[c];
		for (uint32_t i = 0; i < n; i++) {
			const struct series *s = &b->d->series[i];
			const struct axis_value *v =
				b->axis == UINT32_MAX ? NULL : find_value(b->d, s->cell, b->axis);
			uint32_t *row;
			if (i >= column->run->n_series ||
			    column->run->first[i + 1] == column->run->first[i] ||
			    (b->axis != UINT32_MAX && (!v || v->text != column->text)) ||
			    !wanted_has(b->by->options.metrics, dataset_text(b->d, s->metric)))
				continue;
			row = find_row(b, i);
			if (!row)
				return err_no_memory(e);
			row[c] = i;
		}
	}
	return 0;
}

static struct side side_of(const struct builder *b, size_t row, size_t column)
{
	uint32_t series = b->series[row * b->n_columns + column];
	static const struct side none = {.n = 0};

	if (series == UINT32_MAX)
		return none;
	return run_side(b->columns[column].run, series);
}

/*
 * Whether there is something to compare. A kernel that lacks a metric which another has tells of a
 * change; a value of an axis that another value was never combined with tells nothing.
 */
static bool is_comparison(const struct builder *b, const struct comparison *v)
{
	if (b->axis != UINT32_MAX)
		return v->n_base > 0 && v->n_head > 0;
	return v->n_base + v->n_head > 0;
}

static int compare_row(struct builder *b, struct comparer *cmp, size_t row, struct comparison *out,
		       struct err *e)
{
	const struct series *s = &b->d->series[b->by->rows[row].series];
	struct metric_nature metric = metric_nature(dataset_text(b->d, s->metric));
	const char *unit = dataset_text(b->d, s->unit);
	int r = 0;

	for (size_t i = 0; r == 0 && i < b->n_columns; i++) {
		struct comparison *v = &out[i];
		struct side before = i ? side_of(b, row, i - 1) : (struct side){0};
		v->series = b->by->rows[row].series;
		r = compare_pair(cmp, &b->by->options, before, side_of(b, row, i), unit, metric, v,
				 e);
		v->compared = i > 0 && is_comparison(b, v);
		if (!v->compared)
			v->outcome = OUTCOME_SAME;
	}
	return r;
}

/* Judges all that is compared as one family. */
static int judge(struct by *by, struct err *e)
{
	size_t n_cells = by->n_rows * by->n_columns, n = 0;
	struct comparison *all = calloc(n_cells + 1, sizeof(*all));
	int r;

	if (!all)
		return err_no_memory(e);
	for (size_t i = 0; i < n_cells; i++)
		if (by->cells[i].compared)
			all[n++] = by->cells[i];
	r = compare_judge(all, n, &by->options, e);
	n = 0;
	for (size_t i = 0; r == 0 && i < n_cells; i++)
		if (by->cells[i].compared)
			by->cells[i] = all[n++];
	free(all);
	return r;
}

static int compare_rows(struct builder *b, struct err *e)
{
	struct by *by = b->by;
	struct comparer *cmp = NULL;
	int r = comparer_new(&cmp, e);

	if (r < 0)
		return r;
	by->cells = calloc(by->n_rows * by->n_columns + 1, sizeof(*by->cells));
	if (!by->cells)
		r = err_no_memory(e);
	for (size_t row = 0; r == 0 && row < by->n_rows; row++) {
		by->rows[row].v = by->cells + row * by->n_columns;
		r = compare_row(b, cmp, row, by->rows[row].v, e);
	}
	comparer_free(cmp);
	return r == 0 && !by->options.exact && !by->options.other_inputs ? judge(by, e) : r;
}

size_t by_pairs(const struct by *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_rows * b->n_columns; i++)
		n += b->cells[i].n_base > 0 && b->cells[i].n_head > 0;
	return n;
}

static int by_metric(const void *a, const void *b, void *dataset)
{
	const struct dataset *d = dataset;
	const struct series *x = &d->series[((const struct by_row *)a)->series];
	const struct series *y = &d->series[((const struct by_row *)b)->series];
	int order = strcmp(dataset_text(d, x->metric), dataset_text(d, y->metric));

	if (order == 0)
		order = strcmp(dataset_text(d, x->group), dataset_text(d, y->group));
	if (order == 0)
		order = x->cell < y->cell ? -1 : x->cell > y->cell;
	return order;
}

/* Exact runs of the same inputs are compared exactly. */
static int choose_exact(struct builder *b, struct run *const *runs, size_t n, struct err *e)
{
	bool exact = true, same = true;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		exact &= host_is_exact(runs[i]->host);
	for (size_t i = 1; exact && r == 0 && i < n; i++) {
		bool alike = true;
		r = hosts_same_inputs(runs[0]->host, runs[i]->host, &b->by->differences, &alike, e);
		same &= alike;
	}
	b->by->options.exact = exact && same;
	b->by->options.other_inputs = exact && !same;
	return r;
}

static int build(struct builder *b, struct run *const *runs, size_t n, const char *const *allowed,
		 struct err *e)
{
	int r = find_columns(b, runs, n, e);

	if (r == 0)
		r = check_hosts(b, runs, n, allowed, e);
	if (r == 0)
		r = choose_exact(b, runs, n, e);
	if (r == 0)
		r = place_series(b, e);
	if (r == 0)
		r = compare_rows(b, e);
	if (r == 0 && b->by->n_rows)
		qsort_r(b->by->rows, b->by->n_rows, sizeof(*b->by->rows), by_metric, b->d);
	return r;
}

int by_compare(struct dataset *d, struct run *const *runs, size_t n_runs, const char *axis,
	       const char *const *allowed, const struct compare_options *o, struct by **out,
	       struct err *e)
{
	struct builder b scope(builder_clear) = {.d = d};
	int r = -ENOMEM;

	b.by = calloc(1, sizeof(*b.by));
	if (!b.by || !(b.by->axis = strdup(axis))) {
		by_free(b.by);
		return err_no_memory(e);
	}
	b.by->options = *o;
	r = build(&b, runs, n_runs, allowed, e);
	if (r < 0) {
		by_free(b.by);
		return r;
	}
	*out = b.by;
	return 0;
}

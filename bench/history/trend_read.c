/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/trend_read.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "stats/stats.h"

static const size_t NOWHERE = (size_t)-1;

/* Numbers of the database to indexes of the trend; both are dense. */
struct map {
	size_t *index;
	size_t n;
};

struct numbers {
	double *v;
	size_t n;
};

/* A trend in the making. */
struct reading {
	struct db *db;
	const struct trend_filter *filter;
	struct trend *t;
	struct map runs, series;
	/* Of the repeats of one run in one series, as far as they were read. */
	struct numbers values, expected;
};

static bool passes(const char *pattern, const char *text)
{
	return !pattern || fnmatch(pattern, text, 0) == 0;
}

/* Grows a map so that `id` has a place. */
static int map_reach(struct map *m, int64_t id)
{
	while (m->n <= (size_t)id) {
		size_t *slot = array_push(m->index, m->n);
		if (!slot)
			return -ENOMEM;
		*slot = NOWHERE;
	}
	return 0;
}

static size_t map_find(const struct map *m, int64_t id)
{
	return id >= 0 && (size_t)id < m->n ? m->index[id] : NOWHERE;
}

static int read_run(struct reading *rd, struct db_query *q)
{
	int64_t id = db_integer(q, 0);
	struct trend_run *run;

	if (!passes(rd->filter->suite, db_text(q, 3)) || !passes(rd->filter->kernel, db_text(q, 4)))
		return 0;
	run = array_push(rd->t->runs, rd->t->n_runs);
	if (!run || map_reach(&rd->runs, id) < 0)
		return -ENOMEM;
	rd->runs.index[id] = rd->t->n_runs - 1;
	run->id = id;
	run->exact = db_integer(q, 8);
	run->values = (size_t)db_integer(q, 9);
	run->name = strdup(db_text(q, 1));
	run->date = strdup(db_text(q, 2));
	run->suite = strdup(db_text(q, 3));
	run->kernel = strdup(db_text(q, 4));
	run->label = strdup(db_text(q, 5));
	run->host = strdup(db_text(q, 6));
	run->digest = strdup(db_text(q, 7));
	return run->name && run->date && run->suite && run->kernel && run->label && run->host &&
			       run->digest
		       ? 0
		       : -ENOMEM;
}

/* What belongs to a trial as a whole has no group. */
static char *series_name(struct db_query *q)
{
	const char *cell = db_text(q, 1), *group = db_text(q, 2), *metric = db_text(q, 3);
	char *name;
	int n = asprintf(&name, "%s/%s%s%s", cell, group, group[0] ? "/" : "", metric);

	return n < 0 ? NULL : name;
}

static int read_series(struct reading *rd, struct db_query *q)
{
	scope_free char *name = series_name(q);
	int64_t id = db_integer(q, 0);
	struct trend_series *s;

	if (!name)
		return -ENOMEM;
	if (!passes(rd->filter->series, name))
		return 0;
	s = array_push(rd->t->series, rd->t->n_series);
	if (!s || map_reach(&rd->series, id) < 0)
		return -ENOMEM;
	rd->series.index[id] = rd->t->n_series - 1;
	s->name = steal_ptr(&name);
	s->metric = strdup(db_text(q, 3));
	s->unit = strdup(db_text(q, 4));
	s->host = strdup(db_text(q, 5));
	s->exact = db_integer(q, 6);
	return s->metric && s->unit && s->host ? 0 : -ENOMEM;
}

static int read_mark(struct reading *rd, struct db_query *q)
{
	struct trend_mark *m = array_push(rd->t->marks, rd->t->n_marks);

	if (!m)
		return -ENOMEM;
	m->id = db_integer(q, 0);
	m->run_id = db_integer(q, 1);
	m->date = strdup(db_text(q, 2));
	m->pattern = strdup(db_text(q, 3));
	m->why = strdup(db_text(q, 4));
	return m->date && m->pattern && m->why ? 0 : -ENOMEM;
}

/* What the repeats that were read come to: a point of their series. */
static int add_point(struct reading *rd, size_t run, size_t series)
{
	struct trend_series *s = &rd->t->series[series];
	struct trend_point *p = array_push(s->points, s->n);

	if (!p)
		return -ENOMEM;
	p->run = run;
	p->median = stats_median_of(rd->values.v, rd->values.n);
	p->low = rd->values.v[0];
	p->high = rd->values.v[rd->values.n - 1];
	p->expected = stats_median_of(rd->expected.v, rd->expected.n);
	rd->values.n = rd->expected.n = 0;
	return 0;
}

static int add_number(struct numbers *list, double value)
{
	double *slot = array_push(list->v, list->n);

	if (!slot)
		return -ENOMEM;
	*slot = value;
	return 0;
}

static int add_repeat(struct reading *rd, double value, double expected)
{
	int r = add_number(&rd->values, value);

	return r < 0 || isnan(expected) ? r : add_number(&rd->expected, expected);
}

static int read_values(struct reading *rd, struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int64_t run_id = 0, series_id = 0;
	size_t run = NOWHERE, series = NOWHERE;
	int r = db_prepare(rd->db, "SELECT run, series, value, expected FROM value", &q, e);

	while (r == 0 && (r = db_next(q, e)) > 0) {
		r = 0;
		if (db_integer(q, 0) != run_id || db_integer(q, 1) != series_id) {
			if (rd->values.n)
				r = add_point(rd, run, series);
			run_id = db_integer(q, 0);
			series_id = db_integer(q, 1);
			run = map_find(&rd->runs, run_id);
			series = map_find(&rd->series, series_id);
		}
		if (r == 0 && run != NOWHERE && series != NOWHERE)
			r = add_repeat(rd, db_number(q, 2), db_number(q, 3));
		if (r < 0)
			return err_set(e, r, "out of memory for values");
	}
	if (r == 0 && rd->values.n)
		r = add_point(rd, run, series);
	return r;
}

static int read_rows(struct reading *rd, const char *sql,
		     int (*read)(struct reading *rd, struct db_query *q), struct err *e)
{
	scope(db_finish_scope) struct db_query *q = NULL;
	int r = db_prepare(rd->db, sql, &q, e);

	while (r == 0 && (r = db_next(q, e)) > 0) {
		r = read(rd, q);
		if (r < 0)
			return err_set(e, r, "out of memory for the history");
	}
	return r;
}

static int compare_points(const void *a, const void *b)
{
	const struct trend_point *x = a, *y = b;
	return (x->run > y->run) - (x->run < y->run);
}

static int compare_series(const void *a, const void *b)
{
	const struct trend_series *x = a, *y = b;
	int by_name = strcmp(x->name, y->name);
	return by_name ? by_name : strcmp(x->host, y->host);
}

static void drop_empty(struct trend *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n_series; i++) {
		if (t->series[i].n)
			t->series[kept++] = t->series[i];
		else
			trend_series_clear(&t->series[i]);
	}
	t->n_series = kept;
}

static void sort(struct trend *t)
{
	for (size_t i = 0; i < t->n_series; i++)
		qsort(t->series[i].points, t->series[i].n, sizeof(struct trend_point),
		      compare_points);
	if (t->n_series)
		qsort(t->series, t->n_series, sizeof(*t->series), compare_series);
}

static int read_all(struct reading *rd, struct err *e)
{
	int r = read_rows(
		rd,
		"SELECT run.id, name, date, suite, kernel, label, host.digest, run.digest,"
		" exact, n_values FROM run JOIN host ON host.id = run.host"
		" ORDER BY date, run.id",
		read_run, e);

	if (r == 0)
		r = read_rows(
			rd,
			"SELECT mark.id, mark.run, coalesce(mark.date, run.date), pattern, why"
			" FROM mark LEFT JOIN run ON run.id = mark.run ORDER BY mark.id",
			read_mark, e);
	if (r < 0 || rd->filter->runs_only)
		return r;
	r = read_rows(rd,
		      "SELECT series.id, cell, grp, metric, unit, digest, exact"
		      " FROM series JOIN host ON host.id = series.host",
		      read_series, e);
	return r < 0 ? r : read_values(rd, e);
}

static void clear(struct reading *rd)
{
	free(rd->runs.index);
	free(rd->series.index);
	free(rd->values.v);
	free(rd->expected.v);
}

static int read_snapshot(struct db *db, const struct trend_filter *filter, struct trend *t,
			 struct err *e)
{
	static const struct trend_filter everything;
	struct reading rd = {.db = db, .filter = filter ? filter : &everything, .t = t};
	int r = db_snapshot(db, e);

	if (r == 0)
		r = read_all(&rd, e);
	db_rollback(db);
	clear(&rd);
	return r;
}

int trend_read(struct db *db, const struct trend_filter *filter, struct trend **out, struct err *e)
{
	struct trend *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return err_no_memory(e);
	r = read_snapshot(db, filter, t, e);
	if (r < 0) {
		trend_free(t);
		return r;
	}
	drop_empty(t);
	sort(t);
	*out = t;
	return 0;
}

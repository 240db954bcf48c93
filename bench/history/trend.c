/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/trend.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "metrics/metric.h"
#include "stats/changepoint.h"

enum {
	EXACT_POINTS_MIN = 2,
	MARK_NEAR = 2, /* runs by which a change in noise may be misplaced */
};

static const char *const direction_names[] = {
	[TREND_CHANGED] = "changed",
	[TREND_BETTER] = "better",
	[TREND_WORSE] = "worse",
};

const char *trend_direction_name(enum trend_direction d)
{
	return direction_names[d];
}

size_t trend_change_age(const struct trend_change *c)
{
	return c->series->n - c->point;
}

const struct trend_run *trend_change_run(const struct trend *t, const struct trend_change *c)
{
	return &t->runs[c->series->points[c->point].run];
}

/* ---- direction ---- */

/* What falls when things get better; NAN: there is no such thing. */
static double badness(enum metric_better better, double value, double expected)
{
	switch (better) {
	case BETTER_LOWER:
		return value;
	case BETTER_HIGHER:
		return -value;
	case BETTER_EXPECTED:
		return fabs(value - expected);
	case BETTER_NEUTRAL:
	default:
		return NAN;
	}
}

static enum trend_direction direction_of(const struct trend_change *c)
{
	const struct metric *m = metric_find(c->series->metric);
	const struct trend_point *p = &c->series->points[c->point];
	enum metric_better better = m ? m->better : BETTER_NEUTRAL;
	double before = badness(better, c->before, p[-1].expected);
	double after = badness(better, c->after, p->expected);

	if (after > before)
		return TREND_WORSE;
	return after < before ? TREND_BETTER : TREND_CHANGED;
}

/* ---- marks ---- */

/* The run that a mark is about, or the first one after it; n_runs when there is none yet. */
static size_t mark_run(const struct trend *t, const struct trend_mark *m)
{
	size_t i = 0;

	while (i < t->n_runs && t->runs[i].id != m->run_id)
		i++;
	if (i < t->n_runs)
		return i;
	for (i = 0; i < t->n_runs && strcmp(t->runs[i].date, m->date) < 0; i++)
		;
	return i;
}

/* The same as a point of a series. */
static size_t mark_point(const struct trend *t, const struct trend_series *s,
			 const struct trend_mark *m)
{
	size_t low = 0, high = s->n, run = mark_run(t, m);

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->points[middle].run < run)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct trend_mark *mark_of(const struct trend *t, const struct trend_change *c)
{
	size_t near = c->series->exact ? 0 : MARK_NEAR;

	for (size_t i = 0; i < t->n_marks; i++) {
		const struct trend_mark *m = &t->marks[i];
		size_t at;
		if (fnmatch(m->pattern, c->series->name, 0) != 0)
			continue;
		at = mark_point(t, c->series, m);
		if (at < c->series->n && at <= c->point + near && c->point <= at + near)
			return m;
	}
	return NULL;
}

/* ---- changes ---- */

/* What the series of a trend are judged with. */
struct judge {
	const struct trend *t;
	const struct trend_options *options;
	struct changepoint_finder *finder;
	double *values; /* room for the longest series */
};

static int find(const struct judge *j, const struct trend_series *s, struct changepoint **found,
		size_t *n, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		j->values[i] = s->points[i].median;
	return s->exact ? changepoint_find_exact(j->values, s->n, found, n, e)
			: changepoint_find(j->finder, j->values, s->n, found, n, e);
}

static struct trend_change change_of(const struct trend *t, const struct trend_series *s,
				     const struct changepoint *p)
{
	struct trend_change c = {
		.series = s,
		.point = p->at,
		.before = p->before,
		.after = p->after,
		.percent = p->before != 0 ? (p->after - p->before) / fabs(p->before) * 100 : NAN,
		.chance = p->chance,
	};

	c.direction = direction_of(&c);
	c.mark = mark_of(t, &c);
	return c;
}

static int add_changes(const struct judge *j, const struct trend_series *s,
		       struct trend_changes *out, struct err *e)
{
	scope_free struct changepoint *found = NULL;
	size_t n = 0;
	int r = find(j, s, &found, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct trend_change c = change_of(j->t, s, &found[i]);
		struct trend_change *slot;
		if (fabs(c.percent) < j->options->percent_min)
			continue;
		slot = array_push(out->list, out->n);
		if (!slot)
			return err_no_memory(e);
		*slot = c;
	}
	return r;
}

static int new_judge(const struct trend *t, const struct trend_options *o, struct judge *out,
		     struct err *e)
{
	struct changepoint_options options = {
		.significance = o->significance != 0 ? o->significance : CHANGEPOINT_SIGNIFICANCE,
		.seed = 1,
	};
	size_t longest = 1;

	for (size_t i = 0; i < t->n_series; i++) {
		options.series += !t->series[i].exact;
		if (t->series[i].n > longest)
			longest = t->series[i].n;
	}
	*out = (struct judge){.t = t, .options = o, .values = calloc(longest, sizeof(double))};
	if (!out->values)
		return err_no_memory(e);
	return changepoint_finder_new(&options, &out->finder, e);
}

static void clear_judge(struct judge *j)
{
	changepoint_finder_free(j->finder);
	free(j->values);
}

int trend_changes(const struct trend *t, const struct trend_options *o, struct trend_changes *out,
		  struct err *e)
{
	struct trend_changes c = {0};
	struct judge j;
	int r = new_judge(t, o, &j, e);

	if (r == 0)
		c.points_min = changepoint_values_min(j.finder);
	for (size_t i = 0; r == 0 && i < t->n_series; i++) {
		const struct trend_series *s = &t->series[i];
		c.series_judged += s->n >= (s->exact ? EXACT_POINTS_MIN : c.points_min);
		r = add_changes(&j, s, &c, e);
	}
	clear_judge(&j);
	if (r < 0) {
		trend_changes_clear(&c);
		return r;
	}
	*out = c;
	return 0;
}

void trend_changes_clear(struct trend_changes *c)
{
	free(c->list);
	*c = (struct trend_changes){0};
}

/* ---- end ---- */

static void free_run(struct trend_run *r)
{
	char *const texts[] = {r->name, r->date, r->suite, r->kernel, r->label, r->host, r->digest};

	for (size_t i = 0; i < array_len(texts); i++)
		free(texts[i]);
}

void trend_series_clear(struct trend_series *s)
{
	free(s->name);
	free(s->metric);
	free(s->unit);
	free(s->host);
	free(s->points);
}

static void free_mark(struct trend_mark *m)
{
	free(m->date);
	free(m->pattern);
	free(m->why);
}

void trend_free(struct trend *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_runs; i++)
		free_run(&t->runs[i]);
	for (size_t i = 0; i < t->n_series; i++)
		trend_series_clear(&t->series[i]);
	for (size_t i = 0; i < t->n_marks; i++)
		free_mark(&t->marks[i]);
	free(t->runs);
	free(t->series);
	free(t->marks);
	free(t);
}

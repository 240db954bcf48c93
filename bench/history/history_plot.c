/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/history_plot.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/intern.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/gnuplot.h"
#include "stats/stats.h"

enum {
	TICKS = 7,
	DAY_LENGTH = sizeof("2026-03-01") - 1,
	HOST_SHOWN = 8,
	WHY_SHOWN = 40,
};

/* Of the values, this share at either end may lie outside of the picture, where changes do not. */
static const double OUTSIDE_SHARE = 0.005;
static const double MARGIN_SHARE = 0.12; /* of the range, above and below what must be seen */
static const double HEADROOM = 2.5;      /* the margin above, where changes are described */

/* The order of the series in the table; history.gp gives those of changes a colour and a dash. */
enum style {
	STYLE_VALUES = 1,
	STYLE_LEVELS,
	STYLE_CHANGED,
	STYLE_BETTER,
	STYLE_WORSE,
	STYLE_KNOWN,
};

/* Numbers of many digits are said in a greater unit. */
static const struct scale {
	const char *unit, *shown;
	double factor;
} scales[] = {
	{"bytes", "GiB", 1024.0 * 1024 * 1024},
	{"bytes", "MiB", 1024.0 * 1024},
	{"bytes", "KiB", 1024},
	{"usec", "s", 1e6},
	{"usec", "ms", 1e3},
};

/* A chart in the making, of one series and its own changes. */
struct drawing {
	struct chart *c;
	const struct trend *t;
	const struct trend_series *s;
	const struct trend_change *changes;
	size_t n_changes;
	double *room; /* for as many numbers as the series has points */
};

/* The changes of a series lie together. */
static void find_changes(struct drawing *d, const struct trend_changes *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i].series != d->s)
			continue;
		if (!d->changes)
			d->changes = &all->list[i];
		d->n_changes++;
	}
}

/* ---- values ---- */

static double median_of(const struct drawing *d, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		d->room[i - first] = d->s->points[i].median;
	return stats_median_of(d->room, end - first);
}

/* What a stretch of points spans, drawn in its middle. */
static int add_span(const struct drawing *d, struct chart_series *out, size_t first, size_t end)
{
	double low = INFINITY, high = -INFINITY, middle = ((double)first + (double)end + 1) / 2;

	for (size_t i = first; i < end; i++) {
		low = fmin(low, d->s->points[i].low);
		high = fmax(high, d->s->points[i].high);
	}
	return chart_point(d->c, out, (double[]){middle, low, median_of(d, first, end), high});
}

static int add_values(const struct drawing *d)
{
	struct chart_series *out = chart_series(d->c, 1, STYLE_VALUES, "values");
	size_t n = d->s->n, step = (n + CHART_POINTS_MAX - 1) / CHART_POINTS_MAX;
	int r = out ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n; i += step)
		r = add_span(d, out, i, n - i < step ? n : i + step);
	return r < 0 ? r : chart_number(d->c, "span", (double)step);
}

/* A horizontal line from change to change, and a gap after each. */
static int add_levels(const struct drawing *d)
{
	struct chart_series *out = chart_series(d->c, 1, STYLE_LEVELS, "levels");
	size_t first = 0;
	int r = out ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i <= d->n_changes; i++) {
		size_t end = i < d->n_changes ? d->changes[i].point : d->s->n;
		double y = median_of(d, first, end);
		r = chart_point(d->c, out, (double[]){(double)first + 0.5, NAN, y, NAN});
		if (r == 0)
			r = chart_point(d->c, out, (double[]){(double)end + 0.5, NAN, y, NAN});
		first = end;
	}
	return r;
}

/* ---- changes ---- */

static enum style style_of(const struct trend_change *c)
{
	if (c->mark)
		return STYLE_KNOWN;
	if (c->direction == TREND_WORSE)
		return STYLE_WORSE;
	return c->direction == TREND_BETTER ? STYLE_BETTER : STYLE_CHANGED;
}

/* "+12% worse, run 93" or "+12%, known: the new scheduler" */
static void describe(const struct trend *t, const struct trend_change *c, char *buf, size_t size)
{
	char amount[32];

	if (isnan(c->percent))
		snprintf(amount, sizeof(amount), "%+.3g", c->after - c->before);
	else
		snprintf(amount, sizeof(amount), "%+.3g%%", c->percent);
	if (c->mark)
		snprintf(buf, size, "%s, known: %.*s", amount, WHY_SHOWN, c->mark->why);
	else
		snprintf(buf, size, "%s %s, run %lld", amount, trend_direction_name(c->direction),
			 (long long)trend_change_run(t, c)->id);
}

static int add_change(const struct drawing *d, const struct trend_change *change)
{
	char label[CHART_TEXT_MAX];
	struct chart_series *out;

	describe(d->t, change, label, sizeof(label));
	out = chart_series(d->c, 1, style_of(change), label);
	if (!out)
		return -ENOMEM;
	/* Points are numbered from 1: the change came between the one before and this one. */
	out->mark[0] = (double)change->point + 0.5;
	out->mark[1] = change->before;
	out->mark[2] = change->after;
	return 0;
}

/* ---- axes ---- */

static const struct trend_run *run_of(const struct drawing *d, size_t point)
{
	return &d->t->runs[d->s->points[point].run];
}

/* What tells runs apart that are all of one day: what they were labelled with, or their kernels. */
enum tick_text { TICK_DAY, TICK_LABEL, TICK_KERNEL };

static const char *const x_titles[] = {
	[TICK_DAY] = "runs in their order, with their days (UTC)",
	[TICK_LABEL] = "runs in their order, with their labels",
	[TICK_KERNEL] = "runs in their order, with their kernels",
};

static enum tick_text tick_text(const struct drawing *d)
{
	const struct trend_run *first = run_of(d, 0), *last = run_of(d, d->s->n - 1);

	if (strncmp(first->date, last->date, DAY_LENGTH) != 0)
		return TICK_DAY;
	return first->label[0] ? TICK_LABEL : TICK_KERNEL;
}

static int add_tick(const struct drawing *d, size_t point, enum tick_text kind)
{
	const struct trend_run *run = run_of(d, point);
	char day[DAY_LENGTH + 1];
	const char *text = kind == TICK_LABEL ? run->label : run->kernel;

	if (kind == TICK_DAY) {
		snprintf(day, sizeof(day), "%s", run->date);
		text = day;
	}
	return chart_tick(d->c, (double)point + 1, text);
}

static int add_ticks(const struct drawing *d)
{
	size_t n = d->s->n, ticks = n < TICKS ? n : TICKS;
	enum tick_text kind = tick_text(d);
	int r = 0;

	for (size_t i = 0; r == 0 && i < ticks; i++)
		r = add_tick(d, (2 * i + 1) * n / (2 * ticks), kind);
	return r < 0 ? r : chart_text(d->c, "x_title", x_titles[kind]);
}

/* A range for all but the rarest medians, and for every change. Outliers would flatten the rest. */
static int set_range(const struct drawing *d)
{
	struct chart_panel *panel = &d->c->panels[0];
	size_t n = d->s->n, skip = (size_t)(OUTSIDE_SHARE * (double)n), outside = 0;
	double low, high, margin;

	median_of(d, 0, n); /* sorts them in the room */
	low = d->room[skip];
	high = d->room[n - 1 - skip];
	for (size_t i = 0; i < d->n_changes; i++) {
		low = fmin(low, fmin(d->changes[i].before, d->changes[i].after));
		high = fmax(high, fmax(d->changes[i].before, d->changes[i].after));
	}
	margin = high > low ? (high - low) * MARGIN_SHARE : fabs(high) * MARGIN_SHARE + 1;
	panel->low = low - margin;
	panel->high = high + margin * (d->n_changes ? HEADROOM : 1);
	for (size_t i = 0; i < n; i++)
		outside += d->room[i] < panel->low || d->room[i] > panel->high;
	return chart_number(d->c, "outside", (double)outside);
}

/* ---- the picture ---- */

/* The greatest unit in which the level is still a number of two digits or more. */
static struct scale scale_of(const struct drawing *d)
{
	double level = fmax(fabs(d->c->panels[0].low), fabs(d->c->panels[0].high));

	for (size_t i = 0; i < array_len(scales); i++)
		if (strcmp(scales[i].unit, d->s->unit) == 0 && level >= 10 * scales[i].factor)
			return scales[i];
	return (struct scale){.shown = d->s->unit, .factor = 1};
}

static int add_words(const struct drawing *d)
{
	const struct trend_series *s = d->s;
	struct scale scale = scale_of(d);
	char question[CHART_TEXT_MAX], host[CHART_TEXT_MAX], y_title[CHART_TEXT_MAX];
	int r;

	snprintf(question, sizeof(question), "When did %.64s change?", s->metric);
	snprintf(host, sizeof(host), "%zu runs on host %.*s%s", s->n, HOST_SHOWN, s->host,
		 s->exact ? " (exact lab: no noise)" : "");
	snprintf(y_title, sizeof(y_title), "%.64s, %.32s", s->metric, scale.shown);
	r = chart_text(d->c, "question", question);
	if (r == 0)
		r = chart_text(d->c, "subject", s->name);
	if (r == 0)
		r = chart_text(d->c, "host", host);
	if (r == 0)
		r = chart_text(d->c, "y_title", y_title);
	if (r == 0)
		r = chart_number(d->c, "factor", scale.factor);
	return r < 0 ? r : chart_number(d->c, "runs", (double)s->n);
}

static int fill(const struct drawing *d)
{
	static int (*const steps[])(const struct drawing *d) = {add_values, add_levels, add_ticks,
								set_range, add_words};
	int r = chart_panel(d->c, "") ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < array_len(steps); i++)
		r = steps[i](d);
	for (size_t i = 0; r == 0 && i < d->n_changes; i++)
		r = add_change(d, &d->changes[i]);
	return r;
}

int history_chart(const struct trend *t, const struct trend_changes *changes,
		  const struct trend_series *s, struct chart *c, struct err *e)
{
	struct drawing d = {.c = c, .t = t, .s = s, .room = calloc(s->n + 1, sizeof(double))};
	int r = -ENOMEM;

	*c = (struct chart){.n_columns = 4, .marks = {"at", "before", "after"}, .grid_columns = 1};
	find_changes(&d, changes);
	if (d.room)
		r = fill(&d);
	free(d.room);
	return r < 0 ? err_set(e, r, "out of memory for the plot") : 0;
}

void history_picture(const struct trend_series *s, char name[static HISTORY_PICTURE_MAX])
{
	/* What the replacement of characters makes equal, the hash tells apart. */
	uint64_t hash = hash_bytes(HASH_START, s->name, strlen(s->name));

	hash = hash_bytes(hash, s->host, strlen(s->host));
	snprintf(name, HISTORY_PICTURE_MAX, "%.110s-%08x", s->name, (unsigned)(hash ^ hash >> 32));
	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(".-=", *p))
			*p = '-';
}

static int write_table(const struct trend *t, const struct trend_changes *changes,
		       const struct trend_series *s, const char *name, int dirfd, struct err *e)
{
	char table[HISTORY_PICTURE_MAX + 16];
	struct chart c = {0};
	int r = history_chart(t, changes, s, &c, e);

	snprintf(table, sizeof(table), "%s.history", name);
	if (r == 0)
		r = chart_write(&c, dirfd, table, "history", e);
	chart_clear(&c);
	return r;
}

static int draw_in(const struct trend *t, const struct trend_changes *changes,
		   const struct trend_series *s, int dirfd, struct err *e)
{
	char name[HISTORY_PICTURE_MAX];
	int r;

	history_picture(s, name);
	r = write_table(t, changes, s, name, dirfd, e);
	return r < 0 ? r : gnuplot_draw(dirfd, "history.gp", name, e);
}

int history_plot(const struct trend *t, const struct trend_changes *changes,
		 const struct trend_series *s, const char *folder, struct err *e)
{
	struct draft d scope(draft_end) = {.fd = -1};
	scope_fd int dirfd = gnuplot_folder(folder, e);
	int r = dirfd < 0 ? dirfd : draft_begin(dirfd, &d, e);

	if (r == 0)
		r = draw_in(t, changes, s, d.fd, e);
	return r < 0 ? r : draft_commit(&d, e);
}

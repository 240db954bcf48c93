/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history_plot.h"

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

#include "analysis/gnuplot.h"
#include "analysis/intern.h"
#include "base/data.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

enum {
	TICKS = 7,
	DAY_LENGTH = sizeof("2026-03-01") - 1,
	HOST_SHOWN = 8,
	WHY_SHOWN = 40,
	SETTINGS_MAX = 2 * PATH_MAX + 256,
};

/* Of the values, this share at either end may lie outside of the picture, where changes do not. */
static const double OUTSIDE_SHARE = 0.005;
static const double MARGIN_SHARE = 0.12; /* of the range, above and below what must be seen */
static const double HEADROOM = 2.5;      /* the margin above, where changes are described */

/* Styles of changes; history.gp gives each a colour and a dash. */
enum style { STYLE_CHANGED = 1, STYLE_BETTER, STYLE_WORSE, STYLE_KNOWN };

/* Changes of one series. */
struct own_changes {
	const struct trend_change *first;
	size_t n;
};

static struct own_changes changes_of(const struct trend_changes *all, const struct trend_series *s)
{
	struct own_changes own = {NULL, 0};

	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i].series != s)
			continue;
		if (!own.first)
			own.first = &all->list[i];
		own.n++;
	}
	return own;
}

/* ---- values ---- */

/* What a stretch of points spans, drawn in its middle. */
static int add_span(const struct chart *c, struct chart_series *out, const struct trend_point *p,
		    size_t first, size_t n, double *room)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		room[i] = p[i].median;
		low = fmin(low, p[i].low);
		high = fmax(high, p[i].high);
	}
	return chart_point(
		c, out,
		(double[]){(double)first + (double)(n + 1) / 2, low, trend_median(room, n), high});
}

static int add_values(struct chart *c, const struct trend_series *s)
{
	struct chart_series *out = chart_series(c, 1, 1, "values");
	size_t step = (s->n + CHART_POINTS_MAX - 1) / CHART_POINTS_MAX;
	scope_free double *room = calloc(step ? step : 1, sizeof(*room));
	int r = out && room ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < s->n; i += step)
		r = add_span(c, out, &s->points[i], i, s->n - i < step ? s->n - i : step, room);
	return r < 0 ? r : chart_number(c, "span", (double)step);
}

static double level(const struct trend_series *s, size_t first, size_t end, double *room)
{
	for (size_t i = first; i < end; i++)
		room[i - first] = s->points[i].median;
	return trend_median(room, end - first);
}

/* A horizontal line from change to change, and a gap after each. */
static int add_levels(struct chart *c, const struct trend_series *s, struct own_changes own)
{
	struct chart_series *out = chart_series(c, 1, 2, "levels");
	scope_free double *room = calloc(s->n, sizeof(*room));
	size_t first = 0;
	int r = out && room ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i <= own.n; i++) {
		size_t end = i < own.n ? own.first[i].point : s->n;
		double y = level(s, first, end, room);
		r = chart_point(c, out, (double[]){(double)first + 0.5, NAN, y, NAN});
		if (r == 0)
			r = chart_point(c, out, (double[]){(double)end + 0.5, NAN, y, NAN});
		if (r == 0)
			r = chart_point(c, out, (double[]){NAN, NAN, NAN, NAN});
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

static int add_change(struct chart *c, const struct trend *t, const struct trend_change *change)
{
	char label[CHART_TEXT_MAX];
	struct chart_series *out;

	describe(t, change, label, sizeof(label));
	out = chart_series(c, 1, style_of(change), label);
	if (!out)
		return -ENOMEM;
	/* Points are numbered from 1: the change came between the one before and this one. */
	out->mark[0] = (double)change->point + 0.5;
	out->mark[1] = change->before;
	out->mark[2] = change->after;
	return 0;
}

/* ---- axes ---- */

static const char *tick_text(const struct trend *t, const struct trend_series *s, size_t point,
			     bool by_day, char *buf, size_t size)
{
	const struct trend_run *r = &t->runs[s->points[point].run];

	if (by_day)
		snprintf(buf, size, "%.*s", DAY_LENGTH, r->date);
	else
		snprintf(buf, size, "%s", r->label[0] ? r->label : r->kernel);
	return buf;
}

static bool same_day(const struct trend *t, const struct trend_series *s)
{
	return strncmp(t->runs[s->points[0].run].date, t->runs[s->points[s->n - 1].run].date,
		       DAY_LENGTH) == 0;
}

/* Days, or, when all runs are of one, what they were labelled with, or their kernels. */
static int add_ticks(struct chart *c, const struct trend *t, const struct trend_series *s)
{
	size_t ticks = s->n < TICKS ? s->n : TICKS;
	bool by_day = !same_day(t, s);
	char text[CHART_TEXT_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < ticks; i++) {
		size_t point = (2 * i + 1) * s->n / (2 * ticks);
		r = chart_tick(c, (double)point + 1,
			       tick_text(t, s, point, by_day, text, sizeof(text)));
	}
	return r < 0 ? r
		     : chart_text(c, "x_title",
				  by_day ? "runs in their order, with their days (UTC)"
				  : s->n < 2 || !t->runs[s->points[0].run].label[0]
					  ? "runs in their order, with their kernels"
					  : "runs in their order, with their labels");
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* A range for all but the rarest medians, and for every change. Outliers would flatten the rest. */
static int set_range(struct chart *c, const struct trend_series *s, struct own_changes own)
{
	scope_free double *medians = calloc(s->n, sizeof(*medians));
	size_t skip = (size_t)(OUTSIDE_SHARE * (double)s->n), outside = 0;
	double low, high, margin;

	if (!medians)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		medians[i] = s->points[i].median;
	qsort(medians, s->n, sizeof(*medians), compare_numbers);
	low = medians[skip];
	high = medians[s->n - 1 - skip];
	for (size_t i = 0; i < own.n; i++) {
		low = fmin(low, fmin(own.first[i].before, own.first[i].after));
		high = fmax(high, fmax(own.first[i].before, own.first[i].after));
	}
	margin = high > low ? (high - low) * MARGIN_SHARE : fabs(high) * MARGIN_SHARE + 1;
	c->panels[0].low = low - margin;
	c->panels[0].high = high + margin * (own.n ? HEADROOM : 1);
	for (size_t i = 0; i < s->n; i++)
		outside += medians[i] < c->panels[0].low || medians[i] > c->panels[0].high;
	return chart_number(c, "outside", (double)outside);
}

/* ---- the picture ---- */

static int add_words(struct chart *c, const struct trend_series *s)
{
	char text[CHART_TEXT_MAX];
	int r;

	snprintf(text, sizeof(text), "When did %.64s change?", s->metric);
	r = chart_text(c, "question", text);
	if (r == 0)
		r = chart_text(c, "subject", s->name);
	snprintf(text, sizeof(text), "%zu runs on host %.*s%s", s->n, HOST_SHOWN, s->host,
		 s->exact ? " (exact lab: no noise)" : "");
	if (r == 0)
		r = chart_text(c, "host", text);
	snprintf(text, sizeof(text), "%.64s, %.32s", s->metric, s->unit);
	return r < 0 ? r : chart_text(c, "y_title", text);
}

int history_chart(const struct trend *t, const struct trend_changes *changes,
		  const struct trend_series *s, struct chart *c, struct err *e)
{
	struct own_changes own = changes_of(changes, s);
	int r;

	*c = (struct chart){.n_columns = 4, .marks = {"at", "before", "after"}, .grid_columns = 1};
	r = chart_panel(c, "") ? add_values(c, s) : -ENOMEM;
	if (r == 0)
		r = add_levels(c, s, own);
	for (size_t i = 0; r == 0 && i < own.n; i++)
		r = add_change(c, t, &own.first[i]);
	if (r == 0)
		r = add_ticks(c, t, s);
	if (r == 0)
		r = set_range(c, s, own);
	if (r == 0)
		r = chart_number(c, "runs", (double)s->n);
	if (r == 0)
		r = add_words(c, s);
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

/* The script's folder as an absolute path, since gnuplot runs elsewhere. */
static int find_plots(char plots[static PATH_MAX], struct err *e)
{
	char found[PATH_MAX];
	int r = data_path(DATA_PLOTS, found, sizeof(found), e);

	if (r == 0 && !realpath(found, plots))
		r = err_sys(e, "cannot find %s", found);
	return r;
}

static int draw(int dirfd, const char *name, const char *format, struct err *e)
{
	char settings[SETTINGS_MAX] = "", plots[PATH_MAX], script[PATH_MAX];
	int r = find_plots(plots, e);

	if (r < 0)
		return r;
	if ((size_t)snprintf(script, sizeof(script), "%s/history.gp", plots) >= sizeof(script))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", plots);
	r = gnuplot_set(settings, sizeof(settings), "format", format, e);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "name", name, e);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "folder", plots, e);
	return r < 0 ? r : gnuplot_run(dirfd, script, settings, e);
}

int history_plot(const struct trend *t, const struct trend_changes *changes,
		 const struct trend_series *s, const char *folder, struct err *e)
{
	char name[HISTORY_PICTURE_MAX];
	scope_fd int dirfd = -1;
	int r;

	if (mkdir(folder, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "cannot make %s", folder);
	dirfd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return err_sys(e, "cannot open %s", folder);
	history_picture(s, name);
	r = write_table(t, changes, s, name, dirfd, e);
	if (r == 0)
		r = draw(dirfd, name, "png", e);
	return r < 0 ? r : draw(dirfd, name, "svg", e);
}

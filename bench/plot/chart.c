/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/chart.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/artifact.h"
#include "base/text.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

enum { GRID_COLUMNS_MAX = 4 };

/* Copies a text, ending it with "..." where it is longer than max bytes. */
static void cut_text(char out[static CHART_TEXT_MAX], const char *text, size_t max)
{
	bool cut = strlen(text) > max;

	text_line(out, cut ? max + 1 - strlen("...") : max + 1, text);
	if (cut)
		memcpy(out + strlen(out), "...", sizeof("..."));
}

static void copy_text(char out[static CHART_TEXT_MAX], const char *text)
{
	cut_text(out, text, CHART_TEXT_MAX - 1);
}

struct chart_panel *chart_panel(struct chart *c, const char *title)
{
	struct chart_panel *p = array_push(c->panels, c->n_panels);

	if (!p)
		return NULL;
	copy_text(p->title, title);
	p->low = p->high = NAN;
	return p;
}

struct chart_series *chart_series(struct chart *c, unsigned panel, unsigned style,
				  const char *label)
{
	struct chart_series *s = array_push(c->series, c->n_series);

	if (!s)
		return NULL;
	s->panel = panel;
	s->style = style;
	copy_text(s->label, label);
	for (size_t i = 0; i < CHART_MARKS_MAX; i++)
		s->mark[i] = NAN;
	return s;
}

int chart_point(const struct chart *c, struct chart_series *s, const double *columns)
{
	for (size_t i = 0; i < c->n_columns; i++) {
		double *number = array_push(s->points, s->n);
		if (!number)
			return -ENOMEM;
		*number = columns[i];
	}
	return 0;
}

int chart_tick(struct chart *c, double at, const char *label)
{
	struct chart_tick *t = array_push(c->ticks, c->n_ticks);

	if (!t)
		return -ENOMEM;
	t->at = at;
	copy_text(t->label, label);
	return 0;
}

static struct chart_fact *fact(struct chart *c, const char *name)
{
	struct chart_fact *f = array_push(c->facts, c->n_facts);

	if (f)
		f->name = name;
	return f;
}

void chart_grid(struct chart *c, unsigned hint)
{
	if (hint >= 2 && hint <= GRID_COLUMNS_MAX && c->n_panels % hint == 0)
		c->grid_columns = hint;
	else
		c->grid_columns = c->n_panels <= 1 ? 1 : c->n_panels <= 4 ? 2 : 3;
}

int chart_number(struct chart *c, const char *name, double value)
{
	struct chart_fact *f = fact(c, name);

	if (!f)
		return -ENOMEM;
	f->number = value;
	return 0;
}

int chart_text(struct chart *c, const char *name, const char *text)
{
	struct chart_fact *f = fact(c, name);

	if (!f)
		return -ENOMEM;
	f->is_text = true;
	copy_text(f->text, text);
	return 0;
}

static void put_number(FILE *f, double value)
{
	if (isnan(value))
		fputs("NaN", f);
	else
		fprintf(f, "%.12g", value);
}

/*
 * Single quotes, doubled inside: the only quoting in which gnuplot neither runs what stands between
 * backticks nor reads escapes, and a run directory may come from a stranger.
 */
static void put_text(FILE *f, const char *text)
{
	putc('\'', f);
	for (; *text; text++)
		fputs(*text == '\'' ? "''" : (char[]){*text, '\0'}, f);
	putc('\'', f);
}

static void put_row(FILE *f, const double *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_number(f, row[i]);
		putc(i + 1 < n ? '\t' : '\n', f);
	}
}

static void put_points(FILE *f, const struct chart *c)
{
	for (size_t i = 0; i < c->n_series; i++) {
		const struct chart_series *s = &c->series[i];
		fprintf(f, "%s# %zu: %s\n", i ? "\n\n" : "", i, s->label);
		for (size_t k = 0; k + c->n_columns <= s->n; k += c->n_columns)
			put_row(f, &s->points[k], c->n_columns);
		/* A block without a row would shift the index of all that follow. */
		if (s->n == 0)
			put_row(f, (const double[CHART_COLUMNS_MAX]){NAN, NAN, NAN, NAN, NAN, NAN},
				c->n_columns);
	}
}

/*
 * One gnuplot array; an expression gives element i, from 0. Empty arrays are an error there, and
 * an array that a plot command names has to exist even where its loop has no turn.
 */
#define put_array(f, prefix, name, n, put, element)                                    \
	do {                                                                           \
		if ((n) > 0)                                                           \
			fprintf(f, "array %s_%s[%zu] = [", prefix, name, (size_t)(n)); \
		else                                                                   \
			fprintf(f, "array %s_%s[1] = ['']\n", prefix, name);           \
		for (size_t i = 0; i < (n); i++) {                                     \
			put(f, element);                                               \
			fputs(i + 1 < (n) ? ", " : "]\n", f);                          \
		}                                                                      \
	} while (0)

/* A title as wide as a panel of so many side by side. */
static void put_title(FILE *f, const char *title, unsigned columns)
{
	static const size_t widths[GRID_COLUMNS_MAX + 1] = {[1] = 100, 50, 34, 24};
	char text[CHART_TEXT_MAX];

	cut_text(text, title, widths[columns < GRID_COLUMNS_MAX ? columns : GRID_COLUMNS_MAX]);
	put_text(f, text);
}

/* gnuplot takes the text of a tick for a format. */
static void put_tick(FILE *f, const char *label)
{
	char doubled[2 * CHART_TEXT_MAX], *out = doubled;

	for (; *label; label++) {
		*out++ = *label;
		if (*label == '%')
			*out++ = '%';
	}
	*out = '\0';
	put_text(f, doubled);
}

/* Index of the first series of a panel; panel n + 1 begins where panel n ends. */
static size_t first_of(const struct chart *c, size_t panel)
{
	size_t i = 0;

	while (i < c->n_series && c->series[i].panel < panel)
		i++;
	return i;
}

static unsigned styles(const struct chart *c)
{
	unsigned most = 0;

	for (size_t i = 0; i < c->n_series; i++)
		most = c->series[i].style > most ? c->series[i].style : most;
	return most;
}

/* The label of a style, the same wherever it is used. */
static const char *legend(const struct chart *c, unsigned style)
{
	for (size_t i = 0; i < c->n_series; i++)
		if (c->series[i].style == style)
			return c->series[i].label;
	return "";
}

static void put_series(FILE *f, const struct chart *c, const char *prefix)
{
	/* A single series that has no name needs no key. */
	unsigned legends = styles(c) == 1 && !legend(c, 1)[0] ? 0 : styles(c);

	fprintf(f, "%s_series = %zu\n", prefix, c->n_series);
	put_array(f, prefix, "first", c->n_panels, put_number, (double)first_of(c, i + 1));
	put_array(f, prefix, "last", c->n_panels, put_number, (double)first_of(c, i + 2) - 1);
	fprintf(f, "%s_legends = %u\n", prefix, legends);
	put_array(f, prefix, "legend", legends, put_text, legend(c, (unsigned)i + 1));
	put_array(f, prefix, "panel", c->n_series, put_number, c->series[i].panel);
	put_array(f, prefix, "style", c->n_series, put_number, c->series[i].style);
	put_array(f, prefix, "label", c->n_series, put_text, c->series[i].label);
	for (size_t m = 0; m < CHART_MARKS_MAX && c->marks[m]; m++)
		put_array(f, prefix, c->marks[m], c->n_series, put_number, c->series[i].mark[m]);
}

static void put_settings(FILE *f, const struct chart *c, const char *prefix)
{
	fprintf(f, "%s_columns = %u\n", prefix, c->grid_columns);
	fprintf(f, "%s_rows = %zu\n", prefix,
		(c->n_panels + c->grid_columns - 1) / c->grid_columns);
	fprintf(f, "%s_panels = %zu\n", prefix, c->n_panels);
	if (c->n_panels)
		fprintf(f, "array %s_title[%zu] = [", prefix, c->n_panels);
	for (size_t i = 0; i < c->n_panels; i++) {
		put_title(f, c->panels[i].title, c->grid_columns);
		fputs(i + 1 < c->n_panels ? ", " : "]\n", f);
	}
	put_array(f, prefix, "low", c->n_panels, put_number, c->panels[i].low);
	put_array(f, prefix, "high", c->n_panels, put_number, c->panels[i].high);
	put_series(f, c, prefix);
	fprintf(f, "%s_ticks = %zu\n", prefix, c->n_ticks);
	put_array(f, prefix, "tick_at", c->n_ticks, put_number, c->ticks[i].at);
	put_array(f, prefix, "tick_label", c->n_ticks, put_tick, c->ticks[i].label);
	for (size_t i = 0; i < c->n_facts; i++) {
		fprintf(f, "%s_%s = ", prefix, c->facts[i].name);
		if (c->facts[i].is_text)
			put_text(f, c->facts[i].text);
		else
			put_number(f, c->facts[i].number);
		putc('\n', f);
	}
}

/* Everything goes to memory first: a file is written whole or not at all. */
static int write_part(const struct chart *c, int dirfd, const char *name, const char *suffix,
		      const char *prefix, struct err *e)
{
	scope_free char *bytes = NULL;
	char path[NAME_MAX + 1];
	size_t n = 0;
	FILE *f = open_memstream(&bytes, &n);

	if (!f)
		return err_sys(e, "%s", name);
	if (prefix)
		put_settings(f, c, prefix);
	else
		put_points(f, c);
	if (fclose(f) != 0)
		return err_sys(e, "%s", name);
	if (snprintf(path, sizeof(path), "%s.%s", name, suffix) >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "%s: the name is too long", name);
	return artifact_write(dirfd, path, bytes, n, e);
}

static int by_panel(const void *a, const void *b)
{
	const struct chart_series *x = a, *y = b;

	if (x->panel != y->panel)
		return x->panel < y->panel ? -1 : 1;
	return (x->style > y->style) - (x->style < y->style);
}

int chart_write(struct chart *c, int dirfd, const char *name, const char *prefix, struct err *e)
{
	int r;

	if (c->n_series)
		qsort(c->series, c->n_series, sizeof(*c->series), by_panel);
	r = write_part(c, dirfd, name, "tsv", NULL, e);

	return r < 0 ? r : write_part(c, dirfd, name, "set", prefix, e);
}

void chart_clear(struct chart *c)
{
	for (size_t i = 0; i < c->n_series; i++)
		free(c->series[i].points);
	free(c->series);
	free(c->panels);
	free(c->ticks);
	free(c->facts);
	*c = (struct chart){0};
}

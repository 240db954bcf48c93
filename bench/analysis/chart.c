/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/chart.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/artifact.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

/*
 * Copies a text, ending it with "..." where it is cut, never in the middle of a UTF-8 sequence.
 * Control characters become spaces: a tab or a newline would break the files and the drawing.
 */
static void copy_text(char out[static CHART_TEXT_MAX], const char *text)
{
	size_t n = strlen(text);
	bool cut = n >= CHART_TEXT_MAX;

	if (cut) {
		n = CHART_TEXT_MAX - sizeof("...");
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)text[i] < ' ' ? ' ' : text[i];
	strcpy(out + n, cut ? "..." : "");
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

static void put_points(FILE *f, const struct chart *c)
{
	for (size_t i = 0; i < c->n_series; i++) {
		const struct chart_series *s = &c->series[i];
		fprintf(f, "%s# %zu: %s\n", i ? "\n\n" : "", i, s->label);
		for (size_t k = 0; k < s->n; k++) {
			put_number(f, s->points[k]);
			putc((k + 1) % c->n_columns ? '\t' : '\n', f);
		}
		/* A block without a row would shift the index of all that follow. */
		for (size_t k = 0; s->n == 0 && k < c->n_columns; k++)
			fputs(k + 1 < c->n_columns ? "NaN\t" : "NaN\n", f);
	}
}

/* One gnuplot array; an expression gives element i, from 0. Empty arrays are an error there. */
#define put_array(f, prefix, name, n, put, element)                                                \
	do {                                                                                       \
		if ((n) > 0)                                                                       \
			fprintf(f, "array %s_%s[%zu] = [", prefix, name, (size_t)(n));             \
		for (size_t i = 0; i < (n); i++) {                                                 \
			put(f, element);                                                           \
			fputs(i + 1 < (n) ? ", " : "]\n", f);                                      \
		}                                                                                  \
	} while (0)

static void put_series(FILE *f, const struct chart *c, const char *prefix)
{
	fprintf(f, "%s_series = %zu\n", prefix, c->n_series);
	put_array(f, prefix, "panel", c->n_series, put_number, c->series[i].panel);
	put_array(f, prefix, "style", c->n_series, put_number, c->series[i].style);
	put_array(f, prefix, "label", c->n_series, put_text, c->series[i].label);
	for (size_t m = 0; m < CHART_MARKS_MAX && c->marks[m]; m++)
		put_array(f, prefix, c->marks[m], c->n_series, put_number, c->series[i].mark[m]);
}

static void put_settings(FILE *f, const struct chart *c, const char *prefix)
{
	fprintf(f, "%s_columns = %u\n", prefix, c->grid_columns);
	fprintf(f, "%s_panels = %zu\n", prefix, c->n_panels);
	put_array(f, prefix, "title", c->n_panels, put_text, c->panels[i].title);
	put_array(f, prefix, "low", c->n_panels, put_number, c->panels[i].low);
	put_array(f, prefix, "high", c->n_panels, put_number, c->panels[i].high);
	put_series(f, c, prefix);
	fprintf(f, "%s_ticks = %zu\n", prefix, c->n_ticks);
	put_array(f, prefix, "tick_at", c->n_ticks, put_number, c->ticks[i].at);
	put_array(f, prefix, "tick_label", c->n_ticks, put_text, c->ticks[i].label);
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

int chart_write(const struct chart *c, int dirfd, const char *name, const char *prefix,
		struct err *e)
{
	int r = write_part(c, dirfd, name, "tsv", NULL, e);

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

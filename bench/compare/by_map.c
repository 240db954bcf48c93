/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/by_map.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/artifact.h"
#include "base/csv.h"
#include "base/draft.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/gnuplot.h"

enum { LABEL_MAX = 256, NUMBER_MAX = 32, WORDS_MAX = 64 };

/* The sizes that differ in lightness: up to the first, nothing is drawn. Percent, or points. */
static const double levels[] = {1, 5, 20, 100};

/* What happened to one metric of a group, over all cells of a part, from column to column. */
struct tile {
	size_t cells;        /* with values on both sides; in the first column, with values */
	size_t moved;        /* of these, by more than the margin */
	size_t gained, lost; /* cells that have the metric on one side alone */
	double value;        /* median of the cells' medians */
	double change;       /* median of the changes, on the scale */
	enum scale scale;
	double worse;   /* median: > 0 worse, < 0 better; 0 neither */
	double largest; /* of the changes, by size, with its sign */
	uint32_t where; /* its cell */
};

struct line {
	uint32_t metric, group, unit; /* texts */
	const char *suite, *part;     /* part: NULL without parts */
	size_t *rows;                 /* of the comparison */
	size_t n_rows;
	struct tile *tiles; /* one a column */
};

struct map {
	const struct dataset *d;
	const struct by *by;
	struct line *lines;
	size_t n;
	double *room; /* for medians: a number a row */
};

static void map_free(struct map *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->lines[i].rows);
		free(m->lines[i].tiles);
	}
	free(m->lines);
	free(m->room);
	*m = (struct map){0};
}

/* ---- lines ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static struct line *find_line(struct map *m, const struct series *s)
{
	const char *suite = cell_axis(m->d, s->cell, 0), *part = cell_axis(m->d, s->cell, 1);
	struct line *line;

	for (size_t i = 0; i < m->n; i++) {
		line = &m->lines[i];
		if (line->metric == s->metric && line->group == s->group &&
		    same_text(line->suite, suite) && same_text(line->part, part))
			return line;
	}
	line = array_push(m->lines, m->n);
	if (line)
		*line = (struct line){.metric = s->metric,
				      .group = s->group,
				      .unit = s->unit,
				      .suite = suite,
				      .part = part};
	return line;
}

static int order_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* What belongs together lies together: part, group, metric. */
static int by_place(const void *a, const void *b, void *dataset)
{
	const struct line *x = a, *y = b;
	const struct dataset *d = dataset;
	int r = order_texts(x->suite, y->suite);

	if (r == 0)
		r = order_texts(x->part, y->part);
	if (r == 0)
		r = strcmp(dataset_text(d, x->group), dataset_text(d, y->group));
	return r ? r : strcmp(dataset_text(d, x->metric), dataset_text(d, y->metric));
}

static int make_lines(struct map *m, struct err *e)
{
	for (size_t i = 0; i < m->by->n_rows; i++) {
		struct line *line = find_line(m, &m->d->series[m->by->rows[i].series]);
		size_t *row = NULL;
		if (line)
			row = array_push(line->rows, line->n_rows);
		if (!row)
			return err_no_memory(e);
		*row = i;
	}
	if (m->n)
		qsort_r(m->lines, m->n, sizeof(*m->lines), by_place, (void *)m->d);
	return 0;
}

/* ---- tiles ---- */

static const struct comparison *cell_of(const struct map *m, const struct line *line, size_t i,
					size_t column)
{
	return &m->by->rows[line->rows[i]].v[column];
}

/* A column has one scale a line, so that its changes can be ordered: that of most of its cells. */
static enum scale common_scale(const struct map *m, const struct line *line, size_t column)
{
	size_t count[SCALE_UNIT + 1] = {0};
	enum scale best = SCALE_PERCENT;

	for (size_t i = 0; i < line->n_rows; i++) {
		const struct comparison *v = cell_of(m, line, i, column);
		if (v->n_base && v->n_head && v->change != 0)
			count[v->scale]++;
	}
	for (enum scale s = 0; s <= SCALE_UNIT; s++)
		if (count[s] > count[best])
			best = s;
	return best;
}

static bool is_moved(const struct map *m, const struct comparison *v)
{
	return v->scale == SCALE_UNIT ? v->change != 0 : fabs(v->change) > m->by->options.margin;
}

static void count_cells(const struct map *m, const struct line *line, size_t column, struct tile *t)
{
	size_t n = 0;

	for (size_t i = 0; i < line->n_rows; i++) {
		const struct comparison *v = cell_of(m, line, i, column);
		t->gained += column > 0 && v->n_head && !v->n_base;
		t->lost += v->n_base && !v->n_head;
		t->cells += v->n_head && (column == 0 || v->n_base);
		if (v->n_head)
			m->room[n++] = v->head;
		if (column == 0 || !v->n_base || !v->n_head || isnan(v->change))
			continue;
		t->moved += is_moved(m, v);
		if (v->scale == t->scale && fabs(v->change) > fabs(t->largest)) {
			t->largest = v->change;
			t->where = m->d->series[v->series].cell;
		}
	}
	t->value = stats_median_of(m->room, n);
}

static void sum_changes(const struct map *m, const struct line *line, size_t column, struct tile *t)
{
	size_t n = 0;

	for (int worse = 0; worse <= 1; worse++) {
		n = 0;
		for (size_t i = 0; i < line->n_rows; i++) {
			const struct comparison *v = cell_of(m, line, i, column);
			if (v->n_base && v->n_head && !isnan(v->change) &&
			    (v->scale == t->scale || v->change == 0))
				m->room[n++] = worse ? comparison_worse(v) : v->change;
		}
		if (worse)
			t->worse = n ? stats_median_of(m->room, n) : 0;
		else
			t->change = stats_median_of(m->room, n);
	}
}

static int make_tiles(struct map *m, struct err *e)
{
	m->room = calloc(m->by->n_rows + 1, sizeof(*m->room));
	if (!m->room)
		return err_no_memory(e);
	for (size_t l = 0; l < m->n; l++) {
		struct line *line = &m->lines[l];
		line->tiles = calloc(m->by->n_columns, sizeof(*line->tiles));
		if (!line->tiles)
			return err_no_memory(e);
		for (size_t c = 0; c < m->by->n_columns; c++) {
			struct tile *t = &line->tiles[c];
			t->scale = common_scale(m, line, c);
			t->change = NAN;
			count_cells(m, line, c, t);
			if (c > 0)
				sum_changes(m, line, c, t);
		}
	}
	return 0;
}

/* ---- the table ---- */

static void put_tile(struct csv_writer *w, const struct map *m, const struct line *line, size_t c)
{
	static const char *const scales[] = {
		[SCALE_PERCENT] = "percent", [SCALE_POINTS] = "points", [SCALE_UNIT] = "unit"};
	const struct tile *t = &line->tiles[c];
	char label[CELL_LABEL_MAX];

	csv_text(w, line->suite);
	csv_text(w, line->part);
	csv_text(w, dataset_text(m->d, line->group));
	csv_text(w, dataset_text(m->d, line->metric));
	csv_text(w, dataset_text(m->d, line->unit));
	csv_text(w, m->by->columns[c]);
	csv_text(w, c ? m->by->columns[c - 1] : NULL);
	csv_number(w, t->value);
	csv_u64(w, t->cells);
	csv_u64(w, t->moved);
	csv_u64(w, t->gained);
	csv_u64(w, t->lost);
	csv_text(w, isnan(t->change) ? NULL : scales[t->scale]);
	csv_number(w, t->change);
	csv_text(w, isnan(t->change) ? NULL
		    : t->worse > 0   ? "worse"
		    : t->worse < 0   ? "better"
		    : t->change == 0 ? "same"
				     : "neither");
	csv_number(w, t->largest != 0 ? t->largest : NAN);
	csv_text(w, t->largest != 0 ? cell_label(m->d, t->where, UINT32_MAX, label) : NULL);
}

static int write_csv(const struct map *m, int dirfd, const char *name, struct err *e)
{
	static const char *const heads[] = {
		"suite",    "part",   "group",     "metric",         "unit",         NULL,
		"previous", "value",  "cells",     "moved",          "gained",       "lost",
		"scale",    "change", "direction", "largest_change", "largest_where"};
	struct csv_writer *w = NULL;
	char file[NAME_MAX];
	int r, closed;

	if ((size_t)snprintf(file, sizeof(file), "%s.csv", name) >= sizeof(file))
		return err_set(e, -ENAMETOOLONG, "%s: the name is too long", name);
	r = csv_create(dirfd, file, false, &w, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < array_len(heads); i++)
		csv_text(w, heads[i] ? heads[i] : m->by->axis);
	r = csv_end_row(w, e);
	for (size_t l = 0; r == 0 && l < m->n; l++) {
		for (size_t c = 0; r == 0 && c < m->by->n_columns; c++) {
			put_tile(w, m, &m->lines[l], c);
			r = csv_end_row(w, e);
		}
	}
	closed = csv_close(w, r == 0 ? e : NULL);
	return r < 0 ? r : closed;
}

/* ---- the picture ---- */

/* 0 to 4: how dark a tile is. What was nothing before has no size in percent. */
static int level_of(const struct tile *t)
{
	int level = 0;

	if (t->cells == 0)
		return t->gained || t->lost ? 2 : 0;
	if (t->scale == SCALE_UNIT)
		return t->change != 0 && !isnan(t->change) ? 2 : t->moved > 0;
	for (size_t i = 0; i < array_len(levels); i++)
		level += fabs(t->change) >= levels[i];
	/* Some cells moved, though not the middle one. */
	return level == 0 && t->moved ? 1 : level;
}

/* 1 worse, -1 better, 0 neither: it chooses the hue, and the mark for those who see none. */
static int direction_of(const struct tile *t)
{
	if (t->cells == 0 || t->change == 0 ||
	    (t->scale != SCALE_UNIT && fabs(t->change) < levels[0]))
		return 0;
	return (t->worse > 0) - (t->worse < 0);
}

static bool is_drawn(const struct map *m, const struct line *line)
{
	for (size_t c = 1; c < m->by->n_columns; c++)
		if (level_of(&line->tiles[c]) > 0)
			return true;
	return false;
}

/* At most four digits; thousands as k, M, G. */
static void number_words(double v, bool sign, char *buf, size_t size)
{
	static const char *const suffix[] = {"", "k", "M", "G", "T"};
	size_t s = 0;

	while (fabs(v) >= 9999.5 && s + 1 < array_len(suffix)) {
		v /= 1000;
		s++;
	}
	if (fabs(v) >= 100 || v == trunc(v))
		snprintf(buf, size, sign ? "%+.0f%s" : "%.0f%s", v + 0.0, suffix[s]);
	else
		snprintf(buf, size, sign ? "%+.2g%s" : "%.3g%s", v + 0.0, suffix[s]);
}

static const char *mark_of(const struct tile *t)
{
	static const char *const marks[] = {" ✓", "", " !"};

	return marks[direction_of(t) + 1];
}

/* What a tile says: a value, a change, or how many cells moved when the middle one did not. */
static void tile_words(const struct tile *t, size_t column, size_t n_rows, char *buf, size_t size)
{
	char number[NUMBER_MAX];

	buf[0] = '\0';
	if (column == 0) {
		if (!isnan(t->value))
			number_words(t->value, false, buf, size);
		return;
	}
	if (t->cells == 0) {
		if (t->gained || t->lost)
			snprintf(buf, size, "%s %zu/%zu", t->gained ? "new" : "gone",
				 t->gained + t->lost, n_rows);
		return;
	}
	if (level_of(t) == 0)
		return;
	if (t->change == 0 || (t->scale != SCALE_UNIT && fabs(t->change) < levels[0])) {
		snprintf(buf, size, "%zu/%zu", t->moved, t->cells);
		return;
	}
	/* From here on a factor says more than a percentage, in less room. */
	if (t->scale == SCALE_PERCENT && t->change >= 1000) {
		number_words(1 + t->change / 100, false, number, sizeof(number));
		snprintf(buf, size, "×%s%s", number, mark_of(t));
		return;
	}
	number_words(t->change, true, number, sizeof(number));
	snprintf(buf, size, "%s%s%s", number,
		 t->scale == SCALE_PERCENT  ? "%"
		 : t->scale == SCALE_POINTS ? "p"
					    : "",
		 mark_of(t));
}

/*
 * A gnuplot string in single quotes: a quote within is doubled; no line can end it. Labels of tics
 * are formats besides, so that a percent sign is doubled, too.
 */
static void put_quoted(FILE *f, const char *text, bool tic)
{
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'' || (tic && *text == '%'))
			fputc(*text, f);
		fputc(*text == '\n' || *text == '\t' ? ' ' : *text, f);
	}
	fputc('\'', f);
}

static void put_line_label(FILE *f, const struct map *m, const struct line *line, size_t at)
{
	const char *group = dataset_text(m->d, line->group);
	char text[LABEL_MAX];

	snprintf(text, sizeof(text), "%s%s%s%s%s, %s", line->part ? line->part : "",
		 line->part ? ": " : "", group, *group ? " " : "", dataset_text(m->d, line->metric),
		 dataset_text(m->d, line->unit));
	fprintf(f, "map_line[%zu] = ", at);
	put_quoted(f, text, true);
	fputc('\n', f);
}

static void put_settings(FILE *f, const struct map *m, const char *subject, size_t drawn)
{
	size_t at = 0;

	fprintf(f, "map_columns = %zu\nmap_lines = %zu\nmap_left_out = %zu\nmap_axis = ",
		m->by->n_columns, drawn, m->n - drawn);
	put_quoted(f, m->by->axis, false);
	fputs("\nmap_subject = ", f);
	put_quoted(f, subject, false);
	fprintf(f, "\nmap_margin = %g\narray map_column[%zu]\narray map_line[%zu]\n",
		m->by->options.margin, m->by->n_columns, drawn ? drawn : 1);
	for (size_t c = 0; c < m->by->n_columns; c++) {
		fprintf(f, "map_column[%zu] = ", c + 1);
		put_quoted(f, m->by->columns[c], true);
		fputc('\n', f);
	}
	for (size_t l = 0; l < m->n; l++)
		if (is_drawn(m, &m->lines[l]))
			put_line_label(f, m, &m->lines[l], ++at);
}

static void put_tiles(FILE *f, const struct map *m)
{
	size_t at = 0;

	for (size_t l = 0; l < m->n; l++) {
		if (!is_drawn(m, &m->lines[l]))
			continue;
		at++;
		for (size_t c = 0; c < m->by->n_columns; c++) {
			const struct tile *t = &m->lines[l].tiles[c];
			char words[WORDS_MAX];
			tile_words(t, c, m->lines[l].n_rows, words, sizeof(words));
			fprintf(f, "%zu\t%zu\t%d\t%d\t%s\n", c + 1, at, c ? direction_of(t) : 0,
				c ? level_of(t) : 0, words[0] ? words : " ");
		}
	}
}

static size_t count_drawn(const struct map *m)
{
	size_t n = 0;

	for (size_t l = 0; l < m->n; l++)
		n += is_drawn(m, &m->lines[l]);
	return n;
}

/* Two files for the script: settings to be loaded, and a tile a line. */
static int write_data(const struct map *m, const char *subject, int dirfd, const char *name,
		      struct err *e)
{
	static const char *const suffix[] = {"set", "tsv"};
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(suffix); i++) {
		scope_free char *text = NULL;
		char file[NAME_MAX];
		size_t size = 0;
		FILE *f = open_memstream(&text, &size);
		if (!f)
			return err_no_memory(e);
		if (i == 0)
			put_settings(f, m, subject, count_drawn(m));
		else
			put_tiles(f, m);
		if (fclose(f) != 0)
			return err_no_memory(e);
		snprintf(file, sizeof(file), "%.200s.map.%s", name, suffix[i]);
		r = artifact_write(dirfd, file, text, size, e);
	}
	return r;
}

static void remove_data(int dirfd, const char *name)
{
	char file[NAME_MAX];

	snprintf(file, sizeof(file), "%.200s.map.set", name);
	unlinkat(dirfd, file, 0);
	snprintf(file, sizeof(file), "%.200s.map.tsv", name);
	unlinkat(dirfd, file, 0);
}

static int write_all(const struct map *m, const char *subject, int dirfd, const char *name,
		     struct err *e)
{
	int r = write_csv(m, dirfd, name, e);

	/* Without a change there is nothing to be seen. */
	if (r < 0 || count_drawn(m) == 0)
		return r;
	r = write_data(m, subject, dirfd, name, e);
	if (r == 0)
		r = gnuplot_draw(dirfd, "kernel-map.gp", name, e);
	remove_data(dirfd, name);
	return r;
}

/* "cpu-quota in the exact lab" */
static void describe(const struct map *m, const json_t *host, char *buf, size_t size)
{
	const char *lab = json_string_value(json_object_get(host, "lab"));
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < m->n && used < size; i++)
		if (i == 0 || !same_text(m->lines[i].suite, m->lines[i - 1].suite))
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
						 m->lines[i].suite ?: "");
	if (lab && used < size)
		snprintf(buf + used, size - used, " in the %s lab", lab);
}

/* Draws in the folder of the prefix, where gnuplot is run. */
static int write_there(const struct map *m, const char *subject, const char *prefix, struct err *e)
{
	char folder[PATH_MAX], file[PATH_MAX];
	struct draft draft scope(draft_end) = {.fd = -1};
	scope_fd int dirfd = -1;
	int r, moved;

	if ((size_t)snprintf(folder, sizeof(folder), "%s", prefix) >= sizeof(folder))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", prefix);
	memcpy(file, folder, sizeof(file));
	dirfd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return err_sys(e, "cannot open the folder of %s", prefix);
	r = draft_begin(dirfd, &draft, e);
	if (r < 0)
		return r;
	r = write_all(m, subject, draft.fd, basename(file), e);
	/* The numbers are worth having even where gnuplot is missing. */
	moved = draft_commit(&draft, r == 0 ? e : NULL);
	return r < 0 ? r : moved;
}

int by_map_write(const struct dataset *d, const struct by *by, const json_t *host,
		 const char *prefix, struct err *e)
{
	struct map m = {.d = d, .by = by};
	char subject[LABEL_MAX];
	int r = make_lines(&m, e);

	if (r == 0)
		r = make_tiles(&m, e);
	if (r == 0) {
		describe(&m, host, subject, sizeof(subject));
		r = write_there(&m, subject, prefix, e);
	}
	map_free(&m);
	return r;
}

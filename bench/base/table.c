/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "cgbench/array.h"

/* A column that wraps is never narrower; libsmartcols puts one blank between columns. */
enum { WRAPPED_MIN = 24, GAP = 1 };

struct table {
	struct arena *arena; /* holds the table, too */
	struct table_column columns[TABLE_COLUMNS_MAX];
	size_t n_columns;
	const char ***rows;
	size_t n_rows;
};

static int no_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for a table");
}

int table_new(const struct table_column *columns, size_t n, struct table **out, struct err *e)
{
	struct arena *arena;
	struct table *t;

	if (n > TABLE_COLUMNS_MAX)
		return err_set(e, -E2BIG, "a table of %zu columns; expected at most %d", n,
			       TABLE_COLUMNS_MAX);
	arena = arena_new();
	t = arena ? arena_array(arena, 1, sizeof(*t)) : NULL;
	if (!t) {
		arena_free(arena);
		return no_memory(e);
	}
	t->arena = arena;
	t->n_columns = n;
	memcpy(t->columns, columns, n * sizeof(*columns));
	*out = t;
	return 0;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	free(t->rows);
	arena_free(t->arena);
}

int table_add(struct table *t, const char *const *cells, struct err *e)
{
	const char **row = arena_array(t->arena, t->n_columns, sizeof(char *));
	const char ***slot;

	if (!row)
		return no_memory(e);
	for (size_t i = 0; i < t->n_columns; i++) {
		const char *text = cells[i] ? cells[i] : "";
		row[i] = arena_text(t->arena, text, strlen(text));
		if (!row[i])
			return no_memory(e);
	}
	slot = array_push(t->rows, t->n_rows);
	if (!slot)
		return no_memory(e);
	*slot = row;
	return 0;
}

static void natural_widths(const struct table *t, size_t *natural)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		natural[c] = strlen(t->columns[c].name);
		for (size_t r = 0; r < t->n_rows; r++)
			if (strlen(t->rows[r][c]) > natural[c])
				natural[c] = strlen(t->rows[r][c]);
	}
}

static size_t sum_widths(const size_t *widths, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += widths[i] + (i ? GAP : 0);
	return sum;
}

void table_widths(const struct table_column *columns, const size_t *natural, size_t n, size_t room,
		  size_t *widths)
{
	memcpy(widths, natural, n * sizeof(*widths));
	while (sum_widths(widths, n) > room) {
		size_t widest = n;
		for (size_t i = 0; i < n; i++)
			if (columns[i].wraps && widths[i] > WRAPPED_MIN &&
			    (widest == n || widths[i] > widths[widest]))
				widest = i;
		if (widest == n)
			break;
		widths[widest]--;
	}
}

/* In a pipe or a file there is no end to a line. */
static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return SIZE_MAX;
	return size.ws_col;
}

/* Where a line of this width ends: at the last blank that fits, or behind a word that does not. */
static char *line_end(char *line, size_t width)
{
	size_t n = width;

	while (n && line[n] != ' ')
		n--;
	return n ? line + n : strchr(line + width, ' ');
}

static void break_lines(char *text, size_t width)
{
	char *end;

	for (char *line = text; strlen(line) > width; line = end + 1) {
		end = line_end(line, width);
		if (!end)
			return;
		*end = '\n';
	}
}

static int fill_columns(const struct table *t, struct libscols_table *out)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct table_column *c = &t->columns[i];
		int flags = (c->number ? SCOLS_FL_RIGHT : 0) | (c->wraps ? SCOLS_FL_WRAP : 0);
		struct libscols_column *column = scols_table_new_column(out, c->name, 0, flags);
		if (!column)
			return -ENOMEM;
		if (c->wraps) {
			scols_column_set_safechars(column, "\n");
			scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
						  scols_wrapnl_nextchunk, NULL);
		}
	}
	return 0;
}

static int fill_line(const struct table *t, const char **row, const size_t *widths,
		     struct libscols_line *line)
{
	for (size_t c = 0; c < t->n_columns; c++) {
		char *text = strdup(row[c]);
		if (!text)
			return -ENOMEM;
		if (t->columns[c].wraps)
			break_lines(text, widths[c]);
		/* The line frees it from here on. */
		if (scols_line_refer_data(line, c, text) != 0) {
			free(text);
			return -ENOMEM;
		}
	}
	return 0;
}

static int fill_lines(const struct table *t, struct libscols_table *out)
{
	size_t natural[TABLE_COLUMNS_MAX], widths[TABLE_COLUMNS_MAX];

	natural_widths(t, natural);
	table_widths(t->columns, natural, t->n_columns, terminal_width(), widths);
	for (size_t r = 0; r < t->n_rows; r++) {
		struct libscols_line *line = scols_table_new_line(out, NULL);
		if (!line || fill_line(t, t->rows[r], widths, line) < 0)
			return -ENOMEM;
	}
	return 0;
}

int table_print(const struct table *t, struct err *e)
{
	struct libscols_table *out = scols_new_table();
	int r;

	/* The library would narrow columns by cutting words in two: ours fit as they are. */
	if (out)
		scols_table_set_termforce(out, SCOLS_TERMFORCE_NEVER);
	if (!out || fill_columns(t, out) < 0 || fill_lines(t, out) < 0)
		r = no_memory(e);
	else
		r = scols_print_table(out) == 0 ? 0 : err_set(e, -EIO, "cannot print a table");
	scols_unref_table(out);
	return r;
}

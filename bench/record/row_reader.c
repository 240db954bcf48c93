/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record/row_reader.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

enum { TRIALS_MAX = 100 * 1000 * 1000 };

static const char *const names[ROW_COLUMNS] = {
	[COL_RUN] = "run",
	[COL_TRIAL] = "trial",
	[COL_CELL] = "cell",
	[COL_REPEAT] = "repeat",
	[COL_STATUS] = "status",
	[COL_REASON] = "reason",
	[COL_DURATION] = "duration_usec",
	[COL_GROUP] = "group",
	[COL_METRIC] = "metric",
	[COL_UNIT] = "unit",
	[COL_VALUE] = "value",
	[COL_EXPECTED] = "expected",
	[COL_VERDICT] = "verdict",
	[COL_TIME] = "t_usec",
	[COL_THREAD] = "thread",
	[COL_START] = "start_usec",
	[COL_LENGTH] = "length_usec",
};

int row_reader_open(const char *dir, enum row_file file, unsigned needs, struct row_reader *out,
		    struct err *e)
{
	struct row_reader reader scope(row_reader_close) = {.file = file};
	int r;

	if (asprintf(&reader.path, "%s/%s", dir, row_file_name(file)) < 0) {
		reader.path = NULL;
		return err_set(e, -ENOMEM, "%s: out of memory", dir);
	}
	r = csv_open(reader.path, &reader.csv, e);
	if (r < 0)
		return r;
	for (size_t c = 0; c < ROW_COLUMNS; c++) {
		reader.column[c] = csv_column(reader.csv, names[c]);
		if (reader.column[c] < 0 && (needs | ROW_BIT(COL_TRIAL)) & ROW_BIT(c))
			return err_set(e, -EINVAL, "%s:1: no column '%s'; is this a %s of cgbench?",
				       reader.path, names[c], row_file_name(file));
	}
	*out = reader;
	reader.csv = NULL; /* it is the caller's now */
	reader.path = NULL;
	return 0;
}

void row_reader_close(struct row_reader *r)
{
	csv_free(r->csv);
	free(r->path);
	*r = (struct row_reader){0};
}

int row_next(struct row_reader *r, struct err *e)
{
	double trial;
	int more = csv_next(r->csv, &r->fields, e);

	if (more <= 0) {
		r->fields = NULL;
		return more;
	}
	if (csv_field_number(&r->fields[r->column[COL_TRIAL]], &trial) < 0 ||
	    !(trial >= 1 && trial <= TRIALS_MAX) || trial != floor(trial))
		return row_fault(r, COL_TRIAL, "a trial's number, from 1", e);
	r->trial = (unsigned)trial;
	return 1;
}

struct csv_field row_field(const struct row_reader *r, enum row_column c)
{
	return r->column[c] < 0 ? (struct csv_field){"", 0} : r->fields[r->column[c]];
}

int row_number(const struct row_reader *r, enum row_column c, double *out, struct err *e)
{
	struct csv_field f = row_field(r, c);

	return csv_field_number(&f, out) < 0 ? row_fault(r, c, "a number", e) : 0;
}

int row_fault(const struct row_reader *r, enum row_column c, const char *expected, struct err *e)
{
	struct csv_field f = row_field(r, c);

	return err_set(e, -EINVAL, "%s:%zu: %s is '%.*s'; expected %s", r->path, csv_line(r->csv),
		       names[c], (int)f.len, f.str, expected);
}

int row_trials(const char *dir, unsigned **out, size_t *n, struct err *e)
{
	struct row_reader rows scope(row_reader_close) = {0};
	scope_free unsigned *trials = NULL;
	size_t n_trials = 0;
	int r = row_reader_open(dir, ROW_TRIALS, 0, &rows, e);

	while (r == 0 && (r = row_next(&rows, e)) > 0) {
		unsigned *slot = array_push(trials, n_trials);
		if (!slot)
			return err_set(e, -ENOMEM, "%s: out of memory", dir);
		*slot = rows.trial;
		r = 0;
	}
	if (r == 0) {
		*out = steal_ptr(&trials);
		*n = n_trials;
	}
	return r;
}

int row_copy_header(const struct row_reader *r, struct csv_writer *w, struct err *e)
{
	for (size_t i = 0; i < csv_columns(r->csv); i++)
		csv_text(w, csv_column_name(r->csv, i));
	return csv_end_row(w, e);
}

int row_copy(const struct row_reader *r, const char *run, struct csv_writer *w, struct err *e)
{
	for (size_t i = 0; i < csv_columns(r->csv); i++) {
		scope_free char *text = strndup(r->fields[i].str, r->fields[i].len);
		if (!text)
			return err_set(e, -ENOMEM, "%s: out of memory for a row", r->path);
		csv_text(w, run && (int)i == r->column[COL_RUN] ? run : text);
	}
	return csv_end_row(w, e);
}

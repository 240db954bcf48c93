/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * row_reader: the rows of one file of a run directory, each read once, from front to back. Whoever
 * reads such a file reads it so: by columns that have a name here, and with the same complaints.
 */
#ifndef CGBENCH_ROW_READER_H
#define CGBENCH_ROW_READER_H

#include <stdbool.h>

#include "base/csv.h"
#include "record/row.h"

/* Columns that are read; which files have them, row.c says. */
enum row_column {
	COL_RUN,
	COL_TRIAL,
	COL_CELL,
	COL_REPEAT,
	COL_STATUS,
	COL_REASON,
	COL_DURATION,
	COL_GROUP,
	COL_METRIC,
	COL_UNIT,
	COL_VALUE,
	COL_EXPECTED,
	COL_VERDICT,
	COL_TIME,
	COL_THREAD,
	COL_START,
	COL_LENGTH,
	ROW_COLUMNS,
};

#define ROW_BIT(column) (1u << (column))

struct row_reader {
	enum row_file file;
	char *path;
	struct csv_reader *csv;
	const struct csv_field *fields; /* of the row that was read last; NULL: none is left */
	int column[ROW_COLUMNS];        /* where it is among the fields; -1: not there */
	unsigned trial;                 /* of that row */
};

/*
 * Opens a file of a run directory that has these columns (bits); the trial's number is always
 * needed. Errors: errno of opening; -EINVAL names the column that is missing.
 */
int row_reader_open(const char *dir, enum row_file file, unsigned needs, struct row_reader *out,
		    struct err *e);

/* Accepts what was not opened, and can be called twice. */
void row_reader_close(struct row_reader *r);

/* The next row: 1, 0 at the end; -EINVAL names file and line, also for a trial without a number. */
int row_next(struct row_reader *r, struct err *e);

/* A field of the row; empty when the file has no such column. */
struct csv_field row_field(const struct row_reader *r, enum row_column c);

/* A field as a number, NAN when it is empty. -EINVAL. */
int row_number(const struct row_reader *r, enum row_column c, double *out, struct err *e);

/* -EINVAL: what is in that field, and what was expected. */
int row_fault(const struct row_reader *r, enum row_column c, const char *expected, struct err *e);

/* The trials of a run directory that are complete: those that trials.csv has. To be freed. */
int row_trials(const char *dir, unsigned **out, size_t *n, struct err *e);

/* Writes the header, or the row, as it was read; run, unless NULL, is written for its run. */
int row_copy_header(const struct row_reader *r, struct csv_writer *w, struct err *e);
int row_copy(const struct row_reader *r, const char *run, struct csv_writer *w, struct err *e);

#endif

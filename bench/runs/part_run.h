/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * part_run: one of the runs that are merged: which run it is, which trials it has, and the rows of
 * its files, each read once from front to back.
 */
#ifndef CGBENCH_PART_RUN_H
#define CGBENCH_PART_RUN_H

#include "base/csv.h"
#include "record/row.h"
#include "runs/source.h"

struct part_run {
	const char *dir; /* borrowed */
	struct source source;
	const char *id;   /* the run's name; belongs to source.host */
	unsigned *trials; /* those that trials.csv has, which are complete */
	size_t n_trials;
};

/* Errors: errno of reading; -EINVAL names the file and what it lacks. */
int part_run_load(const char *dir, struct part_run *out, struct err *e);
void part_run_free(struct part_run *p);

/* One file of a part, and the row at which its reader stands. */
struct part_rows {
	struct csv_reader *reader;
	const struct csv_field *fields; /* NULL: no more rows */
	unsigned trial;                 /* of that row */
	int trial_column, run_column;   /* run_column: -1 where the file has none */
	char *path;
};

/* Opens a file of a part and reads its first row. Errors as above. */
int part_rows_open(const struct part_run *p, enum row_file f, struct part_rows *out, struct err *e);
int part_rows_next(struct part_rows *r, struct err *e);

/* Accepts what was not opened, and can be called twice. */
void part_rows_close(struct part_rows *r);

#endif

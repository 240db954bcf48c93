/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * row: the columns of the CSV files of a run. One table a file gives the header and fills the
 * rows; the suite's axes follow as columns of their own.
 */
#ifndef CGBENCH_ROW_H
#define CGBENCH_ROW_H

#include "base/csv.h"
#include "model/trial_data.h"
#include "model/value.h"

/* What the columns of every file are made from. */
struct row {
	const char *run;
	const struct plan *plan;
	const struct trial_data *trial;
	const struct group_data *group; /* results, samples, stalls; NULL: the trial itself */
	const struct value *value;      /* results */
	const struct sample *sample;    /* samples */
	const struct page_stall *stall; /* stalls */
	const struct host_note *host;   /* host */
};

enum row_file {
	ROW_RESULTS,
	ROW_TRIALS,
	ROW_SAMPLES,
	ROW_STALLS,
	ROW_PROGRAMS,
	ROW_HOST,
	ROW_FILES
};

/* "results.csv", ... */
const char *row_file_name(enum row_file f);

/* Whether a run from before there were such files may lack it. */
bool row_file_is_newer(enum row_file f);

/* Whether a column of such a file is one of the suite's axes: the file's own table lacks it. */
bool row_is_axis(enum row_file f, const char *column);

/* Whether a file that has the axes as columns has one of this name of its own. */
bool row_is_column(const char *name);

int row_header(struct csv_writer *w, enum row_file f, const struct plan *plan, struct err *e);
int row_write(struct csv_writer *w, enum row_file f, const struct row *row, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv: RFC 4180, both ways, knowing nothing of what the columns mean. The writer puts out one
 * whole row at a time, so that a killed harness leaves no half row; the reader maps the file.
 */
#ifndef CGBENCH_CSV_H
#define CGBENCH_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

struct csv_writer;

/*
 * Creates name below an open directory; with append, continues it after its last whole row (half a
 * row, which a full disk or a power cut leaves, is removed). Fields are added one by one.
 */
int csv_create(int dirfd, const char *name, bool append, struct csv_writer **out, struct err *e);
/* Writes to an open descriptor, such as 1, which is left open; it need not be a file. */
int csv_to_fd(int fd, const char *name, struct csv_writer **out, struct err *e);
bool csv_is_empty(const struct csv_writer *w); /* no row yet: the header is still to be written */
void csv_text(struct csv_writer *w, const char *text); /* quoted where needed; NULL: empty */
void csv_u64(struct csv_writer *w, uint64_t value);
void csv_number(struct csv_writer *w, double value); /* as csv_number_format() */

void csv_no_memory(struct csv_writer *w); /* the caller had none for a field: the row fails */

/*
 * Writes the row with one write(2). When it cannot be written whole (ENOSPC, EIO, no memory for a
 * field), what got there is taken back, so that the file still ends with a whole row, and the row
 * is dropped; the next one can be tried.
 */
int csv_end_row(struct csv_writer *w, struct err *e);
int csv_close(struct csv_writer *w, struct err *e); /* checked; frees w in any case; NULL is 0 */

enum { CSV_NUMBER_MAX = 32 };

/*
 * A number as every file of ours has it, whatever the locale: whole numbers below 2^53 in full,
 * others in the shortest form of at most 12 digits. "" for what is not finite.
 */
const char *csv_number_format(double value, char buf[static CSV_NUMBER_MAX]);

struct csv_reader;

/* A field, not terminated; unquoted already. Valid until the next row is read. */
struct csv_field {
	const char *str;
	size_t len;
};

/*
 * Maps the file and reads the header row. Errors: errno of open; -EINVAL "file:line: ..." for a
 * file without a header, or one that names a column twice.
 */
int csv_open(const char *path, struct csv_reader **out, struct err *e);
void csv_free(struct csv_reader *r);

size_t csv_columns(const struct csv_reader *r);
const char *csv_column_name(const struct csv_reader *r, size_t i);
/* The index of a column, or -1. */
int csv_column(const struct csv_reader *r, const char *name);

/*
 * The next row: fields points to csv_columns() fields. Returns 1, 0 at the end, or -EINVAL with
 * file:line (a row with another number of fields, a quote that does not end). A last row without
 * its newline is what a full disk leaves: it ends the file as if it were not there, and
 * csv_truncated() then says so.
 */
int csv_next(struct csv_reader *r, const struct csv_field **fields, struct err *e);
bool csv_truncated(const struct csv_reader *r);

/* The line on which the row that was read last begins, from 1: for messages. */
size_t csv_line(const struct csv_reader *r);

bool csv_field_is(const struct csv_field *f, const char *text);
/* A field as a number; NAN when it is empty; -EINVAL when it is something else. */
int csv_field_number(const struct csv_field *f, double *value);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * table: rows of texts. Columns are as wide as what is in them; on a terminal that is too narrow,
 * those that may wrap share what the others leave, and break their lines between words.
 */
#ifndef CGBENCH_TABLE_H
#define CGBENCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

enum { TABLE_COLUMNS_MAX = 64 };

struct table_column {
	const char *name; /* borrowed until the table is printed */
	bool number;      /* aligned to the right */
	bool wraps;
};

struct table;

/* Errors: -E2BIG for more than TABLE_COLUMNS_MAX; -ENOMEM. */
int table_new(const struct table_column *columns, size_t n, struct table **out, struct err *e);
void table_free(struct table *t);

/* Adds a row, one cell a column; NULL is an empty one. The texts are copied. */
int table_add(struct table *t, const char *const *cells, struct err *e);

/* Prints to stdout: -EIO when that fails. */
int table_print(const struct table *t, struct err *e);

/*
 * Widths for columns that would like to have `natural`, within `room`: those that may wrap get
 * less, the widest first, but none of them less than a few words.
 */
void table_widths(const struct table_column *columns, const size_t *natural, size_t n, size_t room,
		  size_t *widths);

#endif

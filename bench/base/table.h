/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table: rows of texts for a terminal, columns as wide as they need to be. */
#ifndef CGBENCH_TABLE_H
#define CGBENCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

struct table_column {
	const char *name;
	bool number; /* aligned to the right */
	bool wraps;  /* gives way when the terminal is too narrow */
};

struct libscols_table;

/* Errors: -ENOMEM; -EIO when the table could not be printed. */
int table_new(const struct table_column *columns, size_t n, struct libscols_table **out,
	      struct err *e);
int table_add(struct libscols_table *t, const char *const *cells, size_t n, struct err *e);
int table_print(struct libscols_table *t, struct err *e); /* to stdout */
void table_free(struct libscols_table *t);

#endif

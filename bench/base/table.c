/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <errno.h>
#include <libsmartcols.h>

/* A share of the width that a column starts from; all that is left goes to those that wrap. */
static const double narrow = 0.05, wide = 0.4;

static int no_memory(struct err *e)
{
	return err_set(e, -ENOMEM, "out of memory for a table");
}

int table_new(const struct table_column *columns, size_t n, struct libscols_table **out,
	      struct err *e)
{
	struct libscols_table *t = scols_new_table();

	if (!t)
		return no_memory(e);
	for (size_t i = 0; i < n; i++) {
		const struct table_column *c = &columns[i];
		int flags = (c->number ? SCOLS_FL_RIGHT : 0) | (c->wraps ? SCOLS_FL_WRAP : 0);
		if (!scols_table_new_column(t, c->name, c->wraps ? wide : narrow, flags)) {
			scols_unref_table(t);
			return no_memory(e);
		}
	}
	*out = t;
	return 0;
}

int table_add(struct libscols_table *t, const char *const *cells, size_t n, struct err *e)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);

	if (!line)
		return no_memory(e);
	for (size_t i = 0; i < n; i++)
		if (scols_line_set_data(line, i, cells[i] ? cells[i] : "") != 0)
			return no_memory(e);
	return 0;
}

int table_print(struct libscols_table *t, struct err *e)
{
	return scols_print_table(t) == 0 ? 0 : err_set(e, -EIO, "cannot print a table");
}

void table_free(struct libscols_table *t)
{
	scols_unref_table(t);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/stall_cells.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"

#define COLUMN(name)                                     \
	{                                                \
#name, offsetof(struct stall_cell, name) \
	}

static const struct {
	const char *name;
	size_t offset;
} columns[] = {
	COLUMN(hz),           COLUMN(period_usec),    COLUMN(quota_usec),
	COLUMN(refill_usec),  COLUMN(stalls_per_run), COLUMN(interval_p50_ms),
	COLUMN(run_p50_ms),   COLUMN(run_p95_ms),     COLUMN(interval_p99_ms),
	COLUMN(stall_p50_ms), COLUMN(stall_p99_ms),   COLUMN(share_pct),
};

static int read_cell(const struct csv_reader *r, const struct csv_field *fields,
		     struct stall_cell *c, struct err *e)
{
	int at = csv_column(r, "scheduler");

	if (at < 0)
		return err_set(e, -EINVAL, "%s has no column scheduler", STALL_CELLS_FILE);
	snprintf(c->scheduler, sizeof(c->scheduler), "%.*s", (int)fields[at].len, fields[at].str);
	for (size_t i = 0; i < array_len(columns); i++) {
		at = csv_column(r, columns[i].name);
		if (at < 0 ||
		    csv_field_number(&fields[at], (double *)((char *)c + columns[i].offset)) < 0)
			return err_set(e, -EINVAL, "%s:%zu: no number in column %s",
				       STALL_CELLS_FILE, csv_line(r), columns[i].name);
	}
	return 0;
}

static int ask_model(struct stall_cell *c, struct err *e)
{
	struct tick_model m = {
		.tick_nsec = (uint64_t)((double)NSEC_PER_SEC / c->hz),
		.period_nsec = (uint64_t)c->period_usec * NSEC_PER_USEC,
		.quota_nsec = (uint64_t)c->quota_usec * NSEC_PER_USEC,
		.refill_nsec = (uint64_t)c->refill_usec * NSEC_PER_USEC,
		.tie_percent = STALL_CELLS_TIE_PERCENT,
	};

	return tick_forecast(&m, &c->model, e);
}

int stall_cells_load(struct stall_cell *cells, size_t *n, struct err *e)
{
	struct csv_reader *r = NULL;
	const struct csv_field *fields = NULL;
	int more = csv_open(STALL_CELLS_FILE, &r, e);

	*n = 0;
	if (more == 0)
		more = csv_next(r, &fields, e);
	while (more > 0 && fields && *n < STALL_CELLS_MAX) {
		more = read_cell(r, fields, &cells[*n], e);
		if (more == 0)
			more = ask_model(&cells[(*n)++], e);
		if (more == 0)
			more = csv_next(r, &fields, e);
	}
	csv_free(r);
	return more < 0 ? more : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trend_read: a trend from the database of a history, whose tables history.c makes. */
#ifndef CGBENCH_TREND_READ_H
#define CGBENCH_TREND_READ_H

#include "history/db.h"
#include "history/trend.h"

/* Reads runs, series and marks as they stand together at one moment; filter NULL: everything. */
int trend_read(struct db *db, const struct trend_filter *filter, struct trend **out, struct err *e);

#endif

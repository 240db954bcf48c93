/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stall_cells: the published cells of results/published/p11-stall-cells.csv beside the model. */
#ifndef CGBENCH_STALL_CELLS_H
#define CGBENCH_STALL_CELLS_H

#include <stddef.h>

#include "cgbench/err.h"
#include "model/tick_model.h"

enum { STALL_CELLS_MAX = 64, STALL_CELLS_TIE_PERCENT = 2 };

#define STALL_CELLS_FILE "results/published/p11-stall-cells.csv"

struct stall_cell {
	char scheduler[8];
	double hz, period_usec, quota_usec;
	double refill_usec;    /* when refills were, modulo the period, by the raw data's clock */
	double stalls_per_run; /* of 10 s */
	double interval_p50_ms, interval_p99_ms, run_p50_ms, run_p95_ms, stall_p50_ms, stall_p99_ms;
	double share_pct;
	struct tick_forecast model;
};

/* Reads the file, which stands below the current folder, and asks the model. */
int stall_cells_load(struct stall_cell *cells, size_t *n, struct err *e);

#endif

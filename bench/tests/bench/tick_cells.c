/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tick_cells: the published cells of results/published beside the tick model, as CSV; of a median
 * that may be anything between two lengths the model's nearest point, and how far the range goes.
 * results/reference/cpu-tick/cells.csv is its output.
 */
#include <stdio.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/support/stall_cells.h"

static void put_length(const struct tick_length *l, double published_ms)
{
	double model_ms = tick_median_near(l, published_ms * 1000) / 1000;

	printf(",%.3f,%.3f,%.3f,%.3f,%+.2f", published_ms, model_ms, l->p50_low / 1000,
	       l->p50_high / 1000, 100 * (model_ms - published_ms) / published_ms);
}

static void put_cell(const struct stall_cell *c)
{
	const struct tick_forecast *m = &c->model;

	printf("%s,%.0f,%.0f,%.0f,%.0f", c->scheduler, c->hz, c->quota_usec, c->period_usec,
	       c->refill_usec);
	put_length(&m->run, c->run_p50_ms);
	put_length(&m->stall, c->stall_p50_ms);
	put_length(&m->interval, c->interval_p50_ms);
	printf(",%.3f,%.3f,%.3f,%.3f,%.2f,%.2f\n", c->run_p95_ms, m->run.p95 / 1000,
	       c->stall_p99_ms, m->stall.p99 / 1000, c->share_pct, 100 * m->share);
}

int main(void)
{
	static const char *const lengths[] = {"run", "stall", "interval"};
	static struct stall_cell cells[STALL_CELLS_MAX];
	struct err e = {""};
	size_t n;

	if (stall_cells_load(cells, &n, &e) < 0) {
		fprintf(stderr, "tick_cells: %s\n", e.text);
		return EXIT_USAGE;
	}
	printf("scheduler,hz,quota_usec,period_usec,refill_usec");
	for (size_t i = 0; i < array_len(lengths); i++)
		printf(",%s_p50_published_ms,%s_p50_model_ms,%s_p50_model_low_ms,"
		       "%s_p50_model_high_ms,%s_p50_error_pct",
		       lengths[i], lengths[i], lengths[i], lengths[i], lengths[i]);
	puts(",run_p95_published_ms,run_p95_model_ms,stall_p99_published_ms,stall_p99_model_ms,"
	     "share_published_pct,share_model_pct");
	for (size_t i = 0; i < n; i++)
		put_cell(&cells[i]);
	return EXIT_PASS;
}

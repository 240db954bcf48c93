/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tick model against the published cells, and against what sched-bwc.rst promises. */
#include "model/tick_model.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "tests/support/stall_cells.h"
#include "tests/test.h"

enum { KEPT_PERIODS = 10000 };

static const double WITHIN_PERCENT = 5;

static double off(double model, double published)
{
	return 100 * (model - published) / published;
}

static unsigned check_one(const struct stall_cell *c, const char *what, double model_usec,
			  double published_ms)
{
	double percent = off(model_usec / 1000, published_ms);

	if (fabs(percent) <= WITHIN_PERCENT)
		return 0;
	print_error("%s HZ %g, %g of %g us: %s %.3f ms is %+.1f%% off %.3f\n", c->scheduler, c->hz,
		    c->quota_usec, c->period_usec, what, model_usec / 1000, percent, published_ms);
	return 1;
}

static unsigned check_cell(const struct stall_cell *c)
{
	const struct tick_forecast *m = &c->model;

	return check_one(c, "run p50", tick_median_near(&m->run, c->run_p50_ms * 1000),
			 c->run_p50_ms) +
	       check_one(c, "stall p50", tick_median_near(&m->stall, c->stall_p50_ms * 1000),
			 c->stall_p50_ms) +
	       check_one(c, "interval p50",
			 tick_median_near(&m->interval, c->interval_p50_ms * 1000),
			 c->interval_p50_ms) +
	       check_one(c, "run p95", m->run.p95, c->run_p95_ms) +
	       check_one(c, "stall p99", m->stall.p99, c->stall_p99_ms) +
	       check_one(c, "interval p99", m->interval.p99, c->interval_p99_ms) +
	       (fabs(off(100 * m->share, c->share_pct)) > 1);
}

static bool is_tied(const struct tick_length *l)
{
	return off(l->p50_high, l->p50_low) > WITHIN_PERCENT;
}

static void test_published(void **state)
{
	static struct stall_cell cells[STALL_CELLS_MAX];
	unsigned wrong = 0, tied = 0;
	struct err e = {""};
	size_t n;
	(void)state;

	if (stall_cells_load(cells, &n, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(n, 32);
	for (size_t i = 0; i < n; i++) {
		wrong += check_cell(&cells[i]);
		tied += is_tied(&cells[i].model.run) || is_tied(&cells[i].model.stall);
	}
	assert_int_equal(wrong, 0);
	/* Where two lengths are equally frequent any median would do: that must stay the exception.
	 */
	assert_in_range(tied, 1, 6);
}

/* HZ 250, 1.447 of 20 ms: what the debt of each run makes of the refills, by hand. */
static void test_by_hand(void **state)
{
	const struct tick_model m = {
		.tick_nsec = 4 * NSEC_PER_MSEC,
		.period_nsec = 20 * NSEC_PER_MSEC,
		.quota_nsec = 1447 * NSEC_PER_USEC,
	};
	(void)state;

	/* Full at 0, charged until the tick at 4 ms and a little more: a debt of 2.557 ms. */
	assert_float_equal(tick_usage_usec(&m, 0, 20 * NSEC_PER_MSEC), 4004, 0.5);
	/* The refill at 20 ms leaves 1.11, that at 40 ms pays it: it runs until 44 ms. */
	assert_float_equal(tick_usage_usec(&m, 20 * NSEC_PER_MSEC, 40 * NSEC_PER_MSEC), 0, 0.5);
	assert_float_equal(tick_usage_usec(&m, 40 * NSEC_PER_MSEC, 60 * NSEC_PER_MSEC), 3996, 0.5);
}

/*
 * A quota is quantised and not lost: over a long time it is what it says, at any offset; as long as
 * the thread does not run through a refill, which throws away what is left then.
 */
static void test_kept(void **state)
{
	static const uint64_t quotas_usec[] = {1000, 1447, 2500, 4000, 5500};
	const uint64_t period = 10 * NSEC_PER_MSEC, to = KEPT_PERIODS * period;
	(void)state;

	for (size_t i = 0; i < array_len(quotas_usec); i++)
		for (uint64_t offset = 0; offset < period; offset += period / 13) {
			struct tick_model m = {.tick_nsec = 4 * NSEC_PER_MSEC,
					       .period_nsec = period,
					       .quota_nsec = quotas_usec[i] * NSEC_PER_USEC,
					       .refill_nsec = offset};
			double promised = (double)quotas_usec[i] * KEPT_PERIODS;
			assert_float_equal(tick_usage_usec(&m, 0, to), promised, 0.0005 * promised);
		}
}

/* Of the offset nothing is known: a tick's length of runs is as likely as another. */
static void test_any_offset(void **state)
{
	const struct tick_model m = {.tick_nsec = 4 * NSEC_PER_MSEC,
				     .period_nsec = 20 * NSEC_PER_MSEC,
				     .quota_nsec = 1447 * NSEC_PER_USEC};
	struct tick_forecast any, fixed;
	(void)state;

	assert_int_equal(tick_forecast_any(&m, &any, NULL), 0);
	assert_int_equal(tick_forecast(&m, &fixed, NULL), 0);
	assert_float_equal(any.share, fixed.share, 0.001);
	assert_true(any.run.p50 < fixed.run.p50);
	assert_true(any.stalls_per_period > fixed.stalls_per_period);
}

static void test_more_than_a_cpu(void **state)
{
	const struct tick_model m = {.tick_nsec = 4 * NSEC_PER_MSEC,
				     .period_nsec = 10 * NSEC_PER_MSEC,
				     .quota_nsec = 15 * NSEC_PER_MSEC};
	struct tick_forecast f;
	struct err e = {""};
	(void)state;

	assert_int_equal(tick_forecast(&m, &f, &e), 0);
	assert_float_equal(f.stalls_per_period, 0, 0);
	assert_true(isnan(f.stall.p50));
	assert_float_equal(f.share, 1, 0);
	assert_int_equal(tick_forecast(&(struct tick_model){.tick_nsec = 1}, &f, &e), -EINVAL);
	assert_non_null(strstr(e.text, "a quota"));
}

const struct CMUnitTest tests_unit_tick_model[] = {
	cmocka_unit_test(test_published),
	cmocka_unit_test(test_by_hand),
	cmocka_unit_test(test_kept),
	cmocka_unit_test(test_any_offset),
	cmocka_unit_test(test_more_than_a_cpu),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgbench/hist.h"

#include <stdlib.h>

#include "cgbench/array.h"
#include "tests/test.h"

static struct hist *new_hist(void)
{
	struct hist *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	return h;
}

/* One value, at every order of magnitude and beside the powers of two, where buckets change. */
static void one_value_is_known_to_1_in_64(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit <= HIST_EXP_MAX; bit++) {
		for (int64_t off = -1; off <= 1; off++) {
			uint64_t value = (UINT64_C(1) << bit) + (uint64_t)off;
			struct hist *h = new_hist();
			hist_add(h, value);
			/* Alone it is the maximum, which is exact. */
			assert_int_equal(hist_percentile_nsec(h, 50), value);
			hist_add(h, UINT64_MAX);
			assert_in_range(hist_percentile_nsec(h, 50), value,
					value + value / HIST_SUB);
			free(h);
		}
	}
}

static void percentiles_of_a_ramp(void **state)
{
	enum { N = 10000, STEP_NSEC = 1000 };
	struct hist *h = new_hist();

	(void)state;
	for (uint64_t i = N; i >= 1; i--)
		hist_add(h, i * STEP_NSEC);
	for (unsigned percent = 1; percent <= 100; percent++) {
		uint64_t exact = (uint64_t)percent * N / 100 * STEP_NSEC;
		assert_in_range(hist_percentile_nsec(h, percent), exact, exact + exact / HIST_SUB);
	}
	assert_int_equal(h->count, N);
	assert_int_equal(h->total_nsec, (uint64_t)N * (N + 1) / 2 * STEP_NSEC);
	assert_int_equal(h->min_nsec, STEP_NSEC);
	assert_int_equal(h->max_nsec, (uint64_t)N * STEP_NSEC);
	free(h);
}

static void percentiles_never_fall(void **state)
{
	struct hist *h = new_hist();
	uint64_t x = 1, last = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		hist_add(h, x >> (x % 60));
	}
	for (unsigned tenth = 0; tenth <= 1000; tenth++) {
		uint64_t now = hist_percentile_nsec(h, tenth / 10.0);
		assert_true(now >= last);
		assert_true(now <= h->max_nsec);
		last = now;
	}
	assert_int_equal(last, h->max_nsec);
	free(h);
}

static void ends_of_the_range(void **state)
{
	struct hist *h = new_hist();

	(void)state;
	assert_int_equal(hist_percentile_nsec(h, 50), 0);
	hist_add(h, 0);
	assert_int_equal(hist_percentile_nsec(h, 0), 0);
	assert_int_equal(hist_percentile_nsec(h, 100), 0);
	hist_add(h, UINT64_MAX);
	assert_int_equal(h->buckets[HIST_BUCKETS - 1], 1);
	assert_int_equal(h->min_nsec, 0);
	assert_int_equal(h->max_nsec, UINT64_MAX);
	assert_int_equal(hist_percentile_nsec(h, 50), 0);
	free(h);
}

static void every_value_has_one_bucket(void **state)
{
	struct hist *h = new_hist();
	uint64_t n = 0, counted = 0;

	(void)state;
	for (uint64_t value = 1; value < UINT64_C(1) << HIST_EXP_MAX; value += value / 100 + 1, n++)
		hist_add(h, value);
	for (size_t i = 0; i < array_len(h->buckets); i++)
		counted += h->buckets[i];
	assert_int_equal(counted, n);
	assert_int_equal(h->count, n);
	free(h);
}

const struct CMUnitTest tests_unit_hist[] = {
	cmocka_unit_test(one_value_is_known_to_1_in_64), cmocka_unit_test(percentiles_of_a_ramp),
	cmocka_unit_test(percentiles_never_fall),        cmocka_unit_test(ends_of_the_range),
	cmocka_unit_test(every_value_has_one_bucket),    {0},
};

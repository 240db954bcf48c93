/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "tests/test.h"

enum { N_MAX = 64 };

/* Values up to a NAN, sorted. */
struct values {
	double v[N_MAX];
	size_t n;
};

static struct sorted sorted_of(struct values *out, const double *list)
{
	out->n = 0;
	while (!isnan(list[out->n])) {
		out->v[out->n] = list[out->n];
		out->n++;
	}
	stats_sort(out->v, out->n);
	return (struct sorted){out->v, out->n};
}

#define assert_close(got, want)                                                       \
	do {                                                                          \
		double got_ = (got), want_ = (want);                                  \
		if (!(fabs(got_ - want_) <= 1e-9 * (1 + fabs(want_))))                \
			fail_msg("%s: got %.15g, expected %.15g", #got, got_, want_); \
	} while (0)

/* The numbers are those of an independent program: SciPy 1.10, and all permutations where there
 * are ties. */
static void test_two_samples(void **state)
{
	static const struct {
		double x[16], y[16];
		double p, shift, cliff;
	} rows[] = {
		{{1, 2, 3, 4, 5, NAN}, {6, 7, 8, 9, 10, NAN}, 0.00793650793651, 5, 1},
		{{6, 7, 8, 9, 10, NAN}, {1, 2, 3, 4, 5, NAN}, 0.00793650793651, -5, -1},
		{{1.1, 2.2, 3.3, NAN}, {2.5, 0.5, 4.1, 5.2, NAN}, 0.628571428571, 1.1, 1.0 / 3},
		{{1, 2, 2, 3, NAN}, {2, 3, 4, 4, NAN}, 0.2, 1, 0.6875},
		{{0, 0, 0, 0, 1, NAN}, {1, 1, 1, 0, 1, NAN}, 0.206349206349, 1, 0.6},
		{{3.1, 4.7, 2.2, 9.9, 5.0, 6.1, 7.3, 8.8, 1.2, 0.4, NAN},
		 {4.1, 5.7, 3.2, 10.9, 6.5, 7.1, 8.3, 9.8, 2.25, 1.4, NAN},
		 0.481250947195,
		 1,
		 0.2},
		{{7, 7, 7, NAN}, {7, 7, 7, 7, NAN}, 1, 0, 0},
		{{7, NAN}, {9, NAN}, 1, 2, 1},
	};
	struct stats *t = stats_new();
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct values a, b;
		struct sorted x = sorted_of(&a, rows[i].x), y = sorted_of(&b, rows[i].y);
		double p;
		assert_int_equal(stats_mann_whitney(t, x, y, &p, NULL), 0);
		assert_close(p, rows[i].p);
		assert_close(stats_shift(x, y), rows[i].shift);
		assert_close(stats_cliff(x, y), rows[i].cliff);
	}
	stats_free(t);
}

/* 40 and 35 values on a grid: the normal approximation with ties, against SciPy's. */
static void test_many_values_with_ties(void **state)
{
	static const double x_quarters[] = {1,  3, 1, -5, 4,  2,  -2, 2,  1,  1,  0,   2,  -3, -1,
					    -2, 2, 0, -1, -3, -1, 0,  -1, 5,  4,  -11, -8, -1, -2,
					    1,  1, 8, -4, -2, 8,  3,  3,  -2, -7, 1,   0,  NAN};
	static const double y_quarters[] = {-3, -1, 2, -2, 2,  2, 2,  0, 4,  6, 3,  -1,
					    5,  0,  6, -2, 6,  2, -3, 1, 2,  3, -2, -2,
					    3,  0,  3, 5,  -5, 3, 7,  1, -1, 5, 3,  NAN};
	struct values a, b;
	struct sorted x = sorted_of(&a, x_quarters), y = sorted_of(&b, y_quarters);
	struct stats *t = stats_new();
	double p;
	(void)state;

	assert_int_equal(x.n, 40);
	assert_int_equal(y.n, 35);
	assert_int_equal(stats_mann_whitney(t, x, y, &p, NULL), 0);
	assert_close(p, 0.0495544337397);
	stats_free(t);
}

/* The exact distribution and the approximation must meet where one takes over from the other. */
static void test_exact_and_normal_agree(void **state)
{
	struct stats *t = stats_new();
	double x[31], y[31], exact, normal;
	(void)state;

	for (size_t shift = 0; shift < 31; shift += 3) {
		for (size_t i = 0; i < 31; i++) {
			x[i] = (double)(2 * i);
			y[i] = (double)(2 * (i + shift) + 1);
		}
		stats_mann_whitney(t, (struct sorted){x, 30}, (struct sorted){y, 30}, &exact, NULL);
		stats_mann_whitney(t, (struct sorted){x, 31}, (struct sorted){y, 31}, &normal,
				   NULL);
		if (fabs(exact - normal) > 0.02 || exact > 1 || exact <= 0)
			fail_msg("shift %zu: exact %g, normal %g", shift, exact, normal);
	}
	stats_free(t);
}

static void test_one_sample(void **state)
{
	static const struct {
		double v[16];
		double median, mad;
		size_t outliers;
	} rows[] = {
		{{5, NAN}, 5, 0, 0},
		{{1, 2, NAN}, 1.5, 0.5, 0},
		{{1, 2, 3, 4, 5, NAN}, 3, 1, 0},
		{{1, 2, 2, 3, NAN}, 2, 0.5, 0},
		{{2.5, 0.5, 4.1, 5.2, NAN}, 3.3, 1.35, 0},
		{{3.1, 4.7, 2.2, 9.9, 5.0, 6.1, 7.3, 8.8, 1.2, 0.4, NAN}, 4.85, 2.55, 0},
		{{1, 2, 3, 4, 100, NAN}, 3, 1, 1},
		{{-90, 1, 2, 3, 4, 100, NAN}, 2.5, 1.5, 2},
		{{7, 7, 7, 7, 7, 7, 7, 9, NAN}, 7, 0, 1},
		{{7, 7, 7, NAN}, 7, 0, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct values a;
		struct sorted s = sorted_of(&a, rows[i].v);
		assert_close(stats_median(s), rows[i].median);
		assert_close(stats_mad(s), rows[i].mad);
		assert_int_equal(stats_outliers(s), rows[i].outliers);
	}
	assert_true(isnan(stats_median((struct sorted){NULL, 0})));
	assert_true(isnan(stats_mad((struct sorted){NULL, 0})));
}

/* Against ten million resamples drawn by NumPy. */
static void test_bootstrap(void **state)
{
	static const struct {
		double x[16], y[16];
		double low, high;
	} rows[] = {
		{{3.1, 4.7, 2.2, 9.9, 5.0, 6.1, 7.3, 8.8, 1.2, 0.4, NAN},
		 {4.1, 5.7, 3.2, 10.9, 6.5, 7.1, 8.3, 9.8, 2.25, 1.4, NAN},
		 -2.875,
		 5},
		{{1, 2, 3, 4, 5, NAN}, {6, 7.5, 8, 9, 10, NAN}, 2.5, 8},
		{{1, 2, 3.5, 4, 5, 8, NAN}, {6, 7.5, 8, 9, 10, NAN}, 1.5, 7},
		{{1, 2, 3.5, 4, 5, 8, NAN}, {0, NAN}, -6.5, -1.5},
		{{4, 4, 4, NAN}, {6, 6, NAN}, 2, 2},
		{{4, NAN}, {6, NAN}, 2, 2},
	};
	struct stats *t = stats_new();
	struct interval got;
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct values a, b;
		struct sorted x = sorted_of(&a, rows[i].x), y = sorted_of(&b, rows[i].y);
		assert_int_equal(stats_bootstrap(t, x, y, 0.95, &got, NULL), 0);
		assert_close(got.low, rows[i].low);
		assert_close(got.high, rows[i].high);
		assert_int_equal(stats_bootstrap(t, y, x, 0.95, &got, NULL), 0);
		assert_true(got.low <= -rows[i].low && got.high >= -rows[i].high);
	}
	{
		struct values a;
		struct sorted x = sorted_of(&a, rows[3].x);
		assert_int_equal(stats_bootstrap_median(t, x, 0.95, &got, NULL), 0);
		assert_close(got.low, 1.5);
		assert_close(got.high, 6.5);
	}
	stats_free(t);
}

/* By hand, from the tables of U, of the binomial and of Student's t. */
static void test_small_samples(void **state)
{
	static const double three[] = {1, 2, 3}, above[] = {11, 12, 13}, six[] = {1, 2, 3, 4, 5, 6},
			    ones[] = {0, 1, 2, 3, 4}, tens[] = {0, 10, 20, 30, 40};
	struct sorted x = {three, 3}, y = {above, 3};
	struct stats *t = stats_new();
	struct interval i;
	double p;
	(void)state;

	assert_int_equal(stats_test(t, x, y, &p, NULL), 0);
	assert_true(fabs(p - 0.0002552167494) < 1e-9);
	/* Where the ranks overlap, they alone are asked. */
	assert_int_equal(
		stats_test(t, (struct sorted){ones, 5}, (struct sorted){tens, 5}, &p, NULL), 0);
	assert_true(p > 0.05);
	assert_int_equal(stats_shift_interval(t, x, y, 0.95, &i, NULL), 0);
	assert_true(fabs(i.low - 7.733042) < 1e-5 && fabs(i.high - 12.266958) < 1e-5);
	assert_int_equal(stats_shift_interval(t, (struct sorted){ones, 5}, (struct sorted){tens, 5},
					      0.95, &i, NULL),
			 0);
	assert_close(i.low, -1); /* the fourth of 25 differences from either end */
	assert_close(i.high, 37);
	i = stats_median_interval(x, 0.95);
	assert_true(fabs(i.low + 0.484138) < 1e-5 && fabs(i.high - 4.484138) < 1e-5);
	i = stats_median_interval((struct sorted){six, 6}, 0.95);
	assert_true(fabs(i.low - 1.357143) < 1e-5 && fabs(i.high - 5.642857) < 1e-5);
	stats_free(t);
}

/* Straight lines through both are no step, and levels are. */
static void test_step_over_line(void **state)
{
	static const double low[] = {0, 1, 2, 3}, high[] = {4, 5, 6, 7}, flat[] = {0, 1, 0, 1},
			    up[] = {9, 8, 9, 8};
	(void)state;

	assert_true(stats_step_over_line(low, 4, high, 4) < -5);
	assert_true(stats_step_over_line(flat, 4, up, 4) > 5);
}

/* All outcomes of a resample are there: their chances add up, whatever the count. */
static void test_bootstrap_of_any_count(void **state)
{
	static const size_t counts[] = {1, 2, 3, 4, 7, 8, 50, 51, 333, 1000, 1001};
	struct stats *t = stats_new();
	struct interval all, half;
	static double v[1001];
	(void)state;

	for (size_t i = 0; i < array_len(v); i++)
		v[i] = (double)i;
	for (size_t i = 0; i < array_len(counts); i++) {
		size_t n = counts[i];
		struct sorted s = {v, n};
		double middle = stats_median(s), sd = sqrt((double)n) / 2;
		assert_int_equal(stats_bootstrap_median(t, s, 0.95, &all, NULL), 0);
		assert_int_equal(stats_bootstrap_median(t, s, 0, &half, NULL), 0);
		/* Half of all resamples lie on either side of the median. */
		assert_true(fabs(half.low - middle) <= 1 && fabs(half.high - middle) <= 1);
		/* About two standard deviations of a binomial count of draws below the middle. */
		if (n > 7 && fabs((all.high - all.low) / (4 * sd) - 0.98) > 0.15)
			fail_msg("%zu values: %g to %g", n, all.low, all.high);
		/* The last bin would be missed if the chances added up to less than they should. */
		assert_true(all.high - middle < (double)n && middle - all.low < (double)n);
	}
	stats_free(t);
}

static void test_trend(void **state)
{
	static const struct {
		double v[16];
		double z;
	} rows[] = {
		{{1, 2, 3, 4, 5, NAN}, 2},
		{{5, 4, 3, 2, 1, NAN}, -2},
		{{2, 1, 4, 3, 7, 7, NAN}, 1.9446111706564932},
		{{3, 3, 3, 3, NAN}, 0},
		{{1, 2, NAN}, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct values a;
		assert_close(stats_trend(rows[i].v, sorted_of(&a, rows[i].v)), rows[i].z);
	}
}

/* The numbers are those of an independent program: a regression in NumPy, p by SciPy 1.10. */
static void test_step_beyond_a_trend(void **state)
{
	static const struct {
		double x[8], y[8];
		double p;
	} rows[] = {
		{{3, 1, 4, 1, 5, NAN}, {9, 2, 6, 5, 3, NAN}, 0.306739454307},
		{{1, 2.5, 2, 3, NAN}, {9, 10.5, 11, NAN}, 0.00221974270075},
		{{10, 10.2, 9.9, 10.1, 10, NAN}, {15, 14.9, 15.2, 15, 15.1, NAN}, 7.65139487e-09},
		{{5, 4, 3, 2.5, NAN}, {6, 5, 4.5, 3, NAN}, 3.9436694879e-05},
		/* One line through both; one that had to lead even higher; too few to tell. */
		{{1, 2, 3, NAN}, {4, 5, 6, NAN}, 1},
		{{1, 3, 5, NAN}, {6, 8, 10.5, NAN}, 1},
		{{1, 2, NAN}, {9, NAN}, 1},
		/* No noise at all. */
		{{7, 7, 7, NAN}, {8, 8, 8, NAN}, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		size_t nx = 0, ny = 0;
		while (!isnan(rows[i].x[nx]))
			nx++;
		while (!isnan(rows[i].y[ny]))
			ny++;
		assert_close(stats_step(rows[i].x, nx, rows[i].y, ny), rows[i].p);
	}
}

static void test_corrections(void **state)
{
	static const double p[] = {0.01, 0.04, 0.03, 0.02, 0.005, 0.9};
	static const struct {
		enum correction c;
		double adjusted[6];
		double threshold; /* at level 0.03, with so many found */
	} rows[] = {
		{CORRECT_BH, {0.03, 0.048, 0.045, 0.04, 0.03, 0.9}, 0.01},
		{CORRECT_HOLM, {0.05, 0.09, 0.09, 0.08, 0.03, 0.9}, 0.03 / 5},
		{CORRECT_NONE, {0.01, 0.04, 0.03, 0.02, 0.005, 0.9}, 0.03},
	};
	static const size_t found[] = {2, 1, 4};
	double adjusted[6];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		assert_int_equal(stats_adjust(rows[i].c, p, 6, adjusted, NULL), 0);
		for (size_t k = 0; k < 6; k++)
			assert_close(adjusted[k], rows[i].adjusted[k]);
		assert_close(stats_threshold(rows[i].c, 0.03, 6, found[i]), rows[i].threshold);
	}
	assert_int_equal(stats_adjust(CORRECT_BH, NULL, 0, NULL, NULL), 0);
}

static void test_what_few_repeats_can_show(void **state)
{
	static const struct {
		size_t n;
		double alpha, shift;
	} simulated[] = {{5, 0.01, 3.110},
			 {10, 0.01, 1.756},
			 {10, 0.0005, 2.432},
			 {20, 0.05, 0.934},
			 {20, 0.001, 1.445}};
	struct stats *t = stats_new();
	(void)state;

	assert_close(stats_attainable(5, 5), 2.0 / 252);
	assert_close(stats_attainable(1, 1), 1);
	assert_close(stats_attainable(3, 0), 1);
	assert_int_equal(stats_repeats_needed(0.05), 4);
	assert_int_equal(stats_repeats_needed(0.01), 5);
	assert_int_equal(stats_repeats_needed(0.01 / 100), 9);
	assert_true(isinf(stats_detectable(t, 4, 4, 0.01)));
	/* Simulated: such shifts are found in 80% of 40,000 cases. Five are few for a normal law.
	 */
	for (size_t i = 0; i < array_len(simulated); i++) {
		double got =
			stats_detectable(t, simulated[i].n, simulated[i].n, simulated[i].alpha);
		if (fabs(got / simulated[i].shift - 1) > (simulated[i].n > 5 ? 0.08 : 0.2))
			fail_msg("%zu repeats at %g: %g", simulated[i].n, simulated[i].alpha, got);
	}
	assert_true(stats_detectable(t, 30, 30, 0.01) > stats_detectable(t, 30, 30, 0.05));
	stats_free(t);
}

const struct CMUnitTest tests_unit_stats[] = {
	cmocka_unit_test(test_two_samples),
	cmocka_unit_test(test_many_values_with_ties),
	cmocka_unit_test(test_exact_and_normal_agree),
	cmocka_unit_test(test_one_sample),
	cmocka_unit_test(test_bootstrap),
	cmocka_unit_test(test_small_samples),
	cmocka_unit_test(test_step_over_line),
	cmocka_unit_test(test_bootstrap_of_any_count),
	cmocka_unit_test(test_trend),
	cmocka_unit_test(test_step_beyond_a_trend),
	cmocka_unit_test(test_corrections),
	cmocka_unit_test(test_what_few_repeats_can_show),
	{0},
};

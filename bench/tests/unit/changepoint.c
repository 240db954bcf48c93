/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of which the truth is known: what was planted has to be found, and nothing else. */
#include "stats/changepoint.h"

#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "tests/test.h"

enum { RUNS = 1000, PLANTED = 5, NEAR = 2, FAMILY = 20 };

static const size_t planted[PLANTED] = {110, 290, 520, 700, 930};

/* ---- noise, of a scale of about 1 ---- */

static double draw_normal(gsl_rng *g)
{
	return gsl_ran_ugaussian(g);
}

/* Student's t with two degrees of freedom: it has no variance. */
static double draw_heavy(gsl_rng *g)
{
	return gsl_ran_tdist(g, 2);
}

static double draw_outliers(gsl_rng *g)
{
	return gsl_ran_gaussian(g, gsl_rng_uniform(g) < 0.05 ? 30 : 1);
}

static double draw_skewed(gsl_rng *g)
{
	return gsl_ran_exponential(g, 1);
}

static double draw_bimodal(gsl_rng *g)
{
	return gsl_ran_gaussian(g, 0.5) + (gsl_rng_uniform(g) < 0.5 ? 1 : -1);
}

/* Whole numbers: nearly all values are ties. */
static double draw_counts(gsl_rng *g)
{
	return (double)gsl_ran_poisson(g, 1);
}

static const struct noise {
	const char *name;
	double (*draw)(gsl_rng *g);
	double step, drift; /* a run */
} noises[] = {
	{"normal", draw_normal, 5, 0},
	{"heavy tails", draw_heavy, 12, 0},
	{"outliers", draw_outliers, 8, 0},
	{"skewed", draw_skewed, 6, 0},
	{"bimodal", draw_bimodal, 8, 0},
	{"counts", draw_counts, 8, 0},
	{"normal with a drift", draw_normal, 5, 0.002},
	{"outliers with a drift", draw_outliers, 8, -0.002},
};

/* Up, down, up, down, up; or, without steps, the noise alone. */
static void make_series(const struct noise *noise, double step, unsigned long seed, double *values)
{
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	size_t passed = 0;

	gsl_rng_set(g, seed);
	for (size_t i = 0; i < RUNS; i++) {
		while (passed < PLANTED && i >= planted[passed])
			passed++;
		values[i] =
			100 + noise->draw(g) + noise->drift * (double)i + (passed % 2 ? step : 0);
	}
	gsl_rng_free(g);
}

static struct changepoint_finder *new_finder(double significance, size_t series)
{
	struct changepoint_options o = {.significance = significance, .series = series, .seed = 1};
	struct changepoint_finder *f = NULL;

	assert_int_equal(changepoint_finder_new(&o, &f, NULL), 0);
	return f;
}

static struct changepoint *find(struct changepoint_finder *f, const double *values, size_t n,
				size_t *found)
{
	struct changepoint *list = (struct changepoint *)values; /* must be replaced */

	assert_int_equal(changepoint_find(f, values, n, &list, found, NULL), 0);
	assert_ptr_not_equal(list, values);
	assert_int_equal(*found == 0, list == NULL);
	return list;
}

static bool near(size_t a, size_t b)
{
	return a <= b + NEAR && b <= a + NEAR;
}

static void check_planted(const struct noise *noise, unsigned long seed,
			  const struct changepoint *found, size_t n)
{
	if (n != PLANTED)
		fail_msg("%s, seed %lu: %zu changes, %d were planted", noise->name, seed, n,
			 PLANTED);
	for (size_t i = 0; i < n; i++) {
		double step = found[i].after - found[i].before;
		if (!near(found[i].at, planted[i]))
			fail_msg("%s, seed %lu: a change at %zu, planted at %zu", noise->name, seed,
				 found[i].at, planted[i]);
		if (fabs(fabs(step) - noise->step) > noise->step / 4 || (step > 0) != (i % 2 == 0))
			fail_msg("%s, seed %lu: the step at %zu is %g of %g", noise->name, seed,
				 found[i].at, step, noise->step);
	}
}

static void test_planted_changes_are_found_and_no_others(void **state)
{
	struct changepoint_finder *f = new_finder(CHANGEPOINT_SIGNIFICANCE, FAMILY);
	double values[RUNS];
	(void)state;

	for (size_t k = 0; k < array_len(noises); k++) {
		for (unsigned long seed = 1; seed <= FAMILY; seed++) {
			struct changepoint *found;
			size_t n;
			make_series(&noises[k], noises[k].step, seed, values);
			found = find(f, values, RUNS, &n);
			check_planted(&noises[k], seed, found, n);
			free(found);
		}
	}
	changepoint_finder_free(f);
}

static void test_noise_alone_is_no_change(void **state)
{
	struct changepoint_finder *f = new_finder(CHANGEPOINT_SIGNIFICANCE, FAMILY);
	double values[RUNS];
	(void)state;

	for (size_t k = 0; k < array_len(noises); k++) {
		for (unsigned long seed = 1; seed <= FAMILY; seed++) {
			struct changepoint *found;
			size_t n;
			make_series(&noises[k], 0, seed, values);
			found = find(f, values, RUNS, &n);
			if (n)
				fail_msg("%s, seed %lu: an alarm at %zu, chance %g", noises[k].name,
					 seed, found[0].at, found[0].chance);
			free(found);
		}
	}
	changepoint_finder_free(f);
}

/* Neither more alarms than were asked for, nor so few that power is thrown away. */
static void test_alarms_are_as_frequent_as_asked(void **state)
{
	enum { LENGTH = 60, SERIES = 2000 };
	const double significance = 0.04;
	struct changepoint_finder *f = new_finder(significance, 1);
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	size_t alarms = 0;
	(void)state;

	for (size_t s = 0; s < SERIES; s++) {
		double values[LENGTH];
		struct changepoint *found;
		size_t n;
		for (size_t i = 0; i < LENGTH; i++)
			values[i] = gsl_ran_ugaussian(g);
		found = find(f, values, LENGTH, &n);
		alarms += n > 0;
		free(found);
	}
	/* Four standard deviations around what is promised, and half of it. */
	assert_in_range(alarms, SERIES * significance / 2 - 25, SERIES * significance + 35);
	gsl_rng_free(g);
	changepoint_finder_free(f);
}

/* Windows overlap: a change must be found once, wherever in them it lies. */
static void test_each_place_is_found_once(void **state)
{
	enum { LENGTH = 230, EDGE = 6 };
	struct changepoint_finder *f = new_finder(CHANGEPOINT_SIGNIFICANCE, LENGTH);
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	(void)state;

	for (size_t at = EDGE; at + EDGE <= LENGTH; at++) {
		double values[LENGTH];
		struct changepoint *found;
		size_t n;
		for (size_t i = 0; i < LENGTH; i++)
			values[i] = gsl_ran_ugaussian(g) + (i >= at ? 6 : 0);
		found = find(f, values, LENGTH, &n);
		if (n != 1 || !near(found[0].at, at))
			fail_msg("%zu changes, the first at %zu; one was planted at %zu", n,
				 n ? found[0].at : 0, at);
		free(found);
	}
	gsl_rng_free(g);
	changepoint_finder_free(f);
}

/* A step of many times the noise: whoever watches must not wait for long. */
static void test_the_newest_runs_are_believed_soon(void **state)
{
	static const struct {
		size_t family, before, runs;
	} rows[] = {{20, 100, 4}, {1000, 100, 5}, {20, 30, 6}, {20, 500, 5}, {1, 20, 4}};
	(void)state;

	for (size_t k = 0; k < array_len(rows); k++) {
		struct changepoint_finder *f = new_finder(0.01, rows[k].family);
		size_t length = rows[k].before + rows[k].runs, n;
		gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
		double *values = calloc(length, sizeof(*values));
		struct changepoint *found;
		for (size_t i = 0; i < length; i++)
			values[i] = gsl_ran_ugaussian(g) + (i >= rows[k].before ? 10 : 0);
		found = find(f, values, length, &n);
		if (n != 1 || found[0].at != rows[k].before)
			fail_msg("row %zu: %zu changes", k, n);
		free(found);
		/* Two runs are no evidence, however far away. */
		free(find(f, values, length - rows[k].runs + 2, &n));
		assert_int_equal(n, 0);
		free(values);
		gsl_rng_free(g);
		changepoint_finder_free(f);
	}
}

static void fill(double *values, const char *levels)
{
	for (size_t i = 0; levels[i]; i++)
		values[i] = levels[i] - '0';
}

/* Values without spread must neither divide by it nor alarm. */
static void test_constant_stretches_in_noise(void **state)
{
	static const struct {
		const char *name;
		size_t n, step; /* 0: none */
		size_t odd;     /* a single value that differs; 0: none */
	} rows[] = {
		{"empty", 0, 0, 0},
		{"one value", 1, 0, 0},
		{"too few to judge", 5, 3, 0},
		{"constant", 500, 0, 0},
		{"constant, one outlier", 500, 0, 250},
		{"constant, the newest differs", 500, 0, 499},
		{"a step in the middle", 500, 250, 0},
		{"a step near the start", 500, 8, 0},
		{"a step near the end", 500, 492, 0},
		{"a step where windows meet", 500, 450, 0},
		{"a short series", 20, 10, 0},
	};
	struct changepoint_finder *f = new_finder(CHANGEPOINT_SIGNIFICANCE, 1);
	(void)state;

	for (size_t k = 0; k < array_len(rows); k++) {
		double values[500];
		size_t n, expected = rows[k].step && rows[k].n > 5;
		struct changepoint *found;
		for (size_t i = 0; i < rows[k].n; i++)
			values[i] = rows[k].step && i >= rows[k].step ? 65 : 64;
		if (rows[k].odd)
			values[rows[k].odd] = 70;
		found = find(f, values, rows[k].n, &n);
		if (n != expected || (n && found[0].at != rows[k].step))
			fail_msg("%s: %zu changes, the first at %zu", rows[k].name, n,
				 n ? found[0].at : 0);
		if (n) {
			assert_true(found[0].before == 64 && found[0].after == 65);
			assert_true(found[0].chance > 0 && found[0].chance < 0.01);
		}
		free(found);
	}
	changepoint_finder_free(f);
}

static void test_without_noise_each_step_is_a_change(void **state)
{
	static const struct {
		const char *levels;
		size_t n, at[4];
	} rows[] = {
		{"", 0, {0}},           {"5", 0, {0}},           {"5555", 0, {0}},
		{"56", 1, {1}},         {"5555555556", 1, {9}},  {"6555555555", 1, {1}},
		{"5556555", 2, {3, 4}}, {"55577733", 2, {3, 6}}, {"1234", 3, {1, 2, 3}},
	};
	(void)state;

	for (size_t k = 0; k < array_len(rows); k++) {
		struct changepoint *found = NULL;
		double values[16];
		size_t n = 99;
		fill(values, rows[k].levels);
		assert_int_equal(
			changepoint_find_exact(values, strlen(rows[k].levels), &found, &n, NULL),
			0);
		assert_int_equal(n, rows[k].n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(found[i].at, rows[k].at[i]);
			assert_true(found[i].before == values[found[i].at - 1]);
			assert_true(found[i].after == values[found[i].at]);
			assert_true(found[i].chance == 0);
		}
		free(found);
	}
}

/* What was looked at before, and by whom, has no bearing on what is found. */
static void test_the_same_seed_gives_the_same_answer(void **state)
{
	struct changepoint_finder *fresh = new_finder(0.01, 1), *used = new_finder(0.01, 1);
	double values[RUNS], other[RUNS];
	struct changepoint *a, *b;
	size_t n_a, n_b;
	(void)state;

	make_series(&noises[5], noises[5].step, 3, values);
	make_series(&noises[1], noises[1].step, 4, other);
	free(find(used, other, 77, &n_b));
	free(find(used, other, RUNS, &n_b));
	a = find(fresh, values, RUNS, &n_a);
	b = find(used, values, RUNS, &n_b);
	assert_int_equal(n_a, n_b);
	assert_memory_equal(a, b, n_a * sizeof(*a));
	free(a);
	free(b);
	changepoint_finder_free(fresh);
	changepoint_finder_free(used);
}

/* The fewest values that can tell a change do, and one less does not. */
static void test_the_fewest_values(void **state)
{
	static const size_t families[] = {1, 10, 100, 1000};
	size_t last = 0;
	(void)state;

	for (size_t k = 0; k < array_len(families); k++) {
		struct changepoint_finder *f = new_finder(0.01, families[k]);
		size_t min = changepoint_values_min(f), n;
		double values[CHANGEPOINT_WINDOW];
		struct changepoint *found;
		assert_in_range(min, 2 * CHANGEPOINT_SEGMENT + 1, CHANGEPOINT_WINDOW);
		assert_true(min >= last);
		last = min;
		for (size_t i = 0; i < min; i++)
			values[i] = i < min / 2 ? (double)i : 1000.0 + (double)i;
		found = find(f, values, min, &n);
		assert_int_equal(n, 1);
		assert_int_equal(found[0].at, min / 2);
		free(found);
		free(find(f, values + 1, min - 1, &n));
		assert_int_equal(n, 0);
		changepoint_finder_free(f);
	}
}

static void test_a_significance_out_of_range(void **state)
{
	static const double rows[] = {0, -0.1, 1, 2, NAN};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct changepoint_options o = {.significance = rows[i]};
		struct changepoint_finder *f = NULL;
		struct err e = {""};
		assert_int_equal(changepoint_finder_new(&o, &f, &e), -EINVAL);
		assert_non_null(strstr(e.text, "significance"));
		assert_null(f);
	}
}

const struct CMUnitTest tests_unit_changepoint[] = {
	cmocka_unit_test(test_planted_changes_are_found_and_no_others),
	cmocka_unit_test(test_noise_alone_is_no_change),
	cmocka_unit_test(test_alarms_are_as_frequent_as_asked),
	cmocka_unit_test(test_each_place_is_found_once),
	cmocka_unit_test(test_the_newest_runs_are_believed_soon),
	cmocka_unit_test(test_constant_stretches_in_noise),
	cmocka_unit_test(test_without_noise_each_step_is_a_change),
	cmocka_unit_test(test_the_same_seed_gives_the_same_answer),
	cmocka_unit_test(test_the_fewest_values),
	cmocka_unit_test(test_a_significance_out_of_range),
	{0},
};

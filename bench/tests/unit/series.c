/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of several runs of a command, from made-up times. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "evaluate/series.h"
#include "tests/test.h"

static struct series series(const char *command, const double *seconds, size_t n)
{
	struct series s = {.command = command};

	for (size_t i = 0; i < n; i++) {
		const struct series_run run = {.seconds = seconds[i],
					       .user_seconds = 0.5,
					       .system_seconds = 0.25,
					       .peak_bytes = 94 << 20,
					       .code = 0};
		assert_int_equal(series_add(&s, &run), 0);
	}
	return s;
}

/* The caller frees. */
static char *printed(const struct series *v, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct err e;

	assert_int_equal(series_print(v, n, f, &e), 0);
	fclose(f);
	return text;
}

static void says(const struct series *v, size_t n, const char *what)
{
	char *text = printed(v, n);

	if (!strstr(text, what))
		fail_msg("'%s' is not in:\n%s", what, text);
	free(text);
}

static void does_not_say(const struct series *v, size_t n, const char *what)
{
	char *text = printed(v, n);

	if (strstr(text, what))
		fail_msg("'%s' is in:\n%s", what, text);
	free(text);
}

static const double steady[] = {1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99};

static void test_a_steady_command(void **state)
{
	struct series s = series("xz -k file", steady, array_len(steady));

	(void)state;
	says(&s, 1, "xz -k file\n  time    median 1 s [");
	says(&s, 1, "mean 1 s, deviation 13.1 ms, from 980 ms to 1.02 s, 8 runs\n");
	says(&s, 1, "  CPU     user 500 ms, system 250 ms\n");
	says(&s, 1, "  memory  peak 94M\n");
	does_not_say(&s, 1, "note");
	does_not_say(&s, 1, "exit");
	does_not_say(&s, 1, "fastest");
	series_free(&s);
}

static void test_one_run(void **state)
{
	struct series s = series("true", (const double[]){0.5}, 1);

	(void)state;
	says(&s, 1, "median 500 ms, 1 run\n");
	does_not_say(&s, 1, "deviation");
	series_free(&s);
}

/* Each doubt names what mends it, and only where there is one. */
static void test_doubts(void **state)
{
	static const double cold[] = {2.0, 1.01, 0.99, 1.02, 0.98, 1.00},
			    late[] = {1.0, 1.01, 0.99, 1.02, 3.00, 1.00},
			    brief[] = {0.001, 0.001, 0.001};
	struct series s = series("a", cold, array_len(cold));

	(void)state;
	says(&s, 1, "the first run took 1.99 times the median");
	says(&s, 1, "--warmup 3");
	does_not_say(&s, 1, "far from the others");
	series_free(&s);
	s = series("a", late, array_len(late));
	says(&s, 1, "1 of 6 runs lies far from the others");
	says(&s, 1, "--repeat 18");
	does_not_say(&s, 1, "--warmup");
	series_free(&s);
	s = series("a", brief, array_len(brief));
	says(&s, 1, "the start of a process");
	series_free(&s);
}

static void test_exit_codes_are_counted(void **state)
{
	struct series s = series("a", steady, array_len(steady));

	(void)state;
	s.runs[3].code = 137;
	says(&s, 1, "  exit    0 (7 times), 137 (once)\n");
	series_free(&s);
}

static void test_the_fastest(void **state)
{
	static const double slow[] = {2.00, 2.02, 1.98, 2.04, 1.96, 2.00, 2.02, 1.98},
			    same[] = {1.01, 1.00, 1.02, 0.98, 0.99, 1.01, 1.00, 0.99};
	struct series v[] = {series("slow", slow, 8), series("fast", steady, 8),
			     series("same", same, 8)};

	(void)state;
	says(v, 2, "fastest: fast\n  2 times as fast [1.9");
	says(v, 2, "] as slow\n");
	does_not_say(v, 2, "not told apart");
	says(v + 1, 2, "as same: not told apart; --repeat 16 may\n");
	for (size_t i = 0; i < array_len(v); i++)
		series_free(&v[i]);
}

/* The keys that hyperfine's scripts read, and null where nothing was measured. */
static void test_export(void **state)
{
	struct series s = series("xz", steady, array_len(steady));
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	json_t *whole, *one;
	struct err e;

	(void)state;
	s.runs[2].peak_bytes = NAN;
	assert_int_equal(series_export(&s, 1, f, &e), 0);
	fclose(f);
	whole = json_loads(text, 0, NULL);
	one = json_array_get(json_object_get(whole, "results"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "command")), "xz");
	for (size_t i = 0; i < 7; i++) {
		static const char *const keys[] = {"mean",   "stddev", "median", "user",
						   "system", "min",    "max"};
		assert_true(json_is_real(json_object_get(one, keys[i])));
	}
	assert_int_equal(json_array_size(json_object_get(one, "times")), 8);
	assert_int_equal(json_array_size(json_object_get(one, "exit_codes")), 8);
	assert_true(json_is_null(json_array_get(json_object_get(one, "memory_usage_byte"), 2)));
	json_decref(whole);
	free(text);
	series_free(&s);
}

const struct CMUnitTest tests_unit_series[] = {
	cmocka_unit_test(test_a_steady_command),
	cmocka_unit_test(test_one_run),
	cmocka_unit_test(test_doubts),
	cmocka_unit_test(test_exit_codes_are_counted),
	cmocka_unit_test(test_the_fastest),
	cmocka_unit_test(test_export),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/expr.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cgbench/array.h"
#include "tests/test.h"

static const char *const groups[] = {"a", "b", "leaf1", "leaf-2", "parent"};

/* Metrics t and u are times, n is a count, all.pct is the trial's; of b there is no n. */
static int metric(const void *context, const char *name, const char **unit, bool *of_trial,
		  struct err *e)
{
	static const struct {
		const char *name, *unit;
	} rows[] = {{"t", "usec"}, {"t.u", "usec"}, {"n", "count"}, {"all.pct", "%"}};
	(void)context;

	*of_trial = strcmp(name, "all.pct") == 0;
	for (size_t i = 0; i < array_len(rows); i++) {
		*unit = rows[i].unit;
		if (strcmp(rows[i].name, name) == 0)
			return 0;
	}
	return err_set(e, -EINVAL, "no metric '%s'", name);
}

static const struct expr_names names = {
	.groups = groups, .n_groups = array_len(groups), .metric = metric};

/* t: 10, 20, 1, 2, 4 by group; t.u the tenth; n: 3 */
static double lookup(const void *context, int group, const char *name)
{
	static const double t[] = {10, 20, 1, 2, 4};
	(void)context;

	if (strcmp(name, "all.pct") == 0)
		return group == -1 ? 7 : NAN;
	if (strcmp(name, "n") == 0)
		return group == 1 ? NAN : 3;
	return strcmp(name, "t") == 0 ? t[group] : t[group] / 10;
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		double value;
		const char *unit;
		bool per_group;
	} rows[] = {
		{"b:t / a:t", 2, "ratio", false},
		{"b:t/a:t", 2, "ratio", false},
		{"ratio(b:t, a:t)", 2, "ratio", false},
		{"parent:t / sum(leaf*:t)", 4.0 / 3, "ratio", false},
		{"sum(leaf1:t, leaf-2:t) - leaf-2:t", 1, "usec", false},
		{"share(a:t, a:t, b:t)", 1.0 / 3, "ratio", false},
		{"share(leaf-2:t, *:t)", 2.0 / 37, "ratio", false},
		{"max(*:t) - min(*:t)", 19, "usec", false},
		{"mean(leaf?2:t, leaf1:t)", 1.5, "usec", false},
		{"count(*:n)", 4, "count", false},
		{"1 + 2 * 3 - a:n", 4, "count", false},
		{"(1 + 2) * 3 / a:n", 3, "", false},
		{"- a:t + 12", 2, "usec", false},
		{"abs(a:t - b:t)", 10, "usec", false},
		{"8 / 4 / 2 * a:n", 3, "count", false},
		{"a:t.u", 1, "usec", false},
		{"leaf1*:t", 1, "usec", false}, /* one matches */
		{"a:t * b:t", 200, "", false},
		{"a:t / b:t / (a:t / b:t)", 1, "ratio", false},
		{"all.pct / 7 * 1e2", 100, "%", false},
		{"t / t.u", 10, "ratio", true}, /* of group b, see below */
		{"t - a:t", 10, "usec", true},
		{"t + all.pct * 0 * 1", NAN, NULL, false},
		{"sum(*:n)", NAN, "count", false}, /* a part is missing: no sum */
		{"max(*:n)", NAN, "count", false},
		{"b:n", NAN, "count", false},
		{"a:t / (b:t - b:t)", NAN, "ratio", false},
		{"b:t - b:t / (a:t / a:t)", 0, "usec", false},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct arena *arena = arena_new();
		const struct expr *x = NULL;
		struct err e = {""};
		size_t at;
		int r = expr_parse(rows[i].text, &names, arena, &x, &at, &e);
		if (!rows[i].unit) {
			assert_int_equal(r, -EINVAL);
		} else if (r < 0) {
			fail_msg("%s: %s", rows[i].text, e.text);
		} else {
			double v = expr_value(x, lookup, NULL, 1);
			if (isnan(v) != isnan(rows[i].value) || fabs(v - rows[i].value) > 1e-12)
				fail_msg("%s is %.17g, expected %.17g", rows[i].text, v,
					 rows[i].value);
			assert_string_equal(expr_unit(x), rows[i].unit);
			assert_int_equal(expr_is_per_group(x), rows[i].per_group);
		}
		arena_free(arena);
	}
}

static void test_faults_have_a_place(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *message;
	} rows[] = {
		{"", 0, "expected GROUP:METRIC, a number, a function or '(', and not the end"},
		{"   ", 3, "and not the end"},
		{"a:t /", 5, "and not the end"},
		{"a:t b:t", 4, "expected an operator (+ - * /) or the end, and not 'b:t'"},
		{"a:t == 1", 4, "expected an operator"},
		{"a:t / c:t", 6, "no group is called 'c'"},
		{"parnt:t / a:t", 0, "did you mean 'parent'?"},
		{"a:t / 2*b:t", 6, "an operator - or * has spaces around it"},
		{"sum(x*:t)", 4, "no group matches 'x*'"},
		{"a:", 2, "expected a metric such as cpu.usage_usec behind ':'"},
		{"b:t / a:tt", 8, "no metric 'tt'"},
		{"a:all.pct", 2, "'all.pct' is of the trial and of none of its groups"},
		{"a:t + b:n", 4, "usec and count do not add up"},
		{"sum(a:t, b:n)", 9, "usec and count do not add up"},
		{"leaf*:t / a:t", 0, "2 groups match here; expected one"},
		{"a:t / leaf*:t", 6, "2 groups match here; expected one"},
		{"-leaf*:t", 0, "2 groups match here"},
		{"*:t", 0, "5 groups match here"},
		{"abs(*:t)", 4, "5 groups match here"},
		{"ratio(a:t, *:t)", 11, "5 groups match here"},
		{"ratio(a:t)", 9, "too few arguments; expected ratio(a:METRIC, b:METRIC)"},
		{"abs(a:t, b:t)", 9, "too many arguments; expected abs(VALUE)"},
		{"abs()", 4, "expected GROUP:METRIC"},
		{"sum(a:t; b:t)", 7, "expected ',' or ')'; as in sum(leaf*:METRIC)"},
		{"sum(a:t", 7, "expected ',' or ')'"},
		{"(a:t", 0, "expected ')' for this bracket"},
		{"(a:t]", 4, "expected ')'"},
		{"a:t)", 3, "expected an operator"},
		{"som(a:t)", 0, "there is no function 'som' (did you mean 'sum'?)"},
		{"median(a:t)", 0, "expected sum, min, max, mean, count, abs, ratio or share"},
		{"a:t / 64M", 6, "'64M' is no number; expected one such as 0.5 or 1e6"},
		{"a:t / 1e999", 6, "expected a number"},
		{"1 + 1", 0, "no metric in it"},
		{"a:t % 2", 4, "expected an operator"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct arena *arena = arena_new();
		const struct expr *x = NULL;
		struct err e = {""};
		size_t at = 999;
		int r = expr_parse(rows[i].text, &names, arena, &x, &at, &e);
		if (r != -EINVAL || x || at != rows[i].at || !strstr(e.text, rows[i].message))
			fail_msg("%s: %d at %zu: %s", rows[i].text, r, at, e.text);
		arena_free(arena);
	}
}

/* Neither depth nor length reaches the end of the stack. */
static void test_endless_texts_are_refused(void **state)
{
	static const struct {
		const char *piece, *message;
	} rows[] = {
		{"(", "nested more than 32 deep"},
		{"-", "nested more than 32 deep"},
		{"sum(", "nested more than 32 deep"},
		{"a:t+", "more than 1000 terms"},
	};
	enum { PIECES = 100000 };
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		size_t length = strlen(rows[i].piece);
		char *text = calloc(PIECES + 1, length);
		struct arena *arena = arena_new();
		const struct expr *x;
		struct err e = {""};
		size_t at;
		assert_non_null(text);
		for (size_t p = 0; p < PIECES; p++)
			memcpy(text + p * length, rows[i].piece, length);
		assert_int_equal(expr_parse(text, &names, arena, &x, &at, &e), -EINVAL);
		if (!strstr(e.text, rows[i].message))
			fail_msg("%s...: %s", rows[i].piece, e.text);
		arena_free(arena);
		free(text);
	}
}

const struct CMUnitTest tests_unit_expr[] = {
	cmocka_unit_test(test_values),
	cmocka_unit_test(test_faults_have_a_place),
	cmocka_unit_test(test_endless_texts_are_refused),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of commands that came to various ends, from made-up measurements. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "evaluate/account.h"
#include "tests/test.h"

enum { VALUES = 8, LIMITS = 4, SEGV = 11 };

struct row {
	int status;
	bool cut_short, swap_is_open;
	double seconds;
	struct {
		const char *metric;
		double value;
	} values[VALUES];
	const char *limits[LIMITS][2];
	const char *says;
};

static const struct row rows[] = {
	{.seconds = 0.0123, .says = "exit 0 after 12.3 ms\n"},
	{.status = SEGV,
	 .seconds = 4.8,
	 .values = {{"cpu.usage_usec", 1.02e6},
		    {"cpu.nr_throttled", 48},
		    {"cpu.nr_periods", 48},
		    {"memory.peak_bytes", 48 << 20},
		    {"memory.events_oom_kill", 1},
		    {"memory.events_max", 7},
		    {"pids.current", 3}},
	 .limits = {{"cpu.max", "20% 100ms"}, {"memory.max", "48M"}},
	 .says = "exit 139 (SIGSEGV) after 4.8 s; CPU: throttled in 48 of 48 periods, 1.02 s of "
		 "960 ms allowed; memory: peak 48M of 48M, 1 OOM kill; 3 tasks left behind, "
		 "killed\n"},
	{.status = 3 << 8,
	 .seconds = 250,
	 .values = {{"cpu.usage_usec", 1.5e8}, {"memory.peak_bytes", 5.5 * (1 << 30)}},
	 .says = "exit 3 after 250 s; CPU: 150 s; memory: peak 5.5G\n"},
	{.cut_short = true,
	 .seconds = 2,
	 .values = {{"pids.peak", 16}, {"pids.events_max", 1}, {"pids.current", 16}},
	 .limits = {{"pids.max", "16"}},
	 .says = "ended by --timeout after 2 s; tasks: peak 16 of 16, 1 fork refused\n"},
	{.seconds = 1,
	 .swap_is_open = true,
	 .values = {{"memory.peak_bytes", 1000},
		    {"memory.events_max", 2},
		    {"memory.events_high", 1},
		    {"pids.current", 1}},
	 .limits = {{"memory.max", "max"}},
	 .says = "exit 0 after 1 s; memory: peak 1000 bytes, reclaimed at the limit 2 times, "
		 "slowed "
		 "down by memory.high 1 time, and swap is open (-l memory.swap.max=0 closes it); "
		 "1 task left behind, killed\n"},
};

static void take_limits(const struct row *row, struct limit_plan *limits, size_t *n)
{
	struct err e;

	for (*n = 0; *n < LIMITS && row->limits[*n][0]; (*n)++) {
		limits[*n].knob = knob_find(row->limits[*n][0]);
		assert_non_null(limits[*n].knob);
		assert_int_equal(
			knob_parse(limits[*n].knob, row->limits[*n][1], &limits[*n].value, &e), 0);
	}
}

static void take_values(const struct row *row, struct value *values, size_t *n)
{
	for (*n = 0; *n < VALUES && row->values[*n].metric; (*n)++) {
		values[*n] = (struct value){.value = row->values[*n].value};
		snprintf(values[*n].metric, sizeof(values[*n].metric), "%s",
			 row->values[*n].metric);
	}
}

static void test_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct row *row = &rows[i];
		struct limit_plan limits[LIMITS] = {0};
		struct value values[VALUES];
		struct evaluation v = {.values = values};
		struct account a = {.wait_status = row->status,
				    .cut_short = row->cut_short,
				    .seconds = row->seconds,
				    .limits = limits,
				    .values = &v,
				    .swap_is_open = row->swap_is_open};
		char *text = NULL;
		size_t size;
		FILE *f = open_memstream(&text, &size);

		assert_non_null(f);
		take_limits(row, limits, &a.n_limits);
		take_values(row, values, &v.n);
		account_print(&a, f);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(text, row->says);
		free(text);
	}
}

static void test_allowed(void **state)
{
	struct limit_plan limits[LIMITS] = {0};
	struct evaluation none = {0};
	struct account a = {.seconds = 3, .limits = limits, .values = &none};
	(void)state;

	take_limits(&rows[1], limits, &a.n_limits);
	assert_true(fabs(account_allowed(&a, "cpu.usage_usec") - 600000) < 1e-6);
	assert_true(account_allowed(&a, "memory.current_bytes") == 48 << 20);
	assert_true(isnan(account_allowed(&a, "pids.peak")));
	assert_true(isnan(account_allowed(&a, "work.ops")));
}

const struct CMUnitTest tests_unit_account[] = {
	cmocka_unit_test(test_says),
	cmocka_unit_test(test_allowed),
	{0},
};

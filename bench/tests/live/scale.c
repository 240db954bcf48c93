/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scale: many groups, beside each other and below each other. */
#include <stdio.h>
#include <string.h>

#include "tests/support/suite_run.h"
#include "tests/test.h"

/*
 * More descriptors than the 1024 that a process has by default: from 120 groups on, rows were
 * missing in a trial that was ok.
 */
static void test_rows_of_all(void **state)
{
	static const char *const metrics[] = {"cpu.usage_usec", "memory.peak_bytes", "pids.peak"};
	struct suite_run r = suite_run("suite: many\n"
				       "question: Are there rows of every group?\n"
				       "duration: 20s\n"
				       "sample_every: 5s\n"
				       "groups:\n"
				       "  - name: leaf\n"
				       "    count: 200\n"
				       "    limits: {pids.max: 16}\n"
				       "    run: {workload: duty, busy: 1ms, idle: 999ms}\n",
				       NULL);
	char name[16];

	(void)state;
	test_timeout(600);
	assert_string_equal(run_trial_text(&r, "status"), "ok");
	for (int i = 1; i <= 200; i++)
		for (size_t m = 0; m < 3; m++) {
			snprintf(name, sizeof(name), "leaf%d", i);
			if (!(run_value(&r, name, metrics[m], NULL, NULL) > 0))
				fail_msg("%s has no %s", name, metrics[m]);
		}
	suite_run_free(&r);
}

/* A level of a deep chain costs at most twice a level of a short one. */
static void test_chain_is_linear(void **state)
{
	struct suite_run r = suite_run("suite: chain\n"
				       "question: What does a level cost?\n"
				       "duration: 1s\n"
				       "sample_every: 500ms\n"
				       "axes: {depth: [10, 200]}\n"
				       "groups:\n"
				       "  - name: level\n"
				       "    depth: \"${depth}\"\n"
				       "    limits: {pids.max: 16}\n"
				       "    run: {workload: duty, busy: 1ms, idle: 99ms}\n",
				       NULL);
	double few, many;

	(void)state;
	test_timeout(600);
	few = run_value(&r, "", "harness.setup_usec", "depth", "10") / 10;
	many = run_value(&r, "", "harness.setup_usec", "depth", "200") / 200;
	if (!(many > 0 && many <= 2 * few))
		fail_msg("a level costs %.0f us of 10, %.0f us of 200", few, many);
	assert_true(run_value(&r, "level1", "cpu.usage_usec", "depth", "200") > 0);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

/* What holds below a tighter parent of the same suite is the parent's, and that is recorded. */
static void test_child_above_its_parent(void **state)
{
	struct suite_run r = suite_run("suite: above\n"
				       "question: Does a parent hold a child that may do more?\n"
				       "duration: 4s\n"
				       "groups:\n"
				       "  - name: parent\n"
				       "    limits: {cpu.max: 20ms 100ms}\n"
				       "    children:\n"
				       "      - name: child\n"
				       "        limits: {cpu.max: 80ms 100ms}\n"
				       "        run: {workload: spin}\n",
				       NULL);

	(void)state;
	assert_string_equal(run_trial_text(&r, "status"), "ok");
	assert_true(run_value(&r, "child", "cpu.usage_usec", NULL, NULL) < 1.1 * 0.8e6);
	assert_true(run_column(&r, "expected", "child", "cpu.usage_usec", NULL, NULL) < 0.9e6);
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_scale[] = {
	cmocka_unit_test(test_rows_of_all),
	cmocka_unit_test(test_chain_is_linear),
	cmocka_unit_test(test_child_above_its_parent),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <unistd.h>

#include "tests/support/suite_run.h"
#include "tests/test.h"

#define assert_between(v, low, high)                                                         \
	do {                                                                                 \
		if (!((v) >= (low) && (v) <= (high)))                                        \
			fail_msg(#v " is %g, expected %g to %g", (double)(v), (double)(low), \
				 (double)(high));                                            \
	} while (0)

/* The kernel's own selftest and LTP accept no more (KERNEL: quota, one hog, 10 s). */
static void test_one_hog(void **state)
{
	struct suite_run r = suite_run("suite: one-hog\n"
				       "question: Is 20 ms of 100 ms 2 s in 10?\n"
				       "duration: 10s\n"
				       "groups:\n"
				       "  - name: subject\n"
				       "    limits: {cpu.max: 20ms 100ms}\n"
				       "    run: {workload: spin, threads: 1}\n",
				       NULL);
	double usage, stalls;

	(void)state;
	assert_int_equal(r.code, 0);
	usage = run_value(&r, "subject", "cpu.usage_usec", NULL, NULL);
	stalls = run_value(&r, "subject", "stall.total_usec", NULL, NULL);
	assert_between(run_value(&r, "subject", "cpu.usage_error", NULL, NULL), -3, 5);
	assert_between(run_value(&r, "subject", "cpu.nr_throttled", NULL, NULL) /
			       run_value(&r, "subject", "cpu.nr_periods", NULL, NULL),
		       0.95, 1);
	assert_between(stalls / (10e6 - usage), 0.98, 1.02);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

static void test_four_hogs_one_cpu(void **state)
{
	struct suite_run r;

	(void)state;
	if (sysconf(_SC_NPROCESSORS_ONLN) < 4)
		test_skip("needs 4 CPUs, this host has %ld", sysconf(_SC_NPROCESSORS_ONLN));
	r = suite_run("suite: four-hogs\n"
		      "question: Do 4 threads under one CPU of quota stall 75 ms a period?\n"
		      "duration: 3s\n"
		      "groups:\n"
		      "  - name: subject\n"
		      "    limits: {cpu.max: 100% 100ms}\n"
		      "    place: {cpus: 4, where: spread}\n"
		      "    run: {workload: spin, threads: 4}\n",
		      NULL);
	assert_int_equal(r.code, 0);
	assert_between(run_value(&r, "subject", "stall.per_period_usec", NULL, NULL), 0.85 * 75000,
		       1.15 * 75000);
	suite_run_free(&r);
}

/* A parent's quota holds its child: the child's own counters stay 0, its usage does not. */
static void test_parent_quota(void **state)
{
	struct suite_run r = suite_run("suite: parent\n"
				       "question: Does a parent's quota hold its child?\n"
				       "duration: 3s\n"
				       "groups:\n"
				       "  - name: parent\n"
				       "    limits: {cpu.max: 20ms 100ms}\n"
				       "    children:\n"
				       "      - name: child\n"
				       "        run: {workload: spin, threads: 1}\n",
				       NULL);

	(void)state;
	assert_int_equal(r.code, 0);
	assert_between(run_value(&r, "child", "cpu.usage_error", NULL, NULL), -4, 6);
	assert_true(run_value(&r, "parent", "cpu.nr_throttled", NULL, NULL) > 0);
	assert_true(run_value(&r, "child", "cpu.nr_throttled", NULL, NULL) == 0);
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_quota[] = {
	cmocka_unit_test(test_one_hog),
	cmocka_unit_test(test_four_hogs_one_cpu),
	cmocka_unit_test(test_parent_quota),
	{0},
};

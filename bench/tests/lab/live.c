/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live tests on real kernels: an old one with one CPU, a newer one with four. */
#include "tests/support/lab.h"
#include "tests/test.h"

static const char limits[] = "quota. memory. bomb. unenforced. actions. faults. exec. identity. "
			     "delegated.";

static void test_6_1_one_cpu(void **state)
{
	(void)state;
	lab_run_tests(&(struct lab){.kernel = "6.1", .cpus = "1"}, limits);
}

static void test_6_12_four_cpus(void **state)
{
	(void)state;
	lab_run_tests(&(struct lab){.kernel = "6.12", .cpus = "4"}, limits);
}

/* More real time than the others take, since each group is a process that is started. */
static void test_scale(void **state)
{
	(void)state;
	lab_run_tests(&(struct lab){.kernel = "6.12", .cpus = "1"}, "scale.");
}

static void test_killed_harness(void **state)
{
	(void)state;
	lab_run_tests(&(struct lab){.kernel = "6.12", .cpus = "2"}, "killed. hostile.");
}

static void test_host_is_given_back(void **state)
{
	(void)state;
	lab_run_tests(&(struct lab){.kernel = "6.12", .cpus = "2"}, "host.");
}

static void test_missing_controller(void **state)
{
	(void)state;
	lab_run_tests(
		&(struct lab){.kernel = "6.12", .cpus = "1", .cmdline = "cgroup_disable=memory"},
		"missing_controller");
}

static void test_placement(void **state)
{
	(void)state;
	lab_run_tests(&(struct lab){.kernel = "6.12",
				    .sockets = "2",
				    .cores = "2",
				    .threads = "2",
				    .nodes = "2"},
		      "placement.");
}

const struct CMUnitTest tests_lab_live[] = {
	cmocka_unit_test(test_6_1_one_cpu),
	cmocka_unit_test(test_6_12_four_cpus),
	cmocka_unit_test(test_killed_harness),
	cmocka_unit_test(test_host_is_given_back),
	cmocka_unit_test(test_missing_controller),
	cmocka_unit_test(test_placement),
	cmocka_unit_test(test_scale),
	{0},
};

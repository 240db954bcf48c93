/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * On two sockets of two cores of two threads, two nodes: the CPUs that the threads ran on, as the
 * kernel told them, are those that the placement means. Which CPUs are siblings and neighbours is
 * read from /sys here, not asked of the code under test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite_run.h"
#include "tests/test.h"

static int cpu_fact(int cpu, const char *file)
{
	char path[128];
	FILE *f;
	int value = -1;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, file);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &value) != 1)
		fail_msg("cannot read %s", path);
	fclose(f);
	return value;
}

static int node_of(int cpu)
{
	for (int node = 0; node < 8; node++) {
		char path[128];
		FILE *f;
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpu%d", node, cpu);
		f = fopen(path, "r");
		if (f) {
			fclose(f);
			return node;
		}
	}
	fail_msg("CPU %d is on no node", cpu);
	return -1;
}

/* Runs two threads placed so; returns the two CPUs they were seen on. */
static void run_placed(const char *where, int *a, int *b)
{
	char yaml[512];
	struct suite_run r;

	snprintf(yaml, sizeof(yaml),
		 "suite: placed\n"
		 "question: Do threads run where they are put?\n"
		 "duration: 200ms\n"
		 "groups:\n"
		 "  - name: subject\n"
		 "    place: {cpus: 2, where: \"%s\"}\n"
		 "    run: {workload: spin, threads: 2}\n",
		 where);
	r = suite_run(yaml, NULL);
	assert_int_equal(r.code, 0);
	if (sscanf(run_trial_text(&r, "ran_on"), "subject=%d,%d", a, b) != 2)
		fail_msg("ran on '%s', expected two CPUs", run_trial_text(&r, "ran_on"));
	assert_string_equal(run_trial_text(&r, "ran_on"), run_trial_text(&r, "placement"));
	assert_true(run_value(&r, "subject", "place.strays", NULL, NULL) == 0);
	suite_run_free(&r);
}

static void need_two_by_two(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/cpu7/topology/core_id", "r");

	if (!f)
		test_skip("needs 2 sockets of 2 cores of 2 threads (scripts/lab --sockets 2 ...)");
	fclose(f);
}

static void test_same_core(void **state)
{
	int a, b;

	(void)state;
	need_two_by_two();
	run_placed("same-core", &a, &b);
	assert_int_equal(cpu_fact(a, "physical_package_id"), cpu_fact(b, "physical_package_id"));
	assert_int_equal(cpu_fact(a, "core_id"), cpu_fact(b, "core_id"));
	assert_int_not_equal(a, b);
}

static void test_same_l3(void **state)
{
	int a, b;

	(void)state;
	need_two_by_two();
	run_placed("same-l3", &a, &b);
	assert_int_equal(cpu_fact(a, "physical_package_id"), cpu_fact(b, "physical_package_id"));
	assert_int_not_equal(cpu_fact(a, "core_id"), cpu_fact(b, "core_id"));
}

static void test_other_package(void **state)
{
	int a, b;

	(void)state;
	need_two_by_two();
	run_placed("other-package", &a, &b);
	assert_int_not_equal(cpu_fact(a, "physical_package_id"),
			     cpu_fact(b, "physical_package_id"));
}

static void test_node(void **state)
{
	int a, b;

	(void)state;
	need_two_by_two();
	run_placed("node:1", &a, &b);
	assert_int_equal(node_of(a), 1);
	assert_int_equal(node_of(b), 1);
}

const struct CMUnitTest tests_live_placement[] = {
	cmocka_unit_test(test_same_core),
	cmocka_unit_test(test_same_l3),
	cmocka_unit_test(test_other_package),
	cmocka_unit_test(test_node),
	{0},
};

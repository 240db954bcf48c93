/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit that does not hold makes a trial without numbers. */
#include <math.h>
#include <string.h>

#include "cgbench/exit.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

static void assert_no_numbers(const struct suite_run *r, const char *reason)
{
	assert_int_equal(r->code, EXIT_INCONCLUSIVE);
	assert_string_equal(run_trial_text(r, "status"), "unenforced");
	if (!strstr(run_trial_text(r, "reason"), reason))
		fail_msg("the reason is '%s', and does not say '%s'", run_trial_text(r, "reason"),
			 reason);
	assert_true(isnan(run_value(r, "subject", "cpu.usage_usec", NULL, NULL)));
	assert_true(isnan(run_value(r, "subject", "memory.peak_bytes", NULL, NULL)));
	assert_int_equal(groups_left(), 0);
}

/* Inside of a suite a parent may be the tighter one: what holds is what theory goes by. */
static void test_tighter_parent(void **state)
{
	struct suite_run r =
		suite_run("suite: tighter\n"
			  "question: Does a parent's quota hold a child that may have more?\n"
			  "duration: 2s\n"
			  "groups:\n"
			  "  - name: parent\n"
			  "    limits: {cpu.max: 2ms 20ms}\n"
			  "    children:\n"
			  "      - name: subject\n"
			  "        limits: {cpu.max: 10ms 20ms}\n"
			  "        run: {workload: spin, threads: 1}\n"
			  "expect:\n"
			  "  - {metric: cpu.usage_error, group: parent, within: 10%}\n"
			  "  - {metric: cpu.usage_error, group: subject, within: 10%}\n",
			  NULL);

	(void)state;
	assert_int_equal(r.code, 0);
	assert_true(fabs(run_column(&r, "expected", "subject", "cpu.usage_usec", NULL, NULL) -
			 2e5) < 0.02 * 2e5);
	suite_run_free(&r);
}

#define OWN "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)"

/* A program that lifts its own limit in mid window: what it was, and became. */
static void test_lifts_its_own_limit(void **state)
{
	struct suite_run r = suite_run("suite: lifts\n"
				       "question: Is a limit that does not last called one?\n"
				       "duration: 2s\n"
				       "groups:\n"
				       "  - name: subject\n"
				       "    limits: {cpu.max: 20ms 100ms}\n"
				       "    run:\n"
				       "      exec: [sh, -c, 'echo max > " OWN
				       "/cpu.max; while :; do :; done']\n",
				       NULL);

	(void)state;
	assert_no_numbers(&r, "subject: cpu.max was '20000 100000' and is 'max 100000' at the "
			      "window's end, without an action");
	suite_run_free(&r);
}

/* The same by somebody outside, in a group above. */
static void test_tightened_from_above(void **state)
{
	struct suite_run r = suite_run(
		"suite: above\n"
		"question: Is a limit that comes from above in mid window seen?\n"
		"duration: 2s\n"
		"groups:\n"
		"  - name: subject\n"
		"    limits: {cpu.max: 20ms 100ms}\n"
		"    run:\n"
		"      exec: [sh, -c, 'echo 5000 > " OWN "/../../cpu.max; while :; do :; done']\n",
		NULL);

	(void)state;
	assert_no_numbers(&r, "a group above: cpu.max was 'max 100000' and is '5000 100000'");
	suite_run_free(&r);
}

/* The second fence is an ancestor too: no group can have more memory than the host. */
static void test_tighter_fence(void **state)
{
	struct suite_run r = suite_run("suite: fence\n"
				       "question: Can a group be given more than there is?\n"
				       "duration: 1s\n"
				       "groups:\n"
				       "  - name: subject\n"
				       "    limits: {memory.max: 4T}\n"
				       "    run: {workload: spin, threads: 1}\n",
				       NULL);

	(void)state;
	assert_no_numbers(&r, "a group above allows only");
	suite_run_free(&r);
}

/* The kernel refuses: the message names file and value. */
static void test_refused_value(void **state)
{
	struct suite_run r = suite_run("suite: refused\n"
				       "question: Does a CPU that is not there hold a group?\n"
				       "duration: 1s\n"
				       "groups:\n"
				       "  - name: subject\n"
				       "    limits: {cpuset.cpus: \"999\"}\n"
				       "    run: {workload: spin, threads: 1}\n",
				       NULL);

	(void)state;
	assert_int_equal(r.code, EXIT_INCONCLUSIVE);
	assert_string_equal(run_trial_text(&r, "status"), "unenforced");
	assert_non_null(strstr(run_trial_text(&r, "reason"), "cpuset.cpus"));
	assert_non_null(strstr(run_trial_text(&r, "reason"), "999"));
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

/* For a kernel booted with cgroup_disable=memory. */
static void test_missing_controller(void **state)
{
	struct suite_run r;

	(void)state;
	if (groups_have_controller("memory"))
		test_skip("this kernel has the memory controller");
	r = suite_run("suite: missing\n"
		      "question: Is a limit claimed without its controller?\n"
		      "duration: 1s\n"
		      "groups:\n"
		      "  - name: subject\n"
		      "    limits: {memory.max: 64M}\n"
		      "    run: {workload: spin, threads: 1}\n",
		      NULL);
	assert_no_numbers(&r, "controller 'memory' is not available");
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_unenforced[] = {
	cmocka_unit_test(test_tighter_parent),
	cmocka_unit_test(test_lifts_its_own_limit),
	cmocka_unit_test(test_tightened_from_above),
	cmocka_unit_test(test_tighter_fence),
	cmocka_unit_test(test_refused_value),
	cmocka_unit_test(test_missing_controller),
	{0},
};

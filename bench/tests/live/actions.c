/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cgbench/exit.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

/* Half the time at 20%, half at 80%: the usage is in between, so the write took effect in time. */
static void test_write(void **state)
{
	struct suite_run r =
		suite_run("suite: write\n"
			  "question: Does a quota that is changed take effect?\n"
			  "duration: 4s\n"
			  "groups:\n"
			  "  - name: subject\n"
			  "    limits: {cpu.max: 20ms 100ms}\n"
			  "    run: {workload: spin, threads: 1}\n"
			  "actions:\n"
			  "  - {at: 2s, group: subject, write: {cpu.max: 80ms 100ms}}\n"
			  "expect:\n"
			  "  - {metric: cpu.usage_error, within: 6%}\n",
			  NULL);

	(void)state;
	assert_int_equal(r.code, 0);
	assert_true(fabs(run_column(&r, "expected", "subject", "cpu.usage_usec", NULL, NULL) -
			 2e6) < 0.05 * 2e6);
	suite_run_free(&r);
}

/* Frozen for half of the time, a hog uses half of it; and a frozen group can be removed. */
static void test_freeze(void **state)
{
	struct suite_run r = suite_run("suite: freeze\n"
				       "question: Does a frozen group stand still?\n"
				       "duration: 4s\n"
				       "groups:\n"
				       "  - name: thawed\n"
				       "    run: {workload: spin, threads: 1}\n"
				       "  - name: frozen\n"
				       "    run: {workload: duty, busy: 1ms, idle: 9ms}\n"
				       "actions:\n"
				       "  - {at: 1s, group: thawed, freeze: true}\n"
				       "  - {at: 1s, group: frozen, freeze: true}\n"
				       "  - {at: 3s, group: thawed, thaw: true}\n",
				       NULL);
	double usage;

	(void)state;
	assert_int_equal(r.code, 0);
	usage = run_value(&r, "thawed", "cpu.usage_usec", NULL, NULL);
	assert_true(usage > 1.7e6 && usage < 2.1e6);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

static void test_move(void **state)
{
	struct suite_run r = suite_run("suite: move\n"
				       "question: Is a task held by the group it is moved to?\n"
				       "duration: 4s\n"
				       "groups:\n"
				       "  - name: free\n"
				       "    run: {workload: spin, threads: 1}\n"
				       "  - name: held\n"
				       "    limits: {cpu.max: 20ms 100ms}\n"
				       "actions:\n"
				       "  - {at: 2s, group: free, move: held}\n",
				       NULL);
	double held;

	(void)state;
	assert_int_equal(r.code, 0);
	held = run_value(&r, "held", "cpu.usage_usec", NULL, NULL);
	assert_true(held > 0.9 * 0.4e6 && held < 1.1 * 0.4e6);
	suite_run_free(&r);
}

/* An action that the kernel refuses is told with its time, file and value. */
static void test_refused_action(void **state)
{
	struct suite_run r =
		suite_run("suite: refused\n"
			  "question: Is a refused action told?\n"
			  "duration: 2s\n"
			  "groups:\n"
			  "  - name: subject\n"
			  "    limits: {cpuset.cpus: \"0\"}\n"
			  "    run: {workload: spin, threads: 1}\n"
			  "actions:\n"
			  "  - {at: 1s, group: subject, write: {cpuset.cpus: \"999\"}}\n",
			  NULL);

	(void)state;
	assert_int_equal(r.code, EXIT_INCONCLUSIVE);
	assert_string_equal(run_trial_text(&r, "status"), "failed");
	assert_non_null(strstr(run_trial_text(&r, "reason"), "action at 1.000 s"));
	assert_non_null(strstr(run_trial_text(&r, "reason"), "cpuset.cpus"));
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_actions[] = {
	cmocka_unit_test(test_write),
	cmocka_unit_test(test_freeze),
	cmocka_unit_test(test_move),
	cmocka_unit_test(test_refused_action),
	{0},
};

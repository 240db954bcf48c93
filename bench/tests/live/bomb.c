/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "tests/support/suite_run.h"
#include "tests/test.h"

/* A bomb of each kind, from the second second to the fourth, beside somebody who only wants to fork
 * every 20 ms. */
static void bomb(const char *how)
{
	char yaml[1024];
	struct suite_run r;

	snprintf(yaml, sizeof(yaml),
		 "suite: bomb\n"
		 "question: Is a fork bomb contained?\n"
		 "duration: 5s\n"
		 "groups:\n"
		 "  - name: bomb\n"
		 "    start: 2s\n"
		 "    limits: {pids.max: 64, memory.max: 128M}\n"
		 "    run: {workload: forkbomb, how: %s}\n"
		 "  - name: bystander\n"
		 "    run: {workload: bystander, every: 20ms, request: fork}\n"
		 "actions:\n"
		 "  - {at: 4s, group: bomb, kill: true}\n",
		 how);
	r = suite_run(yaml, NULL);
	assert_int_equal(r.code, 0);
	assert_true(run_value(&r, "bomb", "pids.peak", NULL, NULL) == 64);
	assert_true(run_value(&r, "bomb", "work.forks_refused", NULL, NULL) > 0);
	assert_true(run_value(&r, "bomb", "pids.events_max", NULL, NULL) > 0);
	assert_true(run_value(&r, "bomb", "kill.left", NULL, NULL) == 0);
	assert_true(run_value(&r, "bomb", "kill.to_empty_usec", NULL, NULL) > 0);
	assert_true(run_value(&r, "bystander", "work.forks_failed", NULL, NULL) == 0);
	assert_true(run_value(&r, "bystander", "work.forks", NULL, NULL) > 0);
	assert_true(run_value(&r, "bystander", "latency.before_p50_usec", NULL, NULL) > 0);
	assert_true(run_value(&r, "bystander", "latency.during_p50_usec", NULL, NULL) > 0);
	assert_true(run_value(&r, "bystander", "latency.after_p50_usec", NULL, NULL) > 0);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

static void test_fork(void **state)
{
	(void)state;
	bomb("fork");
}

static void test_vfork(void **state)
{
	(void)state;
	bomb("vfork");
}

static void test_threads(void **state)
{
	(void)state;
	bomb("threads");
}

const struct CMUnitTest tests_live_bomb[] = {
	cmocka_unit_test(test_fork),
	cmocka_unit_test(test_vfork),
	cmocka_unit_test(test_threads),
	{0},
};

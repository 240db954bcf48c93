/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/suite_run.h"
#include "tests/test.h"

/* 200 MB of anonymous memory under 64 MB and no swap: one kill, and never more than the limit and
 * the charge stock, 64 pages a CPU. */
static void test_anon_is_killed(void **state)
{
	struct suite_run r = suite_run("suite: anon\n"
				       "question: Where does memory.max stop a group?\n"
				       "duration: 10s\n"
				       "groups:\n"
				       "  - name: subject\n"
				       "    limits: {memory.max: 64M, memory.swap.max: 0}\n"
				       "    run: {workload: touch, kind: anon, bytes: 200M}\n",
				       (const char *const[]){NULL});
	double stock = 64.0 * (double)sysconf(_SC_PAGESIZE) * (double)sysconf(_SC_NPROCESSORS_ONLN);

	(void)state;
	assert_int_equal(r.code, 0);
	assert_true(run_value(&r, "subject", "memory.events_oom_kill", NULL, NULL) == 1);
	assert_true(run_value(&r, "subject", "memory.survived", NULL, NULL) == 0);
	assert_true(run_value(&r, "subject", "memory.time_to_kill_usec", NULL, NULL) > 0);
	if (!isnan(run_value(&r, "subject", "memory.peak_bytes", NULL, NULL)))
		assert_true(run_value(&r, "subject", "memory.overshoot_bytes", NULL, NULL) <=
			    stock);
	assert_string_equal(run_trial_text(&r, "status"), "ok");
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

/* Page cache can be given back: nobody dies. */
static void test_file_is_reclaimed(void **state)
{
	struct suite_run r;
	double current;

	(void)state;
	if (!getenv("CGBENCH_SCRATCH"))
		test_skip("CGBENCH_SCRATCH names no folder on a disk file system");
	r = suite_run("suite: file\n"
		      "question: Is page cache reclaimed at memory.max?\n"
		      "duration: 10s\n"
		      "groups:\n"
		      "  - name: subject\n"
		      "    limits: {memory.max: 30M, memory.swap.max: 0}\n"
		      "    run: {workload: touch, kind: file, bytes: 50M}\n",
		      NULL);
	assert_int_equal(r.code, 0);
	current = run_value(&r, "subject", "memory.current_bytes", NULL, NULL);
	assert_true(run_value(&r, "subject", "memory.survived", NULL, NULL) == 1);
	assert_true(run_value(&r, "subject", "memory.events_oom_kill", NULL, NULL) == 0);
	assert_true(run_value(&r, "subject", "memory.events_max", NULL, NULL) > 0);
	assert_true(run_value(&r, "subject", "work.touched_bytes", NULL, NULL) == 50.0 * (1 << 20));
	assert_true(current <= 30.0 * (1 << 20) && current > 0.5 * 30 * (1 << 20));
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_memory[] = {
	cmocka_unit_test(test_anon_is_killed),
	cmocka_unit_test(test_file_is_reclaimed),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What README promises of a workload that wants out ("A hostile workload"), as far as no other test
 * shows it: unenforced. (a limit that it lifts itself), bomb., killed., fuzz.page.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

enum { NOT_HERE, REFUSED, HELD, ESCAPED };

static const char attempts[] =
	"suite: attempts\n"
	"question: Who gets out?\n"
	"duration: 10s\n"
	"end: {exit: subject}\n"
	"warmup: 0s\n"
	"axes: {attempt: [%s]}\n"
	"groups:\n"
	"  - {name: other, as: \"ns=pid,net\", run: {workload: duty, busy: 1ms, idle: 99ms}}\n"
	"  - name: outer\n"
	"    limits: {pids.max: 24, memory.max: 64M}\n"
	"    children:\n"
	"      - name: subject\n"
	"        limits: {pids.max: 12, memory.max: 32M, memory.swap.max: 0,\n"
	"                 cpu.max: \"20%% 100ms\"}\n"
	"        run: {workload: escape, attempt: \"${attempt}\"}\n";

struct expected {
	const char *attempt;
	int verdict, error;
};

static void expect(const char *as, const char *list, const struct expected *rows, size_t n)
{
	char yaml[2048];
	struct suite_run r;

	if (geteuid() != 0 || !groups_have_controller("memory"))
		test_skip("needs root and cgroup v2");
	snprintf(yaml, sizeof(yaml), attempts, list);
	r = suite_run(yaml, (const char *[]){"--as", as, NULL});
	for (size_t i = 0; i < n; i++) {
		double verdict =
			run_value(&r, "subject", "work.verdict", "attempt", rows[i].attempt);
		double error = run_value(&r, "subject", "work.errno", "attempt", rows[i].attempt);
		if (verdict != rows[i].verdict || error != rows[i].error)
			fail_msg("%s as %s: verdict %g, errno %g\n%s", rows[i].attempt, as, verdict,
				 error, r.output);
	}
	/* The other group's workload has lived through all of it. */
	assert_int_equal(r.code, 0);
	suite_run_free(&r);
	assert_int_equal(groups_left(), 0);
}

static void test_nobody_gets_nowhere(void **state)
{
	static const struct expected rows[] = {
		{"write-own-memory", REFUSED, 13}, {"write-own-cpu", REFUSED, 13},
		{"move-sibling", REFUSED, 13},     {"clone-root", REFUSED, 13},
		{"unshare-user", REFUSED, 13},     {"sched-fifo", REFUSED, 1},
		{"signal-other", REFUSED, 1},      {"kill-file-other", REFUSED, 13},
		{"signal-harness", REFUSED, 1},    {"io-uring-poller", HELD, 0},
	};

	(void)state;
	expect("nobody",
	       "write-own-memory, write-own-cpu, move-sibling, clone-root, unshare-user, "
	       "sched-fifo, signal-other, kill-file-other, signal-harness, io-uring-poller",
	       rows, array_len(rows));
}

/* Else the verdict could never be another one. */
static void test_root_is_seen_to_escape(void **state)
{
	static const struct expected rows[] = {
		{"write-own-memory", ESCAPED, 0},
		{"move-sibling", ESCAPED, 0},
		{"write-parent", HELD, 0},
		{"mkdir-past-max", NOT_HERE, 0},
	};

	(void)state;
	expect("root caps=container",
	       "write-own-memory, move-sibling, write-parent, mkdir-past-max", rows,
	       array_len(rows));
}

/*
 * What another group measures beside a bomb is what it measures alone: its quota, and what it is
 * over by at the end of a period, which is a tick at the most (a fifth of this quota at 250 Hz).
 */
static void test_a_bomb_changes_nobodys_numbers(void **state)
{
	struct suite_run r;

	(void)state;
	if (geteuid() != 0 || !groups_have_controller("memory"))
		test_skip("needs root and cgroup v2");
	r = suite_run("suite: beside\n"
		      "question: Has a group its quota beside a bomb?\n"
		      "duration: 2s\n"
		      "groups:\n"
		      "  - name: subject\n"
		      "    limits: {cpu.max: \"20% 100ms\", pids.max: 8}\n"
		      "    run: {workload: spin}\n"
		      "  - name: hostile\n"
		      "    as: nobody no_new_privs\n"
		      "    limits: {cpu.max: \"20% 100ms\", pids.max: 32, memory.max: 64M}\n"
		      "    run: {workload: forkbomb}\n",
		      NULL);
	printf("%s", r.output);
	assert_int_equal(r.code, 0);
	assert_true(fabs(run_value(&r, "subject", "cpu.usage_error", NULL, NULL)) < 10);
	assert_true(run_value(&r, "hostile", "identity.uid", NULL, NULL) == 65534);
	assert_true(run_value(&r, "hostile", "pids.peak", NULL, NULL) <= 32);
	suite_run_free(&r);
	assert_int_equal(groups_left(), 0);
}

const struct CMUnitTest tests_live_hostile[] = {
	cmocka_unit_test(test_nobody_gets_nowhere),
	cmocka_unit_test(test_root_is_seen_to_escape),
	cmocka_unit_test(test_a_bomb_changes_nobodys_numbers),
	{0},
};

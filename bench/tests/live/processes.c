/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks that are killed, frozen and moved, and probes: what the workloads for it say is so. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

#define HEAD "suite: s\nquestion: q\nduration: 6s\n"

/* Thirty tasks by each method; the trial ends with them, and to have ended is no fault. */
static void test_slay(void **state)
{
	static const char *const methods[] = {"kill", "freeze", "signals"};
	char yaml[512];

	(void)state;
	for (size_t i = 0; i < array_len(methods); i++) {
		struct suite_run r;
		snprintf(yaml, sizeof(yaml),
			 HEAD
			 "groups:\n"
			 "  - {name: victims, run: {workload: herd, tasks: 30}}\n"
			 "  - {name: slayer, start: 300ms, run: {workload: slay, method: %s}}\n",
			 methods[i]);
		r = suite_run(yaml, NULL);
		assert_int_equal(r.code, EXIT_PASS);
		assert_true(run_value(&r, "victims", "pids.peak", NULL, NULL) == 30);
		assert_true(run_value(&r, "slayer", "work.survivors", NULL, NULL) == 0);
		assert_true(run_value(&r, "slayer", "work.to_empty_usec", NULL, NULL) > 0);
		assert_true((run_value(&r, "slayer", "work.signals", NULL, NULL) >= 30) == (i > 0));
		suite_run_free(&r);
	}
	assert_int_equal(groups_left(), 0);
}

/* A signal at a time is no match for a bomb; whom it left alive it says. */
static void test_survivors(void **state)
{
	struct suite_run r = suite_run(
		HEAD "groups:\n"
		     "  - name: victims\n"
		     "    limits: {pids.max: 256, memory.max: 256M}\n"
		     "    run: {workload: forkbomb}\n"
		     "  - {name: slayer, start: 1s, run: {workload: slay, patience: 10ms}}\n",
		NULL);
	double left;

	(void)state;
	assert_int_equal(r.code, EXIT_PASS);
	left = run_value(&r, "slayer", "work.survivors", NULL, NULL);
	/* It gave up early, or they were quicker: what it says agrees with the time it took. */
	assert_true(left == 0 ||
		    run_value(&r, "slayer", "work.to_empty_usec", NULL, NULL) >= 10000);
	suite_run_free(&r);
}

static void test_freeze(void **state)
{
	struct suite_run r = suite_run(
		HEAD "groups: [{name: herd, run: {workload: herd, tasks: 20, every: 10ms}}]\n"
		     "actions:\n"
		     "  - {at: 1s, group: herd, freeze: true}\n"
		     "  - {at: 3s, group: herd, thaw: true}\n",
		NULL);
	double usec = run_value(&r, "herd", "freeze.to_frozen_usec", NULL, NULL);

	(void)state;
	assert_int_equal(r.code, EXIT_PASS);
	assert_true(run_value(&r, "herd", "freeze.frozen", NULL, NULL) == 1);
	assert_true(usec > 0 && usec < 2e6);
	suite_run_free(&r);
}

static void test_mover(void **state)
{
	struct suite_run r = suite_run(
		HEAD "groups: [{name: mover, run: {workload: mover, every: 100ms, tasks: 3}}]\n",
		NULL);
	double moves = run_value(&r, "mover", "work.moves", NULL, NULL);

	(void)state;
	assert_int_equal(r.code, EXIT_PASS);
	assert_true(moves >= 55 && moves <= 60);
	assert_true(run_value(&r, "mover", "work.moves_failed", NULL, NULL) == 0);
	assert_true(run_value(&r, "mover", "latency.before_count", NULL, NULL) == moves);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

/* cases: true, as people and as machines read it: one that holds, one that cannot. */
static const char cases[] =
	"suite: s\nquestion: q\nduration: 6s\ncases: true\nparts:\n"
	"  - part: right\n    question: q\n"
	"    groups: [{name: g, run: {workload: probe-core, what: remove-populated}}]\n"
	"    expect: [{metric: work.errno, equals: 16}]\n"
	"  - part: wrong\n    question: q\n"
	"    groups: [{name: g, run: {workload: probe-core, what: remove-populated}}]\n"
	"    expect: [{metric: work.errno, equals: 0}]\n"
	"  - part: elsewhere\n    question: q\n    when: has cgroup.no.such.file\n"
	"    groups: [{name: g, run: {workload: probe-core}}]\n"
	"    expect: [{metric: work.errno, equals: 16}]\n";

static void test_cases(void **state)
{
	struct suite_run r = suite_run(cases, NULL);

	(void)state;
	assert_int_equal(r.code, EXIT_GATE);
	assert_non_null(strstr(r.output, "holds              right"));
	assert_non_null(strstr(r.output, "g:work.errno 16; expected equals 0"));
	assert_non_null(strstr(r.output, "not supported here elsewhere"));
	assert_non_null(strstr(r.output, "cases: 1 holds, 1 differs"));
	suite_run_free(&r);
}

static void test_ktap(void **state)
{
	struct suite_run r = suite_run(cases, (const char *[]){"--ktap", "--quiet", NULL});

	(void)state;
	if (r.code == EXIT_CANNOT)
		test_skip("no groups here");
	assert_int_equal(r.code, EXIT_GATE);
	assert_int_equal(strncmp(r.output, "KTAP version 1\n1..3\nok 1 - right\n", 33), 0);
	assert_non_null(strstr(r.output, "\nnot ok 2 - wrong\n"));
	assert_non_null(strstr(r.output, "\nok 3 - elsewhere # SKIP only when has"));
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_processes[] = {
	cmocka_unit_test(test_slay),
	cmocka_unit_test(test_survivors),
	cmocka_unit_test(test_freeze),
	cmocka_unit_test(test_mover),
	cmocka_unit_test(test_cases),
	cmocka_unit_test(test_ktap),
	{0},
};

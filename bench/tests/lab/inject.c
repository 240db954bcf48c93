/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each system call of `run` and `exec` fails once, on a real kernel in virtual time: there nothing
 * but the fault disturbs a trial. CGBENCH_INJECT=some or =all asks for more points.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/lab.h"
#include "tests/test.h"

static void sweep(const char *filter)
{
	const char *how = getenv("CGBENCH_INJECT");
	char env[64];

	snprintf(env, sizeof(env), "CGBENCH_INJECT=%s", how ? how : "");
	lab_run_tests(&(struct lab){.kernel = "6.12", .cpus = "1", .env = env}, filter);
}

static void test_run(void **state)
{
	(void)state;
	sweep("inject.test_run");
}

static void test_exec(void **state)
{
	(void)state;
	sweep("inject.test_exec");
}

const struct CMUnitTest tests_lab_inject[] = {
	cmocka_unit_test(test_run),
	cmocka_unit_test(test_exec),
	{0},
};

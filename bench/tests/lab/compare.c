/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comparing real exact runs: two kernels are refused as unlike, and once that is allowed every
 * difference is listed, the same on a second try. (The same kernel twice: exact.c.)
 */
#include <stdio.h>
#include <string.h>

#include "cgbench/exit.h"
#include "tests/support/lab.h"
#include "tests/support/proc.h"
#include "tests/test.h"

static void run_smoke(const char *kernel, const char *out)
{
	struct lab lab = {.kernel = kernel, .cpus = "1", .out = out};
	struct proc p = PROC("rm", "-rf", out);

	proc_free(&p);
	assert_int_equal(
		lab_run(&lab, "exec cgbench run --no-plots --results $CGBENCH_OUT smoke", NULL), 0);
}

/* A shell finds the one directory that a run left below its folder. */
static struct proc compare(const char *options, const char *base, const char *head)
{
	char command[512];

	snprintf(command, sizeof(command), "exec build/cgbench compare %s %s/* %s/*", options, base,
		 head);
	return PROC("sh", "-c", command);
}

static void test_two_kernels(void **state)
{
	struct proc p, again;

	(void)state;
	run_smoke("6.1", "build/lab/compare-old");
	run_smoke("6.18", "build/lab/compare-new");
	p = compare("", "build/lab/compare-old", "build/lab/compare-new");
	assert_int_equal(p.code, EXIT_INCONCLUSIVE);
	assert_non_null(strstr(p.output, "kernel"));
	proc_free(&p);
	p = compare("--allow kernel --gate", "build/lab/compare-old", "build/lab/compare-new");
	again = compare("--allow kernel --gate", "build/lab/compare-old", "build/lab/compare-new");
	printf("%s", p.output);
	assert_int_equal(p.code, EXIT_GATE);
	assert_string_equal(p.output, again.output);
	proc_free(&p);
	proc_free(&again);
}

const struct CMUnitTest tests_lab_compare[] = {
	cmocka_unit_test(test_two_kernels),
	{0},
};

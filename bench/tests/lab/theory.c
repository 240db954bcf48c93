/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Theory beside kernels that throttle in three ways: CFS, EEVDF, and task by task. */
#include "tests/support/lab.h"
#include "tests/test.h"

static void follows_actions(const char *kernel)
{
	if (lab_run(&(struct lab){.kernel = kernel, .cpus = "2"},
		    "cgbench run --results /out --no-plots actions", NULL) != 0)
		fail_msg("theory and kernel %s part", kernel);
}

static void test_actions_on_6_1(void **state)
{
	(void)state;
	follows_actions("6.1");
}

static void test_actions_on_6_12(void **state)
{
	(void)state;
	follows_actions("6.12");
}

static void test_actions_on_6_18(void **state)
{
	(void)state;
	follows_actions("6.18");
}

const struct CMUnitTest tests_lab_theory[] = {
	cmocka_unit_test(test_actions_on_6_1),
	cmocka_unit_test(test_actions_on_6_12),
	cmocka_unit_test(test_actions_on_6_18),
	{0},
};

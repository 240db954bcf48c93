/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The suite of relations holds on kernels that weigh by CFS and by EEVDF. 6.1 has no
 * cpu.stat.local: there its part is skipped, by name, and counts as nothing.
 */
#include <stdio.h>

#include "tests/support/lab.h"
#include "tests/test.h"

static void relations_hold(const char *kernel, const char *local)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "cgbench run --results /out --no-plots relations && "
		 "grep -q '%s' /out/*-relations/trials.csv",
		 local);
	if (lab_run(&(struct lab){.kernel = kernel, .cpus = "1"}, command, NULL) != 0)
		fail_msg("kernel %s misses a budget of the suite of relations", kernel);
}

static void test_relations_on_6_1(void **state)
{
	(void)state;
	relations_hold("6.1", "this kernel has no cpu.stat.local");
}

static void test_relations_on_6_12(void **state)
{
	(void)state;
	relations_hold("6.12", ",local,4,4,1,ok,");
}

static void test_relations_on_6_18(void **state)
{
	(void)state;
	relations_hold("6.18", ",local,4,4,1,ok,");
}

const struct CMUnitTest tests_lab_relations[] = {
	cmocka_unit_test(test_relations_on_6_1),
	cmocka_unit_test(test_relations_on_6_12),
	cmocka_unit_test(test_relations_on_6_18),
	{0},
};

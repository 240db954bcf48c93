/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every suite that ships, in a hurry, on kernels that throttle in three ways: CFS, EEVDF, and task
 * by task. What a kernel lacks is skipped, by name, and counts as nothing; all else is within its
 * budgets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/test.h"

/* One guest for all: a trial owes nothing to those before it but the time at which it begins. */
static const char all_suites[] =
	"failed=\n"
	"for file in /usr/share/cgbench/suites/*.yaml; do\n"
	"	name=${file##*/} name=${name%.yaml}\n"
	"	cgbench run --quick --quiet --no-plots --results /out \"$name\"\n"
	"	case $? in 0 | 77) ;; *) failed=\"$failed $name\" ;; esac\n"
	"	read up idle < /proc/uptime; echo \"$name: $up s since boot\"\n"
	"done\n"
	"[ -z \"$failed\" ] || { echo \"MISSED:$failed\"; exit 1; }\n"
	"grep -h ,local, /out/*-relations/trials.csv\n";

static void run_all(const char *kernel, const char *cpus, const char *local)
{
	char *output = NULL;
	int code = lab_run(&(struct lab){.kernel = kernel, .cpus = cpus}, all_suites, &output);

	if (code != 0)
		fail_msg("kernel %s: %s", kernel, strstr(output, "MISSED:") ?: "no end");
	assert_non_null(strstr(output, local));
	free(output);
}

static void test_on_6_1(void **state)
{
	(void)state;
	run_all("6.1", "2", "this kernel has no cpu.stat.local");
}

static void test_on_6_12(void **state)
{
	(void)state;
	run_all("6.12", "4", ",local,4,4,1,ok,");
}

static void test_on_6_18(void **state)
{
	(void)state;
	run_all("6.18", "2", ",local,4,4,1,ok,");
}

const struct CMUnitTest tests_lab_suites[] = {
	cmocka_unit_test(test_on_6_1),
	cmocka_unit_test(test_on_6_12),
	cmocka_unit_test(test_on_6_18),
	{0},
};

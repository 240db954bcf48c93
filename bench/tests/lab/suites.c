/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every suite that ships, in a hurry (conformance has a test of its own); and the three that hold
 * theory against the scheduler on kernels that throttle in three ways: CFS, EEVDF, and task by
 * task. What a kernel lacks is skipped, by name, and counts as nothing; all else is within its
 * budgets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/test.h"

/* One guest for all: a trial owes nothing to those before it but the time at which it begins. */
static const char each_suite[] =
	"failed=\n"
	"for file in $files; do\n"
	"	name=${file##*/} name=${name%.yaml}\n"
	"	cgbench run --quick --quiet --no-plots --results /out \"$name\"\n"
	"	case $? in 0 | 77) ;; *) failed=\"$failed $name\" ;; esac\n"
	"	read up idle < /proc/uptime; echo \"$name: $up s since boot\"\n"
	"done\n"
	"[ -z \"$failed\" ] || { echo \"MISSED:$failed\"; exit 1; }\n"
	"[ ! -d /out/*-relations ] || grep -h ,local, /out/*-relations/trials.csv\n";

static void run_suites(const char *kernel, const char *names, const char *local)
{
	char *output = NULL, command[1024];
	int code;

	snprintf(command, sizeof(command), "cd /usr/share/cgbench/suites && files=$(ls %s) && %s",
		 names, each_suite);
	code = lab_run(&(struct lab){.kernel = kernel, .cpus = "2"}, command, &output);
	if (code != 0)
		fail_msg("kernel %s: %s", kernel, strstr(output, "MISSED:") ?: "no end");
	if (local)
		assert_non_null(strstr(output, local));
	free(output);
}

static void test_on_6_1(void **state)
{
	(void)state;
	run_suites("6.1", "actions.yaml cpu-tick.yaml relations.yaml", "here is no cpu.stat.local");
}

/* In two guests: one for each CPU of a small machine. */
static void test_on_6_12(void **state)
{
	(void)state;
	run_suites("6.12", "cpu*.yaml [!cm]*.yaml", ",local,4,4,1,ok,");
}

static void test_of_memory_on_6_12(void **state)
{
	(void)state;
	run_suites("6.12", "m*.yaml", NULL);
}

static void test_on_6_18(void **state)
{
	(void)state;
	run_suites("6.18", "actions.yaml cpu-tick.yaml relations.yaml", ",local,4,4,1,ok,");
}

const struct CMUnitTest tests_lab_suites[] = {
	cmocka_unit_test(test_on_6_1),
	cmocka_unit_test(test_on_6_12),
	cmocka_unit_test(test_of_memory_on_6_12),
	cmocka_unit_test(test_on_6_18),
	{0},
};

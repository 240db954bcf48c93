/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other builds of this tree: the unit tests under ASan and UBSan, and what clang says. */
#include <stdio.h>
#include <string.h>

#include "tests/support/proc.h"
#include "tests/test.h"

static void build(const char *variant)
{
	char assignment[64];
	struct proc p;

	snprintf(assignment, sizeof(assignment), "VARIANT=%s", variant);
	test_timeout(1800);
	p = PROC("make", "-s", "-j2", assignment, "all");
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
}

static void need(const char *program)
{
	char command[64];
	struct proc p;

	snprintf(command, sizeof(command), "command -v %s", program);
	p = PROC("sh", "-c", command);
	if (p.code)
		test_skip("%s is not installed (scripts/deps.sh --dev)", program);
	proc_free(&p);
}

static void run_unit_tests(const char *program)
{
	unsigned passed = 0, failed = 0, skipped = 0;
	const char *last;
	struct proc p = PROC(program, "-j", "2", "unit");

	printf("%s", p.output);
	last = strrchr(p.output, '\n');
	while (last && last > p.output && last[-1] != '\n')
		last--;
	assert_non_null(last);
	assert_int_equal(
		sscanf(last, "%u passed, %u failed, %u skipped", &passed, &failed, &skipped), 3);
	test_add_counts(passed, failed, skipped);
	assert_true(passed > 0);
	proc_free(&p);
}

static void test_sanitizers(void **state)
{
	(void)state;
	build("asan");
	run_unit_tests("build/asan/cgtest");
}

static void test_clang(void **state)
{
	(void)state;
	need("clang");
	build("clang");
	run_unit_tests("build/clang/cgtest");
}

const struct CMUnitTest tests_lab_variants[] = {
	cmocka_unit_test(test_sanitizers),
	cmocka_unit_test(test_clang),
	{0},
};

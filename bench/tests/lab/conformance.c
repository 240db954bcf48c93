/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cases of conformance on each kernel: all hold but those that a page explains. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/test.h"

/* Lines of the output that begin so, after the indent of a subtest. */
static unsigned count_lines(const char *text, const char *begin)
{
	unsigned n = 0;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " ");
		n += strncmp(line, begin, strlen(begin)) == 0;
	}
	return n;
}

/* differ: the names of the cases that differ on this kernel, each in brackets. */
static void conforms(const char *kernel, const char *suite, const char *differ)
{
	char command[256], name[128], *output = NULL;
	unsigned planned = 0, not_ok = 0;

	snprintf(command, sizeof(command), "cgbench run %s --ktap --quiet --results /out", suite);
	lab_run(&(struct lab){.kernel = kernel, .cpus = "2"}, command, &output);
	for (const char *line = output; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		sscanf(line, " 1..%u", &planned);
		if (sscanf(line, " not ok %*u - %120s", name) != 1)
			continue;
		not_ok++;
		if (!strstr(differ, name))
			fail_msg("%s differs on %s", name, kernel);
	}
	assert_true(planned > 10);
	assert_int_equal(count_lines(output, "ok ") + not_ok, planned);
	free(output);
}

static void test_core(void **state)
{
	(void)state;
	conforms("6.12", "conformance-core", "");
}

static void test_pids(void **state)
{
	(void)state;
	conforms("6.12", "conformance-pids", "");
}

static void test_kill(void **state)
{
	(void)state;
	conforms("6.12", "conformance-kill", "");
}

/* Whoever is made by clone3 in a group that was killed dies at birth (conformance-kill.md). */
static void test_kill_on_6_18(void **state)
{
	(void)state;
	conforms("6.18", "conformance-kill", "again-clone");
}

static void test_freezer_on_6_18(void **state)
{
	(void)state;
	conforms("6.18", "conformance-freezer", "");
}

const struct CMUnitTest tests_lab_conformance[] = {
	cmocka_unit_test(test_core),
	cmocka_unit_test(test_pids),
	cmocka_unit_test(test_kill),
	cmocka_unit_test(test_kill_on_6_18),
	cmocka_unit_test(test_freezer_on_6_18),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * README says that a workload, a metric and a suite are one new file each and no other edit. Here
 * its lines are taken at their word: the files that it shows are put into a copy of the tree, built
 * and run in the lab.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/test.h"

static const char copy[] = "build/lab/extended";

/* A fence "```c file=workloads/NAME.c": what follows, up to the next fence, is that file. */
static unsigned extract(void)
{
	FILE *readme = fopen("README.md", "r"), *out = NULL;
	char line[1024], path[256];
	unsigned n = 0;

	assert_non_null(readme);
	while (fgets(line, sizeof(line), readme)) {
		const char *name = strstr(line, " file=");
		if (strncmp(line, "```", 3) != 0) {
			if (out)
				assert_true(fputs(line, out) >= 0);
			continue;
		}
		if (out)
			assert_int_equal(fclose(out), 0);
		out = NULL;
		if (!name)
			continue;
		snprintf(path, sizeof(path), "%s/%.*s", copy, (int)strcspn(name + 6, " \n"),
			 name + 6);
		assert_int_not_equal(access(path, F_OK), 0); /* new files, no edits */
		out = fopen(path, "w");
		if (!out)
			fail_msg("cannot write %s", path);
		n++;
	}
	fclose(readme);
	return n;
}

static void must(const char *command, const char *says)
{
	struct proc p = PROC("sh", "-c", command);

	printf("$ %s\n%s", command, p.output);
	if (strstr(p.output, "exit 77 is from the lab"))
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	if (p.code != 0 || (says && !strstr(p.output, says)))
		fail_msg("exit %d, or it does not say '%s'", p.code, says ? says : "");
	proc_free(&p);
}

static void test_readme_lines(void **state)
{
	(void)state;
	test_timeout(1800);
	must("rm -rf build/lab/extended && mkdir -p build/lab/extended/build && "
	     "cp -a bench include workloads scripts Makefile build/lab/extended/ && "
	     "cp -a build/release build/lab/extended/build/",
	     NULL);
	assert_int_equal(extract(), 3);
	must("make -s -C build/lab/extended all", NULL);
	must("build/lab/extended/build/cgbench list workloads", "hop");
	must("build/lab/extended/build/cgbench list metrics", "hop.");
	must("build/lab/extended/build/cgbench check build/lab/extended/bench/suites/hop.yaml",
	     NULL);
	must("CGBENCH_LAB_CACHE=$PWD/build/lab build/lab/extended/scripts/lab "
	     "--out build/lab/extended/out -- "
	     "sh -c 'cgbench run --no-plots --results $CGBENCH_OUT hop && "
	     "grep -h hop. $CGBENCH_OUT/*/results.csv'",
	     "hop.yields_per_sec");
}

const struct CMUnitTest tests_lab_extend[] = {
	cmocka_unit_test(test_readme_lines),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest that panics in mid suite loses no finished trial: the rows are on this machine, and
 * another guest goes on from there.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/support/proc.h"
#include "tests/test.h"

#define OUT "build/lab/rescue"

enum { GUEST_DIED = 70 };

static const char matrix[] = "smoke --filter part=cpu --filter part=actions --repeats 2";

/* Three lines are a header and two trials of six. */
static const char panics[] = "cgbench run %s --no-plots --quiet --results /out &\n"
			     "until [ \"$(cat /out/*/trials.csv 2>/dev/null | wc -l)\" -ge 3 ]\n"
			     "do sleep 0.1; done\n"
			     "echo c >/proc/sysrq-trigger\n"
			     "sleep 60\n";

static const char goes_on[] = "cp -r run /out/run\n"
			      "exec cgbench run %s --no-plots --quiet --resume /out/run\n";

static void run_dir_of(char *path, size_t size)
{
	glob_t found;

	assert_int_equal(glob(OUT "/*-smoke", 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	snprintf(path, size, "%s", found.gl_pathv[0]);
	globfree(&found);
}

/* Neither torn nor made again: the first file is the beginning of the second. */
static void assert_begins_with(const char *whole, const char *beginning)
{
	char command[1024];
	struct proc p;

	snprintf(command, sizeof(command),
		 "set -- %s %s; cat $1; n=$(wc -c <$1); head -c \"$n\" $2 | cmp - $1", beginning,
		 whole);
	p = PROC("sh", "-c", command);
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
}

static void go_on(const char *dir)
{
	char command[512], include[600], path[600];
	const char *const includes[] = {include, NULL};
	struct lab lab = {.kernel = "6.12", .out = OUT, .include = includes};

	snprintf(include, sizeof(include), "%s:/root/run", dir);
	snprintf(command, sizeof(command), goes_on, matrix);
	assert_int_equal(lab_run(&lab, command, NULL), 0);
	snprintf(path, sizeof(path), "%s/trials.csv", dir);
	assert_begins_with(OUT "/run/trials.csv", path);
}

static void test_a_panic_loses_no_finished_trial(void **state)
{
	struct lab lab = {.kernel = "6.12", .out = OUT};
	struct proc p = PROC("rm", "-rf", OUT);
	char command[512], dir[512];
	char *output = NULL;

	(void)state;
	proc_free(&p);
	snprintf(command, sizeof(command), panics, matrix);
	assert_int_equal(lab_run(&lab, command, &output), GUEST_DIED);
	assert_non_null(strstr(output, "what it had in /out is brought back"));
	assert_non_null(strstr(output, "Kernel panic"));
	free(output);
	run_dir_of(dir, sizeof(dir));
	go_on(dir);
}

const struct CMUnitTest tests_lab_rescue[] = {
	cmocka_unit_test(test_a_panic_loses_no_finished_trial),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A paper run on a kernel: its table, its verdict, and what it leaves. One trial of a second. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/test.h"

static void test_paper_run(void **state)
{
	static const char command[] =
		"cgbench paper run quota-overshoot --quick --quiet --no-plots --results /out; "
		"code=$?; [ $code -le 1 ] && cut -d, -f1-5 /out/*/paper.csv && "
		"cgbench paper report /out/*-quota-overshoot; echo codes $code $?";
	char *output = NULL;
	(void)state;

	lab_run(&(struct lab){.kernel = "6.12", .cpus = "2"}, command, &output);
	assert_non_null(strstr(output, "P15,quota-overshoot,longest of ten runs,usec,11513"));
	assert_non_null(strstr(output, " on 6.12."));
	/* What a run ends with, its directory says again. */
	if (!strstr(output, "codes 0 0") && !strstr(output, "codes 1 1"))
		fail_msg("run and report end unlike each other");
	free(output);
}

const struct CMUnitTest tests_lab_paper[] = {
	cmocka_unit_test(test_paper_run),
	{0},
};

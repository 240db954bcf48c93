/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kernel of the user's own boots and is told apart; what is no kernel is named before any boot.
 */
#include <stdio.h>
#include <string.h>

#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/test.h"

/* What the lab fetched for other tests is as good as an image that was built here. */
#define IMAGE "${CGBENCH_LAB_CACHE:-build/lab}/kernels/by-version/6.12/vmlinuz"

static struct proc lab(const char *image, const char *command)
{
	char line[1024];

	snprintf(line, sizeof(line), "exec scripts/lab --kernel-image \"%s\" -- %s", image,
		 command);
	return PROC("sh", "-c", line);
}

static void test_boots(void **state)
{
	struct proc p = PROC("sh", "-c", "test -r \"" IMAGE "\"");

	(void)state;
	if (p.code)
		test_skip("the lab has not fetched 6.12 yet: scripts/lab --fetch 6.12");
	proc_free(&p);
	p = lab(IMAGE, "sh -c 'uname -r; echo $CGBENCH_LAB_KERNEL $CGBENCH_LAB_PACKAGE'");
	printf("%s", p.output);
	if (p.code == EXIT_CANNOT)
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	assert_int_equal(p.code, 0);
	assert_int_equal(strncmp(p.output, "6.12.", 5), 0);
	assert_non_null(strstr(p.output, " image_"));
	proc_free(&p);
}

static void test_no_kernel(void **state)
{
	struct proc p = lab("build/cgbench", "true");

	(void)state;
	assert_int_equal(p.code, EXIT_USAGE);
	assert_non_null(strstr(p.output, "not a bzImage"));
	proc_free(&p);
	p = lab("no/such", "true");
	assert_int_equal(p.code, EXIT_USAGE);
	assert_non_null(strstr(p.output, "no such file"));
	proc_free(&p);
}

const struct CMUnitTest tests_lab_kernel_image[] = {
	cmocka_unit_test(test_boots),
	cmocka_unit_test(test_no_kernel),
	{0},
};

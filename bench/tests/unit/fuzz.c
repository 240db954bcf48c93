/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every input that the fuzz targets begin with, or that once broke one: read again, as it is. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "tests/fuzz/fuzz.h"
#include "tests/test.h"

enum { INPUT_MAX = 1 << 17 };

static void replay(const struct fuzz_target *target, const char *path)
{
	scope_file FILE *f = fopen(path, "r");
	uint8_t *bytes = malloc(INPUT_MAX), *exact;
	size_t n;

	assert_non_null(f);
	assert_non_null(bytes);
	n = fread(bytes, 1, INPUT_MAX, f);
	assert_true(feof(f));
	printf("%s\n", path);
	fflush(stdout);
	/* Its own allocation, so that a byte read behind the end is noticed. */
	exact = malloc(n ? n : 1);
	assert_non_null(exact);
	memcpy(exact, bytes, n);
	free(bytes);
	target->run(exact, n);
	free(exact);
}

static void test_corpora(void **state)
{
	(void)state;
	for (const struct fuzz_target *t = fuzz_targets; t->name; t++) {
		char pattern[64];
		glob_t found;
		snprintf(pattern, sizeof(pattern), "../fuzz/corpus/%s/*", t->name);
		if (glob(test_fixture(pattern), 0, NULL, &found) != 0)
			fail_msg("no corpus for %s", t->name);
		for (size_t i = 0; i < found.gl_pathc; i++)
			replay(t, found.gl_pathv[i]);
		globfree(&found);
	}
}

const struct CMUnitTest tests_unit_fuzz[] = {
	cmocka_unit_test(test_corpora),
	{0},
};

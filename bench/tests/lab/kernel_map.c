/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel map of two kernels: drawn, kept, and made again with the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/test.h"

enum { TEST_TIMEOUT_SEC = 1500 };

/* Runs the script for one part of the smoke suite; returns what it printed. */
static char *kernel_map(const char *out, const char *option)
{
	const char *argv[] = {"scripts/kernel-map",
			      "--kernels",
			      "6.1 6.12",
			      "--out",
			      out,
			      "smoke:1",
			      option,
			      NULL,
			      NULL,
			      NULL,
			      NULL};
	size_t n = option ? 7 : 6;
	struct proc p;

	argv[n++] = "--";
	argv[n++] = "--filter";
	argv[n++] = "part=cpu";
	argv[n] = NULL;
	p = proc_run(argv);
	printf("%s", p.output);
	if (p.code == 77 || strstr(p.output, "exit 77 is from the lab"))
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	assert_int_equal(p.code, 0);
	return p.output;
}

static void read_file(const char *folder, const char *name, char *text, size_t size)
{
	char path[128];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void test_two_kernels(void **state)
{
	static char text[256 * 1024], first[256 * 1024];
	char folder[] = "/tmp/cgbench-map-XXXXXX";
	struct proc p;
	char *output;
	(void)state;

	test_timeout(TEST_TIMEOUT_SEC);
	assert_non_null(mkdtemp(folder));
	free(kernel_map(folder, NULL));
	read_file(folder, "smoke.csv", first, sizeof(first));
	assert_non_null(strstr(first, ",kernel,previous,"));
	assert_non_null(strstr(first, ",6.1."));
	assert_non_null(strstr(first, ",6.12."));
	read_file(folder, "smoke.png", text, sizeof(text));
	assert_memory_equal(text, "\x89PNG", 4);
	read_file(folder, "smoke.svg", text, sizeof(text));
	assert_non_null(strstr(text, "What did each kernel change?"));
	/* What is there is used again, and gives the same map. */
	output = kernel_map(folder, NULL);
	assert_non_null(strstr(output, "smoke on 6.1: kept"));
	assert_non_null(strstr(output, "smoke on 6.12: kept"));
	free(output);
	/* Made again, it has the same bytes. */
	output = kernel_map(folder, "--again");
	assert_non_null(strstr(output, "2 runs made again: every byte is the same"));
	free(output);
	read_file(folder, "smoke.csv", text, sizeof(text));
	assert_string_equal(text, first);
	p = PROC("rm", "-rf", folder);
	proc_free(&p);
}

const struct CMUnitTest tests_lab_kernel_map[] = {
	cmocka_unit_test(test_two_kernels),
	{0},
};

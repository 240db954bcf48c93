/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What README shows and promises to whoever has just cloned: suites that are right, any path. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/exit.h"
#include "suite/expand.h"
#include "tests/support/plotrun.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { LINE_MAX_BYTES = 1024, INDENT = 4 };

static bool indented(const char *line)
{
	return strncmp(line, "    ", INDENT) == 0;
}

/* "key:" or "key: ..."; a command line has none. */
static bool is_mapping(const char *line)
{
	size_t word = strspn(line, "abcdefghijklmnopqrstuvwxyz");

	return word && line[word] == ':' && strchr(" \n", line[word + 1]);
}

static void check_block(const char *text, size_t size, unsigned line)
{
	struct suite *s = NULL;
	struct plan *p = NULL;
	struct err e = {""};
	char name[64];

	snprintf(name, sizeof(name), "README.md's block before line %u", line);
	if (suite_parse(name, text, size, &s, &e) < 0 ||
	    plan_expand(s, &(struct plan_options){0}, &p, &e) < 0)
		fail_msg("%s", e.text);
	plan_free(p);
	suite_free(s);
}

/*
 * A suite is an indented block that begins with "suite:", and there is no other YAML, since half a
 * suite could not be checked. The one behind a fence uses a workload
 * that the page adds; bench/tests/lab/extend.c builds and runs it.
 */
static void test_suites_are_right(void **state)
{
	FILE *readme = fopen("README.md", "re"), *block = NULL;
	char line[LINE_MAX_BYTES], *text = NULL;
	unsigned n = 0, blocks = 0;
	bool fenced = false;
	size_t size = 0;
	(void)state;

	assert_non_null(readme);
	while (fgets(line, sizeof(line), readme)) {
		n++;
		fenced ^= strncmp(line, "```", 3) == 0;
		if (!block && strncmp(line, "    suite: ", INDENT + 7) == 0)
			block = open_memstream(&text, &size);
		if (!block && !fenced && indented(line) && is_mapping(line + INDENT))
			fail_msg("README.md:%u: a piece of YAML that is no whole suite", n);
		if (block && indented(line)) {
			fputs(line + INDENT, block);
		} else if (block) {
			assert_int_equal(fclose(block), 0);
			check_block(text, size, n);
			free(text);
			block = NULL;
			blocks++;
		}
	}
	fclose(readme);
	assert_true(blocks >= 2);
}

/* Compiles a file, installs, and takes away again, from and to folders with a space in their names.
 */
static void test_paths_may_have_spaces(void **state)
{
	static const char line[] =
		"set -e; to=\"$DIR/a b\"; mkdir -p \"$to/build/release\"; "
		"cp -r Makefile include bench workloads scripts \"$to\"; "
		"mkdir \"$to/results\"; cp -r results/published \"$to/results\"; cd \"$to\"; "
		"make -s build/release/bench/base/err.o; test -s build/release/bench/base/err.o; "
		"for f in cgbench cgwork commit; do echo \"$f\" >build/release/$f; done; "
		"make -s -o all -o man install \"DESTDIR=$DIR/de st\" PREFIX=/usr; "
		"test -x \"$DIR/de st/usr/bin/cgwork\"; "
		"test -s \"$DIR/de st/usr/share/cgbench/suites/smoke.yaml\"; "
		"test -s \"$DIR/de st/usr/share/cgbench/published/quota-overshoot.csv\"; "
		"test -s \"$DIR/de st/usr/share/cgbench/plots/style.gp\"; "
		"test -s \"$DIR/de st/usr/share/bash-completion/completions/cgbench\"; "
		"make -s uninstall \"DESTDIR=$DIR/de st\" PREFIX=/usr; "
		"test -z \"$(find \"$DIR/de st\" -type f)\"";
	char *dir = plotrun_folder();
	struct proc p;
	(void)state;

	if (access("Makefile", R_OK) != 0)
		test_skip("the sources are not here");
	setenv("DIR", dir, 1);
	p = PROC("sh", "-c", line);
	if (p.code != 0)
		fail_msg("exit code %d: %s", p.code, p.output);
	proc_free(&p);
	plotrun_remove(dir);
}

const struct CMUnitTest tests_unit_readme[] = {
	cmocka_unit_test(test_suites_are_right),
	cmocka_unit_test(test_paths_may_have_spaces),
	{0},
};

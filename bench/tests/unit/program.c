/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What main() does for every command: the list, and what stdout did not take. */
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { LINE_MAX_BYTES = 4096 };

static const char *const names[] = {
#define X(name) #name,
#include "commands.def"
#undef X
};

/* Runs "cgbench ARGS" by sh, redirections included. */
static struct proc run_line(const char *args)
{
	char line[LINE_MAX_BYTES];

	snprintf(line, sizeof(line), "exec '%s' %s", proc_cgbench(), args);
	return PROC("sh", "-c", line);
}

static void test_every_command_is_in_the_help(void **state)
{
	struct proc p = PROC(proc_cgbench(), "--help");
	(void)state;

	assert_int_equal(p.code, EXIT_PASS);
	for (size_t i = 0; i < array_len(names); i++) {
		char start[64];
		snprintf(start, sizeof(start), "\n  %s ", names[i]);
		if (!strstr(p.output, start))
			fail_msg("'%s' is missing", names[i]);
	}
	proc_free(&p);
}

static void must_complain(const char *args)
{
	struct proc p = run_line(args);

	if (p.code == EXIT_PASS || p.code > 125)
		fail_msg("%s: exit code %d", args, p.code);
	if (!strstr(p.output, "cannot write to stdout"))
		fail_msg("%s: it says: %s", args, p.output);
	proc_free(&p);
}

static void test_a_full_stdout_is_no_pass(void **state)
{
	static const char *const lines[] = {
		"check smoke",
		"plan smoke",
		"list",
		"list --json",
		"compare bench/tests/fixtures/runs/exact-a bench/tests/fixtures/runs/exact-again",
		"report bench/tests/fixtures/runs/exact-a --latex -",
	};
	char line[LINE_MAX_BYTES];
	(void)state;

	for (size_t i = 0; i < array_len(lines); i++) {
		snprintf(line, sizeof(line), "%s >/dev/full", lines[i]);
		must_complain(line);
	}
	for (size_t i = 0; i < array_len(names); i++) {
		snprintf(line, sizeof(line), "%s --help >/dev/full", names[i]);
		must_complain(line);
	}
	must_complain("--help >/dev/full");
}

/* Whatever is opened first must not become stdout. */
static void test_a_closed_stdout_is_no_pass(void **state)
{
	struct proc p;
	(void)state;

	must_complain("check smoke >&-");
	must_complain("list >&- <&-");
	p = run_line("no-such-command >&-");
	assert_int_equal(p.code, EXIT_USAGE);
	assert_null(strstr(p.output, "stdout"));
	proc_free(&p);
}

const struct CMUnitTest tests_unit_program[] = {
	cmocka_unit_test(test_every_command_is_in_the_help),
	cmocka_unit_test(test_a_full_stdout_is_no_pass),
	cmocka_unit_test(test_a_closed_stdout_is_no_pass),
	{0},
};

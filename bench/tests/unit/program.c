/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What main() does for every command: the list, and what stdout did not take. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void test_version(void **state)
{
	struct proc p = PROC(proc_cgbench(), "--version");
	(void)state;

	assert_int_equal(p.code, EXIT_PASS);
	assert_int_equal(strncmp(p.output, "cgbench 0.", 10), 0);
	assert_non_null(strstr(p.output, "commit "));
	assert_non_null(strstr(p.output, "hwloc "));
	proc_free(&p);
}

static void test_a_mistyped_command(void **state)
{
	struct proc p = PROC(proc_cgbench(), "exce");
	(void)state;

	assert_int_equal(p.code, EXIT_USAGE);
	assert_non_null(strstr(p.output, "did you mean 'exec'?"));
	proc_free(&p);
}

static bool have(const char *program)
{
	char line[64];
	struct proc p;
	bool there;

	snprintf(line, sizeof(line), "command -v %s", program);
	p = PROC("sh", "-c", line);
	there = p.code == 0;
	proc_free(&p);
	return there;
}

/* What is offered for a line in which the last word is not whole. */
static void test_completion(void **state)
{
	static const struct {
		const char *line, *offers;
	} rows[] = {
		{"cgbench r", "run rerun report"},
		{"cgbench --v", "--version"},
		{"cgbench run --qui", "--quick --quiet"},
		{"cgbench run fork-b", "fork-bomb"},
		{"cgbench exec -l memory.swap.m", "memory.swap.max="},
		{"cgbench paper rep", "report"},
		{"cgbench history add --allo", "--allow"},
	};
	char line[LINE_MAX_BYTES];
	(void)state;

	if (!have("bash"))
		test_skip("no bash here");
	for (size_t i = 0; i < array_len(rows); i++) {
		struct proc p;
		snprintf(line, sizeof(line),
			 ". scripts/completion/cgbench; set -- %s; COMP_WORDS=('%s' \"${@:2}\"); "
			 "COMP_CWORD=$(($# - 1)); _cgbench; echo ${COMPREPLY[*]}",
			 rows[i].line, proc_cgbench());
		p = PROC("bash", "-c", line);
		p.output[strcspn(p.output, "\n")] = '\0';
		if (strcmp(p.output, rows[i].offers) != 0)
			fail_msg("%s: '%s', expected '%s'", rows[i].line, p.output, rows[i].offers);
		proc_free(&p);
	}
}

/* The other shells read their files; fish can be asked, too. */
static void test_completion_of_other_shells(void **state)
{
	char line[LINE_MAX_BYTES];
	struct proc p;
	(void)state;

	if (!have("zsh") || !have("fish"))
		test_skip("no zsh or no fish here");
	p = PROC("zsh", "-n", "scripts/completion/_cgbench");
	assert_int_equal(p.code, 0);
	proc_free(&p);
	snprintf(line, sizeof(line),
		 "set PATH (path dirname %s) $PATH; source scripts/completion/cgbench.fish; "
		 "complete -C 'cgbench rer'; complete -C 'cgbench run --quic'",
		 proc_cgbench());
	p = PROC("fish", "-c", line);
	assert_non_null(strstr(p.output, "rerun\t"));
	assert_non_null(strstr(p.output, "--quick\t"));
	proc_free(&p);
}

/* A page each, which troff takes without a warning, with sections of their own. */
static void test_man_pages(void **state)
{
	char folder[] = "/tmp/cgbench-unit-XXXXXX", line[LINE_MAX_BYTES];
	struct proc p;
	(void)state;

	if (!have("help2man") || !have("man"))
		test_skip("no help2man or no man here");
	assert_non_null(mkdtemp(folder));
	snprintf(line, sizeof(line),
		 "scripts/man.sh '%s' %s && cd %s && for page in *.1; do "
		 "man --warnings -l -Tutf8 -Z $page 2>&1 >/dev/null; grep -L '^.SH NAME' $page; "
		 "done; grep -L '^.SH EXIT STATUS' cgbench.1 cgbench-run.1; ls | wc -l; rm -rf %s",
		 proc_cgbench(), folder, folder, folder);
	p = PROC("sh", "-c", line);
	snprintf(line, sizeof(line), "%zu\n", array_len(names) + 1);
	assert_string_equal(p.output, line);
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
	cmocka_unit_test(test_version),
	cmocka_unit_test(test_a_mistyped_command),
	cmocka_unit_test(test_completion),
	cmocka_unit_test(test_completion_of_other_shells),
	cmocka_unit_test(test_man_pages),
	cmocka_unit_test(test_a_full_stdout_is_no_pass),
	cmocka_unit_test(test_a_closed_stdout_is_no_pass),
	{0},
};

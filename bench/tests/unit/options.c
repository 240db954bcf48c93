/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row fills the field that it names; what is wrong ends the program with exit code 2. */
#include "base/options.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/test.h"

enum { ARGS = 8 };

struct options {
	bool flag;
	const char *text, *file, *one;
	struct words words, all;
	double number;
	unsigned count;
	uint64_t usec;
	int own;
};

static void take_own(void *options, const char *arg, const struct argp_state *state)
{
	(void)state;
	((struct options *)options)->own = atoi(arg);
}

static const struct option_row rows[] = {
	{"flag", 'f', NULL, "", INTO(OPTION_FLAG, struct options, flag)},
	{"text", 0, "TEXT", "", INTO(OPTION_TEXT, struct options, text)},
	{"file", 0, "[FILE]", "", INTO(OPTION_TEXT, struct options, file)},
	{"word", 0, "WORD", "", INTO(OPTION_WORDS, struct options, words)},
	{"number", 0, "N", "", INTO(OPTION_NUMBER, struct options, number), .min = 1, .max = 5},
	{"count", 0, "N", "", INTO(OPTION_UNSIGNED, struct options, count), .min = 1, .max = 5},
	{"time", 0, "TIME", "", INTO(OPTION_USEC, struct options, usec), .min = 1},
	{"own", 0, "N", "", OPTION_OWN, .take = take_own},
	{0},
};

static const struct command_line many = {.rows = rows,
					 .operands = "FILE...",
					 .operands_offset = offsetof(struct options, all),
					 .missing = "which files?"};
static const struct command_line single = {.rows = rows,
					   .operands = "FILE",
					   .one = "file",
					   .operands_offset = offsetof(struct options, one),
					   .missing = "which file?"};
static const struct command_line none = {.rows = rows};

static int count(const char *const *argv)
{
	int n = 0;

	while (argv[n])
		n++;
	return n;
}

static void test_each_kind(void **state)
{
	const char *argv[] = {"x",        "-f",           "--text=a",  "--file",     "--word=b",
			      "--word=c", "--number=2.5", "--count=3", "--time=4ms", "--own=7",
			      "d",        "--",           "-e",        NULL};
	struct options o = {0};

	(void)state;
	options_parse(&many, count(argv), (char **)argv, &o);
	assert_true(o.flag);
	assert_string_equal(o.text, "a");
	assert_string_equal(o.file, "-"); /* it may be left out */
	assert_int_equal(o.words.n, 2);
	assert_string_equal(o.words.v[1], "c");
	assert_null(o.words.v[2]);
	assert_true(o.number == 2.5 && o.count == 3 && o.usec == 4000 && o.own == 7);
	assert_int_equal(o.all.n, 2);
	assert_string_equal(o.all.v[1], "-e");
	free(o.words.v);
	free(o.all.v);
}

/* Of another command the line is left alone, from its name on. */
static void test_another_commands_line(void **state)
{
	static const struct command_line command = {.rows = rows,
						    .command = true,
						    .operands = "COMMAND",
						    .operands_offset = 0,
						    .flags = ARGP_IN_ORDER};
	const char *argv[] = {"x", "ls", "--text=a", NULL};
	char **rest = NULL;

	(void)state;
	options_parse(&command, count(argv), (char **)argv, &rest);
	assert_ptr_equal(rest, argv + 1);
}

static int code_of(const struct command_line *line, const char *const *argv)
{
	struct options o = {0};
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		options_parse(line, count(argv), (char **)argv, &o);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void test_what_is_wrong(void **state)
{
	static const struct {
		const struct command_line *line;
		const char *argv[ARGS];
		int code;
	} lines[] = {
		{&many, {"x", "a"}, 0},
		{&many, {"x"}, EXIT_USAGE},
		{&many, {"x", "a", "--nonsense"}, EXIT_USAGE},
		{&many, {"x", "a", "--text"}, EXIT_USAGE},
		{&many, {"x", "a", "--number=0.5"}, EXIT_USAGE},
		{&many, {"x", "a", "--number=6"}, EXIT_USAGE},
		{&many, {"x", "a", "--number=2x"}, EXIT_USAGE},
		{&many, {"x", "a", "--number=nan"}, EXIT_USAGE},
		{&many, {"x", "a", "--count=2.5"}, EXIT_USAGE},
		{&many, {"x", "a", "--time=0ms"}, EXIT_USAGE},
		{&many, {"x", "a", "--time=5"}, EXIT_USAGE},
		{&single, {"x", "a"}, 0},
		{&single, {"x", "a", "b"}, EXIT_USAGE},
		{&none, {"x"}, 0},
		{&none, {"x", "a"}, EXIT_USAGE},
	};

	(void)state;
	for (size_t i = 0; i < array_len(lines); i++)
		if (code_of(lines[i].line, lines[i].argv) != lines[i].code)
			fail_msg("row %zu", i);
}

const struct CMUnitTest tests_unit_options[] = {
	cmocka_unit_test(test_each_kind),
	cmocka_unit_test(test_another_commands_line),
	cmocka_unit_test(test_what_is_wrong),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

static void need_root_and_v2(void)
{
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2");
}

static void test_exit_codes(void **state)
{
	struct proc p;

	(void)state;
	need_root_and_v2();
	p = PROC("cgbench", "exec", "--", "sh", "-c", "exit 5");
	assert_int_equal(p.code, 5);
	proc_free(&p);
	p = PROC("cgbench", "exec", "--", "sh", "-c", "kill -9 $$");
	assert_int_equal(p.code, 128 + 9);
	proc_free(&p);
	p = PROC("cgbench", "exec", "--", "no-such-program");
	assert_int_equal(p.code, 126);
	assert_non_null(strstr(p.output, "no-such-program"));
	proc_free(&p);
	p = PROC("cgbench", "exec", "-l", "memory.max=64X", "--", "true");
	assert_int_equal(p.code, EXIT_USAGE);
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
}

static void test_streams_are_the_commands(void **state)
{
	struct proc p;

	(void)state;
	need_root_and_v2();
	p = PROC("cgbench", "exec", "-o", "/dev/null", "--", "echo", "hello");
	assert_int_equal(p.code, 0);
	assert_string_equal(p.output, "hello\n");
	proc_free(&p);
}

/* A table that was not written is told, and is no success of the command's. */
static void test_a_full_disk_is_told(void **state)
{
	static const char *const forms[] = {"--all", "--json"};
	(void)state;

	need_root_and_v2();
	for (size_t i = 0; i < 2; i++) {
		struct proc p = PROC("cgbench", "exec", forms[i], "-o", "/dev/full", "--", "true");
		assert_int_equal(p.code, EXIT_CANNOT);
		assert_non_null(strstr(p.output, "cannot write /dev/full"));
		proc_free(&p);
	}
}

/* All of its arguments and no others: @report means something in suites alone. */
static void test_arguments_arrive(void **state)
{
	enum { MANY = 600, BEFORE = 7 };
	const char *argv[BEFORE + MANY + 1] = {"cgbench", "exec", "-o", "/dev/null",
					       "--",      "echo", "-n"};
	struct proc p;
	(void)state;

	need_root_and_v2();
	for (int i = 0; i < MANY; i++)
		argv[BEFORE + i] = "@report";
	p = proc_run(argv);
	assert_int_equal(p.code, 0);
	assert_int_equal(strlen(p.output), MANY * sizeof("@report") - 1);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(strncmp(p.output + (size_t)i * sizeof("@report"), "@report", 7),
				 0);
	proc_free(&p);
}

static void test_quota_is_told(void **state)
{
	struct proc p;

	(void)state;
	need_root_and_v2();
	p = PROC("cgbench", "exec", "--json", "-l", "cpu.max=20% 100ms", "--", "timeout", "3", "sh",
		 "-c", "while :; do :; done");
	assert_non_null(strstr(p.output, "\"metric\": \"cpu.usage_error\""));
	assert_non_null(strstr(p.output, "\"metric\": \"cpu.nr_throttled\""));
	proc_free(&p);
}

/* What is said of real programs, one for each end that a command can come to. */
static void test_the_account(void **state)
{
	static const struct {
		const char *options, *command, *says;
		int code;
	} rows[] = {
		{"-l cpu.max='20% 100ms'",
		 "head -c 300000 /usr/bin/cgbench | gzip -c | wc -c >/dev/null",
		 "CPU: throttled in ", 0},
		{"", "kill -SEGV $$", "exit 139 (SIGSEGV) after ", 139},
		{"", "sleep 600 & sleep 600 & exit 3", "; 2 tasks left behind, killed", 3},
		{"-l memory.max=16M -l memory.swap.max=0",
		 "exec dd if=/dev/zero of=/dev/null bs=100M count=1", "peak 16M of 16M, 1 OOM kill",
		 137},
		{"-l pids.max=4", "for i in 1 2 3 4 5 6; do sleep 600 & done", "peak 4 of 4, ", 2},
		{"", "exit 0", "exit 0 after ", 0},
		{"-t 300ms", "sleep 600", "ended by --timeout after 300 ms", 124},
	};
	(void)state;

	need_root_and_v2();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char line[512];
		struct proc p;
		snprintf(line, sizeof(line), "exec cgbench exec %s -- sh -c '%s'", rows[i].options,
			 rows[i].command);
		p = PROC("sh", "-c", line);
		if (!strstr(p.output, rows[i].says) || p.code != rows[i].code)
			fail_msg("%s: exit code %d: %s", rows[i].command, p.code, p.output);
		assert_null(strstr(p.output, "harness."));
		proc_free(&p);
	}
	assert_int_equal(groups_left(), 0);
}

/* Two commands in turns: the warm-up does not count, what they print is not shown, codes are. */
static void test_a_series(void **state)
{
	static const char *const says[] = {
		"sleep 0.1\n  time    median 1", ", 3 runs\n",           "sleep 0.2; exit 3\n",
		"  exit    3 (3 times)\n",       "fastest: sleep 0.1\n", "as sleep 0.2; exit 3\n"};
	struct proc p;

	(void)state;
	need_root_and_v2();
	p = PROC("cgbench", "exec", "-l", "pids.max=16", "-S", "-w", "1", "-n", "3",
		 "--export-json", "/tmp/series.json", "sleep 0.1", "sleep 0.2; exit 3");
	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++)
		if (!strstr(p.output, says[i]))
			fail_msg("'%s' is not in: %s", says[i], p.output);
	assert_int_equal(p.code, 3);
	proc_free(&p);
	p = PROC("grep", "-c", "\"command\"", "/tmp/series.json");
	assert_string_equal(p.output, "2\n");
	proc_free(&p);
	unlink("/tmp/series.json");
	p = PROC("cgbench", "exec", "-n", "2", "--", "echo", "printed");
	assert_null(strstr(p.output, "\nprinted"));
	proc_free(&p);
	p = PROC("cgbench", "exec", "-n", "2", "--show-output", "--", "sh", "-c", "echo pri'n'ted");
	assert_non_null(strstr(p.output, "printed\nprinted\n"));
	proc_free(&p);
	p = PROC("cgbench", "exec", "-n", "2", "--", "no-such-program");
	assert_int_equal(p.code, 126);
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
}

/* What the command leaves running is ended with its group. */
static void test_daemons_end(void **state)
{
	struct proc p;

	(void)state;
	need_root_and_v2();
	p = PROC("cgbench", "exec", "--", "sh", "-c", "sleep 600 & exit 0");
	assert_int_equal(p.code, 0);
	proc_free(&p);
	p = PROC("pidof", "sleep");
	assert_int_not_equal(p.code, 0);
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
}

const struct CMUnitTest tests_live_exec[] = {
	cmocka_unit_test(test_exit_codes),
	cmocka_unit_test(test_streams_are_the_commands),
	cmocka_unit_test(test_a_full_disk_is_told),
	cmocka_unit_test(test_arguments_arrive),
	cmocka_unit_test(test_quota_is_told),
	cmocka_unit_test(test_the_account),
	cmocka_unit_test(test_a_series),
	cmocka_unit_test(test_daemons_end),
	{0},
};

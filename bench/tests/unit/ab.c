/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ab: turns of commands that copy runs, so that only the taking of turns is tested. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/support/proc.h"
#include "tests/support/subcommand.h"
#include "tests/test.h"

extern const struct command command_ab;

struct place {
	char dir[64], out[96];
	char base[512], head[512], elsewhere[512]; /* commands */
};

static void fill(char *out, size_t size, const char *run)
{
	char name[64], cwd[256];
	const char *path;

	snprintf(name, sizeof(name), "runs/%s", run);
	path = test_fixture(name);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	/* The command may run anywhere. */
	snprintf(out, size, "cd / && cp -r '%s%s%s' {out}/it", path[0] == '/' ? "" : cwd,
		 path[0] == '/' ? "" : "/", path);
}

static void place_make(struct place *p)
{
	*p = (struct place){.dir = "/tmp/cgtest-ab it's-XXXXXX"};
	if (!mkdtemp(p->dir))
		abort();
	snprintf(p->out, sizeof(p->out), "/%.60s/out", p->dir);
	fill(p->base, sizeof(p->base), "live-base");
	fill(p->head, sizeof(p->head), "live-head");
	fill(p->elsewhere, sizeof(p->elsewhere), "live-elsewhere");
}

static void place_remove(struct place *p)
{
	struct proc rm = PROC("rm", "-r", p->dir);

	assert_int_equal(rm.code, 0);
	proc_free(&rm);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static char *read_turns(const struct place *p)
{
	char path[160];
	struct proc cat;

	snprintf(path, sizeof(path), "%s/turns.csv", p->out);
	cat = PROC("cat", path);
	return cat.output;
}

static void test_turns_are_abba(void **state)
{
	struct place p = {0};
	struct subcommand r;
	char *turns;
	(void)state;

	place_make(&p);
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", p.head, "--rounds", "2", "--out", p.out,
		       "--gate");
	assert_int_equal(r.code, 1);
	assert_non_null(strstr(r.out, "1 regressed"));
	turns = read_turns(&p);
	for (unsigned i = 0; i < 8; i++) {
		char row[32];
		snprintf(row, sizeof(row), "\n%u,%c,", i + 1, "abbaabba"[i]);
		if (!strstr(turns, row))
			fail_msg("no turn %s in %s", row + 1, turns);
	}
	free(turns);
	subcommand_free(&r);
	/* All is done: the same line only compares again. */
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", p.head, "--rounds", "2", "--out", p.out);
	assert_int_equal(r.code, 0);
	assert_string_equal(r.err, "");
	subcommand_free(&r);
	/* More rounds go on from there; other commands do not. */
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", p.head, "--rounds", "3", "--out", p.out);
	assert_int_equal(r.code, 0);
	assert_int_equal(count(r.err, ": turn "), 4);
	subcommand_free(&r);
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", p.base, "--out", p.out);
	assert_int_equal(r.code, 2);
	assert_non_null(strstr(r.err, "a comparison of other commands"));
	subcommand_free(&r);
	place_remove(&p);
}

/* The third turn fails once, having left half of something. */
static void test_an_interrupted_comparison_goes_on(void **state)
{
	struct place p = {0};
	struct subcommand r;
	char command[1024], flag[96];
	char *turns;
	(void)state;

	place_make(&p);
	snprintf(flag, sizeof(flag), "%s/flag", p.dir);
	snprintf(command, sizeof(command),
		 "if [ -e \"%s\" ]; then rm \"%s\"; touch {out}/half; exit 77; fi; %s", flag, flag,
		 p.head);
	r = SUBCOMMAND(command_ab, "--a", "touch \"$CGBENCH_AB_OUT/../../../flag\"; false", "--b",
		       "true", "--out", p.out);
	assert_int_equal(r.code, 2); /* exit code 1 is fine, and no run is not */
	assert_non_null(strstr(r.err, "left nothing to compare"));
	subcommand_free(&r);
	snprintf(p.out, sizeof(p.out), "%.60s/second", p.dir);
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", command, "--rounds", "1", "--out", p.out);
	assert_int_equal(r.code, 2);
	assert_non_null(strstr(r.err, "ended with exit code 77"));
	subcommand_free(&r);
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", command, "--rounds", "1", "--out", p.out);
	assert_int_equal(r.code, 0);
	assert_int_equal(count(r.err, ": turn "), 3);
	turns = read_turns(&p);
	assert_int_equal(count(turns, "\n"), 5);
	free(turns);
	subcommand_free(&r);
	place_remove(&p);
}

static void test_unlike_hosts_are_found_after_two_turns(void **state)
{
	struct place p = {0};
	struct subcommand r;
	(void)state;

	place_make(&p);
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", p.elsewhere, "--out", p.out);
	assert_int_equal(r.code, 3);
	assert_int_equal(count(r.err, ": turn "), 2);
	assert_non_null(strstr(r.err, "kernel: 6.12.1-test | 6.18.2-test"));
	subcommand_free(&r);
	snprintf(p.out, sizeof(p.out), "%.60s/second", p.dir);
	r = SUBCOMMAND(command_ab, "--a", p.base, "--b", p.elsewhere, "--rounds", "1", "--allow",
		       "all", "--out", p.out);
	assert_int_equal(r.code, 0);
	assert_non_null(strstr(r.out, "UNLIKE HOSTS"));
	subcommand_free(&r);
	place_remove(&p);
}

static void test_usage(void **state)
{
	static const char *const args[][6] = {
		{"--a", "true", "--b", "true"},
		{"--out", "/tmp/x"},
		{"--rounds", "0"},
		{"--rounds", "many"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(args); i++) {
		struct subcommand r = subcommand_run(&command_ab, args[i]);
		assert_int_equal(r.code, 2);
		subcommand_free(&r);
	}
}

const struct CMUnitTest tests_unit_ab[] = {
	cmocka_unit_test(test_turns_are_abba),
	cmocka_unit_test(test_an_interrupted_comparison_goes_on),
	cmocka_unit_test(test_unlike_hosts_are_found_after_two_turns),
	cmocka_unit_test(test_usage),
	{0},
};

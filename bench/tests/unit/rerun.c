/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rerun says has changed, what it would run, and what it refuses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "command.h"
#include "host/fact_diff.h"
#include "suite/recipe.h"
#include "tests/test.h"

extern const struct command command_rerun;

static const char suite_text[] = "suite: small\n"
				 "question: Is it so?\n"
				 "duration: 1s\n"
				 "axes:\n"
				 "  quota: [20%, 50%]\n"
				 "groups:\n"
				 "  - name: subject\n"
				 "    limits: {cpu.max: \"${quota} 100ms\"}\n"
				 "    run: {workload: spin}\n";

static json_t *parse(const char *text)
{
	json_error_t why;
	json_t *j = json_loads(text, 0, &why);

	if (!j)
		fail_msg("%s: %s", text, why.text);
	return j;
}

/* Which facts changed, as "fact: then -> now;", with a * where the runs would be unlike. */
static void test_facts(void **state)
{
	static const struct {
		const char *then, *now, *changes;
	} rows[] = {
		{"{}", "{}", ""},
		{"{\"hz\": 250}", "{\"hz\": 250}", ""},
		{"{\"hz\": 250}", "{\"hz\": 1000}", "hz*: 250 -> 1000;"},
		{"{\"kernel\": \"6.1\", \"cmdline\": \"a\"}",
		 "{\"kernel\": \"6.18\", \"cmdline\": \"b\"}",
		 "kernel*: 6.1 -> 6.18;cmdline: a -> b;"},
		/* null and absent say the same. */
		{"{\"turbo\": null}", "{}", ""},
		{"{\"turbo\": null}", "{\"turbo\": \"on\"}", "turbo*: not known -> on;"},
		{"{\"mitigations\": {\"a\": \"x\", \"b\": \"y\"}}",
		 "{\"mitigations\": {\"b\": \"z\", \"c\": \"w\"}}",
		 "mitigations.a: x -> not known;mitigations.b: y -> z;"
		 "mitigations.c: not known -> w;"},
		/* What the run was is no fact of the host. */
		{"{\"run\": \"one\", \"seed\": 1}", "{\"run\": \"two\", \"seed\": 2}", ""},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		json_t *then = parse(rows[i].then), *now = parse(rows[i].now);
		struct host_differences changes = {0};
		char text[512] = "";
		assert_int_equal(fact_diff(then, now, &changes, NULL), 0);
		for (size_t c = 0; c < changes.n; c++) {
			size_t n = strlen(text);
			snprintf(text + n, sizeof(text) - n, "%s%s: %s -> %s;", changes.v[c].fact,
				 !changes.v[c].allowed ? "*" : "", changes.v[c].base,
				 changes.v[c].head);
		}
		assert_string_equal(text, rows[i].changes);
		host_differences_free(&changes);
		json_decref(then);
		json_decref(now);
	}
}

static void write_text(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void make_run(const char *dir, const struct recipe *recipe, const char *lab)
{
	struct suite *suite = NULL;
	json_t *host;
	char *text;

	assert_int_equal(suite_parse("s", suite_text, strlen(suite_text), &suite, NULL), 0);
	host = json_pack("{s:s, s:s*, s:s, s:i, s:{s:i}}", "suite_digest", suite->digest, "lab",
			 lab, "lab_kernel", "6.18.1-cloud", "lab_shift", 3, "topology", "cpus", 4);
	assert_int_equal(recipe_note(recipe, host, NULL), 0);
	text = json_dumps(host, 0);
	write_text(dir, "host.json", text);
	write_text(dir, "suite.yaml", suite_text);
	free(text);
	json_decref(host);
	suite_free(suite);
}

/* Calls the subcommand with its standard output in a file of the folder. */
static int call(const char *dir, const char *const *args, char *output, size_t size)
{
	char *argv[16] = {(char *)"cgbench rerun"};
	char path[256];
	int argc = 1, saved = dup(STDOUT_FILENO), code;
	size_t n;
	FILE *f;

	while (*args)
		argv[argc++] = (char *)*args++;
	snprintf(path, sizeof(path), "%s/output", dir);
	f = fopen(path, "w+");
	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	code = command_rerun.run(argc, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	n = fread(output, 1, size - 1, f);
	output[n] = '\0';
	fclose(f);
	return code;
}

static void remove_folder(const char *dir)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

static void test_dry_run(void **state)
{
	static const struct recipe recipe = {.repeats = 3,
					     .seed = 42,
					     .stall_min_usec = 1500,
					     .shard = {1, 2},
					     .filters = {"quota=50%"}};
	char dir[] = "/tmp/cgbench-rerun-XXXXXX", output[8192], expected[512];
	(void)state;

	assert_non_null(mkdtemp(dir));
	make_run(dir, &recipe, "exact");
	assert_int_equal(call(dir, (const char *[]){"--dry-run", dir, "--", "--repeats", "5", NULL},
			      output, sizeof(output)),
			 EXIT_PASS);
	snprintf(expected, sizeof(expected),
		 "cgbench run %s/suite.yaml --repeats=3 --seed=42 --stall-min=1500us "
		 "--filter=quota=50%% --shard=1/2 --repeats 5\n",
		 dir);
	if (!strstr(output, expected))
		fail_msg("'%s' lacks '%s'", output, expected);
	assert_non_null(strstr(output, "2 trials of 1 cell; about"));
	/* This host is not the lab's kernel: so it says, and how to get there. */
	assert_non_null(strstr(output, "lab *"));
	assert_non_null(strstr(output, "--exact --kernel 6.18.1-cloud --cpus 4 --shift 3"));
	remove_folder(dir);
}

static void test_refused(void **state)
{
	char dir[] = "/tmp/cgbench-rerun-XXXXXX", output[4096];
	const struct recipe recipe = {.stall_min_usec = 1000};
	(void)state;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(call(dir, (const char *[]){dir, NULL}, output, sizeof(output)),
			 EXIT_USAGE);
	make_run(dir, &recipe, NULL);
	write_text(dir, "suite.yaml", "suite: another\n");
	assert_int_equal(
		call(dir, (const char *[]){"--dry-run", dir, NULL}, output, sizeof(output)),
		EXIT_USAGE);
	remove_folder(dir);
}

const struct CMUnitTest tests_unit_rerun[] = {
	cmocka_unit_test(test_facts),
	cmocka_unit_test(test_dry_run),
	cmocka_unit_test(test_refused),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: each format, read by a program that is not ours. Where there is none, it is skipped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/support/proc.h"
#include "tests/support/subcommand.h"
#include "tests/test.h"

extern const struct command command_compare;

enum { PATH_BYTES = 512 };

static void fixture(char out[static PATH_BYTES], const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(out, PATH_BYTES, "%s", test_fixture(path));
}

/* Exports what base (NULL: none) and head yield into a file; returns the exit code. */
static int export(const char *format, const char *base, const char *head, const char *path)
{
	char option[PATH_BYTES + 64], base_path[PATH_BYTES], head_path[PATH_BYTES];
	struct subcommand r;
	int code;

	snprintf(option, sizeof(option), "%s=%s", format, path);
	fixture(head_path, "runs", head);
	if (base)
		fixture(base_path, "runs", base);
	r = base ? SUBCOMMAND(command_compare, "--gate", "--allow", "all", "--export", option,
			      base_path, head_path)
		 : SUBCOMMAND(command_compare, "--gate", "--export", option, head_path);
	code = r.code;
	if (code == 2)
		fail_msg("%s", r.err);
	subcommand_free(&r);
	return code;
}

static void temporary(char out[static PATH_BYTES])
{
	int fd;

	snprintf(out, PATH_BYTES, "/tmp/cgtest-export-XXXXXX");
	fd = mkstemp(out);
	assert_true(fd >= 0);
	close(fd);
}

static void assert_says(const char *what, const char *text, const char *const *says, size_t n)
{
	for (size_t i = 0; i < n && says[i]; i++)
		if (!strstr(text, says[i]))
			fail_msg("%s: no '%s' in\n%s", what, says[i], text);
}

/* By Python's readers: Debian's own Python, which has the modules that Debian packages. */
static struct proc read_with_python(const char *format, const char *path, const char *schema)
{
	static const char python[] = "/usr/bin/python3";
	char script[PATH_BYTES], schema_path[PATH_BYTES] = "";
	struct proc p;

	if (access(python, X_OK) != 0)
		test_skip("no %s to read the exports with", python);
	fixture(script, "schemas", "read.py");
	if (schema)
		fixture(schema_path, "schemas", schema);
	p = PROC(python, script, format, path, schema_path);
	if (p.code == 77)
		test_skip("%s", p.output);
	return p;
}

struct row {
	const char *format, *schema, *base, *head;
	int code; /* of the export */
	const char *says[6];
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char path[PATH_BYTES];
		struct proc p;
		temporary(path);
		assert_int_equal(export(rows[i].format, rows[i].base, rows[i].head, path),
				 rows[i].code);
		p = read_with_python(rows[i].format, path, rows[i].schema);
		if (p.code != 0)
			fail_msg("%s of %s: %s", rows[i].format, rows[i].head, p.output);
		assert_says(rows[i].format, p.output, rows[i].says, array_len(rows[i].says));
		proc_free(&p);
		unlink(path);
	}
}

static void test_bencher(void **state)
{
	static const struct row rows[] = {
		{"bencher",
		 "bencher.json",
		 "live-base",
		 "live-head",
		 1,
		 {"benchmarks 4\n", "values 10\n", "name demo quota=20% threads=1/subject\n"}},
		{"bencher",
		 "bencher.json",
		 "live-base",
		 "live-elsewhere",
		 1,
		 {"[unlike hosts: kernel, hz, microcode, topology]"}},
		{"bencher", "bencher.json", NULL, "budget-held", 0, {"benchmarks 2\n"}},
	};
	(void)state;

	check_rows(rows, array_len(rows));
}

static void test_github_action_benchmark(void **state)
{
	static const struct row rows[] = {
		{"github-smaller",
		 "github-benchmark.json",
		 "live-base",
		 "live-head",
		 1,
		 {"entries 6\n", "distance from the expected value"}},
		{"github-bigger",
		 "github-benchmark.json",
		 "live-base",
		 "live-head",
		 1,
		 {"entries 2\n", "subject/work.ops_per_cpu_sec median of 12"}},
		{"github-smaller",
		 "github-benchmark.json",
		 "live-base",
		 "live-elsewhere",
		 1,
		 {"unlike hosts: kernel: 6.12.1-test | 6.18.2-test"}},
	};
	(void)state;

	check_rows(rows, array_len(rows));
}

/* The action fails on an empty list. */
static void test_an_export_of_nothing_is_refused(void **state)
{
	char head[PATH_BYTES];
	struct subcommand r;
	(void)state;

	fixture(head, "runs", "budget-held");
	r = SUBCOMMAND(command_compare, "--export", "github-bigger", head);
	assert_int_equal(r.code, 2);
	assert_non_null(strstr(r.err, "none of these metrics is better when greater"));
	subcommand_free(&r);
}

static void test_otava(void **state)
{
	static const struct row rows[] = {
		{"otava", NULL, "live-base", "live-head", 1, {"rows 2\n", "values 20\n"}},
		{"otava",
		 NULL,
		 "live-base",
		 "live-elsewhere",
		 1,
		 {"unlike kernel: 6.12.1-test | 6.18.2-test, hz"}},
		{"otava", NULL, "live-base", "live-broken", 1, {"rows 2\n", "values 10\n"}},
		{"otava", NULL, NULL, "budget-held", 0, {"rows 1\n", "values 4\n"}},
	};
	(void)state;

	check_rows(rows, array_len(rows));
}

static void test_openmetrics(void **state)
{
	static const struct row rows[] = {
		{"openmetrics",
		 NULL,
		 "live-base",
		 "live-head",
		 1,
		 {"families 6\n", "gauges 5\n", "sample cgbench_cpu_nr_throttled 50% 20\n",
		  "sample cgbench_cpu_usage_error_percent 20% 0.0555\n", "info  6.12.1-test\n"}},
		{"openmetrics",
		 NULL,
		 "live-base",
		 "live-elsewhere",
		 1,
		 {"info kernel: 6.12.1-test | 6.18.2-test"}},
		{"openmetrics", NULL, NULL, "budget-held", 0, {"families 5\n"}},
	};
	(void)state;

	check_rows(rows, array_len(rows));
}

static void test_junit(void **state)
{
	static const struct row rows[] = {
		{"junit",
		 NULL,
		 "live-base",
		 "live-head",
		 1,
		 {"cases 10\n", "Failure 1\n", "Skipped 1\n", "Error 0\n", "declared 10 1 0 1\n",
		  "suites add up True\n"}},
		{"junit",
		 NULL,
		 "live-base",
		 "live-broken",
		 1,
		 {"cases 7\n", "Failure 1\n", "Error 2\n", "suites add up True\n"}},
		{"junit",
		 NULL,
		 "exact-a",
		 "exact-new",
		 1,
		 {"cases 9\n", "Failure 3\n", "suites add up True\n"}},
		{"junit",
		 NULL,
		 NULL,
		 "budget-missed",
		 1,
		 {"cases 4\n", "Failure 2\n", "Skipped 2\n"}},
		{"junit", NULL, NULL, "budget-held", 0, {"cases 2\n", "Failure 0\n"}},
	};
	(void)state;

	check_rows(rows, array_len(rows));
}

static void test_junit_against_its_schema(void **state)
{
	static const char *const pairs[][2] = {
		{"live-base", "live-elsewhere"}, {"live-base", "live-broken"},
		{"exact-a", "exact-again"},      {NULL, "budget-missed"},
		{NULL, "budget-held"},           {"no-xml", "no-xml"},
	};
	char schema[PATH_BYTES];
	(void)state;

	if (access("/usr/bin/xmllint", X_OK) != 0)
		test_skip("no xmllint (Debian: libxml2-utils)");
	fixture(schema, "schemas", "junit.xsd");
	for (size_t i = 0; i < array_len(pairs); i++) {
		char path[PATH_BYTES];
		struct proc p;
		temporary(path);
		export("junit", pairs[i][0], pairs[i][1], path);
		p = PROC("/usr/bin/xmllint", "--noout", "--schema", schema, path);
		if (p.code != 0)
			fail_msg("%s: %s", pairs[i][1], p.output);
		proc_free(&p);
		unlink(path);
	}
}

static void test_markdown(void **state)
{
	static const struct {
		const char *base, *head;
		int code;
		const char *says[6]; /* in HTML */
	} rows[] = {
		{"live-base",
		 "live-head",
		 1,
		 {"<h2>cgbench: FAIL</h2>", "<td>regressed</td>",
		  "<td>bystander latency.during_p99_usec</td>", "<td align=\"right\">+25.4%</td>",
		  "<summary>1 inconclusive</summary>"}},
		{"live-base",
		 "live-elsewhere",
		 1,
		 {"<strong>Unlike hosts</strong>", "kernel: 6.12.1-test | 6.18.2-test"}},
		{"live-base",
		 "live-broken",
		 1,
		 {"<li>broken in head: demo quota=20% threads=1 (timeout: no end after 60 s)</li>",
		  "<li>missing in head: demo quota=50% threads=2</li>"}},
		{"exact-a", "exact-again", 0, {"<h2>cgbench: pass</h2>", "8 same"}},
		{NULL, "budget-missed", 1, {"2 of 4 hold", "1 of 3 over budget"}},
	};
	(void)state;

	if (access("/usr/bin/cmark-gfm", X_OK) != 0)
		test_skip("no cmark-gfm, GitHub's own Markdown reader (Debian: cmark-gfm)");
	for (size_t i = 0; i < array_len(rows); i++) {
		char path[PATH_BYTES];
		struct proc p;
		temporary(path);
		assert_int_equal(export("markdown", rows[i].base, rows[i].head, path),
				 rows[i].code);
		p = PROC("/usr/bin/cmark-gfm", "-e", "table", "--unsafe", path);
		assert_int_equal(p.code, 0);
		assert_says(rows[i].head, p.output, rows[i].says, array_len(rows[i].says));
		proc_free(&p);
		unlink(path);
	}
}

/* The JSON of `--json`, by a reader that is not the library that wrote it. */
static void test_json(void **state)
{
	char base[PATH_BYTES], head[PATH_BYTES], option[PATH_BYTES + 16], path[PATH_BYTES];
	static const char query[] =
		"[.summary.regressed, .summary.gate.exit_code, (.comparisons | length), "
		"(.comparisons[] | select(.outcome == \"regressed\") | .gate, .axes.quota), "
		"(.summary.unlike | startswith(\"kernel: 6.12.1-test | 6.18.2-test\"))] | "
		"join(\" \")";
	struct subcommand r;
	struct proc p;
	(void)state;

	if (access("/usr/bin/jq", X_OK) != 0)
		test_skip("no jq (Debian: jq)");
	temporary(path);
	fixture(base, "runs", "live-base");
	fixture(head, "runs", "live-elsewhere");
	snprintf(option, sizeof(option), "--json=%s", path);
	r = SUBCOMMAND(command_compare, "--gate", "--allow", "all", option, base, head);
	assert_int_equal(r.code, 1);
	p = PROC("/usr/bin/jq", "-r", query, path);
	assert_string_equal(p.output, "1 1 10 fail 20% true\n");
	proc_free(&p);
	subcommand_free(&r);
	unlink(path);
}

const struct CMUnitTest tests_unit_export[] = {
	cmocka_unit_test(test_bencher),
	cmocka_unit_test(test_github_action_benchmark),
	cmocka_unit_test(test_an_export_of_nothing_is_refused),
	cmocka_unit_test(test_otava),
	cmocka_unit_test(test_openmetrics),
	cmocka_unit_test(test_junit),
	cmocka_unit_test(test_junit_against_its_schema),
	cmocka_unit_test(test_markdown),
	cmocka_unit_test(test_json),
	{0},
};

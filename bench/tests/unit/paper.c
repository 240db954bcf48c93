/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a suite says of its paper, and where it says it wrongly. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "paper/claim.h"
#include "tests/test.h"

#define HEAD                                                 \
	"suite: s\nquestion: q\n"                            \
	"axes: {n: [1, 2], q: [20%, 5ms]}\n"                 \
	"groups: [{name: a, run: {workload: spin, threads: " \
	"\"${n}\"}, limits: {cpu.max: \"${q}\"}}]\n"         \
	"paper:\n"                                           \
	"  id: P0\n"                                         \
	"  title: t\n"                                       \
	"  cite: {key: k, title: t, where: w}\n"
#define CLAIM HEAD "  claims:\n  - "

static const char csv_head[] = "experiment,condition,metric,unit,value,source,note\n";

static int make(const char *text, struct claims_of_suite *out, struct err *e)
{
	char path[] = "/tmp/cgbench-paper-XXXXXX";
	struct suite *s = NULL;
	int fd = mkstemp(path), r = suite_parse("f", text, strlen(text), &s, e);
	FILE *csv = fdopen(fd, "w");

	fprintf(csv, "%se,c,m,ms,1.5,here,\n", csv_head);
	fclose(csv);
	if (r == 0)
		r = claims_of(s, path, out, e);
	if (r < 0)
		suite_free(s);
	else
		out->own = s;
	unlink(path);
	return r;
}

static void test_faults(void **state)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{HEAD, "6:3: 'paper' lacks 'claims'"},
		{CLAIM "{measured: \"a:work.ops\", min: 1}\n", "10:5: a claim lacks 'name'"},
		{CLAIM "{name: x}\n", "10:5: a claim lacks 'measured'"},
		{CLAIM "{name: x, measured: \"a:work.ops\"}\n", "10:12: claim 'x' can never fail"},
		{CLAIM "{name: x, role: odd, measured: \"a:work.ops\", min: 1}\n",
		 "10:21: 'odd'; expected effect, fault or fixed"},
		{CLAIM "{name: x, measured: \"a:work.ops\", within: 5%}\n",
		 "10:47: within what of what?"},
		{CLAIM
		 "{name: x, measured: \"a:work.ops\", within: 5%, equals: 1, of: published}\n",
		 "10:66: claim 'x' has no 'published'"},
		{CLAIM "{name: x, measured: \"b:work.ops\", min: 1}\n",
		 "10:25: no group is called 'b'"},
		{CLAIM "{name: x, measured: \"a:cpu.usage\", min: 1}\n",
		 "10:25: metric 'cpu.usage' is unknown"},
		{CLAIM "{name: x, measured: \"cpu.usage_usec\", min: 1}\n",
		 "10:25: a metric without a group"},
		{CLAIM "{name: x, measured: \"a:work.ops * axis.n\", min: 1}\n",
		 "10:25: the claim's 'cell' says nothing of an axis 'n'"},
		{CLAIM "{name: x, cell: {m: 1}, measured: \"a:work.ops\", min: 1}\n",
		 "10:22: the suite has no axis 'm'"},
		{CLAIM "{name: x, cell: {n: 3}, measured: \"a:work.ops\", min: 1}\n",
		 "10:25: axis 'n' has no value '3'"},
		{CLAIM "{name: x, host: {hertz: 3}, measured: \"a:work.ops\", min: 1}\n",
		 "10:22: host.json has no fact 'hertz'"},
		{CLAIM "{name: x, published: {metric: z}, measured: \"a:work.ops\", min: 1}\n",
		 "10:35: results/published/s.csv has no row"},
		{CLAIM "{name: x, measured: \"a:work.ops\", min: 1}\n"
		       "  - {name: x, measured: \"a:work.ops\", min: 1}\n",
		 "11:12: claim 'x' is there twice; first in line 10"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct claims_of_suite c = {.suite = NULL};
		struct err e = {""};
		if (make(rows[i].text, &c, &e) != -EINVAL)
			fail_msg("row %zu is taken", i);
		if (strncmp(e.text, "f:", 2) != 0 ||
		    strncmp(e.text + 2, rows[i].fault, strlen(rows[i].fault)) != 0)
			fail_msg("row %zu: '%s', expected '%s'", i, e.text, rows[i].fault);
	}
}

static void test_claim(void **state)
{
	struct claims_of_suite c = {.suite = NULL};
	struct err e = {""};
	(void)state;

	if (make(HEAD "  cells: {two: {n: 2}}\n"
		      "  claims:\n"
		      "  - {name: x, published: {experiment: e, condition: c, metric: m}, "
		      "cell: {n: 1}, measured: \"two.a:work.ops / a:work.ops\", "
		      "expected: \"axis.n * host.cpus + published\", within: 40%}\n",
		 &c, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(c.claims.n, 1);
	assert_true(fabs(c.claims.v[0].published->value - (1.5)) < 1e-9);
	assert_true(fabs(c.claims.v[0].within_pct - (40)) < 1e-9);
	assert_string_equal(c.claims.v[0].unit, "ms");
	claims_unload(&c);
}

static void test_axis_number(void **state)
{
	(void)state;
	assert_true(fabs(claim_axis_number("20%") - (0.2)) < 1e-9);
	assert_true(fabs(claim_axis_number("5ms") - (5000)) < 1e-9);
	assert_true(fabs(claim_axis_number("2M") - (2 << 20)) < 1e-9);
	assert_true(fabs(claim_axis_number("1.5") - (1.5)) < 1e-9);
	assert_true(isnan(claim_axis_number("max")));
}

static void test_published(void **state)
{
	static const struct {
		const char *rows, *fault; /* of the file, without its name */
	} rows[] = {
		{"e,c,m,ms,1,s,\n", NULL},
		{"e,c,m,ms,DNR,s,\n", ":2: 'DNR' is no number"},
		{"e,c,m,ms,,s,\n", ":2: '' is no number"},
		{"e,c,,ms,1,s,\n", ":2: a row has a metric and a source"},
		{"e,c,m,ms,1,,\n", ":2: a row has a metric and a source"},
		{"e,c,m,ms,1,s,\ne,c,m,ms,2,s,\n", ":3: 'e', 'c', 'm' is there twice"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char path[] = "/tmp/cgbench-paper-XXXXXX";
		struct arena *arena = arena_new();
		struct published p;
		struct err e = {""};
		FILE *f = fdopen(mkstemp(path), "w");
		int r;
		fprintf(f, "%s%s", csv_head, rows[i].rows);
		fclose(f);
		r = published_load(path, arena, &p, &e);
		assert_int_equal(r, rows[i].fault ? -EINVAL : 0);
		if (rows[i].fault && !strstr(e.text, rows[i].fault))
			fail_msg("'%s' lacks '%s'", e.text, rows[i].fault);
		arena_free(arena);
		unlink(path);
	}
}

/* Every paper that ships is right, and its page is there. */
static void test_shipped(void **state)
{
	char **names = NULL;
	struct err e = {""};
	size_t n = 0;
	(void)state;

	assert_int_equal(suite_paper_names(&names, &n, &e), 0);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		struct claims_of_suite c = {.suite = NULL};
		char page[256];
		if (claims_load(names[i], NULL, &c, &e) < 0)
			fail_msg("%s", e.text);
		snprintf(page, sizeof(page), "bench/suites/%s.md", names[i]);
		assert_int_equal(access(page, R_OK), 0);
		claims_unload(&c);
	}
	suite_names_free(names, n);
}

const struct CMUnitTest tests_unit_paper[] = {
	cmocka_unit_test(test_faults),      cmocka_unit_test(test_claim),
	cmocka_unit_test(test_axis_number), cmocka_unit_test(test_published),
	cmocka_unit_test(test_shipped),     {0},
};

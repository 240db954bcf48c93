/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/document.h"
#include "base/shipped.h"
#include "cgbench/array.h"
#include "suite/expand.h"
#include "tests/test.h"

static struct suite *load_fixture(const char *name)
{
	struct suite *s = NULL;
	struct err e = {""};

	if (suite_load(test_fixture(name), &s, &e) < 0)
		fail_msg("%s", e.text);
	return s;
}

static struct suite *parse(const char *text)
{
	struct suite *s = NULL;
	struct err e = {""};

	if (suite_parse("t.yaml", text, strlen(text), &s, &e) < 0)
		fail_msg("%s", e.text);
	return s;
}

static void assert_text(const struct text *t, const char *str, int line, int column)
{
	assert_string_equal(t->str, str);
	assert_int_equal(t->line, line);
	assert_int_equal(t->column, column);
}

static void test_every_text_keeps_its_place(void **state)
{
	struct suite *s = load_fixture("suites/everything.yaml");
	const struct part *p = &s->parts[0];
	(void)state;

	assert_text(&s->name, "everything", 2, 8);
	assert_text(&s->question, "Does a file with everything in it come out as it was written?",
		    3, 11);
	assert_int_equal(s->n_parts, 1);
	assert_null(p->name.str);
	assert_text(&p->repeats, "2", 6, 10);
	assert_text(&p->duration, "5s", 7, 11);
	assert_text(&p->warmup, "100ms", 8, 9);
	assert_text(&p->sample_every, "5ms", 9, 15);
	assert_text(&p->timeout, "1m", 10, 10);
	assert_int_equal(p->n_axes, 3);
	assert_text(&p->axes[0].name, "quota", 12, 3);
	assert_text(&p->axes[0].values.v[1], "50%", 12, 16);
	assert_int_equal(p->axes[2].values.n, 4);
	assert_text(&p->axes[2].values.v[0], "a b", 14, 9);
	assert_text(&p->axes[2].values.v[1], "c\"d", 14, 16);
	assert_text(&p->axes[2].values.v[2], "e'f", 14, 24);
	assert_int_equal(p->n_excludes, 2);
	assert_text(&p->excludes[0].terms.v[1].value, "two", 16, 23);
	suite_free(s);
}

static void test_groups_are_flat_with_parents_first(void **state)
{
	static const struct {
		const char *name;
		int parent;
	} rows[] = {{"top", -1}, {"one", 0}, {"inner", 0}, {"two", 2}, {"outside", -1}};
	struct suite *s = load_fixture("suites/everything.yaml");
	const struct part *p = &s->parts[0];
	(void)state;

	assert_int_equal(p->n_groups, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		assert_string_equal(p->groups[i].name.str, rows[i].name);
		assert_int_equal(p->groups[i].parent, rows[i].parent);
	}
	assert_text(&p->groups[1].limits.v[0].key, "cpu.max", 25, 18);
	assert_text(&p->groups[1].where, "same-core", 26, 33);
	assert_text(&p->groups[1].threads, "2", 27, 40);
	assert_text(&p->groups[3].start, "1s", 31, 20);
	assert_text(&p->groups[3].params.v[0].key, "kind", 32, 36);
	/* An alias is what it stands for, and where that was written. */
	assert_text(&p->groups[4].limits.v[1].value, "64M", 22, 19);
	assert_int_equal(p->groups[4].exec.n, 4);
	assert_text(&p->groups[4].exec.v[1], "-c", 38, 11);
	assert_text(&p->groups[4].exec.v[3], "", 40, 11);
	suite_free(s);
}

static void test_actions_and_budgets(void **state)
{
	static const enum action_verb verbs[] = {ACTION_KILL, ACTION_WRITE, ACTION_FREEZE,
						 ACTION_THAW};
	struct suite *s = load_fixture("suites/everything.yaml");
	const struct part *p = &s->parts[0];
	(void)state;

	assert_int_equal(p->n_actions, array_len(verbs));
	for (size_t i = 0; i < array_len(verbs); i++)
		assert_int_equal(p->actions[i].verb, verbs[i]);
	assert_text(&p->actions[0].at, "4s", 42, 10);
	assert_text(&p->actions[1].write.v[1].key, "cpu.weight", 43, 48);
	assert_int_equal(p->n_expects, 5);
	assert_text(&p->expects[0].within, "3.5%", 47, 51);
	assert_null(p->expects[0].min.str);
	assert_null(p->expects[1].group.str);
	suite_free(s);
}

static void test_parts_inherit_what_they_do_not_say(void **state)
{
	struct suite *s =
		parse("suite: s\n"
		      "question: all?\n"
		      "duration: 3s\n"
		      "repeats: 4\n"
		      "parts:\n"
		      "- part: a\n"
		      "  question: first?\n"
		      "  duration: 1s\n"
		      "  groups: [{name: g, run: {workload: spin}}]\n"
		      "- part: b\n"
		      "  question: second?\n"
		      "  axes: {n: [1]}\n"
		      "  groups: [{name: g, run: {workload: spin, threads: \"${n}\"}}]\n");
	(void)state;

	assert_int_equal(s->n_parts, 2);
	assert_string_equal(s->question.str, "all?");
	assert_text(&s->parts[0].name, "a", 6, 9);
	assert_string_equal(s->parts[0].question.str, "first?");
	assert_text(&s->parts[0].duration, "1s", 8, 13);
	assert_text(&s->parts[1].duration, "3s", 3, 11);
	assert_text(&s->parts[1].repeats, "4", 4, 10);
	assert_null(s->parts[1].warmup.str);
	suite_free(s);
}

static void test_the_digest_is_of_the_bytes(void **state)
{
	static const char text[] = "suite: s\nquestion: q\n"
				   "groups: [{name: g, run: {workload: spin}}]\n";
	struct suite *s = parse(text), *same = parse(text), *other;
	char changed[sizeof(text) + 1];
	(void)state;

	/* printf of the same bytes | sha256sum */
	assert_string_equal(s->digest,
			    "e6cd21c94f0025d4734e385b57d114df7f03a42bfdf7e5f852a169e741950908");
	assert_string_equal(same->digest, s->digest);
	assert_int_equal(s->source_bytes, strlen(text));
	assert_string_equal(s->source, text);
	snprintf(changed, sizeof(changed), "%s ", text);
	other = parse(changed);
	assert_string_not_equal(other->digest, s->digest);
	suite_free(s);
	suite_free(same);
	suite_free(other);
	suite_free(NULL);
}

static void test_a_byte_order_mark_and_crlf_are_no_matter(void **state)
{
	struct suite *s = parse("\xef\xbb\xbfsuite: s\r\nquestion: q\r\n"
				"groups:\r\n- name: g\r\n  run: {workload: spin}\r\n");
	(void)state;

	assert_text(&s->name, "s", 1, 8);
	assert_text(&s->parts[0].groups[0].name, "g", 4, 9);
	suite_free(s);
}

/*
 * Every beginning of a good file is a good file, or is refused with a place in it: never read past
 * its end, never half a suite. Each prefix is a heap block of its own, whose end sanitizers guard.
 */
static void test_every_prefix_parses_or_fails_cleanly(void **state)
{
	struct suite *whole = load_fixture("suites/everything.yaml");
	size_t good = 0;
	(void)state;

	for (size_t n = 0; n <= whole->source_bytes; n++) {
		char *prefix = malloc(n ? n : 1);
		struct suite *s = NULL;
		struct plan *p = NULL;
		struct err e = {""};
		int line, column, r;
		memcpy(prefix, whole->source, n);
		r = suite_parse("t.yaml", prefix, n, &s, &e);
		if (r == 0)
			r = plan_expand(s, &(struct plan_options){0}, &p, &e);
		if (r == 0)
			good++;
		else if (r != -EINVAL || sscanf(e.text, "t.yaml:%d:%d: ", &line, &column) != 2)
			fail_msg("%zu bytes: %d: %s", n, r, e.text);
		plan_free(p);
		suite_free(s);
		free(prefix);
	}
	assert_true(good > 1 && good < whole->source_bytes / 4);
	suite_free(whole);
}

/* One byte changed at a time, to what upsets parsers: each place sees three of them in turn. */
static void test_every_changed_byte_parses_or_fails_cleanly(void **state)
{
	static const char bytes[] = {'\0', '\t', '\n', ' ', '"', '&',
				     '*',  ':',  '[',  '{', '}', '\xff'};
	enum { EACH = 3 };
	struct suite *whole = load_fixture("suites/everything.yaml");
	(void)state;

	for (size_t i = 0; i < EACH * whole->source_bytes; i++) {
		char *at = &whole->source[i / EACH], held = *at;
		struct suite *s = NULL;
		struct plan *p = NULL;
		struct err e = {""};
		*at = bytes[i % sizeof(bytes)];
		if (suite_parse("t.yaml", whole->source, whole->source_bytes, &s, &e) < 0 ||
		    plan_expand(s, &(struct plan_options){0}, &p, &e) < 0)
			assert_int_equal(strncmp(e.text, "t.yaml:", 7), 0);
		plan_free(p);
		suite_free(s);
		*at = held;
	}
	suite_free(whole);
}

static void test_files_that_cannot_be_read(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *message;
	} rows[] = {
		{"/nonexistent/s.yaml", -ENOENT,
		 "cannot read /nonexistent/s.yaml: No such file or directory"},
		{"/tmp", -EINVAL, "cannot read /tmp: not a regular file"},
		{"/dev/zero", -EINVAL, "cannot read /dev/zero: not a regular file"},
		{"defalt", -ENOENT,
		 "no suite 'defalt' ships with cgbench (did you mean 'default'?)"},
		{"nothing-like-it", -ENOENT,
		 "`cgbench list suites` shows them, and a file of your own is written with its "
		 "folder: ./nothing-like-it"},
		{"", -ENOENT, "no suite '' ships with cgbench"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct suite *s = NULL;
		struct err e = {""};
		int r = suite_load(rows[i].path, &s, &e);
		if (r != rows[i].code || s || !strstr(e.text, rows[i].message))
			fail_msg("'%s': %d: %s", rows[i].path, r, e.text);
	}
}

/* Every one is right, asks a question, and is called as its file is. */
static void test_every_suite_that_ships(void **state)
{
	char **names = NULL;
	struct err e = {""};
	size_t n = 0;
	(void)state;

	assert_int_equal(suite_names(&names, &n, &e), 0);
	assert_true(n >= 5);
	for (size_t i = 0; i < n; i++) {
		struct suite *s = NULL;
		struct plan *p = NULL;
		if (i)
			assert_true(strcmp(names[i - 1], names[i]) < 0);
		if (suite_load(names[i], &s, &e) < 0 ||
		    plan_expand(s, &(struct plan_options){0}, &p, &e) < 0)
			fail_msg("%s", e.text);
		assert_string_equal(s->name.str, names[i]);
		assert_int_equal(s->question.str[strlen(s->question.str) - 1], '?');
		plan_free(p);
		suite_free(s);
	}
	suite_names_free(names, n);
}

static uint64_t planned_usec(const char *name)
{
	struct suite *s = NULL;
	struct plan *p = NULL;
	uint64_t usec;

	assert_int_equal(suite_load(name, &s, NULL), 0);
	assert_int_equal(plan_expand(s, &(struct plan_options){0}, &p, NULL), 0);
	usec = plan_usec(p);
	plan_free(p);
	suite_free(s);
	return usec;
}

static void test_how_long_the_first_looks_take(void **state)
{
	(void)state;

	assert_true(planned_usec("default") <= 120 * 1000000);
	assert_true(planned_usec("smoke") <= 20 * 1000000);
}

static void test_suites_elsewhere(void **state)
{
	char folder[] = "/tmp/cgtest-suites-XXXXXX", path[256], **names;
	size_t n;
	FILE *f;
	(void)state;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/suites", folder);
	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(path, sizeof(path), "%s/suites/own.yaml", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("suite: [", f);
	assert_int_equal(fclose(f), 0);
	setenv("CGBENCH_DATA", folder, 1);
	assert_int_equal(suite_names(&names, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], "own");
	suite_names_free(names, n);

	struct suite *s = NULL;
	struct err e;
	assert_int_equal(suite_load("own", &s, &e), -EINVAL);
	assert_int_equal(strncmp(e.text, path, strlen(path)), 0);
	assert_int_equal(suite_load("default", &s, &e), -ENOENT);
	unlink(path);
	path[strlen(path) - strlen("/own.yaml")] = '\0';
	rmdir(path);
	rmdir(folder);
}

const struct CMUnitTest tests_unit_suite[] = {
	cmocka_unit_test(test_every_text_keeps_its_place),
	cmocka_unit_test(test_groups_are_flat_with_parents_first),
	cmocka_unit_test(test_actions_and_budgets),
	cmocka_unit_test(test_parts_inherit_what_they_do_not_say),
	cmocka_unit_test(test_the_digest_is_of_the_bytes),
	cmocka_unit_test(test_a_byte_order_mark_and_crlf_are_no_matter),
	cmocka_unit_test(test_every_prefix_parses_or_fails_cleanly),
	cmocka_unit_test(test_every_changed_byte_parses_or_fails_cleanly),
	cmocka_unit_test(test_files_that_cannot_be_read),
	cmocka_unit_test(test_every_suite_that_ships),
	cmocka_unit_test(test_how_long_the_first_looks_take),
	cmocka_unit_test(test_suites_elsewhere),
	{0},
};

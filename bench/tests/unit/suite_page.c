/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each suite that ships has a page, and each page says what it should. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "command.h"
#include "suite/suite.h"
#include "tests/support/subcommand.h"
#include "tests/test.h"

extern const struct command command_list;

/* Takes the line off the text; false at its end. */
static bool next_line(const char **text, const char **line, size_t *n)
{
	*line = *text;
	*n = strcspn(*text, "\n");
	*text += *n + ((*text)[*n] == '\n');
	return **line != '\0';
}

static bool is_line(const char *line, size_t n, const char *wanted)
{
	return strlen(wanted) == n && strncmp(line, wanted, n) == 0;
}

/* The headings in their order, each with something below it, the name first. */
static void check_page(const char *name, const char *page)
{
	static const char *const headings[] = {
		"## Question",   "## Method",           "## Hierarchy",
		"## Reading it", "## What can mislead", "## Needs",
	};
	char title[128];
	const char *line;
	size_t n, seen = 0, said = 1;

	snprintf(title, sizeof(title), "# %s", name);
	if (!next_line(&page, &line, &n) || !is_line(line, n, title))
		fail_msg("%s.md begins with '%.*s'; expected '%s'", name, (int)n, line, title);
	while (seen < array_len(headings) && next_line(&page, &line, &n)) {
		if (!is_line(line, n, headings[seen])) {
			said += n > 0;
			continue;
		}
		if (said == 0)
			fail_msg("%s.md: nothing stands above '%s'", name, headings[seen]);
		seen++;
		said = 0;
	}
	if (seen < array_len(headings))
		fail_msg("%s.md: expected '%s'", name, headings[seen]);
}

static void test_each_suite_has_one(void **state)
{
	char **names = NULL;
	struct err e = {""};
	size_t n = 0;
	(void)state;

	assert_int_equal(suite_names(&names, &n, &e), 0);
	assert_true(n >= 7);
	for (size_t i = 0; i < n; i++) {
		struct subcommand r = SUBCOMMAND(command_list, names[i]);
		if (r.code != EXIT_PASS)
			fail_msg("cgbench list %s: %d: %s", names[i], r.code, r.err);
		check_page(names[i], r.out);
		subcommand_free(&r);
	}
	suite_names_free(names, n);
}

/* A part without a question of its own would be listed with the suite's. */
static void test_each_part_asks_something(void **state)
{
	char **names = NULL;
	struct err e = {""};
	size_t n = 0;
	(void)state;

	assert_int_equal(suite_names(&names, &n, &e), 0);
	for (size_t i = 0; i < n; i++) {
		struct suite *s;
		if (suite_load(names[i], &s, &e) < 0)
			fail_msg("%s", e.text);
		for (size_t p = 0; p < s->n_parts; p++)
			if (!s->parts[p].question.str)
				fail_msg("%s: part '%s' asks nothing", names[i],
					 s->parts[p].name.str);
		suite_free(s);
	}
	suite_names_free(names, n);
}

/* A suite of one's own needs no page; a name that is none is met with those that are near. */
static void test_what_else_can_be_asked_for(void **state)
{
	struct subcommand own = SUBCOMMAND(command_list,
					   "./bench/tests/fixtures/suites/everything.yaml"),
			  typo = SUBCOMMAND(command_list, "cpu-qouta"),
			  parts = SUBCOMMAND(command_list, "parts");
	(void)state;

	assert_int_equal(own.code, EXIT_PASS);
	assert_int_equal(typo.code, EXIT_USAGE);
	assert_non_null(strstr(typo.err, "'cpu-qouta' (did you mean 'cpu-quota'?)"));
	assert_non_null(strstr(parts.out, "weights-nested"));
	subcommand_free(&own);
	subcommand_free(&typo);
	subcommand_free(&parts);
}

const struct CMUnitTest tests_unit_suite_page[] = {
	cmocka_unit_test(test_each_suite_has_one),
	cmocka_unit_test(test_each_part_asks_something),
	cmocka_unit_test(test_what_else_can_be_asked_for),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "tests/test.h"

extern const struct command command_list;

static void test_columns_share_what_there_is(void **state)
{
	static const struct {
		bool wraps[4];
		size_t natural[4], room, widths[4];
	} rows[] = {
		/* Room for all: nobody gives way. */
		{{false, true, true, false}, {5, 40, 60, 5}, 113, {5, 40, 60, 5}},
		/* The widest first. */
		{{false, true, true, false}, {5, 40, 60, 5}, 103, {5, 40, 50, 5}},
		{{false, true, true, false}, {5, 40, 60, 5}, 83, {5, 35, 35, 5}},
		/* None of them below a few words, and the others not at all. */
		{{false, true, true, false}, {5, 40, 60, 5}, 20, {5, 24, 24, 5}},
		{{false, false, false, false}, {5, 40, 60, 5}, 20, {5, 40, 60, 5}},
		{{true, true, true, true}, {1, 2, 3, 100}, 40, {1, 2, 3, 31}},
		{{true, true, true, true}, {1, 2, 3, 4}, SIZE_MAX, {1, 2, 3, 4}},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct table_column columns[4] = {{.name = ""}};
		size_t widths[4];
		for (size_t c = 0; c < 4; c++)
			columns[c].wraps = rows[i].wraps[c];
		table_widths(columns, rows[i].natural, 4, rows[i].room, widths);
		for (size_t c = 0; c < 4; c++)
			assert_int_equal(widths[c], rows[i].widths[c]);
	}
}

/* What a function writes to stdout, in a file that takes its place meanwhile. */
static FILE *redirect(int *saved)
{
	FILE *f = tmpfile();

	fflush(stdout);
	*saved = dup(STDOUT_FILENO);
	dup2(fileno(f), STDOUT_FILENO);
	return f;
}

static void restore(FILE *f, int saved)
{
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
}

static void test_a_pipe_has_no_width(void **state)
{
	static const struct table_column columns[] = {
		{.name = "A"}, {.name = "NUMBER", .number = true}, {.name = "TEXT", .wraps = true}};
	static const char *const cells[][3] = {{"first", "1", "some words"},
					       {"b", "22222222", NULL}};
	char text[512] = "";
	struct table *t;
	int saved;
	FILE *f;
	(void)state;

	assert_int_equal(table_new(columns, array_len(columns), &t, NULL), 0);
	for (size_t i = 0; i < array_len(cells); i++)
		assert_int_equal(table_add(t, cells[i], NULL), 0);
	f = redirect(&saved);
	assert_int_equal(table_print(t, NULL), 0);
	restore(f, saved);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	assert_string_equal(text, "A       NUMBER TEXT\n"
				  "first        1 some words\n"
				  "b     22222222 \n");
	fclose(f);
	table_free(t);
	table_free(NULL);
}

static void test_too_many_columns(void **state)
{
	static const struct table_column columns[TABLE_COLUMNS_MAX + 1];
	struct table *t = NULL;
	struct err e;
	(void)state;

	assert_int_equal(table_new(columns, array_len(columns), &t, &e), -E2BIG);
	assert_null(t);
	assert_string_equal(e.text, "a table of 65 columns; expected at most 64");
}

/* What `list --json KIND` says about a captured host. */
static json_t *list(const char *kind, const char *host)
{
	char root[4096];
	const char *argv[] = {"cgbench list", "--json", kind, "--root", root, NULL};
	scope_file FILE *f = NULL;
	json_t *j;
	int saved;

	snprintf(root, sizeof(root), "%s", test_fixture("hosts"));
	snprintf(root + strlen(root), sizeof(root) - strlen(root), "/%s", host);
	f = redirect(&saved);
	assert_int_equal(command_list.run(5, (char **)argv), EXIT_PASS);
	restore(f, saved);
	j = json_loadf(f, 0, NULL);
	assert_non_null(j);
	return j;
}

static const char *lacks(const json_t *all, const char *kind, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(all, kind), i,
			   row) if (strcmp(json_string_value(json_object_get(row, "name")), name) ==
				    0) return json_string_value(json_object_get(row, "lacks"));
	fail_msg("%s has no %s", kind, name);
	return NULL;
}

static void test_what_a_host_lacks(void **state)
{
	static const struct {
		const char *host, *kind, *name;
		const char *lacks; /* part of it; "" for nothing */
	} rows[] = {
		{"unified", "knobs", "memory.max", ""},
		{"unified", "suites", "memory-max", ""},
		{"hybrid", "knobs", "memory.max", "memory: "},
		{"hybrid", "knobs", "cpu.max", "cpu: "},
		{"hybrid", "workloads", "forkbomb", "pids: "},
		{"hybrid", "workloads", "spin", ""},
		{"hybrid", "metrics", "memory.peak_bytes", "memory: "},
		{"hybrid", "metrics", "harness.samples", ""},
		{"hybrid", "suites", "fork-bomb", "pids: "},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		json_t *j = list(rows[i].kind, rows[i].host);
		const char *text = lacks(j, rows[i].kind, rows[i].name);
		assert_int_equal(json_object_size(j), 2);
		if (*rows[i].lacks ? !strstr(text, rows[i].lacks) : *text)
			fail_msg("%s on %s lacks '%s'", rows[i].name, rows[i].host, text);
		json_decref(j);
	}
}

static void test_a_host_without_groups(void **state)
{
	json_t *can = list("knobs", "unified"), *cannot = list("knobs", "container-ro");
	(void)state;

	assert_true(json_is_null(json_object_get(can, "no_groups")));
	assert_non_null(
		strstr(json_string_value(json_object_get(cannot, "no_groups")), "read-only"));
	json_decref(can);
	json_decref(cannot);
}

const struct CMUnitTest tests_unit_table[] = {
	cmocka_unit_test(test_columns_share_what_there_is),
	cmocka_unit_test(test_a_pipe_has_no_width),
	cmocka_unit_test(test_too_many_columns),
	cmocka_unit_test(test_what_a_host_lacks),
	cmocka_unit_test(test_a_host_without_groups),
	{0},
};

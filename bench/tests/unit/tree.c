/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shape of the source tree: no circle of includes between the folders of bench/, and functions
 * that are short. A circle makes one module of two; neither can then be tested or moved alone.
 */
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "tests/test.h"

enum { FOLDERS_MAX = 32, NAME_MAX_BYTES = 32, MEDIAN_MAX = 15, LONGEST_MAX = 45 };

/* Which folder includes a file of which; an edge remembers one place where. */
struct graph {
	char names[FOLDERS_MAX][NAME_MAX_BYTES];
	char where[FOLDERS_MAX][FOLDERS_MAX][256]; /* "": no edge */
	size_t n;
};

struct function {
	unsigned lines; /* from brace to brace, both counted */
	char where[256];
};

struct functions {
	struct function *list;
	size_t n;
};

/* nftw(3) hands nothing through to its callback. */
static struct graph graph;
static struct functions functions;

static size_t folder_index(struct graph *g, const char *name, size_t length)
{
	size_t i = 0;

	assert_true(length < NAME_MAX_BYTES);
	while (i < g->n && (strncmp(g->names[i], name, length) != 0 || g->names[i][length]))
		i++;
	assert_true(i < FOLDERS_MAX);
	if (i == g->n)
		memcpy(g->names[g->n++], name, length);
	return i;
}

static void add_edge(struct graph *g, size_t from, size_t to, const char *where)
{
	if (from != to)
		snprintf(g->where[from][to], sizeof(g->where[from][to]), "%s", where);
}

/* Walks on from the last folder of the path; true: the path has become a circle. */
static bool find_circle_from(const struct graph *g, size_t *path, size_t *length)
{
	size_t last = path[*length - 1];

	for (size_t next = 0; next < g->n; next++) {
		if (!g->where[last][next][0])
			continue;
		for (size_t i = 0; i < *length; i++) {
			if (path[i] != next)
				continue;
			*length -= i;
			memmove(path, path + i, *length * sizeof(*path));
			return true;
		}
		path[(*length)++] = next;
		if (find_circle_from(g, path, length))
			return true;
		(*length)--;
	}
	return false;
}

/* Length of a circle, its folders in path; 0: there is none. */
static size_t find_circle(const struct graph *g, size_t path[FOLDERS_MAX])
{
	for (size_t start = 0; start < g->n; start++) {
		size_t length = 1;
		path[0] = start;
		if (find_circle_from(g, path, &length))
			return length;
	}
	return 0;
}

/* The part of a path below bench/, or NULL for what is not the harness: tests, bench/main.c. */
static const char *in_folder(const char *path)
{
	const char *below = strstr(path, "/../../../bench/");

	if (!below)
		return NULL;
	below += strlen("/../../../bench/");
	return strchr(below, '/') && strncmp(below, "tests/", 6) != 0 ? below : NULL;
}

static void read_include(const char *folder, const char *line, const char *where)
{
	static const char directive[] = "#include \"";
	const char *name = line + strlen(directive), *slash;

	if (strncmp(line, directive, strlen(directive)) != 0)
		return;
	slash = strchr(name, '/');
	if (!slash || strncmp(name, "cgbench/", 8) == 0)
		return;
	add_edge(&graph, folder_index(&graph, folder, strcspn(folder, "/")),
		 folder_index(&graph, name, (size_t)(slash - name)), where);
}

static void read_brace(const char *line, unsigned number, unsigned *opened, const char *where)
{
	struct function *f;

	if (line[0] == '{')
		*opened = number;
	if (line[0] != '}' || line[1] != '\n' || !*opened)
		return;
	f = array_push(functions.list, functions.n);
	assert_non_null(f);
	f->lines = number - *opened + 1;
	snprintf(f->where, sizeof(f->where), "%s", where);
	*opened = 0;
}

/* clang-format keeps a function's braces in the first column, and no others. */
static void read_source(const char *path, const char *shown, const char *folder)
{
	char line[1024], where[256];
	unsigned number = 0, opened = 0;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		snprintf(where, sizeof(where), "%s:%u", shown, ++number);
		if (folder)
			read_include(folder, line, where);
		read_brace(line, number, &opened, where);
	}
	assert_int_equal(fclose(f), 0);
}

static int visit(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
	const char *dot = strrchr(path, '.'), *shown = strstr(path, "/../../../");

	(void)s;
	(void)ftw;
	if (type != FTW_F || !dot || (strcmp(dot, ".c") != 0 && strcmp(dot, ".h") != 0))
		return 0;
	assert_non_null(shown);
	shown += strlen("/../../../");
	if (strncmp(shown, "bench/tests/", 12) != 0)
		read_source(path, shown, in_folder(path));
	return 0;
}

static void read_tree(void)
{
	static const char *const roots[] = {"bench", "include", "workloads"};
	char path[PATH_MAX];

	for (size_t i = 0; i < array_len(roots); i++) {
		snprintf(path, sizeof(path), "%s/../../../%s", test_fixture(""), roots[i]);
		if (nftw(path, visit, 16, FTW_PHYS) != 0)
			fail_msg("cannot read %s", path);
	}
}

static int by_lines(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return (x->lines > y->lines) - (x->lines < y->lines);
}

static void test_no_circle(void **state)
{
	size_t path[FOLDERS_MAX], length;

	(void)state;
	read_tree();
	assert_true(graph.n > 10);
	length = find_circle(&graph, path);
	for (size_t i = 0; i < length; i++)
		printf("%s includes %s: %s\n", graph.names[path[i]],
		       graph.names[path[(i + 1) % length]],
		       graph.where[path[i]][path[(i + 1) % length]]);
	free(functions.list);
	assert_int_equal(length, 0);
}

/* The search itself: a row is "from>to ..." and the length of the circle in it. */
static void test_circle_is_found(void **state)
{
	static const struct {
		const char *edges;
		size_t length;
	} rows[] = {
		{"a>b b>c a>c", 0}, {"a>b b>a", 2},         {"a>b b>c c>a", 3},
		{"a>a a>b", 0},     {"a>b b>c c>d d>b", 3}, {"d>a a>b c>b b>c", 2},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct graph g = {.n = 0};
		size_t path[FOLDERS_MAX];
		for (const char *p = rows[i].edges; p; p = strchr(p, ' ')) {
			p += *p == ' ';
			add_edge(&g, folder_index(&g, p, 1), folder_index(&g, p + 2, 1), "row");
		}
		assert_int_equal(find_circle(&g, path), rows[i].length);
	}
}

static void test_functions_are_short(void **state)
{
	const struct function *median, *longest;

	(void)state;
	read_tree();
	assert_true(functions.n > 1000);
	qsort(functions.list, functions.n, sizeof(*functions.list), by_lines);
	median = &functions.list[functions.n / 2];
	longest = &functions.list[functions.n - 1];
	printf("%zu functions: median %u lines, longest %u (ends at %s)\n", functions.n,
	       median->lines, longest->lines, longest->where);
	assert_true(median->lines <= MEDIAN_MAX);
	assert_true(longest->lines <= LONGEST_MAX);
	free(functions.list);
}

const struct CMUnitTest tests_unit_tree[] = {
	cmocka_unit_test(test_no_circle),
	cmocka_unit_test(test_circle_is_found),
	cmocka_unit_test(test_functions_are_short),
	{0},
};

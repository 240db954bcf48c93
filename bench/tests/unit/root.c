/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "tests/test.h"

/* A tree whose links would all lead out of it, were they followed from the host's own root. */
static const struct entry {
	const char *path, *content, *link;
	bool folder;
} entries[] = {
	{.path = "proc", .folder = true},
	{.path = "proc/1234", .folder = true},
	{.path = "proc/self", .link = "1234"},
	{.path = "proc/1234/cgroup", .content = "0::/\n"},
	{.path = "proc/version", .content = "Linux of the tree\nsecond line\n"},
	{.path = "proc/empty", .content = ""},
	{.path = "absolute", .link = "/proc/version"},
	{.path = "above", .link = "../../../../proc/version"},
	{.path = "folder", .link = "/./proc/../proc"},
	{.path = "chain", .link = "folder/../absolute"},
	{.path = "loop", .link = "/loop2"},
	{.path = "loop2", .link = "loop"},
	{.path = "outside", .link = "/../../etc/passwd"},
	{.path = "dangling", .link = "/nothing/here"},
};

struct tree {
	char path[64];
	struct root root;
};

static void tree_make(struct tree *t)
{
	snprintf(t->path, sizeof(t->path), "/tmp/cgtest-root-XXXXXX");
	assert_non_null(mkdtemp(t->path));
	assert_int_equal(root_open(t->path, &t->root, NULL), 0);
	for (size_t i = 0; i < array_len(entries); i++) {
		const struct entry *n = &entries[i];
		if (n->folder) {
			assert_int_equal(mkdirat(t->root.fd, n->path, 0755), 0);
		} else if (n->link) {
			assert_int_equal(symlinkat(n->link, t->root.fd, n->path), 0);
		} else {
			scope_fd int fd =
				openat(t->root.fd, n->path, O_WRONLY | O_CREAT | O_EXCL, 0644);
			ssize_t len = (ssize_t)strlen(n->content);
			assert_int_equal(write(fd, n->content, (size_t)len), len);
		}
	}
}

static void tree_remove(struct tree *t)
{
	for (size_t i = array_len(entries); i-- > 0;)
		unlinkat(t->root.fd, entries[i].path, entries[i].folder ? AT_REMOVEDIR : 0);
	root_close(&t->root);
	assert_int_equal(rmdir(t->path), 0);
}

/* Both ways to stay below the root must agree: the kernel's and the one done by hand. */
static void test_reads_stay_below_the_root(void **state)
{
	static const struct {
		const char *path, *line;
		int code;
	} rows[] = {
		{"/proc/version", "Linux of the tree", 0},
		{"/proc/empty", "", 0},
		{"/proc/self/cgroup", "0::/", 0},
		{"//proc/./self/../version", "Linux of the tree", 0},
		{"/../../proc/version", "Linux of the tree", 0},
		{"/absolute", "Linux of the tree", 0},
		{"/above", "Linux of the tree", 0},
		{"/folder/self/cgroup", "0::/", 0},
		{"/chain", "Linux of the tree", 0},
		{"/loop", "", -ELOOP},
		{"/outside", "", -ENOENT},
		{"/dangling", "", -ENOENT},
		{"/etc/passwd", "", -ENOENT},
		{"/proc/version/below", "", -ENOTDIR},
		{"/proc", "", -EISDIR},
	};
	struct tree t = {.path = ""};
	(void)state;

	tree_make(&t);
	for (int walk = t.root.walk; walk <= 1; walk++) {
		t.root.walk = walk;
		for (size_t i = 0; i < array_len(rows); i++) {
			char line[64] = "stale";
			struct err e = {""};
			int code = root_read_line(&t.root, rows[i].path, line, sizeof(line), &e);
			if (code != rows[i].code || strcmp(line, rows[i].line) != 0)
				fail_msg("walk %d, %s: got %d '%s' (%s)", walk, rows[i].path, code,
					 line, e.text);
			if (code < 0)
				assert_non_null(strstr(e.text, rows[i].path));
		}
	}
	tree_remove(&t);
}

static void test_exists_and_folders(void **state)
{
	struct tree t = {.path = ""};
	(void)state;

	tree_make(&t);
	for (int walk = t.root.walk; walk <= 1; walk++) {
		scope_fd int fd = -1;
		t.root.walk = walk;
		assert_true(root_exists(&t.root, "/proc/self/cgroup"));
		assert_true(root_exists(&t.root, "/folder"));
		assert_false(root_exists(&t.root, "/dangling"));
		assert_false(root_exists(&t.root, "/usr"));
		assert_int_equal(root_open_dir(&t.root, "/folder/self", &fd, NULL), 0);
		assert_int_equal(faccessat(fd, "cgroup", R_OK, 0), 0);
		scope_close_fd(&fd);
		fd = -1;
		assert_int_equal(root_open_dir(&t.root, "/proc/version", &fd, NULL), -ENOTDIR);
		assert_int_equal(fd, -1);
	}
	tree_remove(&t);
}

static void test_a_line_is_never_cut(void **state)
{
	struct tree t = {.path = ""};
	char line[sizeof("Linux of the tree") - 1];
	struct err e;
	(void)state;

	tree_make(&t);
	assert_int_equal(root_read_line(&t.root, "/proc/version", line, sizeof(line), &e),
			 -EOVERFLOW);
	assert_string_equal(line, "");
	assert_non_null(strstr(e.text, "17 bytes, more than 16"));
	tree_remove(&t);
}

static void test_a_file_is_at_most_1_mib(void **state)
{
	static const struct {
		off_t bytes;
		int code;
	} rows[] = {{1 << 20, 0}, {(1 << 20) + 1, -EFBIG}};
	struct tree t = {.path = ""};
	(void)state;

	tree_make(&t);
	for (size_t i = 0; i < array_len(rows); i++) {
		scope_free char *text = NULL;
		scope_fd int fd = openat(t.root.fd, "proc/empty", O_WRONLY);
		assert_int_equal(ftruncate(fd, rows[i].bytes), 0);
		assert_int_equal(root_read(&t.root, "/proc/empty", &text, NULL), rows[i].code);
		assert_int_equal(text != NULL, rows[i].code == 0);
	}
	tree_remove(&t);
}

static void test_the_host_itself(void **state)
{
	struct root r;
	char line[256];
	(void)state;

	assert_int_equal(root_open(NULL, &r, NULL), 0);
	assert_true(r.live);
	for (int walk = r.walk; walk <= 1; walk++) {
		r.walk = walk;
		assert_int_equal(root_read_line(&r, "/proc/self/comm", line, sizeof(line), NULL),
				 0);
		assert_string_not_equal(line, "");
	}
	root_close(&r);
	root_close(&r);
}

static void test_no_such_root(void **state)
{
	struct root r = {.fd = -1};
	struct err e;
	(void)state;

	assert_int_equal(root_open("/nonexistent/tree", &r, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/tree"));
	assert_int_equal(r.fd, -1);
}

const struct CMUnitTest tests_unit_root[] = {
	cmocka_unit_test(test_reads_stay_below_the_root),
	cmocka_unit_test(test_exists_and_folders),
	cmocka_unit_test(test_a_line_is_never_cut),
	cmocka_unit_test(test_a_file_is_at_most_1_mib),
	cmocka_unit_test(test_the_host_itself),
	cmocka_unit_test(test_no_such_root),
	{0},
};

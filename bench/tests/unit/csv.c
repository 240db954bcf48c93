/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "tests/test.h"

/* A folder of its own with one file in it. */
struct place {
	char folder[sizeof("/tmp/cgtest-csv-XXXXXX")], path[64];
	int fd;
};

static void place_make(struct place *p)
{
	*p = (struct place){.folder = "/tmp/cgtest-csv-XXXXXX"};
	assert_non_null(mkdtemp(p->folder));
	p->fd = open(p->folder, O_RDONLY | O_DIRECTORY);
	assert_true(p->fd >= 0);
	snprintf(p->path, sizeof(p->path), "/proc/self/fd/%d/t.csv", p->fd);
}

static void place_remove(struct place *p)
{
	unlink(p->path);
	close(p->fd);
	assert_int_equal(rmdir(p->folder), 0);
}

static void place_fill(const struct place *p, const char *bytes, size_t n)
{
	scope_fd int fd = open(p->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
}

static void assert_content(const struct place *p, const char *expected)
{
	char got[4096] = "";
	scope_fd int fd = open(p->path, O_RDONLY);

	assert_true(read(fd, got, sizeof(got) - 1) >= 0);
	assert_string_equal(got, expected);
}

static void test_fields_are_quoted_where_needed(void **state)
{
	static const char *const texts[] = {"plain", "a,b",  "say \"x\"", "two\nlines",
					    "cr\r",  " pad", "",          NULL};
	struct place p;
	struct csv_writer *w;
	(void)state;

	place_make(&p);
	assert_int_equal(csv_create(p.fd, "t.csv", false, &w, NULL), 0);
	assert_true(csv_is_empty(w));
	for (size_t i = 0; i < array_len(texts); i++)
		csv_text(w, texts[i]);
	csv_u64(w, UINT64_MAX);
	csv_number(w, NAN);
	csv_number(w, 0.5);
	assert_int_equal(csv_end_row(w, NULL), 0);
	assert_false(csv_is_empty(w));
	assert_int_equal(csv_close(w, NULL), 0);
	assert_content(&p, "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"cr\r\", pad,,,"
			   "18446744073709551615,,0.5\n");
	place_remove(&p);
}

static void test_numbers_have_one_form(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0, "0"},
		{-0.0, "0"},
		{1, "1"},
		{-3.5, "-3.5"},
		{0.1, "0.1"},
		{0.1 + 0.2, "0.3"},
		{1.0 / 3, "0.333333333333"},
		{100000000000000, "100000000000000"},
		{9007199254740991, "9007199254740991"},
		{1e16, "1e+16"},
		{1e300, "1e+300"},
		{2.5e-7, "2.5e-07"},
		{123456789012.75, "123456789013"},
		{NAN, ""},
		{INFINITY, ""},
		{-INFINITY, ""},
	};
	static const char *const locales[] = {"C", "de_DE.UTF-8"};
	char buf[CSV_NUMBER_MAX];
	(void)state;

	for (size_t l = 0; l < array_len(locales); l++) {
		setlocale(LC_ALL, locales[l]); /* where there is none, C is tried twice */
		for (size_t i = 0; i < array_len(rows); i++)
			assert_string_equal(csv_number_format(rows[i].value, buf), rows[i].text);
	}
}

static void test_numbers_are_read_back(void **state)
{
	static const struct {
		const char *text;
		double value;
		int code;
	} rows[] = {
		{"", NAN, 0},
		{"0", 0, 0},
		{"-17", -17, 0},
		{"3.25", 3.25, 0},
		{".5", .5, 0},
		{"+2", 2, 0},
		{"0.1", 0.1, 0},
		{"123456789012345", 123456789012345, 0},
		{"9007199254740991", 9007199254740991, 0},
		{"0.333333333333", 0.333333333333, 0},
		{"1e+16", 1e16, 0},
		{"2.5e-07", 2.5e-7, 0},
		{"1.7976931348623157e+308", 1.7976931348623157e308, 0},
		{"1e999", 0, -EINVAL},
		{"nan", 0, -EINVAL},
		{"inf", 0, -EINVAL},
		{"0x10", 0, -EINVAL},
		{" 1", 0, -EINVAL},
		{"1 ", 0, -EINVAL},
		{"1,5", 0, -EINVAL},
		{"1.2.3", 0, -EINVAL},
		{"-", 0, -EINVAL},
		{".", 0, -EINVAL},
		{"1e", 0, -EINVAL},
		{"max", 0, -EINVAL},
	};
	(void)state;

	setlocale(LC_ALL, "de_DE.UTF-8");
	for (size_t i = 0; i < array_len(rows); i++) {
		struct csv_field f = {rows[i].text, strlen(rows[i].text)};
		double v = 77;
		int code = csv_field_number(&f, &v);
		double want = rows[i].code == 0 ? rows[i].value : 77;
		if (code != rows[i].code || !(v == want || (isnan(v) && isnan(want))))
			fail_msg("'%s': got %d, %.17g", rows[i].text, code, v);
	}
}

/* Whatever the texts, what was written is what is read. */
static void test_round_trip(void **state)
{
	static const char *const texts[] = {"",      ",",      "\"",     "\"\"", "\n",
					    "\r\n",  "a\"b,c", "x\ny\n", " ",    "\xc3\xa4",
					    "\"q\"", "1,2\n3", "plain"};
	enum { N = array_len(texts) };
	struct place p;
	struct csv_writer *w;
	struct csv_reader *r;
	const struct csv_field *f;
	(void)state;

	place_make(&p);
	assert_int_equal(csv_create(p.fd, "t.csv", false, &w, NULL), 0);
	for (size_t row = 0; row <= N * N; row++) {
		for (size_t c = 0; c < 3; c++)
			row == 0 ? csv_text(w, (const char *[]){"a", "b", "c"}[c])
				 : csv_text(w, texts[(row * (c + 1) + row / N) % N]);
		assert_int_equal(csv_end_row(w, NULL), 0);
	}
	assert_int_equal(csv_close(w, NULL), 0);

	assert_int_equal(csv_open(p.path, &r, NULL), 0);
	assert_int_equal(csv_columns(r), 3);
	assert_int_equal(csv_column(r, "c"), 2);
	assert_int_equal(csv_column(r, "d"), -1);
	assert_string_equal(csv_column_name(r, 1), "b");
	for (size_t row = 1; row <= N * N; row++) {
		assert_int_equal(csv_next(r, &f, NULL), 1);
		for (size_t c = 0; c < 3; c++)
			assert_true(csv_field_is(&f[c], texts[(row * (c + 1) + row / N) % N]));
	}
	assert_int_equal(csv_next(r, &f, NULL), 0);
	assert_false(csv_truncated(r));
	csv_free(r);
	place_remove(&p);
}

/* What other programs write, and what disks and editors do to files. */
static void test_reading(void **state)
{
	static const struct {
		const char *bytes;
		int opens; /* what csv_open returns */
		int rows;  /* whole rows after the header, then: */
		int last;  /* what csv_next returns */
		bool truncated;
		const char *message; /* part of it, after the path */
	} cases[] = {
		{.bytes = "a,b\n1,2\n", .rows = 1},
		{.bytes = "a,b\r\n1,2\r\n\"3\",\"4\"\r\n", .rows = 2},
		{.bytes = "\xef\xbb\xbf"
			  "a,b\n1,2\n",
		 .rows = 1},
		{.bytes = "a\n\n\n", .rows = 2},
		{.bytes = "a,b\n1,2\n3,", .rows = 1, .truncated = true},
		{.bytes = "a,b\n1,2\n3,4", .rows = 1, .truncated = true},
		{.bytes = "a,b\n1,2\n3,\"half", .rows = 1, .truncated = true},
		{.bytes = "a,b\n1,2\n3,\"whole\"", .rows = 1, .truncated = true},
		{.bytes = "a,b\n1,2\n3,\"a\"\"", .rows = 1, .truncated = true},
		{.bytes = "", .opens = -EINVAL, .message = ":1: no header"},
		{.bytes = "a,b", .opens = -EINVAL, .message = ":1: no header"},
		{.bytes = "a,b,a\n", .opens = -EINVAL, .message = ":1: column 'a' is there twice"},
		{.bytes = "a,\"b\n", .opens = -EINVAL, .message = ":1: a quote in the header"},
		{.bytes = "a,b\n1\n", .last = -EINVAL, .message = ":2: 1 fields; the header has 2"},
		{.bytes = "a,b\n\n", .last = -EINVAL, .message = ":2: 1 fields"},
		{.bytes = "a,b\n1,2,3\n", .last = -EINVAL, .message = ":2: 3 fields"},
		{.bytes = "a,b\n1,2\n\"x\ny\",4\n5\n",
		 .rows = 2,
		 .last = -EINVAL,
		 .message = ":5: 1 fields"},
		{.bytes = "a,b\n\"1\"x,2\n",
		 .last = -EINVAL,
		 .message = ":2: text after a closing"},
		{.bytes = "a,b\n\"1,2\n3,4\n",
		 .last = -EINVAL,
		 .message = ":2: a quote that does not end"},
	};
	struct place p;
	(void)state;

	place_make(&p);
	for (size_t i = 0; i < array_len(cases); i++) {
		struct csv_reader *r = NULL;
		const struct csv_field *f;
		struct err e = {""};
		int rows = 0, code;
		place_fill(&p, cases[i].bytes, strlen(cases[i].bytes));
		code = csv_open(p.path, &r, &e);
		assert_int_equal(code, cases[i].opens);
		if (code == 0) {
			while ((code = csv_next(r, &f, &e)) == 1)
				rows++;
			if (code != cases[i].last || rows != cases[i].rows ||
			    csv_truncated(r) != cases[i].truncated)
				fail_msg("case %zu: %d after %d rows: %s", i, code, rows, e.text);
		}
		if (cases[i].message && !strstr(e.text, cases[i].message))
			fail_msg("case %zu: %s", i, e.text);
		csv_free(r);
	}
	place_remove(&p);
}

static void test_no_such_file(void **state)
{
	struct csv_reader *r;
	struct err e;
	(void)state;

	assert_int_equal(csv_open("/nonexistent/t.csv", &r, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/t.csv"));
	assert_int_equal(csv_open("/tmp", &r, &e), -EINVAL);
	assert_non_null(strstr(e.text, "not a regular file"));
	csv_free(NULL);
	assert_int_equal(csv_close(NULL, NULL), 0);
}

static void write_row(struct csv_writer *w, const char *a, const char *b)
{
	csv_text(w, a);
	csv_text(w, b);
	assert_int_equal(csv_end_row(w, NULL), 0);
}

static void test_append_continues_after_the_last_whole_row(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{"", "x,y\n"},
		{"a,b\n", "a,b\nx,y\n"},
		{"a,b\n1,2\n3", "a,b\n1,2\nx,y\n"},
		{"a,b\n1,\"two\nlines\"\n", "a,b\n1,\"two\nlines\"\nx,y\n"},
		{"a,b\n1,\"two\nli", "a,b\nx,y\n"},
		{"a,b\n1,\"q\"\"\n\"\n2", "a,b\n1,\"q\"\"\n\"\nx,y\n"},
		{"half", "x,y\n"},
	};
	struct place p;
	(void)state;

	place_make(&p);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct csv_writer *w;
		place_fill(&p, rows[i].before, strlen(rows[i].before));
		assert_int_equal(csv_create(p.fd, "t.csv", true, &w, NULL), 0);
		assert_int_equal(csv_is_empty(w), !strchr(rows[i].before, '\n'));
		write_row(w, "x", "y");
		assert_int_equal(csv_close(w, NULL), 0);
		assert_content(&p, rows[i].after);
	}
	place_remove(&p);
}

/* A disk that takes `room` bytes more, in pieces, with a signal before each. */
static struct {
	size_t room, piece;
	bool interrupted;
	int truncate_errno, close_errno, open_errno;
} disk;

static ssize_t disk_write(int fd, const void *bytes, size_t n)
{
	disk.interrupted = !disk.interrupted;
	if (disk.interrupted) {
		errno = EINTR;
		return -1;
	}
	if (disk.room == 0) {
		errno = ENOSPC;
		return -1;
	}
	if (n > disk.piece)
		n = disk.piece;
	if (n > disk.room)
		n = disk.room;
	disk.room -= n;
	return write(fd, bytes, n);
}

static int disk_truncate(int fd, off_t length)
{
	errno = disk.truncate_errno;
	return errno ? -1 : ftruncate(fd, length);
}

static int disk_close(int fd)
{
	close(fd);
	errno = disk.close_errno;
	return errno ? -1 : 0;
}

static int disk_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	errno = disk.open_errno;
	return errno ? -1 : openat(dirfd, path, flags, mode);
}

static const struct io_ops disk_ops = {.openat = disk_openat,
				       .write = disk_write,
				       .ftruncate = disk_truncate,
				       .fsync = fsync,
				       .close = disk_close};

static void test_a_full_disk_leaves_whole_rows(void **state)
{
	struct place p;
	struct csv_writer *w;
	struct err e;
	(void)state;

	place_make(&p);
	io_replace(&disk_ops);
	/* Room for any number of bytes: rows up to there are whole, and no byte is behind them. */
	for (size_t room = 0; room <= 16; room++) {
		disk.room = room;
		disk.piece = 3;
		assert_int_equal(csv_create(p.fd, "t.csv", false, &w, NULL), 0);
		for (int i = 0; i < 5; i++) {
			bool fits = disk.room >= 4;
			csv_text(w, "a");
			csv_text(w, "b");
			assert_int_equal(csv_end_row(w, &e), fits ? 0 : -ENOSPC);
			if (!fits)
				assert_non_null(strstr(e.text, "t.csv"));
		}
		/* Somebody made room: the next row is none the worse for it. */
		disk.room = 100;
		write_row(w, "z", "z");
		assert_int_equal(csv_close(w, NULL), 0);
		{
			char whole[64] = "";
			int n = (int)(room / 4 * 4);
			snprintf(whole, sizeof(whole), "%.*sz,z\n", n, "a,b\na,b\na,b\na,b\n");
			assert_content(&p, whole);
		}
	}
	io_replace(NULL);
	place_remove(&p);
}

static void test_faults_are_reported(void **state)
{
	struct place p;
	struct csv_writer *w = NULL;
	struct err e;
	(void)state;

	place_make(&p);
	io_replace(&disk_ops);
	disk.open_errno = EACCES;
	assert_int_equal(csv_create(p.fd, "t.csv", false, &w, &e), -EACCES);
	assert_non_null(strstr(e.text, "t.csv: Permission denied"));
	assert_null(w);

	disk.open_errno = 0;
	assert_int_equal(csv_create(p.fd, "t.csv", false, &w, NULL), 0);
	disk.room = 2;
	disk.piece = 2;
	disk.truncate_errno = EIO;
	csv_text(w, "abc");
	assert_int_equal(csv_end_row(w, &e), -ENOSPC);
	assert_non_null(strstr(e.text, "half a row"));
	disk.close_errno = EDQUOT;
	assert_int_equal(csv_close(w, &e), -EDQUOT);
	assert_non_null(strstr(e.text, "closing it failed: Disk quota exceeded"));
	disk.close_errno = 0;
	io_replace(NULL);
	place_remove(&p);
}

/* Pages that were read are given back: what came before must not be needed, and no row is lost. */
static void test_a_file_of_many_pages(void **state)
{
	enum { ROWS = 400000 };
	struct place p;
	struct csv_writer *w;
	struct csv_reader *r;
	const struct csv_field *f;
	scope_free char *text = NULL;
	size_t used = 4;
	(void)state;

	place_make(&p);
	text = malloc(ROWS * 72 + 8);
	assert_non_null(text);
	memcpy(text, "n,t\n", used);
	for (int i = 0; i < ROWS; i++)
		used += (size_t)sprintf(text + used, "%d,\"%050d \"\"q\"\"\"\n", i, i);
	place_fill(&p, text, used);
	assert_int_equal(csv_open(p.path, &r, NULL), 0);
	for (int i = 0; i < ROWS; i++) {
		char expected[64];
		double n;
		assert_int_equal(csv_next(r, &f, NULL), 1);
		assert_int_equal(csv_field_number(&f[0], &n), 0);
		assert_true(n == i);
		snprintf(expected, sizeof(expected), "%050d \"q\"", i);
		assert_true(csv_field_is(&f[1], expected));
	}
	assert_int_equal(csv_next(r, &f, NULL), 0);
	csv_free(r);
	/* A row longer than any buffer. */
	assert_int_equal(csv_create(p.fd, "t.csv", false, &w, NULL), 0);
	memset(text, 'x', used);
	text[used - 1] = '\0';
	write_row(w, "n", "t");
	write_row(w, text, "");
	assert_int_equal(csv_close(w, NULL), 0);
	assert_int_equal(csv_open(p.path, &r, NULL), 0);
	assert_int_equal(csv_next(r, &f, NULL), 1);
	assert_true(csv_field_is(&f[0], text));
	csv_free(r);
	place_remove(&p);
}

const struct CMUnitTest tests_unit_csv[] = {
	cmocka_unit_test(test_fields_are_quoted_where_needed),
	cmocka_unit_test(test_numbers_have_one_form),
	cmocka_unit_test(test_numbers_are_read_back),
	cmocka_unit_test(test_round_trip),
	cmocka_unit_test(test_reading),
	cmocka_unit_test(test_no_such_file),
	cmocka_unit_test(test_append_continues_after_the_last_whole_row),
	cmocka_unit_test(test_a_full_disk_leaves_whole_rows),
	cmocka_unit_test(test_faults_are_reported),
	cmocka_unit_test(test_a_file_of_many_pages),
	{0},
};

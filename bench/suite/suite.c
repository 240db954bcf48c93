/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/document.h"
#include "base/input.h"
#include "base/nearest.h"
#include "base/shipped.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "suite/format.h"

static const char extension[] = ".yaml", papers[] = "papers/";

int suite_fault(const struct suite *s, const struct text *t, struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	document_fault_va(s->path, t->line, t->column, e, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int fill(struct suite *s, const char *path, const char *text, size_t length, struct err *e)
{
	const struct node *root;
	int r;

	s->path = arena_text(s->arena, path, strlen(path));
	s->source = arena_text(s->arena, text, length);
	if (!s->path || !s->source)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	s->source_bytes = length;
	SHA256Data((const uint8_t *)text, length, s->digest);
	r = document_parse(s->path, s->source, length, s->arena, &root, e);
	return r < 0 ? r : format_read(s, root, e);
}

int suite_parse(const char *path, const char *text, size_t length, struct suite **out,
		struct err *e)
{
	struct arena *arena = arena_new();
	struct suite *s = arena ? arena_array(arena, 1, sizeof(*s)) : NULL;
	int r;

	if (s)
		s->arena = arena;
	r = s ? fill(s, path, text, length, e) : err_set(e, -ENOMEM, "%s: out of memory", path);
	if (r < 0)
		arena_free(arena);
	else
		*out = s;
	return r;
}

void suite_free(struct suite *s)
{
	if (s)
		arena_free(s->arena); /* s lies in it, too */
}

static int read_file(const char *path, char *buf, size_t size, size_t *length, struct err *e)
{
	scope_fd int fd = input_open(path, e);

	if (fd < 0)
		return fd;
	*length = 0;
	while (*length < size) {
		ssize_t n = read(fd, buf + *length, size - *length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read the suite %s", path);
		if (n == 0)
			break;
		*length += (size_t)n;
	}
	return 0;
}

static int no_such_suite(const char *name, struct err *e)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX], **names = NULL;
	size_t n = 0;
	bool of_paper = strncmp(name, papers, strlen(papers)) == 0;
	int r = of_paper ? suite_paper_names(&names, &n, e) : suite_names(&names, &n, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		nearest_offer(&near, names[i]);
	r = err_set(e, -ENOENT,
		    "no suite '%s' ships with cgbench%s; `cgbench %s` shows them, and a "
		    "file of your own is written with its folder: ./%s",
		    name, nearest_hint(&near, hint), of_paper ? "paper list" : "list suites",
		    of_paper ? name + strlen(papers) : name);
	suite_names_free(names, n);
	return r;
}

static int shipped_path(const char *name, char path[static PATH_MAX], struct err *e)
{
	char folder[PATH_MAX], full[PATH_MAX];
	int r = data_path(DATA_SUITES, folder, sizeof(folder), e);

	if (r < 0)
		return r;
	if (snprintf(full, sizeof(full), "%s/%s%s", folder, name, extension) >= PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", name);
	/* It stands in messages: without the detours by which it was found. */
	return realpath(full, path) ? 0 : no_such_suite(name, e);
}

int suite_path(const char *suite, char path[static PATH_MAX], struct err *e)
{
	bool of_paper = strncmp(suite, papers, strlen(papers)) == 0;

	if (!strpbrk(suite + (of_paper ? strlen(papers) : 0), "/."))
		return shipped_path(suite, path, e);
	if (snprintf(path, PATH_MAX, "%s", suite) >= PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", suite);
	return 0;
}

int suite_load(const char *suite, struct suite **out, struct err *e)
{
	/* One byte more than a suite may have, so that too long is told from just long enough. */
	enum { SIZE = DOCUMENT_BYTES_MAX + 1 };
	char *text = malloc(SIZE);
	char path[PATH_MAX];
	size_t length = 0;
	int r = text ? 0 : err_set(e, -ENOMEM, "%s: out of memory", suite);

	if (r == 0)
		r = suite_path(suite, path, e);
	if (r == 0)
		r = read_file(path, text, SIZE, &length, e);
	if (r == 0)
		r = suite_parse(path, text, length, out, e);
	free(text);
	return r;
}

static bool is_suite_file(const struct dirent *d, size_t *stem)
{
	const char *dot = strrchr(d->d_name, '.');

	*stem = dot ? (size_t)(dot - d->d_name) : 0;
	return *stem && strcmp(dot, extension) == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct name_list {
	char **v;
	size_t n;
};

static int collect_names(DIR *dir, const char *prefix, struct name_list *list, struct err *e)
{
	const struct dirent *d;
	size_t stem;

	while ((d = readdir(dir))) {
		char **slot;
		if (!is_suite_file(d, &stem))
			continue;
		slot = array_push(list->v, list->n);
		if (slot && asprintf(slot, "%s%.*s", prefix, (int)stem, d->d_name) < 0)
			*slot = NULL;
		if (!slot || !*slot)
			return err_set(e, -ENOMEM, "out of memory for the names of suites");
	}
	return 0;
}

static int names_below(const char *prefix, char ***names, size_t *n, struct err *e)
{
	struct name_list found = {NULL, 0};
	scope_dir DIR *dir = NULL;
	char folder[PATH_MAX], full[PATH_MAX];
	int r = data_path(DATA_SUITES, folder, sizeof(folder), e);

	if (r < 0)
		return r;
	if (snprintf(full, sizeof(full), "%s/%s", folder, prefix) >= (int)sizeof(full))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", folder);
	dir = opendir(full);
	if (!dir)
		return err_sys(e, "cannot list the suites in %s", full);
	r = collect_names(dir, prefix, &found, e);
	if (r < 0) {
		suite_names_free(found.v, found.n);
		return r;
	}
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), by_name);
	*names = found.v;
	*n = found.n;
	return 0;
}

int suite_names(char ***names, size_t *n, struct err *e)
{
	return names_below("", names, n, e);
}

int suite_paper_names(char ***names, size_t *n, struct err *e)
{
	return names_below(papers, names, n, e);
}

void suite_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

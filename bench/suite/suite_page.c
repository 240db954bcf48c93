/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/suite_page.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/input.h"
#include "suite/suite.h"

static const char extension[] = ".md";

static int page_path(const char *suite, char path[static PATH_MAX], struct err *e)
{
	int r = suite_path(suite, path, e);
	size_t n = strlen(path);
	const char *dot;

	if (r < 0)
		return r;
	dot = strrchr(path, '.');
	n = dot && !strchr(dot, '/') ? (size_t)(dot - path) : n;
	if (n + sizeof(extension) > PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", suite);
	memcpy(path + n, extension, sizeof(extension));
	return 0;
}

int suite_page_print(const char *suite, struct err *e)
{
	char path[PATH_MAX] = "", text[4096];
	FILE *page = NULL;
	size_t n;
	int r = page_path(suite, path, e);

	if (r == 0)
		r = input_file(path, &page, e);
	if (r == -ENOENT && strpbrk(suite, "/."))
		return 0;
	if (r < 0)
		return r;
	while ((n = fread(text, 1, sizeof(text), page)))
		fwrite(text, 1, n, stdout);
	r = ferror(page) ? err_set(e, -EIO, "cannot read %s", path) : 0;
	fclose(page);
	putchar('\n');
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/shipped.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Relative to the folder of the executable: beside it, installed, and two depths of build tree. */
static const char *const places[][4] = {
	[DATA_CGWORK] = {"cgwork"},
	[DATA_SUITES] = {"../share/cgbench/suites", "../bench/suites", "../../bench/suites"},
	[DATA_PLOTS] = {"../share/cgbench/plots", "../scripts/plots", "../../scripts/plots"},
	[DATA_PUBLISHED] = {"../share/cgbench/published", "../results/published",
			    "../../results/published"},
	[DATA_COMMIT] = {"../share/cgbench/commit", "commit", "release/commit"},
};

static const char *const names[] = {
	[DATA_CGWORK] = "cgwork",       [DATA_SUITES] = "suites", [DATA_PLOTS] = "plots",
	[DATA_PUBLISHED] = "published", [DATA_COMMIT] = "commit",
};

static int own_folder(char *buf, size_t size, struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);

	if (n < 0)
		return err_sys(e, "cannot find my own folder: readlink /proc/self/exe");
	buf[n] = '\0';
	dirname(buf); /* cuts in place: the path has a slash and is absolute */
	return 0;
}

/* Returns whether the joined path exists; buf then holds it. */
static int join(char *buf, size_t size, const char *folder, const char *name)
{
	int n = snprintf(buf, size, "%s/%s", folder, name);
	return n > 0 && (size_t)n < size && access(buf, F_OK) == 0;
}

int data_path(enum data_kind kind, char *buf, size_t size, struct err *e)
{
	const char *given = getenv("CGBENCH_DATA");
	char self[PATH_MAX], found[PATH_MAX];
	int r = own_folder(self, sizeof(self), e);

	if (r < 0)
		return r;
	if (given && join(found, sizeof(found), given, names[kind]))
		goto out;
	for (size_t i = 0; i < 4 && places[kind][i]; i++)
		if (join(found, sizeof(found), self, places[kind][i]))
			goto out;
	return err_set(e, -ENOENT,
		       "%s not found beside %s/cgbench (set CGBENCH_DATA to its folder)",
		       names[kind], self);
out:
	if (strlen(found) >= size)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", found);
	memcpy(buf, found, strlen(found) + 1);
	return 0;
}

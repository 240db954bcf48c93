/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_targets[] = {
#define X(name) {#name, fuzz_##name},
#include "fuzz.def"
#undef X
	{0},
};

static char folder[128];

static void remove_folder(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		fprintf(stderr, "fuzz: cannot remove %s\n", folder);
}

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

const char *fuzz_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	if (folder[0])
		return folder;
	snprintf(folder, sizeof(folder), "%s/cgbench-fuzz-XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(folder) != NULL, folder);
	must(atexit(remove_folder) == 0, "atexit");
	return folder;
}

const char *fuzz_file(const char *name, const void *bytes, size_t n)
{
	static char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && io_write_all(fd, bytes, n) == 0 && close(fd) == 0, path);
	return path;
}

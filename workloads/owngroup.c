/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "owngroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/scope.h"

enum { LINE_MAX_BYTES = PATH_MAX + 256 };

/* Where cgroup2 is mounted: the fifth word of its line; its type follows the " - ". */
static bool find_mount(char path[static PATH_MAX])
{
	scope_file FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[LINE_MAX_BYTES];

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, " - cgroup2 ") &&
		    sscanf(line, "%*s %*s %*s %*s %4095s", path) == 1)
			return true;
	return false;
}

/* The line "0::/path" of /proc/self/cgroup. */
static bool find_path(char path[static PATH_MAX])
{
	scope_file FILE *f = fopen("/proc/self/cgroup", "re");
	char line[LINE_MAX_BYTES];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "0::%4095[^\n]", path) == 1)
			return true;
	return false;
}

int owngroup_open(int *dirfd, struct err *e)
{
	char mount[PATH_MAX], path[PATH_MAX], whole[2 * PATH_MAX];
	int fd;

	if (!find_mount(mount) || !find_path(path))
		return err_set(e, -ENOENT, "this process is in no group of cgroup v2");
	snprintf(whole, sizeof(whole), "%s%s", mount, path);
	fd = open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot open its own group %s", whole);
	*dirfd = fd;
	return 0;
}

int owngroup_write(int dirfd, const char *file, const char *text)
{
	scope_fd int fd = openat(dirfd, file, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (n < 0)
		return -errno;
	return n == (ssize_t)strlen(text) ? 0 : -EIO;
}

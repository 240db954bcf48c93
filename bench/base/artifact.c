/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

static int write_new(int dirfd, const char *path, const void *bytes, size_t n)
{
	int fd, r, closed;

	/* What lies there is of a process that died, or a trap. */
	io()->unlinkat(dirfd, path, 0);
	fd = io_openat(dirfd, path, O_WRONLY | O_CREAT | O_EXCL, 0666);
	if (fd < 0)
		return fd;
	r = io_write_all(fd, bytes, n);
	closed = io_close(fd);
	return r < 0 ? r : closed;
}

int artifact_write(int dirfd, const char *name, const void *bytes, size_t n, struct err *e)
{
	char draft[PATH_MAX];
	struct stat st;
	int r;

	/* To put a file in the place of /dev/null would be the end of it. */
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, -EEXIST, "cannot write %s: it is there and no regular file",
			       name);
	if (snprintf(draft, sizeof(draft), "%s.new", name) >= (int)sizeof(draft))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", name);
	r = write_new(dirfd, draft, bytes, n);
	if (r == 0 && renameat(dirfd, draft, dirfd, name) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlinkat(dirfd, draft, 0);
	errno = -r;
	return err_sys(e, "cannot write %s", name);
}

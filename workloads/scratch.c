/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgbench/scope.h"

enum { FILL_BYTES = 64 << 10 };

const char *scratch_dir(const char *asked)
{
	const char *given = *asked ? asked : getenv("CGBENCH_SCRATCH");

	return given && *given ? given : "/tmp";
}

/* Some file systems cannot make a file without a name. */
static int open_nameless(const char *dir, int flags)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | flags, 0600);
	char path[PATH_MAX];

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	if (snprintf(path, sizeof(path), "%s/cgwork.%d", dir, gettid()) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | flags, 0600);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int scratch_open(const char *who, const char *asked, int flags, int *out, struct err *e)
{
	const char *dir = scratch_dir(asked);
	scope_fd int fd = open_nameless(dir, flags);
	struct statfs fs;

	if (fd < 0)
		return err_sys(e,
			       "%s: cannot make a file in %s (set CGBENCH_SCRATCH to a "
			       "writable folder on a disk)",
			       who, dir);
	if (fstatfs(fd, &fs) < 0)
		return err_sys(e, "%s: statfs of a file in %s", who, dir);
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		return err_set(e, -EINVAL,
			       "%s: %s is on %s, whose pages are no page "
			       "cache that can be written back. Set CGBENCH_SCRATCH to a "
			       "folder on a disk file system such as ext4",
			       who, dir, fs.f_type == TMPFS_MAGIC ? "tmpfs" : "ramfs");
	*out = steal_fd(&fd);
	return 0;
}

int scratch_fill(const char *who, int fd, uint64_t bytes, struct err *e)
{
	scope_free char *buffer = malloc(FILL_BYTES);

	if (!buffer)
		return err_set(e, -ENOMEM, "%s: out of memory", who);
	memset(buffer, 0xc6, FILL_BYTES);
	for (uint64_t done = 0; done < bytes;) {
		size_t part = bytes - done < FILL_BYTES ? bytes - done : FILL_BYTES;
		ssize_t n = pwrite(fd, buffer, part, (off_t)done);
		if (n <= 0)
			return err_sys(e, "%s: cannot write its file of %llu bytes", who,
				       (unsigned long long)bytes);
		done += (uint64_t)n;
	}
	return fsync(fd) < 0 ? err_sys(e, "%s: cannot write its file back", who) : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int libc_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	return openat(dirfd, path, flags, mode);
}

static const struct io_ops libc_ops = {
	.openat = libc_openat,
	.write = write,
	.ftruncate = ftruncate,
	.fsync = fsync,
	.close = close,
	.unlinkat = unlinkat,
};

static const struct io_ops *ops_in_force = &libc_ops;

const struct io_ops *io(void)
{
	return ops_in_force;
}

void io_replace(const struct io_ops *ops)
{
	ops_in_force = ops ? ops : &libc_ops;
}

int io_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	int fd;

	if (dirfd != AT_FDCWD)
		flags |= O_NOFOLLOW;
	do
		fd = io()->openat(dirfd, path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

int io_write_all(int fd, const void *bytes, size_t n)
{
	const char *next = bytes;

	while (n > 0) {
		ssize_t done = io()->write(fd, next, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		/* A file that takes nothing and says nothing would keep us here for ever. */
		if (done == 0)
			return -EIO;
		next += done;
		n -= (size_t)done;
	}
	return 0;
}

int io_close(int fd)
{
	if (io()->close(fd) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * io: the system calls behind every file that must not be lost, as a table, so that tests can
 * make them fail. (The linker's --wrap=open misses open64 and __open_2.)
 */
#ifndef CGBENCH_IO_H
#define CGBENCH_IO_H

#include <stddef.h>
#include <sys/types.h>

struct io_ops {
	int (*openat)(int dirfd, const char *path, int flags, mode_t mode);
	ssize_t (*write)(int fd, const void *bytes, size_t n);
	int (*ftruncate)(int fd, off_t length);
	int (*fsync)(int fd);
	int (*close)(int fd);
	int (*unlinkat)(int dirfd, const char *path, int flags);
};

/* The table in force: libc's, unless a test has put another one in its place. */
const struct io_ops *io(void);

/* For tests: every later io() returns ops; NULL puts libc's back. */
void io_replace(const struct io_ops *ops);

/*
 * openat(2), resumed after a signal; returns a close-on-exec descriptor or -errno. In a folder that
 * was opened lie files of its own: a link there, which its owner may have set for root, is -ELOOP.
 */
int io_openat(int dirfd, const char *path, int flags, mode_t mode);

/* Writes all of it: resumes after signals and short writes. Returns 0 or -errno. */
int io_write_all(int fd, const void *bytes, size_t n);

/* Closes in any case. Returns 0 or -errno; EINTR is no error (Linux has closed it by then). */
int io_close(int fd);

#endif

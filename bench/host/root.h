/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * root: every look at /sys, /proc and cgroupfs goes through this handle, whose root can be a
 * captured tree of another host. That is how code about hosts is tested on hosts that we lack.
 */
#ifndef CGBENCH_ROOT_H
#define CGBENCH_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

struct root {
	int fd;    /* of the directory that stands for "/" */
	bool live; /* the host itself, which system calls can be asked about too */
	bool walk; /* follow symbolic links by hand: no openat2 (before Linux 5.6, or filtered) */
};

/* path NULL: the host itself. Close with root_close. */
int root_open(const char *path, struct root *out, struct err *e);
void root_close(struct root *r);

/* Paths are absolute as on the host ("/proc/version"); they stay within the root. */
int root_open_dir(const struct root *r, const char *path, int *fd, struct err *e);
bool root_exists(const struct root *r, const char *path);

/* Reads a whole text file of at most 1 MiB; the caller frees *text. Errors: the errno of open or
 * read; -EFBIG. */
int root_read(const struct root *r, const char *path, char **text, struct err *e);

/* The first line without its newline, into buf; -ENOENT and the like leave buf empty. A line that
 * does not fit is -EOVERFLOW, never cut. */
int root_read_line(const struct root *r, const char *path, char *buf, size_t size, struct err *e);

#endif

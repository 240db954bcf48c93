/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scratch: files without a name on a disk, for workloads that are about the page cache or a disk.
 */
#ifndef CGWORK_SCRATCH_H
#define CGWORK_SCRATCH_H

#include <stdint.h>

#include "cgbench/err.h"

/* The parameter that names the folder. */
#define SCRATCH_DIR_PARAM                                                             \
	{                                                                             \
		.name = "dir", .summary = "folder on a disk; none: $CGBENCH_SCRATCH", \
		.is_path = true, .fallback = "",                                      \
	}

/* The folder asked for or, of "", $CGBENCH_SCRATCH, else /tmp. */
const char *scratch_dir(const char *asked);

/*
 * Makes a file in it that is gone with its last descriptor; flags such as O_DIRECT are for open(2).
 * who begins the message. -EINVAL on tmpfs, whose pages are no page cache that can be written back;
 * errnos of open(2).
 */
int scratch_open(const char *who, const char *asked, int flags, int *fd, struct err *e);

/* Fills it with that many bytes and waits until they are on the disk. errnos of write(2). */
int scratch_fill(const char *who, int fd, uint64_t bytes, struct err *e);

#endif

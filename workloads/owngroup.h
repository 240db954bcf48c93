/* SPDX-License-Identifier: GPL-3.0-or-later */
/* owngroup: the cgroup v2 group that this process is in, for workloads that act upon it. */
#ifndef CGWORK_OWNGROUP_H
#define CGWORK_OWNGROUP_H

#include "cgbench/err.h"

/* Opens its directory; -ENOENT: no cgroup2 is mounted, or this process is in none that is to be
 * seen. */
int owngroup_open(int *dirfd, struct err *e);

/* Writes one text to a file of a group; 0 or -errno, as the kernel says. */
int owngroup_write(int dirfd, const char *file, const char *text);

#endif

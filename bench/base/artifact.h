/* SPDX-License-Identifier: GPL-3.0-or-later */
/* artifact: a file made from a run. It replaces its predecessor whole, or not at all. */
#ifndef CGBENCH_ARTIFACT_H
#define CGBENCH_ARTIFACT_H

#include <stddef.h>

#include "cgbench/err.h"

/* Writes n bytes to the file `name` below dirfd (AT_FDCWD: as a path). Errors: those of open(2),
 * write(2) and rename(2), naming the file. */
int artifact_write(int dirfd, const char *name, const void *bytes, size_t n, struct err *e);

#endif

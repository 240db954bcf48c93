/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * protect: the harness must be the last to go when memory is short, and has a descriptor of every
 * file that it samples; its children must not inherit either.
 */
#ifndef CGBENCH_PROTECT_H
#define CGBENCH_PROTECT_H

#include <stdbool.h>
#include <sys/resource.h>

#include "cgbench/err.h"

/* Asks the OOM killer to pass by this process; without the privilege nothing changes. */
void protect_from_oom(void);

/*
 * Raises the limit of open files as far as this process may; `found` is what it was, for the
 * children and for the end.
 */
int protect_raise_files(struct rlimit *found, struct err *e);

/*
 * In a child, before exec: the score that it is to have (0 is the default) and the files as found.
 * false: a score was asked for, and refused.
 */
bool protect_undo(int oom_score_adj, const struct rlimit *files);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* members: who is in a group, as /proc tells it: dead and half-dead processes, too. */
#ifndef CGBENCH_MEMBERS_H
#define CGBENCH_MEMBERS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The group of a process, below the mount or the cgroup namespace; false: it has ended. */
bool members_group_of(pid_t pid, char path[static PATH_MAX]);

/*
 * The first few processes of the group whose path ends with `path`, and of those below it, for a
 * message: "12 cgwork (D, in do_exit), 13 cgwork (R)", and how many more; "nobody in /proc" where
 * none is seen.
 */
void members_tell(const char *proc, const char *path, char *text, size_t size);

#endif

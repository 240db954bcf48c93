/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgfile: one interface file of one group, through the descriptor of the group's directory. A
 * write is one write(2) and is checked: through stdio the kernel's refusal would come at fclose.
 * An errno becomes a diagnosis here, where the file and the value are known.
 */
#ifndef CGBENCH_CGFILE_H
#define CGBENCH_CGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

/* Writes text to the file `name`; `path` names the group in messages. */
int cgfile_write(int dirfd, const char *path, const char *name, const char *text, struct err *e);

/*
 * Reads a whole file into a new string that the caller frees; no length is assumed. -ENOENT when
 * the group has no such file, with the controller that would bring it.
 */
int cgfile_read(int dirfd, const char *path, const char *name, char **text, struct err *e);

/*
 * Whether an error of reading means that there is no such thing to read: no file (-ENOENT), no
 * group any more (-ENODEV), switched off in this kernel (-EOPNOTSUPP). All others are errors.
 */
bool cgfile_is_absent(int r);

/* Whether a word ("memory") stands in a list of words ("cpu memory pids\n"). */
bool cgfile_has_word(const char *list, const char *word);

#endif

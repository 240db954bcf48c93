/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * capture: what a program prints, of which the end is kept. A file in memory and not a pipe: a
 * reader that is late must not block the program. What is older than the end is given back while
 * the program runs (it is charged to the program's group, like all that it writes).
 */
#ifndef CGBENCH_CAPTURE_H
#define CGBENCH_CAPTURE_H

#include <sys/types.h>

#include "cgbench/err.h"

enum { CAPTURE_KEPT_BYTES = 1 << 20, CAPTURE_TAIL_BYTES = 4096 };

/* A descriptor that is close-on-exec; negative errno. */
int capture_open(struct err *e);

/* Gives back what is older than the kept end; *freed is how far that has come, from 0. */
void capture_trim(int fd, off_t *freed);

/* The last bytes as a string that the caller frees; NULL: fd is -1, or there is nothing. */
char *capture_read(int fd, size_t bytes);

/* The same as printable text: bytes that no terminal and no CSV should see become '?'. */
char *capture_text(int fd, size_t bytes);

#endif

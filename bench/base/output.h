/* SPDX-License-Identifier: GPL-3.0-or-later */
/* output: where a command writes what was asked for by name: a file, or stdout for "-". */
#ifndef CGBENCH_OUTPUT_H
#define CGBENCH_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "cgbench/err.h"

/* Errors: those of open(2). */
int output_open(const char *path, FILE **out, struct err *e);

/* Prints a value to stdout and drops it. -ENOMEM for NULL. */
int output_json(json_t *value, struct err *e);

/* Closes it; returns r, or what went wrong in writing when r is none: those of write(2). What
 * stdout did not take is told by main(), for all commands. */
int output_close(FILE *f, const char *path, int r, struct err *e);

#endif

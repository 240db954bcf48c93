/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * input: how every file is opened that somebody else may have made. A pipe, a device or a socket in
 * its place would hold us up for ever, or do something when it is opened: they are refused.
 */
#ifndef CGBENCH_INPUT_H
#define CGBENCH_INPUT_H

#include <jansson.h>
#include <stdio.h>

#include "cgbench/err.h"

/*
 * Opens a regular file for reading. Returns a close-on-exec descriptor, or a negative errno: those
 * of open(2); -EINVAL for what is no regular file.
 */
int input_open(const char *path, struct err *e);

/* The same as a stream, which the caller closes. */
int input_file(const char *path, FILE **out, struct err *e);

/*
 * A file that holds a JSON object, which the caller frees. Errors: those of input_open; -EINVAL
 * with "path:line:column: ..." for anything else.
 */
int input_json(const char *path, json_t **out, struct err *e);

#endif

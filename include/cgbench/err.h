/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err: how a fallible function tells what went wrong.
 *
 * The whole rule: `int f(..., struct err *e)` returns 0, or a negative errno with e filled and
 * every output untouched. The function that knows the path and the value writes the message; the
 * callers between it and the user may put context before it, and never write one of their own.
 * A NULL e is allowed and means that the caller needs only the number.
 */
#ifndef CGBENCH_ERR_H
#define CGBENCH_ERR_H

#include <stdarg.h>

enum { ERR_TEXT_MAX = 1024 };

struct err {
	char text[ERR_TEXT_MAX]; /* one line for the user, remedy included; "": nothing failed */
};

/* Sets the message and returns code, a negative errno. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* -ENOMEM, which needs no more words than that. */
int err_no_memory(struct err *e);

/* Sets the message followed by ": " and the text of errno; returns -errno. */
int err_sys(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts context and ": " before the message that is there; returns code unchanged. */
int err_context(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif

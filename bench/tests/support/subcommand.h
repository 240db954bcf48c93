/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subcommand: a subcommand run in a process of its own, which may exit, with what it printed. */
#ifndef CGBENCH_TEST_SUBCOMMAND_H
#define CGBENCH_TEST_SUBCOMMAND_H

#include "command.h"

struct subcommand {
	int code;        /* 128+N for signal N */
	char *out, *err; /* what went to stdout and to stderr */
};

/* args: after the name, NULL-terminated. What cannot be done fails the test. */
struct subcommand subcommand_run(const struct command *c, const char *const *args);
void subcommand_free(struct subcommand *r);

#define SUBCOMMAND(c, ...) subcommand_run(&(c), (const char *const[]){__VA_ARGS__, NULL})

#endif

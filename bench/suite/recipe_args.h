/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recipe_args: the options that say which trials of a suite, the same for every command. */
#ifndef CGBENCH_RECIPE_ARGS_H
#define CGBENCH_RECIPE_ARGS_H

#include "base/options.h"
#include "suite/recipe.h"

struct recipe_args {
	const char *suite; /* a file, or a name that ships with cgbench */
	struct recipe recipe;
};

/* The options that fill a struct recipe_args. */
extern const struct option_row recipe_rows[];

/* What a struct command_line has of them, and of the suite, which is the command's one operand. */
#define RECIPE_LINE(type, field)                                                        \
	.more = recipe_rows, .more_offset = offsetof(type, field), .operands = "SUITE", \
	.one = "suite",                                                                 \
	.operands_offset = offsetof(type, field) + offsetof(struct recipe_args, suite), \
	.missing = "which suite? `cgbench list suites` shows those that ship"

#endif

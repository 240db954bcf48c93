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

/* The options that fill a struct recipe_args; the suite itself is the command's one operand. */
extern const struct option_row recipe_rows[];

/* What to say when it is not named. */
#define RECIPE_MISSING "which suite? `cgbench list suites` shows those that ship"

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recipe_args: the options that say which trials of a suite, the same for every command. */
#ifndef CGBENCH_RECIPE_ARGS_H
#define CGBENCH_RECIPE_ARGS_H

#include <argp.h>

#include "suite/recipe.h"

struct recipe_args {
	const char *suite; /* a file, or a name that ships with cgbench */
	struct recipe recipe;
};

/*
 * A child parser (struct argp_child): takes --repeats, --seed, --filter, --shard and one SUITE. Its
 * input is a struct recipe_args.
 */
extern const struct argp recipe_argp;

#endif

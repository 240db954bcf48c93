/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/recipe_args.h"

#include "cgbench/units.h"

enum { REPEATS_MAX = 10000 };

static void take_seed(void *options, const char *arg, const struct argp_state *state)
{
	struct recipe_args *a = options;
	struct err e;

	if (unit_parse(UNIT_COUNT, arg, &a->recipe.seed, &e) < 0)
		argp_error(state, "--seed: %s", e.text);
}

static void take_as(void *options, const char *arg, const struct argp_state *state)
{
	struct recipe_args *a = options;
	struct identity id;
	struct err e;

	if (identity_parse(arg, &id, NULL, &e) < 0)
		argp_error(state, "--as: %s", e.text);
	if (id.joined)
		argp_error(state, "--as: join= is for a group of a suite, which has another one");
	a->recipe.as = arg;
}

static void take_filter(void *options, const char *arg, const struct argp_state *state)
{
	struct recipe *r = &((struct recipe_args *)options)->recipe;
	size_t n = 0;

	while (r->filters[n])
		n++;
	if (n == RECIPE_FILTERS_MAX)
		argp_error(state, "more than %d filters", RECIPE_FILTERS_MAX);
	else
		r->filters[n] = arg;
}

static void take_shard(void *options, const char *arg, const struct argp_state *state)
{
	struct recipe_args *a = options;
	struct err e;

	if (shard_parse(arg, &a->recipe.shard, &e) < 0)
		argp_error(state, "--shard: %s", e.text);
}

const struct option_row recipe_rows[] = {
	{"repeats", 0, "N", "Repeat each cell N times, whatever the suite says",
	 INTO(OPTION_UNSIGNED, struct recipe_args, recipe.repeats), .min = 1, .max = REPEATS_MAX},
	{"quick", 0, NULL, "A few cells that stand for the rest, once each: `quick` in the suite",
	 INTO(OPTION_FLAG, struct recipe_args, recipe.quick)},
	{"as", 0, "IDENTITY",
	 "As whom workloads run whose group says nothing else: nobody, \"1000 caps=none\", \"root "
	 "caps=container ns=pid,net no_new_privs\"",
	 OPTION_OWN, .take = take_as},
	{"seed", 0, "N",
	 "Shuffle the trials within each repeat: the same N gives the same order anywhere; 0: in "
	 "the file's order",
	 OPTION_OWN, .take = take_seed},
	{"filter", 0, "AXIS=VALUE",
	 "Only cells with this value, or with one of those given for the axis; part=NAME, too",
	 OPTION_OWN, .take = take_filter},
	{"shard", 0, "I/N",
	 "Only the I-th of N equal shares of the trials; `cgbench merge` puts their runs together",
	 OPTION_OWN, .take = take_shard},
	{0},
};

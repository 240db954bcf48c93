/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/recipe_args.h"

#include "cgbench/units.h"

enum { REPEATS_MAX = 10000 };

/* Far from the keys of the commands that have this parser as a child. */
enum { KEY_REPEATS = 0x10000, KEY_SEED, KEY_FILTER, KEY_SHARD };

static const struct argp_option option_table[] = {
	{"repeats", KEY_REPEATS, "N", 0, "Repeat each cell N times, whatever the suite says", 0},
	{"seed", KEY_SEED, "N", 0,
	 "Shuffle the trials within each repeat: the same N gives the same order anywhere; 0: in "
	 "the file's order",
	 0},
	{"filter", KEY_FILTER, "AXIS=VALUE", 0,
	 "Only cells with this value, or with one of those given for the axis; part=NAME, too", 0},
	{"shard", KEY_SHARD, "I/N", 0,
	 "Only the I-th of N equal shares of the trials; `cgbench merge` puts their runs together",
	 0},
	{0},
};

static uint64_t count(const char *option, const char *text, uint64_t min, uint64_t max,
		      const struct argp_state *state)
{
	uint64_t n = 0;
	struct err e;

	if (unit_parse(UNIT_COUNT, text, &n, &e) < 0)
		argp_error(state, "--%s: %s", option, e.text);
	else if (n < min || n > max)
		argp_error(state, "--%s: %s: expected %llu to %llu", option, text,
			   (unsigned long long)min, (unsigned long long)max);
	return n;
}

static void add_filter(struct recipe *r, const char *text, const struct argp_state *state)
{
	size_t n = 0;

	while (r->filters[n])
		n++;
	if (n == RECIPE_FILTERS_MAX)
		argp_error(state, "more than %d filters", RECIPE_FILTERS_MAX);
	else
		r->filters[n] = text;
}

static void set_shard(struct recipe *r, const char *text, const struct argp_state *state)
{
	struct err e;

	if (shard_parse(text, &r->shard, &e) < 0)
		argp_error(state, "--shard: %s", e.text);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct recipe_args *a = state->input;

	switch (key) {
	case KEY_REPEATS:
		a->recipe.repeats = (unsigned)count("repeats", arg, 1, REPEATS_MAX, state);
		return 0;
	case KEY_SEED:
		a->recipe.seed = count("seed", arg, 0, UINT64_MAX, state);
		return 0;
	case KEY_FILTER:
		add_filter(&a->recipe, arg, state);
		return 0;
	case KEY_SHARD:
		set_shard(&a->recipe, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (a->suite)
			argp_error(state, "one suite at a time, not also '%s'", arg);
		a->suite = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which suite? `cgbench list suites` shows those that ship");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp recipe_argp = {
	.options = option_table, .parser = parse_option, .args_doc = "SUITE"};

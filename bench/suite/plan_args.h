/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_args: the options that say which trials of a suite to plan, the same for every command. */
#ifndef CGBENCH_PLAN_ARGS_H
#define CGBENCH_PLAN_ARGS_H

#include <argp.h>

#include "suite/plan.h"

enum { PLAN_FILTERS_MAX = 32 };

struct plan_args {
	const char *suite; /* a file, or a name that ships with cgbench */
	struct plan_options options;
	const char *filters[PLAN_FILTERS_MAX + 1]; /* options.filter points here, once it has any */
};

/*
 * A child parser (struct argp_child): takes --repeats, --seed, --filter and one SUITE. Its input is
 * a struct plan_args that stays where it is.
 */
extern const struct argp plan_argp;

#endif

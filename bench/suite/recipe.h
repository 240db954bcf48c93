/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recipe: what was asked for beside the suite, as host.json keeps it, so that the matrix of a run
 * directory can be planned again: by `rerun`, and by `merge`, which must know what is missing.
 */
#ifndef CGBENCH_RECIPE_H
#define CGBENCH_RECIPE_H

#include <jansson.h>

#include "suite/shard.h"

enum { RECIPE_FILTERS_MAX = 32 };

struct recipe {
	unsigned repeats; /* 0: as the suite says */
	bool quick;       /* a few cells, once each */
	uint64_t seed;
	uint64_t stall_min_usec;
	const char *as; /* of groups that say nothing else; NULL: as the harness */
	struct shard shard;
	const char *filters[RECIPE_FILTERS_MAX + 1]; /* "axis=value", NULL-terminated */
};

/* Adds it to the facts of a host. -ENOMEM. */
int recipe_note(const struct recipe *r, json_t *host, struct err *e);

/*
 * Reads it back; the filters' texts belong to host. -EINVAL for what cannot be one. host.json of a
 * run from before there were recipes has the seed alone: the rest is then as the suite says.
 */
int recipe_read(const json_t *host, struct recipe *out, struct err *e);

/* -EINVAL, naming what differs, when two recipes are not of one matrix; shards may differ. */
int recipe_require_same(const struct recipe *a, const struct recipe *b, struct err *e);

/* The whole matrix, and then, unless the recipe has none, the shard of it. */
int recipe_plan(const struct recipe *r, const struct suite *suite, struct plan **out,
		struct err *e);

#endif

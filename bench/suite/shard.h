/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shard: the part of a matrix that one of several hosts, or CI jobs, or tasks of an array runs. The
 * trials are dealt out like cards, in the order of their numbers: shard I of N has those whose
 * rank, from 1, leaves the same remainder as I. So every shard has its share whatever filters left
 * over, and which trials it has depends on no seed.
 */
#ifndef CGBENCH_SHARD_H
#define CGBENCH_SHARD_H

#include "suite/expand.h"

enum { SHARDS_MAX = 100000, SHARD_TEXT_MAX = 24 };

struct shard {
	unsigned index, count; /* index from 1 to count; count 0: the whole matrix */
};

/* "2/4", from 1/1 to N/N. -EINVAL says what was expected. */
int shard_parse(const char *text, struct shard *out, struct err *e);

/* "2/4"; "" for the whole. */
const char *shard_text(const struct shard *s, char buf[static SHARD_TEXT_MAX]);

/* Leaves the plan with the shard's trials, in their order: none, where there are more shards than
 * trials. -ENOMEM. */
int shard_apply(const struct shard *s, struct plan *plan, struct err *e);

#endif

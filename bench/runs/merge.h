/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * merge: runs of parts of one matrix, put together as if one run had made all of it.
 *
 *	results/shard-1  trials 1 3 5 --+
 *	results/shard-2  trials 2 4 6 --+--> merged  trials 1 2 3 4 5 6
 *
 * Rows keep their text and stand in the order in which one run would have written them. The merged
 * run bears the earliest of the parts' names, so that what comes out depends on the trials and not
 * on how they were dealt out; merging merged runs gives the same as merging all at once.
 */
#ifndef CGBENCH_MERGE_H
#define CGBENCH_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

struct merge_outcome {
	size_t parts, trials;
	size_t missing; /* of the whole matrix; 0 unless that was allowed */
};

/*
 * Merges n run directories into the directory `to`, which must not exist; it appears when it is
 * complete, or not at all. partial: trials may be missing.
 *
 * -EPERM: the parts cannot be one run, with what differs: the suite, what was asked for, facts of
 * the host, columns; or a trial is there twice, or missing. -EEXIST: `to` is there. Else errno of
 * reading and writing, and -EINVAL for a malformed part.
 */
int merge_runs(const char *const *dirs, size_t n, const char *to, bool partial,
	       struct merge_outcome *out, struct err *e);

#endif

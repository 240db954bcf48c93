/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * levels: a group and all those above it, with what their interface files say, at one moment or at
 * two. Whatever is asked later is answered from these texts; nothing is ever written.
 */
#ifndef CGBENCH_LEVELS_H
#define CGBENCH_LEVELS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "host/hierarchy.h"

enum { LEVELS_FILES_MAX = 40 };

/* A host that does not move, and a group that is looked at once, has no LAST. */
enum levels_moment { LEVELS_FIRST, LEVELS_LAST, LEVELS_MOMENTS };

struct level {
	char path[PATH_MAX]; /* below the mount; "": its root */
	const char *name;    /* for messages: the path, or "/" */
	char *texts[LEVELS_MOMENTS][LEVELS_FILES_MAX];
};

struct levels {
	struct level *v; /* the group itself, then its parent, up to the mount's root */
	size_t n;
	uint64_t nsec[LEVELS_MOMENTS]; /* when they were read; 0: not yet */
	bool cut; /* the mount's root is not the hierarchy's: what is above cannot be seen */
};

/* The group at `below`, a path below the mount. Errors: -ENOENT: there is no such group. */
int levels_open(const struct root *r, const struct hierarchy *h, const char *below,
		struct levels *out, struct err *e);
void levels_free(struct levels *l);

/* Reads every file of every level; one that is not there stays NULL. */
int levels_read(struct levels *l, const struct root *r, const struct hierarchy *h,
		enum levels_moment when, struct err *e);

/* What a level's file said at the latest moment, or NULL. */
const char *levels_text(const struct levels *l, const struct level *at, const char *file);

/* The number in a file, or behind a key of it (NULL: the file is one), at the latest moment. */
bool levels_number(const struct levels *l, const struct level *at, const char *file,
		   const char *key, uint64_t *value);

/* How much a count has grown since the first moment; 0: not at all, or there is no second one. */
uint64_t levels_growth(const struct levels *l, const struct level *at, const char *file,
		       const char *key);

#endif

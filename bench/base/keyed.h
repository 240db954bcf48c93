/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keyed: the kernel's interface files, taken apart. Whole keys: `slab` is not `slab_reclaimable`.
 */
#ifndef CGBENCH_KEYED_H
#define CGBENCH_KEYED_H

#include <stdbool.h>
#include <stdint.h>

/* The unsigned number behind a whole key in a flat keyed file ("usage_usec 12\n..."). */
bool keyed_u64(const char *text, const char *key, uint64_t *value);
/* A file that is one number; "max" is none. */
bool single_u64(const char *text, uint64_t *value);

/* Where the number is that somebody wants of an interface file. */
enum keyed_what {
	PICK_NUMBER, /* what stands in the file, or behind the key */
	PICK_LIST,   /* how many a list such as "0-3,8" has */
	PICK_LINES,  /* how many lines there are */
};

struct keyed_pick {
	enum keyed_what what;
	const char *line; /* nested keys: the first word of the line, "*" for the sum over lines */
	const char *key;  /* flat: the whole first word; nested: what stands before "="; or NULL */
};

/* The picked number, with a fraction where the file has one; false: it is not there. */
bool keyed_number(const char *text, const struct keyed_pick *pick, double *value);

#endif

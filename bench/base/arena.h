/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena: memory for structures that are built piece by piece and end together. Each piece is an
 * allocation of its own, so that sanitizers and valgrind still see its bounds.
 */
#ifndef CGBENCH_ARENA_H
#define CGBENCH_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void); /* NULL when memory is out, as with all of these */
void arena_free(struct arena *a);

/* n zeroed elements; n may be 0, which gives an address too. */
void *arena_array(struct arena *a, size_t n, size_t elem_bytes);

/* A copy of n bytes with a NUL behind it. */
char *arena_text(struct arena *a, const char *bytes, size_t n);

#endif

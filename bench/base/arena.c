/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct piece {
	struct piece *next;
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct piece *pieces;
};

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct piece *p = a->pieces, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	free(a);
}

void *arena_array(struct arena *a, size_t n, size_t elem_bytes)
{
	struct piece *p;
	size_t bytes;

	if (__builtin_mul_overflow(n, elem_bytes, &bytes) || bytes > SIZE_MAX - sizeof(*p))
		return NULL;
	p = calloc(1, sizeof(*p) + bytes);
	if (!p)
		return NULL;
	p->next = a->pieces;
	a->pieces = p;
	return p->bytes;
}

char *arena_text(struct arena *a, const char *bytes, size_t n)
{
	char *copy = n < SIZE_MAX ? arena_array(a, n + 1, 1) : NULL;

	if (copy && n)
		memcpy(copy, bytes, n);
	return copy;
}

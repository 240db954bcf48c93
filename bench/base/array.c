/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgbench/array.h"

#include <stdlib.h>
#include <string.h>

void *array_grow(void **ptr, size_t *n, size_t elem_bytes)
{
	void *elem;

	/* Capacity is the next power of two, so it need not be stored: grow only at those. */
	if ((*n & (*n - 1)) == 0) {
		size_t capacity = *n ? *n * 2 : 1;
		void *grown = reallocarray(*ptr, capacity, elem_bytes);
		if (!grown)
			return NULL;
		*ptr = grown;
	}
	elem = (char *)*ptr + *n * elem_bytes;
	memset(elem, 0, elem_bytes);
	(*n)++;
	return elem;
}

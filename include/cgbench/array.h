/* SPDX-License-Identifier: GPL-3.0-or-later */
/* array: a count of elements, and growth that cannot overflow or lose what was there. */
#ifndef CGBENCH_ARRAY_H
#define CGBENCH_ARRAY_H

#include <stddef.h>

#define array_len(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Makes room for one more element and returns its address, zeroed, or NULL when memory is out
 * (the array is then unchanged). ptr: the array's pointer; n: its count, which is increased.
 */
#define array_push(ptr, n) ((__typeof__(ptr))array_grow((void **)&(ptr), &(n), sizeof(*(ptr))))

void *array_grow(void **ptr, size_t *n, size_t elem_bytes);

#endif

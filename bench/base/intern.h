/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intern: each text once, named by a small number, so that millions of rows can be compared. */
#ifndef CGBENCH_INTERN_H
#define CGBENCH_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern;

/* What intern_add returns when memory is out. */
#define INTERN_FULL UINT32_MAX

/* NULL when memory is out. The empty text is number 0 from the start. */
struct intern *intern_new(void);
void intern_free(struct intern *t);

/* The number of a text of len bytes, which is copied when it is new. */
uint32_t intern_add(struct intern *t, const char *text, size_t len);

/* The number of a text that is there already; INTERN_FULL when it is not. */
uint32_t intern_find(const struct intern *t, const char *text);

/* How many there are; their numbers are below that. */
size_t intern_count(const struct intern *t);

/* Terminated; valid as long as t is. */
const char *intern_text(const struct intern *t, uint32_t id);
size_t intern_length(const struct intern *t, uint32_t id);

/* For hash tables of others: FNV-1a, to be continued with the result as the next start. */
#define HASH_START UINT64_C(14695981039346656037)
uint64_t hash_bytes(uint64_t start, const void *bytes, size_t n);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/intern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"

enum { SLOTS_FIRST = 1024, BLOCK_BYTES = 1 << 16 };

struct entry {
	const char *text;
	size_t len;
	uint64_t hash;
};

struct intern {
	struct entry *entries;
	size_t n;
	uint32_t *slots; /* number + 1; 0: free. A power of two of them, at most half in use */
	size_t n_slots;
	char **blocks; /* texts, none of which ever moves */
	size_t n_blocks;
	size_t room; /* left in the last block */
};

uint64_t hash_bytes(uint64_t start, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	uint64_t h = start;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(1099511628211);
	return h;
}

struct intern *intern_new(void)
{
	struct intern *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->slots = calloc(SLOTS_FIRST, sizeof(*t->slots));
	t->n_slots = SLOTS_FIRST;
	if (!t->slots || intern_add(t, "", 0) != 0) {
		intern_free(t);
		return NULL;
	}
	return t;
}

void intern_free(struct intern *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_blocks; i++)
		free(t->blocks[i]);
	free(t->blocks);
	free(t->slots);
	free(t->entries);
	free(t);
}

/* The slot of a text, or the free one where it belongs. */
static size_t find_slot(const struct intern *t, const char *text, size_t len, uint64_t hash)
{
	size_t i = hash & (t->n_slots - 1);

	for (; t->slots[i]; i = (i + 1) & (t->n_slots - 1)) {
		const struct entry *e = &t->entries[t->slots[i] - 1];
		if (e->hash == hash && e->len == len && memcmp(e->text, text, len) == 0)
			break;
	}
	return i;
}

static bool grow_slots(struct intern *t)
{
	size_t n = t->n_slots * 2;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		size_t at = t->entries[i].hash & (n - 1);
		while (slots[at])
			at = (at + 1) & (n - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n;
	return true;
}

static const char *keep_text(struct intern *t, const char *text, size_t len)
{
	char *copy;

	if (len + 1 > t->room) {
		size_t size = len + 1 > BLOCK_BYTES ? len + 1 : BLOCK_BYTES;
		char **block = array_push(t->blocks, t->n_blocks);
		if (!block)
			return NULL;
		*block = malloc(size);
		t->room = *block ? size : 0;
		if (!*block)
			return NULL;
		memset(*block, 0, size);
	}
	/* A block is filled from its end, so that `room` is all there is to remember. */
	copy = t->blocks[t->n_blocks - 1] + t->room - len - 1;
	memcpy(copy, text, len);
	t->room -= len + 1;
	return copy;
}

uint32_t intern_add(struct intern *t, const char *text, size_t len)
{
	uint64_t hash = hash_bytes(HASH_START, text, len);
	size_t slot = find_slot(t, text, len, hash);
	const char *copy;
	struct entry *e;

	if (t->slots[slot])
		return t->slots[slot] - 1;
	if (t->n >= INTERN_FULL - 1 || (2 * t->n >= t->n_slots && !grow_slots(t)))
		return INTERN_FULL;
	copy = keep_text(t, text, len);
	if (!copy)
		return INTERN_FULL;
	e = array_push(t->entries, t->n);
	if (!e)
		return INTERN_FULL;
	*e = (struct entry){.text = copy, .len = len, .hash = hash};
	t->slots[find_slot(t, text, len, hash)] = (uint32_t)t->n;
	return (uint32_t)t->n - 1;
}

uint32_t intern_find(const struct intern *t, const char *text)
{
	size_t len = strlen(text);
	size_t slot = find_slot(t, text, len, hash_bytes(HASH_START, text, len));

	return t->slots[slot] ? t->slots[slot] - 1 : INTERN_FULL;
}

const char *intern_text(const struct intern *t, uint32_t id)
{
	return t->entries[id].text;
}

size_t intern_length(const struct intern *t, uint32_t id)
{
	return t->entries[id].len;
}

size_t intern_count(const struct intern *t)
{
	return t->n;
}

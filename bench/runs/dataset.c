/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/dataset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"

enum { TABLE_FIRST = 256 };

/* ---- tables of numbers ---- */

/* The keys behind the numbers: hash of one, and whether it is the key that is looked for. */
struct key_ops {
	uint64_t (*hash)(const struct dataset *d, uint32_t id);
	bool (*same)(const struct dataset *d, uint32_t id, const void *key);
};

static bool table_grow(struct id_table *t, const struct dataset *d, const struct key_ops *ops)
{
	size_t n = t->n_slots ? t->n_slots * 2 : TABLE_FIRST;
	uint32_t *slots = calloc(n, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < t->n_slots; i++) {
		size_t at;
		if (!t->slots[i])
			continue;
		at = ops->hash(d, t->slots[i] - 1) & (n - 1);
		while (slots[at])
			at = (at + 1) & (n - 1);
		slots[at] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n;
	return true;
}

/* The slot of a key, or the free one for it, of which at least one is there; NULL: no memory. */
static uint32_t *table_slot(struct id_table *t, const struct dataset *d, const struct key_ops *ops,
			    uint64_t hash, const void *key)
{
	size_t at;

	if (2 * t->used >= t->n_slots && !table_grow(t, d, ops))
		return NULL;
	at = hash & (t->n_slots - 1);
	while (t->slots[at] && !ops->same(d, t->slots[at] - 1, key))
		at = (at + 1) & (t->n_slots - 1);
	return &t->slots[at];
}

/* ---- cells ---- */

struct cell_key {
	const struct axis_value *v;
	size_t n;
};

static uint64_t hash_axes(const struct axis_value *v, size_t n)
{
	return hash_bytes(HASH_START, v, n * sizeof(*v));
}

static uint64_t cell_hash(const struct dataset *d, uint32_t id)
{
	const struct cell *c = &d->cells[id];
	return hash_axes(d->axis_values + c->first, c->n);
}

static bool cell_same(const struct dataset *d, uint32_t id, const void *key)
{
	const struct cell *c = &d->cells[id];
	const struct cell_key *k = key;

	return c->n == k->n &&
	       (k->n == 0 || memcmp(d->axis_values + c->first, k->v, k->n * sizeof(*k->v)) == 0);
}

static const struct key_ops cell_ops = {.hash = cell_hash, .same = cell_same};

/* The cell of these axis values, which are sorted by axis. */
int cell_id(struct dataset *d, const struct axis_value *v, size_t n, uint32_t *out)
{
	struct cell_key key = {v, n};
	uint32_t *slot = table_slot(&d->cell_table, d, &cell_ops, hash_axes(v, n), &key);
	struct cell *c;

	if (!slot)
		return -ENOMEM;
	if (!*slot) {
		c = array_push(d->cells, d->n_cells);
		if (!c)
			return -ENOMEM;
		*c = (struct cell){.first = (uint32_t)d->n_axis_values, .n = (uint32_t)n};
		for (size_t i = 0; i < n; i++) {
			struct axis_value *a = array_push(d->axis_values, d->n_axis_values);
			if (!a)
				return -ENOMEM;
			*a = v[i];
		}
		*slot = (uint32_t)d->n_cells;
		d->cell_table.used++;
	}
	*out = *slot - 1;
	return 0;
}

int cell_without(struct dataset *d, uint32_t cell, uint32_t axis, uint32_t *out, struct err *e)
{
	struct axis_value rest[DATASET_AXES_MAX];
	const struct cell *c = &d->cells[cell];
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (d->axis_values[c->first + i].axis != axis)
			rest[n++] = d->axis_values[c->first + i];
	return cell_id(d, rest, n, out) < 0 ? err_no_memory(e) : 0;
}

const char *cell_axis(const struct dataset *d, uint32_t cell, uint32_t axis)
{
	const struct cell *c = &d->cells[cell];

	for (size_t i = 0; i < c->n; i++)
		if (d->axis_values[c->first + i].axis == axis)
			return dataset_text(d, d->axis_values[c->first + i].text);
	return NULL;
}

const char *cell_label(const struct dataset *d, uint32_t cell, uint32_t except,
		       char buf[static CELL_LABEL_MAX])
{
	const struct cell *c = &d->cells[cell];
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < c->n && used < CELL_LABEL_MAX; i++) {
		const struct axis_value *v = &d->axis_values[c->first + i];
		const char *text = dataset_text(d, v->text);
		if (v->axis == except)
			continue;
		/* Suite and part are known by their place. */
		if (v->axis < 2)
			used += (size_t)snprintf(buf + used, CELL_LABEL_MAX - used, "%s%s",
						 used ? "/" : "", text);
		else
			used += (size_t)snprintf(buf + used, CELL_LABEL_MAX - used, "%s%s=%s",
						 used ? " " : "", dataset_text(d, d->axes[v->axis]),
						 text);
	}
	return buf;
}

/* ---- series ---- */

static uint64_t series_key_hash(const struct series *s)
{
	return hash_bytes(HASH_START, s, sizeof(*s));
}

static uint64_t series_hash(const struct dataset *d, uint32_t id)
{
	return series_key_hash(&d->series[id]);
}

static bool series_same(const struct dataset *d, uint32_t id, const void *key)
{
	return memcmp(&d->series[id], key, sizeof(struct series)) == 0;
}

static const struct key_ops series_ops = {.hash = series_hash, .same = series_same};

int series_id(struct dataset *d, const struct series *key, uint32_t *out, struct err *e)
{
	uint32_t *slot = table_slot(&d->series_table, d, &series_ops, series_key_hash(key), key);
	struct series *s;

	if (slot && !*slot) {
		s = array_push(d->series, d->n_series);
		if (!s)
			return err_no_memory(e);
		*s = *key;
		*slot = (uint32_t)d->n_series;
		d->series_table.used++;
	}
	if (!slot)
		return err_no_memory(e);
	*out = *slot - 1;
	return 0;
}

/* ---- the dataset ---- */

uint32_t dataset_axis(const struct dataset *d, const char *name)
{
	for (size_t i = 0; i < d->n_axes; i++)
		if (strcmp(dataset_text(d, d->axes[i]), name) == 0)
			return (uint32_t)i;
	return UINT32_MAX;
}

uint32_t dataset_add_axis(struct dataset *d, const char *name)
{
	uint32_t found = dataset_axis(d, name), text;
	uint32_t *slot;

	if (found != UINT32_MAX)
		return found;
	text = intern_add(d->texts, name, strlen(name));
	if (text == INTERN_FULL)
		return UINT32_MAX;
	slot = array_push(d->axes, d->n_axes);
	if (!slot)
		return UINT32_MAX;
	*slot = text;
	return (uint32_t)d->n_axes - 1;
}

int dataset_new(struct dataset **out, struct err *e)
{
	struct dataset *d = calloc(1, sizeof(*d));

	if (d)
		d->texts = intern_new();
	if (!d || !d->texts || dataset_add_axis(d, "suite") != 0 ||
	    dataset_add_axis(d, "part") != 1) {
		dataset_free(d);
		return err_no_memory(e);
	}
	*out = d;
	return 0;
}

void dataset_free(struct dataset *d)
{
	if (!d)
		return;
	intern_free(d->texts);
	free(d->axes);
	free(d->axis_values);
	free(d->cells);
	free(d->series);
	free(d->cell_table.slots);
	free(d->series_table.slots);
	free(d);
}

const char *dataset_text(const struct dataset *d, uint32_t id)
{
	return intern_text(d->texts, id);
}

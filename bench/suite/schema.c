/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/schema.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/array.h"

/*
 * Anchors let a small file stand for a huge tree, or for an endless one. No suite is larger than
 * this, whatever it is made of.
 */
enum { VALUES_MAX = 100000, DEPTH_MAX = 512, KEYS_MAX = 1000 };

enum { FIELDS_MAX = 64, KEYS_TEXT_MAX = 256, ELEMENT_MAX = 64 };

struct reader {
	const char *path;
	struct arena *arena;
	struct err *e;
	unsigned values, depth; /* so far; how deep it is now */
};

static int fault(const struct reader *r, const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fault(const struct reader *r, const struct node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	document_fault_va(r->path, at->line, at->column, r->e, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int no_memory(const struct reader *r)
{
	return err_set(r->e, -ENOMEM, "%s: out of memory", r->path);
}

/* "key:" and nothing behind it. */
static bool is_absent(const struct node *n)
{
	return n->kind == NODE_TEXT && !*n->text && !n->quoted;
}

static int expect_kind(struct reader *r, const struct node *n, enum node_kind kind,
		       const char *name, const char *expected)
{
	if (++r->values > VALUES_MAX)
		return fault(r, n,
			     "the suite comes to more than %d values; are there anchors that "
			     "multiply?",
			     VALUES_MAX);
	if (n->kind == kind)
		return 0;
	if (is_absent(n))
		return fault(r, n, "'%s' is empty; expected %s", name, expected);
	return fault(r, n, "'%s' is %s; expected %s", name, node_kind_name(n->kind), expected);
}

static int read_text(struct reader *r, const struct node *n, const char *name, const char *expected,
		     bool may_be_empty, struct text *out)
{
	int code = expect_kind(r, n, NODE_TEXT, name, expected);

	if (code < 0)
		return code;
	if (!*n->text && !(n->quoted && may_be_empty))
		return fault(r, n, "'%s' is empty; expected %s", name, expected);
	*out = (struct text){.line = n->line, .column = n->column};
	out->str = arena_text(r->arena, n->text, strlen(n->text));
	return out->str ? 0 : no_memory(r);
}

static int read_texts(struct reader *r, const struct node *n, const char *name,
		      const struct field *f, struct texts *out)
{
	int code;

	if (f->one_will_do && n->kind == NODE_TEXT) {
		out->v = arena_array(r->arena, 1, sizeof(*out->v));
		out->n = 1;
		return out->v ? read_text(r, n, name, f->expected, f->may_be_empty, &out->v[0])
			      : no_memory(r);
	}
	code = expect_kind(r, n, NODE_LIST, name, f->expected);
	if (code < 0)
		return code;
	if (n->n == 0)
		return fault(r, n, "'%s' is an empty list; expected %s", name, f->expected);
	out->v = arena_array(r->arena, n->n, sizeof(*out->v));
	if (!out->v)
		return no_memory(r);
	for (; code == 0 && out->n < n->n; out->n++) {
		char element[ELEMENT_MAX];
		snprintf(element, sizeof(element), "%.40s[%zu]", name, out->n);
		code = read_text(r, n->items[out->n], element, "one value", f->may_be_empty,
				 &out->v[out->n]);
	}
	return code;
}

/* Keys are few, so that every one can be held against all before it. */
static int check_keys(const struct reader *r, const struct node *n)
{
	if (n->n / 2 > KEYS_MAX)
		return fault(r, n, "a mapping of more than %d keys", KEYS_MAX);
	for (size_t i = 0; i < n->n; i += 2) {
		const struct node *key = n->items[i];
		if (key->kind != NODE_TEXT || !*key->text)
			return fault(r, key, "a key is a name, and not %s",
				     key->kind == NODE_TEXT ? "empty" : node_kind_name(key->kind));
		for (size_t j = 0; j < i; j += 2)
			if (strcmp(n->items[j]->text, key->text) == 0)
				return fault(r, key, "key '%s' is there twice; first in line %d",
					     key->text, n->items[j]->line);
	}
	return 0;
}

static int read_key(struct reader *r, const struct node *n, struct text *out)
{
	return read_text(r, n, "key", "a name", false, out);
}

/* Room for all that the mapping can hold. */
static int make_pairs(const struct reader *r, const struct node *n, struct pairs *out)
{
	out->v = arena_array(r->arena, n->n / 2, sizeof(*out->v));
	return out->v ? 0 : no_memory(r);
}

static int read_pair(struct reader *r, const struct node *key, const struct node *value,
		     struct pairs *out)
{
	struct pair *pair = &out->v[out->n];
	int code = read_key(r, key, &pair->key);

	if (code == 0)
		code = read_text(r, value, key->text, "one value", false, &pair->value);
	out->n += code == 0;
	return code;
}

static int read_pairs(struct reader *r, const struct node *n, const struct field *f,
		      struct pairs *out)
{
	int code = expect_kind(r, n, NODE_MAP, f->key, f->expected);

	if (code == 0)
		code = check_keys(r, n);
	if (code < 0)
		return code;
	code = make_pairs(r, n, out);
	for (size_t i = 0; code == 0 && i < n->n; i += 2)
		code = read_pair(r, n->items[i], n->items[i + 1], out);
	return code;
}

/* A pointer to some struct and its count lie in the struct that is read: by their offsets. */
static void set_array(const struct field *f, void *out, const void *v, size_t n)
{
	memcpy((char *)out + f->offset, &v, sizeof(v));
	memcpy((char *)out + f->count_offset, &n, sizeof(n));
}

static int read_axes(struct reader *r, const struct node *n, const struct field *f, void *out)
{
	struct axis *axes;
	int code = expect_kind(r, n, NODE_MAP, f->key, f->expected);

	if (code == 0)
		code = check_keys(r, n);
	if (code < 0)
		return code;
	axes = arena_array(r->arena, n->n / 2, sizeof(*axes));
	if (!axes)
		return no_memory(r);
	for (size_t i = 0; code == 0 && i < n->n / 2; i++) {
		code = read_key(r, n->items[2 * i], &axes[i].name);
		if (code == 0)
			code = read_texts(r, n->items[2 * i + 1], axes[i].name.str,
					  &(struct field){.expected = "a list such as [1, 2, 4]"},
					  &axes[i].values);
	}
	set_array(f, out, axes, n->n / 2);
	return code;
}

static int read_map(struct reader *r, const struct schema *s, const struct node *n, void *out);

static int read_records(struct reader *r, const struct node *n, const struct field *f, void *out)
{
	char *records;
	int code = expect_kind(r, n, NODE_LIST, f->key, f->expected);

	if (code < 0)
		return code;
	records = arena_array(r->arena, n->n, f->of->size);
	if (!records)
		return no_memory(r);
	for (size_t i = 0; code == 0 && i < n->n; i++)
		code = read_map(r, f->of, n->items[i], records + i * f->of->size);
	set_array(f, out, records, n->n);
	return code;
}

static int read_named(struct reader *r, const struct node *n, const struct field *f, void *out)
{
	char *records;
	int code = expect_kind(r, n, NODE_MAP, f->key, f->expected);

	if (code == 0)
		code = check_keys(r, n);
	if (code < 0)
		return code;
	records = arena_array(r->arena, n->n / 2, f->of->size);
	if (!records)
		return no_memory(r);
	for (size_t i = 0; code == 0 && i < n->n / 2; i++) {
		char *record = records + i * f->of->size;
		code = read_key(r, n->items[2 * i], (void *)(record + f->of->name_offset));
		if (code == 0)
			code = read_map(r, f->of, n->items[2 * i + 1], record);
	}
	set_array(f, out, records, n->n / 2);
	return code;
}

static int read_lists(struct reader *r, const struct node *n, const struct field *f, void *out)
{
	struct texts *lists;
	int code = expect_kind(r, n, NODE_LIST, f->key, f->expected);

	if (code < 0)
		return code;
	lists = arena_array(r->arena, n->n, sizeof(*lists));
	if (!lists)
		return no_memory(r);
	for (size_t i = 0; code == 0 && i < n->n; i++)
		code = read_texts(r, n->items[i], f->key, f, &lists[i]);
	set_array(f, out, lists, n->n);
	return code;
}

static int read_field(struct reader *r, const struct field *f, const struct node *n, void *out)
{
	void *at = (char *)out + f->offset;

	switch (f->kind) {
	case FIELD_TEXT:
		return read_text(r, n, f->key, f->expected, f->may_be_empty, at);
	case FIELD_TEXTS:
		return read_texts(r, n, f->key, f, at);
	case FIELD_LISTS:
		return read_lists(r, n, f, out);
	case FIELD_PAIRS:
		return read_pairs(r, n, f, at);
	case FIELD_AXES:
		return read_axes(r, n, f, out);
	case FIELD_RECORDS:
		return read_records(r, n, f, out);
	case FIELD_NAMED:
		return read_named(r, n, f, out);
	case FIELD_RECORD:
		return read_map(r, f->of, n, at);
	}
	return 0;
}

/* The field of that number, through both tables; NULL: there are no more. */
static const struct field *field_at(const struct schema *s, size_t i)
{
	size_t n = 0;

	while (s->fields[n].key)
		n++;
	if (i < n)
		return &s->fields[i];
	return s->more && s->more[i - n].key ? &s->more[i - n] : NULL;
}

static const struct field *find_field(const struct schema *s, const char *key, size_t *number)
{
	const struct field *f;

	for (*number = 0; (f = field_at(s, *number)); ++*number)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

static int unknown_key(const struct reader *r, const struct schema *s, const struct node *key)
{
	struct nearest near = {.word = key->text};
	char hint[NEAREST_HINT_MAX], all[KEYS_TEXT_MAX] = "";
	const struct field *f;

	for (size_t i = 0, used = 0; (f = field_at(s, i)); i++) {
		nearest_offer(&near, f->key);
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
						 used ? ", " : "", f->key);
	}
	return fault(r, key, "%s has no key '%s'%s; expected %s", s->noun, key->text,
		     nearest_hint(&near, hint), all);
}

/* A key that the schema does not name: one of the user's own, where there may be such. */
static int read_other(struct reader *r, const struct schema *s, const struct node *key,
		      const struct node *value, void *out)
{
	if (!s->takes_others)
		return unknown_key(r, s, key);
	return read_pair(r, key, value, (void *)((char *)out + s->others_offset));
}

static int check_required(const struct reader *r, const struct schema *s, const struct node *n,
			  const bool *seen)
{
	const struct field *f;
	size_t other;

	for (size_t i = 0; (f = field_at(s, i)); i++) {
		if (!f->required || seen[i])
			continue;
		if (!f->unless || !find_field(s, f->unless, &other) || !seen[other])
			return fault(r, n, "%s lacks '%s'; expected %s", s->noun, f->key,
				     f->expected);
	}
	return 0;
}

static int read_keys(struct reader *r, const struct schema *s, const struct node *n, void *out)
{
	bool seen[FIELDS_MAX] = {false};
	int code = check_keys(r, n);

	for (size_t i = 0; code == 0 && i < n->n; i += 2) {
		const struct node *key = n->items[i], *value = n->items[i + 1];
		size_t number;
		const struct field *f = find_field(s, key->text, &number);
		seen[number] = true;
		code = f ? read_field(r, f, value, out) : read_other(r, s, key, value, out);
	}
	return code < 0 ? code : check_required(r, s, n, seen);
}

static int read_map(struct reader *r, const struct schema *s, const struct node *n, void *out)
{
	int code = 0;

	if (n->kind != NODE_MAP)
		return fault(r, n, "%s is %s; expected %s", s->noun,
			     is_absent(n) ? "empty" : node_kind_name(n->kind), s->expected);
	if (++r->depth > DEPTH_MAX)
		return fault(r, n, "nested more than %d deep; is there an anchor inside itself?",
			     DEPTH_MAX);
	if (s->takes_others)
		code = make_pairs(r, n, (void *)((char *)out + s->others_offset));
	if (code == 0)
		code = read_keys(r, s, n, out);
	r->depth--;
	return code;
}

int schema_read(const struct schema *schema, const char *path, const struct node *root,
		struct arena *arena, void *out, struct err *e)
{
	struct reader r = {.path = path, .arena = arena, .e = e};

	return read_map(&r, schema, root, out);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/fact_diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "host/facts.h"
#include "host/hosts.h"

void fact_changes_free(struct fact_changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].fact);
		free(c->v[i].then);
		free(c->v[i].now);
	}
	free(c->v);
	*c = (struct fact_changes){0};
}

static bool same(const json_t *a, const json_t *b)
{
	bool no_a = !a || json_is_null(a), no_b = !b || json_is_null(b);

	return no_a || no_b ? no_a == no_b : json_equal(a, b);
}

/* One fact of two hosts, or one part of it, by the key under which both keep it. */
static int add(const json_t *then, const json_t *now, const char *key, const struct fact *fact,
	       struct fact_changes *out)
{
	struct fact_change *c;
	int n;

	if (same(json_object_get(then, key), json_object_get(now, key)))
		return 0;
	c = array_push(out->v, out->n);
	if (!c)
		return -ENOMEM;
	n = key == fact->key ? asprintf(&c->fact, "%s", key)
			     : asprintf(&c->fact, "%s.%s", fact->key, key);
	if (n < 0)
		c->fact = NULL;
	c->then = host_fact(then, key);
	c->now = host_fact(now, key);
	c->matters = fact->compare;
	return c->fact && c->then && c->now ? 0 : -ENOMEM;
}

/* Facts with parts (mitigations, libraries): only those that changed. */
static int add_parts(const json_t *then, const json_t *now, const struct fact *fact,
		     struct fact_changes *out)
{
	const char *key;
	json_t *value;
	int r = 0;

	json_object_foreach((json_t *)then, key, value)
	{
		if (r == 0)
			r = add(then, now, key, fact, out);
	}
	json_object_foreach((json_t *)now, key, value)
	{
		if (r == 0 && !json_object_get(then, key))
			r = add(then, now, key, fact, out);
	}
	return r;
}

int fact_diff(const json_t *then, const json_t *now, struct fact_changes *out, struct err *e)
{
	struct fact_changes changes = {0};
	int r = 0;

	for (const struct fact *f = facts; r == 0 && f->key; f++) {
		const json_t *a = json_object_get(then, f->key), *b = json_object_get(now, f->key);
		if (json_is_object(a) && json_is_object(b))
			r = add_parts(a, b, f, &changes);
		else
			r = add(then, now, f->key, f, &changes);
	}
	if (r < 0) {
		fact_changes_free(&changes);
		return err_set(e, r, "out of memory for facts");
	}
	*out = changes;
	return 0;
}

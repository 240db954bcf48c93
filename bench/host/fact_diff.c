/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/fact_diff.h"

#include <errno.h>
#include <stdio.h>

#include "cgbench/scope.h"
#include "host/facts.h"

/* One fact of two hosts, or one part of it, by the key under which both keep it. */
static int add(const json_t *then, const json_t *now, const char *key, const struct fact *fact,
	       struct host_differences *out, struct err *e)
{
	scope_free char *name = NULL;
	int n;

	if (facts_equal(json_object_get(then, key), json_object_get(now, key)))
		return 0;
	n = key == fact->key ? asprintf(&name, "%s", key)
			     : asprintf(&name, "%s.%s", fact->key, key);
	if (n < 0) {
		name = NULL;
		return err_no_memory(e);
	}
	return host_differences_add(out, name, then, now, key, !fact->compare, e);
}

/* Facts with parts (mitigations, libraries): only those that changed. */
static int add_parts(const json_t *then, const json_t *now, const struct fact *fact,
		     struct host_differences *out, struct err *e)
{
	const char *key;
	json_t *value;
	int r = 0;

	json_object_foreach((json_t *)then, key, value)
	{
		if (r == 0)
			r = add(then, now, key, fact, out, e);
	}
	json_object_foreach((json_t *)now, key, value)
	{
		if (r == 0 && !json_object_get(then, key))
			r = add(then, now, key, fact, out, e);
	}
	return r;
}

int fact_diff(const json_t *then, const json_t *now, struct host_differences *out, struct err *e)
{
	struct host_differences found scope(host_differences_free) = {0};

	for (const struct fact *f = facts; f->key; f++) {
		const json_t *a = json_object_get(then, f->key), *b = json_object_get(now, f->key);
		int r = json_is_object(a) && json_is_object(b)
				? add_parts(a, b, f, &found, e)
				: add(then, now, f->key, f, &found, e);
		if (r < 0)
			return r;
	}
	*out = found;
	found = (struct host_differences){0};
	return 0;
}

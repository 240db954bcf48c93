/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/facts.h"

/* What the run directory adds to the facts of the host: the suite that was run. */
static const char suite_digest[] = "suite_digest";

bool host_has_fact(const char *key)
{
	return strcmp(key, suite_digest) == 0 || fact_find(key);
}

char *host_fact(const json_t *host, const char *key)
{
	const json_t *value = json_object_get(host, key);

	if (!value || json_is_null(value))
		return strdup("not known");
	if (json_is_string(value))
		return strdup(json_string_value(value));
	return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
}

bool host_is_exact(const json_t *host)
{
	const char *lab = json_string_value(json_object_get(host, "lab"));

	return lab && strcmp(lab, "exact") == 0;
}

static struct host_difference *find_difference(const struct host_differences *u, const char *fact)
{
	for (size_t i = 0; i < u->n; i++)
		if (strcmp(u->v[i].fact, fact) == 0)
			return &u->v[i];
	return NULL;
}

static bool same_value(const json_t *a, const json_t *b)
{
	bool no_a = !a || json_is_null(a), no_b = !b || json_is_null(b);

	return no_a || no_b ? no_a == no_b : json_equal(a, b);
}

static int add_difference(const json_t *base, const json_t *head, const char *key,
			  struct host_differences *out, struct err *e)
{
	struct host_difference *u;

	if (same_value(json_object_get(base, key), json_object_get(head, key)) ||
	    find_difference(out, key))
		return 0;
	u = array_push(out->v, out->n);
	if (u)
		*u = (struct host_difference){.fact = strdup(key),
					      .base = host_fact(base, key),
					      .head = host_fact(head, key)};
	return u && u->fact && u->base && u->head ? 0 : err_set(e, -ENOMEM, "out of memory");
}

int hosts_differ(const json_t *base, const json_t *head, struct host_differences *out,
		 struct err *e)
{
	int r = add_difference(base, head, suite_digest, out, e);

	for (const struct fact *f = facts; r == 0 && f->key; f++)
		if (f->compare)
			r = add_difference(base, head, f->key, out, e);
	return r;
}

void host_differences_free(struct host_differences *u)
{
	for (size_t i = 0; i < u->n; i++) {
		free(u->v[i].fact);
		free(u->v[i].base);
		free(u->v[i].head);
	}
	free(u->v);
	*u = (struct host_differences){0};
}

int hosts_allow(struct host_differences *u, const char *const *allowed, struct err *e)
{
	for (; *allowed; allowed++) {
		bool all = strcmp(*allowed, "all") == 0;
		if (!all && !host_has_fact(*allowed))
			return err_set(e, -EINVAL,
				       "--allow %s: no such fact; host.json has kernel, hz, "
				       "cpu_model, ..., suite_digest; or all",
				       *allowed);
		for (size_t i = 0; i < u->n; i++)
			if (all || strcmp(u->v[i].fact, *allowed) == 0)
				u->v[i].allowed = true;
	}
	return 0;
}

/* "kernel: 6.1 | 6.18" of every fact that is as asked for, with a separator; NULL: no memory. */
static char *join(const struct host_differences *u, bool allowed, bool values,
		  const char *separator)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	const char *between = "";

	if (!f)
		return NULL;
	for (size_t i = 0; i < u->n; i++) {
		if (u->v[i].allowed != allowed)
			continue;
		fprintf(f, "%s%s", between, u->v[i].fact);
		if (values)
			fprintf(f, ": %s | %s", u->v[i].base, u->v[i].head);
		between = separator;
	}
	/* The text is where fclose leaves it, which may be elsewhere. */
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

char *host_differences_label(const struct host_differences *u)
{
	return join(u, true, true, ", ");
}

char *host_differences_names(const struct host_differences *u)
{
	return join(u, true, false, ", ");
}

int hosts_check(const struct host_differences *u, struct err *e)
{
	scope_free char *facts_text = NULL;
	char options[256] = "";
	size_t used = 0, refused = 0;

	for (size_t i = 0; i < u->n; i++) {
		if (u->v[i].allowed)
			continue;
		refused++;
		if (used < sizeof(options))
			used += (size_t)snprintf(options + used, sizeof(options) - used,
						 " --allow %s", u->v[i].fact);
	}
	if (refused == 0)
		return 0;
	facts_text = join(u, false, true, "; ");
	return err_set(
		e, -EPERM,
		"the hosts are unlike (base | head): %s. Compare runs of like hosts, or say%s",
		facts_text ? facts_text : "", options);
}

int hosts_require_alike(const json_t *a, const json_t *b, struct err *e)
{
	struct host_differences u scope(host_differences_free) = {0};
	scope_free char *text = NULL;
	int r = hosts_differ(a, b, &u, e);

	if (r < 0 || u.n == 0)
		return r;
	text = join(&u, false, true, "; ");
	return err_set(e, -EINVAL, "%s", text ? text : "unlike");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/hosts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/artifact.h"
#include "base/input.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/facts.h"

/* What the run directory adds to the facts of the host: the suite that was run, and how. */
static const char suite_digest[] = "suite_digest", command_digest[] = "command_digest";

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

int host_load(const char *dir, json_t **out, struct err *e)
{
	scope_free char *path = NULL;
	int r;

	if (asprintf(&path, "%s/host.json", dir) < 0) {
		path = NULL;
		return err_set(e, -ENOMEM, "%s: out of memory", dir);
	}
	r = input_json(path, out, e);
	return r == -ENOENT ? err_context(e, r, "%s: not a run's directory", dir) : r;
}

int host_write(const json_t *host, int dirfd, struct err *e)
{
	scope_free char *text = json_dumps(host, JSON_INDENT(2) | JSON_SORT_KEYS);

	if (!text)
		return err_set(e, -ENOMEM, "cannot put host.json together");
	return artifact_write(dirfd, "host.json", text, strlen(text), e);
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

bool facts_equal(const json_t *a, const json_t *b)
{
	bool no_a = !a || json_is_null(a), no_b = !b || json_is_null(b);

	return no_a || no_b ? no_a == no_b : json_equal(a, b);
}

int host_differences_add(struct host_differences *out, const char *name, const json_t *base,
			 const json_t *head, const char *key, bool allowed, struct err *e)
{
	struct host_difference *u = array_push(out->v, out->n);

	if (u)
		*u = (struct host_difference){.fact = strdup(name),
					      .base = host_fact(base, key),
					      .head = host_fact(head, key),
					      .allowed = allowed};
	return u && u->fact && u->base && u->head ? 0 : err_no_memory(e);
}

static int add_difference(const json_t *base, const json_t *head, const char *key,
			  struct host_differences *out, struct err *e)
{
	if (facts_equal(json_object_get(base, key), json_object_get(head, key)) ||
	    find_difference(out, key))
		return 0;
	return host_differences_add(out, key, base, head, key, false, e);
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

/* The digests that exact runs depend on, by number; NULL behind the last. */
static const char *input_key(size_t i)
{
	if (i-- == 0)
		return command_digest;
	for (const struct fact *f = facts; f->key; f++)
		if (f->input && i-- == 0)
			return f->key;
	return NULL;
}

static bool is_known(const json_t *host, const char *key)
{
	const json_t *value = json_object_get(host, key);

	return value && !json_is_null(value);
}

/* As much of a digest as a person compares. */
static void shorten(char *digest)
{
	enum { SHOWN = 12 };

	if (strlen(digest) > SHOWN)
		digest[SHOWN] = '\0';
}

int hosts_same_inputs(const json_t *base, const json_t *head, struct host_differences *found,
		      bool *same, struct err *e)
{
	const char *key;
	int r = 0;

	*same = true;
	for (size_t i = 0; i < found->n; i++) {
		const struct fact *f = fact_find(found->v[i].fact);
		*same &= f && f->kernel;
	}
	for (size_t i = 0; r == 0 && (key = input_key(i)); i++) {
		if (is_known(base, key) && is_known(head, key) &&
		    json_equal(json_object_get(base, key), json_object_get(head, key)))
			continue;
		*same = false;
		if (find_difference(found, key))
			continue;
		r = host_differences_add(found, key, base, head, key, true, e);
		if (r < 0)
			break;
		shorten(found->v[found->n - 1].base);
		shorten(found->v[found->n - 1].head);
	}
	return r;
}

/* ---- merged runs ---- */

static bool is_input(const char *fact)
{
	const char *key;

	for (size_t i = 0; (key = input_key(i)); i++)
		if (strcmp(key, fact) == 0)
			return true;
	return false;
}

/* Adds a text where it belongs in a sorted list, or each text of a list; what is there stays. */
static int insert_sorted(json_t *list, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t at = 0;
	int order = 1;

	for (size_t i = 0; i < json_array_size(value); i++)
		if (insert_sorted(list, json_array_get(value, i)) < 0)
			return -1;
	if (!text)
		return 0;
	for (; at < json_array_size(list); at++) {
		order = strcmp(json_string_value(json_array_get(list, at)), text);
		if (order >= 0)
			break;
	}
	return order == 0 ? 0 : json_array_insert_new(list, at, json_string(text));
}

/* What either has; null when one of them does not know its own. */
static json_t *join_input(const json_t *a, const json_t *b)
{
	json_t *list = json_array();

	if (!a || !b || json_is_null(a) || json_is_null(b)) {
		json_decref(list);
		return json_null();
	}
	if (insert_sorted(list, a) == 0 && insert_sorted(list, b) == 0)
		return list;
	json_decref(list);
	return NULL;
}

int hosts_join(json_t *all, const json_t *host, struct err *e)
{
	int failed = 0;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)host, key, value)
	{
		if (!json_object_get(all, key))
			failed |= json_object_set_new(all, key, json_null());
	}
	for (void *at = json_object_iter(all); at; at = json_object_iter_next(all, at)) {
		const json_t *ours = json_object_iter_value(at);
		const json_t *theirs = json_object_get(host, json_object_iter_key(at));
		if (theirs && json_equal(theirs, ours))
			continue;
		failed |= json_object_iter_set_new(all, at,
						   is_input(json_object_iter_key(at))
							   ? join_input(ours, theirs)
							   : json_null());
	}
	return failed ? err_no_memory(e) : 0;
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

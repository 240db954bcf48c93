/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/recipe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/scope.h"

static json_t *filters_list(const struct recipe *r)
{
	json_t *list = json_array();

	for (const char *const *f = r->filters; list && *f; f++) {
		if (json_array_append_new(list, json_string(*f)) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

/* What was not asked for is null, as a fact that a host does not tell. */
int recipe_note(const struct recipe *r, json_t *host, struct err *e)
{
	char shard[SHARD_TEXT_MAX];
	int failed = 0;

	failed |= json_object_set_new(host, "repeats",
				      r->repeats ? json_integer(r->repeats) : json_null());
	failed |= json_object_set_new(host, "quick", json_boolean(r->quick));
	failed |= json_object_set_new(host, "seed", json_integer((json_int_t)r->seed));
	failed |= json_object_set_new(host, "stall_min_usec",
				      json_integer((json_int_t)r->stall_min_usec));
	failed |= json_object_set_new(host, "as", r->as ? json_string(r->as) : json_null());
	failed |= json_object_set_new(host, "filters", filters_list(r));
	failed |= json_object_set_new(host, "shard",
				      r->shard.count ? json_string(shard_text(&r->shard, shard))
						     : json_null());
	return failed ? err_set(e, -ENOMEM, "out of memory for host.json") : 0;
}

static int read_count(const json_t *host, const char *key, uint64_t max, uint64_t *out,
		      struct err *e)
{
	const json_t *value = json_object_get(host, key);
	json_int_t n = json_integer_value(value);

	*out = 0;
	if (!value || json_is_null(value))
		return 0;
	if (!json_is_integer(value) || n < 0 || (uint64_t)n > max)
		return err_set(e, -EINVAL, "\"%s\": expected a whole number up to %ju", key,
			       (uintmax_t)max);
	*out = (uint64_t)n;
	return 0;
}

static int read_filters(const json_t *host, struct recipe *out, struct err *e)
{
	const json_t *list = json_object_get(host, "filters");
	size_t n = json_array_size(list);

	if (list && !json_is_null(list) && !json_is_array(list))
		return err_set(e, -EINVAL, "\"filters\": expected a list of texts");
	if (n > RECIPE_FILTERS_MAX)
		return err_set(e, -EINVAL, "\"filters\": expected at most %d", RECIPE_FILTERS_MAX);
	for (size_t i = 0; i < n; i++) {
		out->filters[i] = json_string_value(json_array_get(list, i));
		if (!out->filters[i])
			return err_set(e, -EINVAL,
				       "\"filters\": expected texts such as "
				       "\"quota=20%%\"");
	}
	return 0;
}

static int read_as(const json_t *host, struct recipe *out, struct err *e)
{
	const json_t *as = json_object_get(host, "as");

	if (as && !json_is_null(as) && !json_is_string(as))
		return err_set(e, -EINVAL, "\"as\": expected a text such as \"nobody\"");
	out->as = json_string_value(as);
	return 0;
}

int recipe_read(const json_t *host, struct recipe *out, struct err *e)
{
	const json_t *shard = json_object_get(host, "shard");
	struct recipe recipe = {0};
	uint64_t repeats = 0;
	int r = read_count(host, "repeats", INT32_MAX, &repeats, e);

	recipe.repeats = (unsigned)repeats;
	recipe.quick = json_is_true(json_object_get(host, "quick"));
	if (r == 0)
		r = read_count(host, "seed", INT64_MAX, &recipe.seed, e);
	if (r == 0)
		r = read_count(host, "stall_min_usec", INT64_MAX, &recipe.stall_min_usec, e);
	if (r == 0)
		r = read_as(host, &recipe, e);
	if (r == 0)
		r = read_filters(host, &recipe, e);
	if (r == 0 && shard && !json_is_null(shard))
		r = shard_parse(json_string_value(shard) ?: "", &recipe.shard, e);
	if (r == 0)
		*out = recipe;
	return r;
}

static int differ(struct err *e, const char *what, uint64_t a, uint64_t b)
{
	return a == b ? 0 : err_set(e, -EINVAL, "%s: %ju | %ju", what, (uintmax_t)a, (uintmax_t)b);
}

static int same_filters(const struct recipe *a, const struct recipe *b, struct err *e)
{
	for (size_t i = 0; i < RECIPE_FILTERS_MAX; i++) {
		const char *x = a->filters[i] ?: "none", *y = b->filters[i] ?: "none";
		if (strcmp(x, y) != 0)
			return err_set(e, -EINVAL, "filters: %s | %s", x, y);
		if (!a->filters[i])
			break;
	}
	return 0;
}

int recipe_require_same(const struct recipe *a, const struct recipe *b, struct err *e)
{
	int r = differ(e, "seed", a->seed, b->seed);

	if (r == 0)
		r = differ(e, "repeats", a->repeats, b->repeats);
	if (r == 0)
		r = differ(e, "quick", a->quick, b->quick);
	if (r == 0)
		r = differ(e, "stall_min_usec", a->stall_min_usec, b->stall_min_usec);
	if (r == 0 && strcmp(a->as ?: "", b->as ?: "") != 0)
		r = err_set(e, -EINVAL, "as: %s | %s", a->as ?: "none", b->as ?: "none");
	return r < 0 ? r : same_filters(a, b, e);
}

int recipe_plan(const struct recipe *r, const struct suite *suite, struct plan **out, struct err *e)
{
	const struct plan_options options = {.repeats = r->repeats,
					     .quick = r->quick,
					     .seed = r->seed,
					     .as = r->as,
					     .filter = r->filters[0] ? r->filters : NULL};
	struct plan *plan = NULL;
	int code = plan_expand(suite, &options, &plan, e);

	if (code == 0)
		code = shard_apply(&r->shard, plan, e);
	if (code < 0)
		plan_free(plan);
	else
		*out = plan;
	return code;
}

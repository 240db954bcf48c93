/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as host.json: the recipe in it, and what a comparison asks of two hosts. */
#include <jansson.h>
#include <stdlib.h>

#include "host/fact_diff.h"
#include "host/facts.h"
#include "host/hosts.h"
#include "suite/recipe.h"
#include "tests/fuzz/fuzz.h"

static void compare_hosts(const json_t *then, const json_t *now)
{
	struct host_differences differences = {0};
	struct host_differences changes = {0};
	struct err e = {""};

	if (fact_diff(then, now, &changes, &e) == 0)
		host_differences_free(&changes);
	if (hosts_differ(then, now, &differences, &e) == 0) {
		(void)hosts_allow(&differences, (const char *const[]){"kernel", NULL}, &e);
		(void)hosts_check(&differences, &e);
		free(host_differences_label(&differences));
		free(host_differences_names(&differences));
	}
	host_differences_free(&differences);
	(void)hosts_require_alike(then, now, &e);
}

static void read_recipe(json_t *host)
{
	struct recipe recipe;
	struct err e = {""};

	if (recipe_read(host, &recipe, &e) < 0)
		return;
	(void)recipe_require_same(&recipe, &recipe, &e);
	(void)recipe_note(&recipe, host, &e);
}

void fuzz_host_json(const uint8_t *bytes, size_t n)
{
	json_t *host = json_loadb((const char *)bytes, n, JSON_REJECT_DUPLICATES, NULL);
	json_t *other = json_pack("{s:s, s:i, s:n}", "kernel", "6.12.1", "hz", 250, "cpu_model");

	if (host && other) {
		compare_hosts(host, other);
		compare_hosts(other, host);
		(void)host_is_exact(host);
		for (const struct fact *f = facts; f->key; f++)
			free(host_fact(host, f->key));
		read_recipe(host);
	}
	json_decref(host);
	json_decref(other);
}

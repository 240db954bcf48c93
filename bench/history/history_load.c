/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/history_load.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/facts.h"
#include "host/hosts.h"
#include "record/row.h"
#include "runs/load.h"

enum { DATE_MAX = sizeof("2026-03-01T09:30:00Z") };

/* What a loaded run borrows from. */
struct history_parts {
	struct dataset *dataset;
	struct run *run;
	char *name, *suite, *kernel, *facts;
	char date[DATE_MAX];
	char digest[SHA256_DIGEST_STRING_LENGTH], host[SHA256_DIGEST_STRING_LENGTH];
	char **cells; /* labels, by cell */
	size_t n_cells;
	struct history_value *values;
};

/* ---- digests ---- */

static int hash_file(SHA2_CTX *sha, const char *dir, const char *name, struct err *e)
{
	char path[PATH_MAX];
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", dir);
	r = digest_add(sha, path, e);
	return r < 0 ? err_context(e, r, "%s: no run here", dir) : 0;
}

/*
 * Of results.csv and host.json: two kernels may give the same results in the exact lab, to the
 * byte, and that is worth knowing.
 */
static int digest_run(struct history_parts *p, const char *dir, struct err *e)
{
	SHA2_CTX sha;
	int r;

	SHA256Init(&sha);
	r = hash_file(&sha, dir, row_file_name(ROW_RESULTS), e);
	if (r == 0)
		r = hash_file(&sha, dir, "host.json", e);
	if (r == 0)
		SHA256End(&sha, p->digest);
	return r;
}

static bool is_allowed(const struct history_about *about, const char *key)
{
	for (size_t i = 0; about->allow && about->allow[i]; i++)
		if (strcmp(about->allow[i], key) == 0)
			return true;
	return false;
}

/* One fact of the host's identity. What is not known says nothing, now and in older files. */
static int hash_fact(SHA2_CTX *sha, const struct history_about *about, const json_t *host,
		     const char *key, struct err *e)
{
	scope_free char *value = host_fact(host, key);

	if (!value)
		return err_no_memory(e);
	if (is_allowed(about, key) || !json_object_get(host, key) ||
	    json_is_null(json_object_get(host, key)))
		return 0;
	SHA256Update(sha, (const uint8_t *)key, strlen(key) + 1);
	SHA256Update(sha, (const uint8_t *)value, strlen(value) + 1);
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct keys {
	const char **v;
	size_t n;
};

static int add_key(struct keys *keys, const char *key, struct err *e)
{
	const char **slot = array_push(keys->v, keys->n);

	if (!slot)
		return err_no_memory(e);
	*slot = key;
	return 0;
}

/* The facts by which `cgbench compare` tells hosts apart, but the kernel; and the suite. */
static int identity_keys(struct keys *keys, struct err *e)
{
	int r = add_key(keys, "suite_digest", e);

	for (const struct fact *f = facts; r == 0 && f->key; f++)
		if (f->compare && strcmp(f->key, "kernel") != 0)
			r = add_key(keys, f->key, e);
	/* By name, so that the order of the table does not matter. */
	if (r == 0)
		qsort(keys->v, keys->n, sizeof(*keys->v), compare_keys);
	return r;
}

static int digest_host(struct history_parts *p, const struct history_about *about, struct err *e)
{
	struct keys keys = {NULL, 0};
	SHA2_CTX sha;
	int r = identity_keys(&keys, e);

	SHA256Init(&sha);
	for (size_t i = 0; r == 0 && i < keys.n; i++)
		r = hash_fact(&sha, about, p->run->host, keys.v[i], e);
	if (r == 0)
		SHA256End(&sha, p->host);
	free(keys.v);
	return r;
}

static int check_allowed(const struct history_about *about, struct err *e)
{
	for (size_t i = 0; about->allow && about->allow[i]; i++)
		if (!host_has_fact(about->allow[i]))
			return err_set(e, -EINVAL,
				       "--allow %s: no such fact; expected one of host.json, such "
				       "as hz, microcode or suite_digest",
				       about->allow[i]);
	return 0;
}

/* ---- facts of the run ---- */

/* "20260301T093000Z-default" began at 2026-03-01T09:30:00Z. */
static bool date_of_name(const char *name, char date[static DATE_MAX])
{
	struct tm t = {0};
	const char *end = strptime(name, "%Y%m%dT%H%M%SZ", &t);

	return end && *end == '-' && strftime(date, DATE_MAX, "%Y-%m-%dT%H:%M:%SZ", &t) > 0;
}

static void date_now(char date[static DATE_MAX])
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(date, DATE_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* A fact that every host.json has. */
static int require_fact(const struct history_parts *p, const char *dir, const char *key, char **out,
			struct err *e)
{
	const char *text = json_string_value(json_object_get(p->run->host, key));

	if (!text || !text[0])
		return err_set(e, -EINVAL,
			       "%s/host.json: no '%s'; expected what `cgbench run` wrote", dir,
			       key);
	*out = strdup(text);
	return *out ? 0 : err_no_memory(e);
}

static int read_facts(struct history_parts *p, const char *dir, struct err *e)
{
	int r = require_fact(p, dir, "run", &p->name, e);

	if (r == 0)
		r = require_fact(p, dir, "suite", &p->suite, e);
	if (r < 0)
		return r;
	p->kernel = host_fact(p->run->host, "kernel");
	p->facts = json_dumps(p->run->host, JSON_COMPACT | JSON_SORT_KEYS);
	return p->kernel && p->facts ? 0 : err_no_memory(e);
}

/* ---- values ---- */

/* A dataset names axes in the order in which it met them, so each run has one of its own. */
static int label_cells(struct history_parts *p, struct err *e)
{
	char label[CELL_LABEL_MAX];

	for (size_t i = 0; i < p->dataset->n_cells; i++) {
		char **slot = array_push(p->cells, p->n_cells);
		if (slot)
			*slot = strdup(cell_label(p->dataset, (uint32_t)i, UINT32_MAX, label));
		if (!slot || !*slot)
			return err_no_memory(e);
	}
	return 0;
}

/* The values of a series lie together, and its repeats in their order. */
static int list_values(struct history_parts *p, struct err *e)
{
	const struct dataset *d = p->dataset;
	size_t n = 0;

	p->values = calloc(p->run->n_values + 1, sizeof(*p->values));
	if (!p->values)
		return err_no_memory(e);
	for (uint32_t s = 0; s < d->n_series; s++) {
		const struct series *series = &d->series[s];
		size_t first = 0, repeats = run_values(p->run, s, &first);
		for (size_t i = 0; i < repeats; i++)
			p->values[n++] = (struct history_value){
				.cell = p->cells[series->cell],
				.group = dataset_text(d, series->group),
				.metric = dataset_text(d, series->metric),
				.unit = dataset_text(d, series->unit),
				.repeat = (unsigned)i + 1,
				.value = p->run->value[first + i],
				.expected = p->run->expected[first + i],
			};
	}
	return 0;
}

static int load(struct history_parts *p, const char *dir, const struct history_about *about,
		struct err *e)
{
	int r = dataset_new(&p->dataset, e);

	/* First, for its message: a folder of runs, which run_load takes as one, is no run here. */
	if (r == 0)
		r = digest_run(p, dir, e);
	if (r == 0)
		r = run_load(p->dataset, dir, &p->run, e);
	if (r == 0)
		r = digest_host(p, about, e);
	if (r == 0)
		r = read_facts(p, dir, e);
	if (r == 0)
		r = label_cells(p, e);
	return r == 0 ? list_values(p, e) : r;
}

static void fill(struct history_loaded *l, const struct history_about *about)
{
	struct history_parts *p = l->parts;
	bool exact = host_is_exact(p->run->host);

	if (about->date)
		snprintf(p->date, sizeof(p->date), "%s", about->date);
	else if (exact || !date_of_name(p->name, p->date))
		date_now(p->date);
	l->trials = p->run->n_trials;
	l->broken = p->run->n_broken;
	l->run = (struct history_run){
		.name = p->name,
		.digest = p->digest,
		.date = p->date,
		.suite = p->suite,
		.kernel = p->kernel,
		.label = about->label ? about->label : "",
		.host = p->host,
		.facts = p->facts,
		.exact = exact,
		.values = p->values,
		.n_values = p->run->n_values,
	};
}

/* NULL when memory is out. */
static struct history_loaded *loaded_new(void)
{
	struct history_loaded *l = calloc(1, sizeof(*l));

	if (l)
		l->parts = calloc(1, sizeof(*l->parts));
	if (l && l->parts)
		return l;
	free(l);
	return NULL;
}

int history_load(const char *dir, const struct history_about *about, struct history_loaded **out,
		 struct err *e)
{
	struct history_loaded *l = loaded_new();
	int r = l ? check_allowed(about, e) : err_no_memory(e);

	if (r == 0)
		r = load(l->parts, dir, about, e);
	if (r != 0) {
		history_loaded_free(l);
		return r;
	}
	fill(l, about);
	*out = l;
	return 0;
}

void history_loaded_free(struct history_loaded *l)
{
	struct history_parts *p = l ? l->parts : NULL;

	if (p) {
		char *const texts[] = {p->name, p->suite, p->kernel, p->facts};
		for (size_t i = 0; i < array_len(texts); i++)
			free(texts[i]);
		for (size_t i = 0; i < p->n_cells; i++)
			free(p->cells[i]);
		free(p->cells);
		free(p->values);
		run_free(p->run);
		dataset_free(p->dataset);
		free(p);
	}
	free(l);
}

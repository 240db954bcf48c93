/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/wanted.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/array.h"

enum { NEAREST_SHOWN = 3, SLACK = 2 };

struct near {
	const char *name;
	size_t distance;
};

bool wanted_has(const char *const *patterns, const char *metric)
{
	for (const char *const *p = patterns; p && *p; p++)
		if (fnmatch(*p, metric, 0) == 0)
			return true;
	return !patterns || !patterns[0];
}

static int by_distance(const void *a, const void *b)
{
	const struct near *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The names of all metrics, each once; NULL: no memory. */
static struct near *list_metrics(const struct dataset *d, size_t *n)
{
	uint8_t *seen = calloc(intern_count(d->texts) + 1, 1);
	struct near *all = calloc(intern_count(d->texts) + 1, sizeof(*all));

	*n = 0;
	for (size_t i = 0; seen && all && i < d->n_series; i++) {
		uint32_t metric = d->series[i].metric;
		if (!seen[metric])
			all[(*n)++].name = dataset_text(d, metric);
		seen[metric] = 1;
	}
	if (!seen) {
		free(all);
		all = NULL;
	}
	free(seen);
	return all;
}

static void put_unmatched(FILE *f, const char *pattern, struct near *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fnmatch(pattern, all[i].name, 0) == 0)
			return;
		all[i].distance = pattern_distance(pattern, all[i].name);
	}
	if (n)
		qsort(all, n, sizeof(*all), by_distance);
	fprintf(f, "%sno metric '%s'", ftell(f) > 0 ? "; " : "", pattern);
	for (size_t i = 0; i < n && i < NEAREST_SHOWN && all[i].distance <= all[0].distance + SLACK;
	     i++)
		fprintf(f, "%s%s", i ? ", " : "; nearest: ", all[i].name);
}

char *wanted_unmatched(const char *const *patterns, const struct dataset *d)
{
	char *text = NULL;
	size_t size = 0, n;
	struct near *all = list_metrics(d, &n);
	FILE *f = all ? open_memstream(&text, &size) : NULL;

	for (const char *const *p = patterns; f && p && *p; p++)
		put_unmatched(f, *p, all, n);
	free(all);
	if (f && fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

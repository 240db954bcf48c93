/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/results.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"

int compare_trials(const struct run_trial *a, const struct run_trial *b)
{
	if (a->cell_number != b->cell_number)
		return a->cell_number < b->cell_number ? -1 : 1;
	return (a->repeat > b->repeat) - (a->repeat < b->repeat);
}

static int compare_results(const void *a, const void *b)
{
	const struct result *x = a, *y = b;
	int order = compare_trials(x->trial, y->trial);

	return order ? order : (x->series > y->series) - (x->series < y->series);
}

static int add_series(const struct dataset *d, const struct run *run, uint32_t series,
		      struct results *out)
{
	const struct series *s = &d->series[series];
	size_t first, n = run_values(run, series, &first);

	for (size_t i = 0; i < n; i++) {
		struct result *slot = array_push(out->v, out->n);
		if (!slot)
			return -ENOMEM;
		*slot = (struct result){.trial = &run->trials[run->trial[first + i]],
					.group = dataset_text(d, s->group),
					.metric = dataset_text(d, s->metric),
					.unit = dataset_text(d, s->unit),
					.value = run->value[first + i],
					.expected = run->expected[first + i],
					.series = series};
	}
	return 0;
}

int results_select(const struct dataset *d, const struct run *run, const char *metric,
		   struct results *out, struct err *e)
{
	struct results found = {0};
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < run->n_series; i++)
		if (fnmatch(metric, dataset_text(d, d->series[i].metric), 0) == 0)
			r = add_series(d, run, i, &found);
	if (r < 0) {
		results_clear(&found);
		return err_set(e, r, "out of memory for results");
	}
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), compare_results);
	*out = found;
	return 0;
}

void results_clear(struct results *r)
{
	free(r->v);
	*r = (struct results){0};
}

const struct result *results_find(const struct results *r, const struct run_trial *trial,
				  const char *group)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].trial == trial && strcmp(r->v[i].group, group) == 0)
			return &r->v[i];
	return NULL;
}

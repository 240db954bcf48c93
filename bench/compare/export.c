/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/export.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/output.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/wanted.h"

const struct export_format *const export_formats[] = {
	&export_junit,   &export_markdown, &export_github_smaller, &export_github_bigger,
	&export_bencher, &export_otava,    &export_openmetrics,    NULL,
};

int export_write(const char *format, const char *path, const struct listing *l, struct err *e)
{
	struct nearest near = {.word = format};
	char hint[NEAREST_HINT_MAX];

	for (const struct export_format *const *f = export_formats; *f; f++) {
		FILE *out;
		int r;
		nearest_offer(&near, (*f)->name);
		if (strcmp((*f)->name, format) != 0)
			continue;
		r = output_open(path, &out, e);
		if (r < 0)
			return r;
		r = (*f)->write(out, l, e);
		return output_close(out, path, r, e);
	}
	return err_set(e, -EINVAL, "--export %s: no such format%s; --help lists them", format,
		       nearest_hint(&near, hint));
}

const char *series_label(const struct dataset *d, const struct series *s, const char *between,
			 char buf[static SERIES_LABEL_MAX])
{
	char cell[CELL_LABEL_MAX];

	snprintf(buf, SERIES_LABEL_MAX, "%s%s%s%s%s", cell_label(d, s->cell, UINT32_MAX, cell),
		 s->group ? between : "", dataset_text(d, s->group), between,
		 dataset_text(d, s->metric));
	return buf;
}

struct walker {
	double *room;
	size_t n_room;
};

static void walker_clear(struct walker *w)
{
	free(w->room);
}

static void summarise(struct walker *w, struct side s, bool as_error, double *median,
		      struct interval *interval)
{
	struct sorted sorted = {w->room, s.n};

	for (size_t i = 0; i < s.n; i++)
		w->room[i] = as_error
				     ? fabs(s.value[i] - (isnan(s.expected[i]) ? 0 : s.expected[i]))
				     : s.value[i];
	stats_sort(w->room, s.n);
	*median = stats_median(sorted);
	*interval = stats_median_interval(sorted, 0.95);
}

static int visit_series(struct walker *w, const struct listing *l, const struct run *run,
			uint32_t i, export_visit *visit, void *to, struct err *e)
{
	struct side s = run_side(run, i);
	struct export_value v = {.series = &l->d->series[i], .run = run, .n = s.n, .error = NAN};

	if (s.n > w->n_room) {
		double *grown = reallocarray(w->room, s.n, sizeof(*grown));
		if (!grown)
			return err_no_memory(e);
		w->room = grown;
		w->n_room = s.n;
	}
	v.better = metric_nature(dataset_text(l->d, v.series->metric)).better;
	summarise(w, s, false, &v.median, &v.interval);
	if (v.better == BETTER_EXPECTED &&
	    (!isnan(s.expected[0]) || strcmp(dataset_text(l->d, v.series->unit), "%") == 0))
		summarise(w, s, true, &v.error, &v.error_interval);
	return visit(to, &v, e);
}

int export_walk(const struct listing *l, const struct run *run, export_visit *visit, void *to,
		struct err *e)
{
	struct walker w scope(walker_clear) = {0};
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < run->n_series; i++) {
		const char *metric = dataset_text(l->d, l->d->series[i].metric);
		if (run->first[i + 1] > run->first[i] &&
		    (!l->compared || wanted_has(l->compared->options.metrics, metric)))
			r = visit_series(&w, l, run, i, visit, to, e);
	}
	return r;
}

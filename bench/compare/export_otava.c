/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_otava: CSV for Apache Otava (Hunter), which looks for change points in it: a row a run,
 * `time`, then attributes, then a column a series. https://otava.apache.org/docs/csv
 *
 * Otava reads every cell of a metric as a number, so that only series which every run has are
 * exported. In its test's configuration: `time_column: time`, `attributes: [run, kernel, unlike]`.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/export.h"

enum { TIME_MAX = 32 };

/* When the run began, by its name: "20260101T000031Z-default". */
static const char *run_time(const struct run *r, char buf[static TIME_MAX])
{
	struct tm t = {0};

	if (!strptime(run_name(r), "%Y%m%dT%H%M%SZ", &t))
		snprintf(buf, TIME_MAX, "1970-01-01 00:00:00 +0000");
	else
		strftime(buf, TIME_MAX, "%Y-%m-%d %H:%M:%S +0000", &t);
	return buf;
}

struct medians {
	double *v; /* by series */
	const struct dataset *d;
};

static int keep_median(void *to, const struct export_value *v, struct err *e)
{
	struct medians *m = to;
	(void)e;

	m->v[v->series - m->d->series] = v->median;
	return 0;
}

/* The medians of a run by series, NAN where it has none; NULL: no memory. */
static double *medians_of(const struct listing *l, const struct run *run, struct err *e)
{
	struct medians m = {.v = calloc(l->d->n_series + 1, sizeof(double)), .d = l->d};

	for (size_t i = 0; m.v && i < l->d->n_series; i++)
		m.v[i] = NAN;
	if (!m.v || export_walk(l, run, keep_median, &m, e) == 0)
		return m.v;
	free(m.v);
	return NULL;
}

static void put_header(struct csv_writer *w, const struct listing *l, const double *base,
		       const double *head)
{
	static const char *const attributes[] = {"time", "run", "kernel", "unlike"};
	char name[SERIES_LABEL_MAX];

	for (size_t i = 0; i < array_len(attributes); i++)
		csv_text(w, attributes[i]);
	for (size_t i = 0; i < l->d->n_series; i++)
		if (!isnan(head[i]) && (!base || !isnan(base[i])))
			csv_text(w, series_label(l->d, &l->d->series[i], "/", name));
}

static int put_run(struct csv_writer *w, const struct listing *l, const struct run *run,
		   const double *own, const double *other, struct err *e)
{
	scope_free char *kernel = host_fact(run->host, "kernel");
	char time[TIME_MAX];

	csv_text(w, run_time(run, time));
	csv_text(w, run_name(run));
	csv_text(w, kernel ? kernel : "");
	csv_text(w, l->label);
	for (size_t i = 0; i < l->d->n_series; i++)
		if (!isnan(own[i]) && (!other || !isnan(other[i])))
			csv_number(w, own[i]);
	return csv_end_row(w, e);
}

static int write_otava(FILE *f, const struct listing *l, struct err *e)
{
	scope_free double *head = medians_of(l, l->head, e), *base = NULL;
	struct csv_writer *w = NULL;
	int r = 0, closed;

	if (head && l->base)
		base = medians_of(l, l->base, e);
	if (!head || (l->base && !base))
		return err_no_memory(e);
	r = csv_to_fd(fileno(f), "the export", &w, e);
	if (r < 0)
		return r;
	put_header(w, l, base, head);
	r = csv_end_row(w, e);
	if (r == 0 && l->base)
		r = put_run(w, l, l->base, base, head, e);
	if (r == 0)
		r = put_run(w, l, l->head, head, base, e);
	closed = csv_close(w, r == 0 ? e : NULL);
	return r < 0 ? r : closed;
}

const struct export_format export_otava = {
	.name = "otava",
	.summary = "CSV for Apache Otava: a row a run, a column a series",
	.write = write_otava,
};

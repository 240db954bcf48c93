/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_openmetrics: OpenMetrics 1.0 text, for Prometheus' textfile collector or a push gateway.
 * A gauge a metric, its unit a suffix of its name as the standard asks; the median, and the ends of
 * its interval with a label `bound`. All samples of a family stand together.
 * https://prometheus.io/docs/specs/om/open_metrics_spec
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/export.h"

enum { NAME_MAX_BYTES = 160, UNIT_MAX_BYTES = 32 };

struct gauge {
	char family[NAME_MAX_BYTES], unit[UNIT_MAX_BYTES];
	struct export_value v;
	size_t order;
};

struct gauges {
	const struct listing *l;
	struct gauge *v;
	size_t n;
};

/* A name has letters, digits and underscores, and begins with a letter: after a prefix it may. */
static void clean_name(char *out, size_t size, const char *prefix, const char *name)
{
	size_t used = (size_t)snprintf(out, size, "%s", prefix);

	for (; *name && used + 1 < size; name++)
		out[used++] = isalnum((unsigned char)*name) ? *name : '_';
	out[used] = '\0';
}

static void unit_name(char out[static UNIT_MAX_BYTES], const char *unit)
{
	static const struct {
		const char *unit, *name;
	} known[] = {{"%", "percent"}, {"1/s", "per_second"}, {"count", ""}};

	for (size_t i = 0; i < array_len(known); i++) {
		if (strcmp(known[i].unit, unit) == 0) {
			snprintf(out, UNIT_MAX_BYTES, "%s", known[i].name);
			return;
		}
	}
	clean_name(out, UNIT_MAX_BYTES, "", unit);
}

static void family_name(struct gauge *s, const char *metric)
{
	size_t n, unit = strlen(s->unit);

	clean_name(s->family, sizeof(s->family) - UNIT_MAX_BYTES - 1, "cgbench_", metric);
	n = strlen(s->family);
	if (unit == 0 || (n > unit && s->family[n - unit - 1] == '_' &&
			  strcmp(s->family + n - unit, s->unit) == 0))
		return;
	snprintf(s->family + n, sizeof(s->family) - n, "_%s", s->unit);
}

static int gather(void *to, const struct export_value *v, struct err *e)
{
	struct gauges *all = to;
	struct gauge *s = array_push(all->v, all->n);

	if (!s)
		return err_no_memory(e);
	s->v = *v;
	s->order = all->n;
	unit_name(s->unit, dataset_text(all->l->d, v->series->unit));
	family_name(s, dataset_text(all->l->d, v->series->metric));
	return 0;
}

static int by_family(const void *a, const void *b)
{
	const struct gauge *x = a, *y = b;
	int order = strcmp(x->family, y->family);

	return order ? order : (x->order < y->order ? -1 : x->order > y->order);
}

static void put_escaped(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", f);
		else if (*text == '"' || *text == '\\')
			fprintf(f, "\\%c", *text);
		else
			fputc(*text, f);
	}
}

static void put_label(FILE *f, const char **between, const char *name, const char *value)
{
	char clean[NAME_MAX_BYTES];

	clean_name(clean, sizeof(clean), isdigit((unsigned char)*name) ? "_" : "", name);
	fprintf(f, "%s%s=\"", *between, clean);
	put_escaped(f, value);
	fputc('"', f);
	*between = ",";
}

static void put_sample(FILE *f, const struct listing *l, const struct gauge *s, const char *bound,
		       double value)
{
	const struct dataset *d = l->d;
	const char *between = "";
	char number[CSV_NUMBER_MAX];

	fprintf(f, "%s{", s->family);
	put_label(f, &between, "metric", dataset_text(d, s->v.series->metric));
	put_label(f, &between, "run", run_name(s->v.run));
	put_label(f, &between, "group", dataset_text(d, s->v.series->group));
	put_label(f, &between, "bound", bound);
	for (uint32_t i = 0; i < d->n_axes; i++) {
		const char *axis = dataset_text(d, d->axes[i]);
		const char *text = cell_axis(d, s->v.series->cell, i);
		char name[NAME_MAX_BYTES];
		/* A label may be there once, so that axes have names of their own. */
		snprintf(name, sizeof(name), "%s%.120s", i < 2 ? "" : "axis_", axis);
		if (text)
			put_label(f, &between, name, text);
	}
	fprintf(f, "} %s\n", csv_number_format(value, number));
}

static void put_family(FILE *f, const struct gauge *s, const struct dataset *d)
{
	const struct metric *m = metric_find(dataset_text(d, s->v.series->metric));

	fprintf(f, "# TYPE %s gauge\n", s->family);
	if (s->unit[0])
		fprintf(f, "# UNIT %s %s\n", s->family, s->unit);
	fprintf(f, "# HELP %s ", s->family);
	put_escaped(f, m ? m->summary : dataset_text(d, s->v.series->metric));
	fputc('\n', f);
}

static void put_host(FILE *f, const struct listing *l)
{
	static const char *const keys[] = {"kernel", "lab", "cpu_model", "virtualisation",
					   "suite_digest"};
	const char *between = "";

	fputs("# TYPE cgbench_run info\n# HELP cgbench_run where it ran\ncgbench_run_info{", f);
	put_label(f, &between, "run", run_name(l->head));
	for (size_t i = 0; i < array_len(keys); i++) {
		scope_free char *value = host_fact(l->head->host, keys[i]);
		put_label(f, &between, keys[i], value ? value : "");
	}
	if (l->label[0])
		put_label(f, &between, "unlike", l->label);
	fputs("} 1\n", f);
}

static int write_openmetrics(FILE *f, const struct listing *l, struct err *e)
{
	struct gauges all = {.l = l};
	int r = export_walk(l, l->head, gather, &all, e);

	if (r == 0 && all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_family);
	for (size_t i = 0; r == 0 && i < all.n; i++) {
		const struct gauge *s = &all.v[i];
		if (i == 0 || strcmp(s->family, all.v[i - 1].family) != 0)
			put_family(f, s, l->d);
		put_sample(f, l, s, "median", s->v.median);
		put_sample(f, l, s, "low", s->v.interval.low);
		put_sample(f, l, s, "high", s->v.interval.high);
	}
	if (r == 0) {
		put_host(f, l);
		fputs("# EOF\n", f);
	}
	free(all.v);
	return r;
}

const struct export_format export_openmetrics = {
	.name = "openmetrics",
	.summary = "OpenMetrics text: a gauge a metric",
	.write = write_openmetrics,
};

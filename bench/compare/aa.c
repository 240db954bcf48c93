/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/aa.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/wording.h"

/* ---- halves of a run ---- */

/* A block of four repeats is A, B, B, A. */
static bool is_b(size_t i)
{
	return i % 4 == 1 || i % 4 == 2;
}

static struct run *half_new(const struct run *r)
{
	struct run *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->path = strdup(r->path);
	h->host = json_incref(r->host);
	h->n_series = r->n_series;
	h->n_dirs = r->n_dirs;
	h->first = calloc(r->n_series + 2, sizeof(*h->first));
	h->value = calloc(r->n_values + 1, sizeof(*h->value));
	h->expected = calloc(r->n_values + 1, sizeof(*h->expected));
	h->verdict = calloc(r->n_values + 1, sizeof(*h->verdict));
	if (h->path && h->first && h->value && h->expected && h->verdict)
		return h;
	run_free(h);
	return NULL;
}

static void half_fill(struct run *h, const struct run *r, bool b)
{
	for (size_t s = 0; s < r->n_series; s++) {
		size_t from = r->first[s], n = r->first[s + 1] - from;
		/* Of an odd number the last one is left out: both halves have as many. */
		for (size_t i = 0; i + 1 < n + (n % 2 == 0); i++) {
			if (is_b(i) != b)
				continue;
			h->value[h->n_values] = r->value[from + i];
			h->expected[h->n_values] = r->expected[from + i];
			h->verdict[h->n_values++] = r->verdict[from + i];
		}
		h->first[s + 1] = (uint32_t)h->n_values;
	}
}

int aa_split(const struct run *r, struct run **a, struct run **b, struct err *e)
{
	struct run *half_a = half_new(r), *half_b = half_new(r);

	if (!half_a || !half_b) {
		run_free(half_a);
		run_free(half_b);
		return err_no_memory(e);
	}
	half_fill(half_a, r, false);
	half_fill(half_b, r, true);
	*a = half_a;
	*b = half_b;
	return 0;
}

/* ---- the floor ---- */

struct sized {
	uint32_t metric;
	enum scale scale;
	double change;
	const struct comparison *v;
};

static int by_metric(const void *a, const void *b, void *dataset)
{
	const struct sized *x = a, *y = b;

	if (x->metric != y->metric)
		return strcmp(dataset_text(dataset, x->metric), dataset_text(dataset, y->metric));
	if (x->scale != y->scale)
		return x->scale < y->scale ? -1 : 1;
	return x->change < y->change ? -1 : x->change > y->change;
}

static size_t gather(const struct dataset *d, const struct compared *c, struct sized *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct comparison *v = &c->v[i];
		if (!isnan(v->change))
			out[n++] = (struct sized){.metric = d->series[v->series].metric,
						  .scale = v->scale,
						  .change = fabs(v->change),
						  .v = v};
	}
	qsort_r(out, n, sizeof(*out), by_metric, (void *)d);
	return n;
}

static bool is_alarm(const struct comparison *v)
{
	return v->outcome < OUTCOME_INCONCLUSIVE;
}

/* Changes of one metric on one scale, ascending. */
static struct aa_metric summarise(const struct sized *v, size_t n)
{
	struct aa_metric s = {
		.metric = v->metric, .scale = v->scale, .better = v->v->better, .n = n};

	s.typical = n % 2 ? v[n / 2].change : (v[n / 2 - 1].change + v[n / 2].change) / 2;
	s.floor = v[(size_t)ceil(0.95 * (double)n) - 1].change;
	for (size_t i = 0; i < n; i++)
		s.alarms += is_alarm(v[i].v);
	return s;
}

static bool is_below(const struct aa_metric *s, double gate)
{
	return s->better != BETTER_NEUTRAL && s->scale != SCALE_UNIT && s->floor > gate;
}

int aa_measure(const struct dataset *d, const struct compared *c, double gate, struct aa *out,
	       struct err *e)
{
	scope_free struct sized *v = calloc(c->n + 1, sizeof(*v));
	size_t n = v ? gather(d, c, v) : 0;

	*out = (struct aa){0};
	if (!v)
		return err_no_memory(e);
	for (size_t from = 0, to; from < n; from = to) {
		struct aa_metric *slot;
		for (to = from + 1;
		     to < n && v[to].metric == v[from].metric && v[to].scale == v[from].scale;)
			to++;
		slot = array_push(out->v, out->n);
		if (!slot) {
			aa_clear(out);
			return err_no_memory(e);
		}
		*slot = summarise(v + from, to - from);
		out->alarms += slot->alarms;
		out->below += is_below(slot, gate);
	}
	return 0;
}

void aa_clear(struct aa *n)
{
	free(n->v);
	*n = (struct aa){0};
}

/* ---- output ---- */

static int add_row(struct table *t, const struct dataset *d, const struct aa_metric *s, double gate,
		   struct err *e)
{
	char n[32], typical[CHANGE_TEXT_MAX], floor_text[CHANGE_TEXT_MAX], alarms[32];
	const char *const cells[] = {
		dataset_text(d, s->metric),
		n,
		change_text(s->typical, s->scale, "", typical) + 1,
		change_text(s->floor, s->scale, "", floor_text) + 1,
		alarms,
		is_below(s, gate) ? "the gate is below the noise" : "",
	};

	snprintf(n, sizeof(n), "%zu", s->n);
	snprintf(alarms, sizeof(alarms), "%zu", s->alarms);
	return table_add(t, cells, e);
}

int aa_print(const struct dataset *d, const struct aa *n, double gate, struct err *e)
{
	static const struct table_column columns[] = {
		{.name = "METRIC"},
		{.name = "COMPARISONS", .number = true},
		{.name = "TYPICAL", .number = true},
		{.name = "NOISE FLOOR", .number = true},
		{.name = "FALSE ALARMS", .number = true},
		{.name = "NOTE", .wraps = true},
	};
	struct table *t;
	int r = table_new(columns, array_len(columns), &t, e);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < n->n; i++)
		r = add_row(t, d, &n->v[i], gate, e);
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	printf("The same thing twice: 19 of 20 changes stay below the noise floor. %zu false "
	       "alarms; metrics for which a gate of %g (%% or points) lies below the floor: %zu\n",
	       n->alarms, gate, n->below);
	if (n->below > 0)
		printf("warning: choose --max-regress above the floor, more repeats, or leave "
		       "those metrics out (--metric)\n");
	return r;
}

json_t *aa_json(const struct dataset *d, const struct aa *n)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n->n; i++) {
		const struct aa_metric *s = &n->v[i];
		json_array_append_new(all, json_pack("{ss,ss,ss,si,sf,sf,si}", "metric",
						     dataset_text(d, s->metric), "better",
						     better_names[s->better], "scale",
						     scale_names[s->scale], "comparisons",
						     (int)s->n, "typical", s->typical, "floor",
						     s->floor, "false_alarms", (int)s->alarms));
	}
	return all;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/summary.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"

/* The ideal bootstrap counts all resamples, which beyond this many values is more than anyone asks
 * for: the interval of so many is narrow. */
enum { BOOTSTRAP_MAX = 400 };

struct summarizer {
	const struct dataset *d;
	const struct run *run;
	struct stats *stats;
	double *room; /* for the values of one series */
};

/* Copies the values that are there, sorted; NAN is none. */
static struct sorted take_sorted(struct summarizer *s, const double *values, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			s->room[kept++] = values[i];
	stats_sort(s->room, kept);
	return (struct sorted){s->room, kept};
}

static int summarize_series(struct summarizer *s, uint32_t series, struct summary *out,
			    struct err *e)
{
	size_t first, n = run_values(s->run, series, &first);
	struct sorted values = take_sorted(s, s->run->expected + first, n);
	int r = 0;

	*out = (struct summary){.series = series, .interval = {NAN, NAN}, .error_pct = NAN};
	out->expected = stats_median(values);
	values = take_sorted(s, s->run->value + first, n);
	out->n = values.n;
	out->median = stats_median(values);
	out->mad = stats_mad(values);
	out->outliers = stats_outliers(values);
	if (out->expected != 0)
		out->error_pct = 100 * (out->median - out->expected) / out->expected;
	for (size_t i = 0; i < n; i++)
		tally_count(&out->judged, s->run->verdict[first + i]);
	if (values.n >= SUMMARY_INTERVAL_MIN && values.n <= BOOTSTRAP_MAX)
		r = stats_bootstrap_median(s->stats, values, 0.95, &out->interval, e);
	return r;
}

static struct part_budget *find_budget(struct summaries *out, const struct part_budget *key)
{
	for (size_t i = 0; i < out->n_budgets; i++)
		if (out->budgets[i].part == key->part && out->budgets[i].group == key->group &&
		    out->budgets[i].metric == key->metric)
			return &out->budgets[i];
	return NULL;
}

/* The value of the series that is furthest from its expected one, or from 0 without one. */
static double furthest(const struct run *run, uint32_t series, double *distance)
{
	size_t first, n = run_values(run, series, &first);
	double worst = NAN;

	*distance = -1;
	for (size_t i = first; i < first + n; i++) {
		double from = isnan(run->expected[i]) ? 0 : run->expected[i];
		double far = fabs(run->value[i] - from);
		if (far > *distance) {
			*distance = far;
			worst = run->value[i];
		}
	}
	return worst;
}

static uint32_t text_of(const struct dataset *d, const char *text)
{
	return text ? intern_find(d->texts, text) : 0;
}

/* Judgements are few, as many as the suite has budgets. */
static int judge(const struct summarizer *s, const struct summary *summary, struct summaries *out,
		 struct err *e)
{
	const struct series *series = &s->d->series[summary->series];
	struct part_budget key = {.part = text_of(s->d, cell_axis(s->d, series->cell, 1)),
				  .group = series->group,
				  .metric = series->metric,
				  .unit = series->unit,
				  .distance = -1};
	struct part_budget *j = find_budget(out, &key);
	double distance, worst = furthest(s->run, summary->series, &distance);

	if (!j) {
		j = array_push(out->budgets, out->n_budgets);
		if (!j)
			return err_no_memory(e);
		*j = key;
	}
	tally_add(&j->judged, &summary->judged);
	tally_add(&out->judged, &summary->judged);
	j->cells++;
	if (distance > j->distance) {
		j->distance = distance;
		j->worst = worst;
		j->worst_cell = series->cell;
	}
	return 0;
}

static size_t most_values(const struct run *run)
{
	size_t most = 0, first;

	for (uint32_t i = 0; i < run->n_series; i++) {
		size_t n = run_values(run, i, &first);
		most = n > most ? n : most;
	}
	return most;
}

static int summarize_all(struct summarizer *s, struct summaries *out, struct err *e)
{
	size_t first;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < s->run->n_series; i++) {
		struct summary *slot;
		if (run_values(s->run, i, &first) == 0)
			continue;
		slot = array_push(out->v, out->n);
		r = slot ? summarize_series(s, i, slot, e) : err_no_memory(e);
		if (r == 0 && tally_word(&slot->judged)[0])
			r = judge(s, slot, out, e);
	}
	return r;
}

int summarize(const struct dataset *d, const struct run *run, struct summaries *out, struct err *e)
{
	struct summarizer s = {.d = d, .run = run, .stats = stats_new()};
	struct summaries made = {0};
	int r;

	s.room = calloc(most_values(run) + 1, sizeof(*s.room));
	r = s.stats && s.room ? summarize_all(&s, &made, e) : err_no_memory(e);
	stats_free(s.stats);
	free(s.room);
	if (r < 0)
		summaries_clear(&made);
	else
		*out = made;
	return r;
}

void summaries_clear(struct summaries *s)
{
	free(s->v);
	free(s->budgets);
	*s = (struct summaries){0};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read: what the suite wants read, of files that no other metric knows, or of other keys in them.
 */
#include <string.h>

#include "metrics/metric.h"

static const struct metric table[] = {
	{"read.*", "count", BETTER_NEUTRAL,
	 "a number of an interface file, by the name and unit that `read:` in the suite gives it"},
	{0},
};

static bool snapshot_number(const struct read_plan *r, const struct snapshot *s, double *value)
{
	const char *text = snapshot_text(s, r->file);

	return text && keyed_number(text, &r->pick, value);
}

static bool delta(const struct read_plan *r, const struct group_data *g, double *value)
{
	double before, after;

	if (!snapshot_number(r, &g->before, &before) || !snapshot_number(r, &g->after, &after))
		return false;
	*value = after - before;
	return true;
}

static bool over_samples(const struct read_plan *r, const struct trial_data *t, unsigned group,
			 double *value)
{
	double sum = 0, peak = 0;
	size_t n = 0;

	for (size_t i = 0; i < t->n_samples; i++) {
		const struct sample *s = &t->samples[i];
		if (s->group != group || strcmp(s->metric, r->metric) != 0 ||
		    s->nsec < t->open_nsec || s->nsec > t->close_nsec)
			continue;
		peak = n == 0 || s->value > peak ? s->value : peak;
		sum += s->value;
		n++;
	}
	if (n)
		*value = r->take == TAKE_PEAK ? peak : sum / (double)n;
	return n > 0;
}

static bool take(const struct read_plan *r, const struct trial_data *t, const struct group_data *g,
		 double *value)
{
	switch (r->take) {
	case TAKE_BEFORE:
		return snapshot_number(r, &g->before, value);
	case TAKE_AFTER:
		return snapshot_number(r, &g->after, value);
	case TAKE_END:
		return snapshot_number(r, &g->end, value);
	case TAKE_DELTA:
		return delta(r, g, value);
	case TAKE_PEAK:
	case TAKE_SAMPLE:
		break;
	}
	return over_samples(r, t, g->index, value);
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->plan->n_reads; i++) {
		const struct read_plan *read = &t->plan->reads[i];
		double value;
		/* After the kill is after the last segment, and part of none. */
		if (sink->segment && read->take == TAKE_END)
			continue;
		if (read_is_of(read, g->index) && take(read, t, g, &value))
			r = sink_named(sink, read->metric, read->unit, value, e);
	}
	return r;
}

const struct metric_group metrics_read = {
	.name = "read", .metrics = table, .by_segment = true, .compute = compute};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry: the table of all metrics, made from the files that are there, and what they share. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "metrics/metric.h"

#define X(name) extern const struct metric_group metrics_##name;
#include "metrics.def"
#undef X

const struct metric_group *const metric_groups[] = {
#define X(name) &metrics_##name,
#include "metrics.def"
#undef X
	NULL,
};

static bool is_counter(const char *name)
{
	for (size_t w = 0; workloads[w]; w++)
		for (size_t c = 0; c < PAGE_COUNTERS_MAX && workloads[w]->counters[c]; c++)
			if (strcmp(workloads[w]->counters[c], name) == 0)
				return true;
	return false;
}

const struct metric *metric_at(const struct metric_group *group, size_t i)
{
	size_t n = 0;

	while (group->metrics && group->metrics[n].name && n < i)
		n++;
	if (group->metrics && group->metrics[n].name)
		return &group->metrics[n];
	i -= n;
	for (n = 0; group->files && group->files[n].metric.name; n++)
		if (n == i)
			return &group->files[n].metric;
	return NULL;
}

static const struct metric *find_row(const char *name)
{
	const struct metric *m;

	for (size_t g = 0; metric_groups[g]; g++)
		for (size_t i = 0; (m = metric_at(metric_groups[g], i)); i++)
			if (strcmp(m->name, name) == 0)
				return m;
	return NULL;
}

/* The row of a family: "work.*" for work.forks, "own.*" for what a program reports. */
static const struct metric *find_family(const char *name)
{
	const char *dot = strchr(name, '.');
	char family[VALUE_METRIC_MAX];

	if (!dot || !dot[1] || dot - name > (int)sizeof(family) - 3)
		return NULL;
	if (strncmp(name, "work.", 5) == 0 && !is_counter(dot + 1))
		return NULL;
	snprintf(family, sizeof(family), "%.*s.*", (int)(dot - name), name);
	return find_row(family);
}

const char *metric_segment(const char *name)
{
	const char *at = strchr(name, '@');

	return at ? at + 1 : NULL;
}

const struct metric *metric_find(const char *whole)
{
	char name[sizeof(((struct value *)0)->metric)];
	const struct metric *m;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(whole, "@"), whole);
	m = find_row(name);
	return m ? m : find_family(name);
}

bool metric_is_exact(const char *name)
{
	for (size_t g = 0; metric_groups[g]; g++)
		for (const char *const *m = metric_groups[g]->exact; m && *m; m++)
			if (strcmp(*m, name) == 0)
				return true;
	return false;
}

static int add(struct value_sink *s, const char *metric, const struct value *v, struct err *e)
{
	const struct metric *m = metric_find(metric);
	struct value *slot;

	if (!m ||
	    strlen(metric) + (s->segment ? strlen(s->segment) + 1 : 0) >= sizeof(slot->metric))
		return err_set(e, -EINVAL, "metric '%s' is computed but in no table", metric);
	slot = array_push(s->values, s->n);
	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for metrics");
	*slot = *v;
	slot->group = s->group;
	snprintf(slot->metric, sizeof(slot->metric), "%s%s%s", metric, s->segment ? "@" : "",
		 s->segment ? s->segment : "");
	if (!*slot->unit)
		snprintf(slot->unit, sizeof(slot->unit), "%s", m->unit);
	return 0;
}

int sink_named(struct value_sink *s, const char *metric, const char *unit, double value,
	       struct err *e)
{
	struct value v = {.value = value, .expected = NAN, .error_pct = NAN};

	snprintf(v.unit, sizeof(v.unit), "%s", unit);
	return add(s, metric, &v, e);
}

int sink_value(struct value_sink *s, const char *metric, double value, struct err *e)
{
	return add(s, metric, &(struct value){.value = value, .expected = NAN, .error_pct = NAN},
		   e);
}

int sink_expected(struct value_sink *s, const char *metric, double value, double expected,
		  struct err *e)
{
	double error = expected != 0 ? 100.0 * (value - expected) / expected : NAN;

	return add(s, metric,
		   &(struct value){.value = value, .expected = expected, .error_pct = error}, e);
}

bool group_delta(const struct group_data *g, const char *file, const char *key, double *delta)
{
	const char *before = snapshot_text(&g->before, file),
		   *after = snapshot_text(&g->after, file);
	uint64_t a, b;

	if (!before || !after || !keyed_u64(before, key, &a) || !keyed_u64(after, key, &b))
		return false;
	*delta = (double)b - (double)a;
	return true;
}

static bool file_number(const struct snapshot *s, const struct file_metric *m, double *value)
{
	const char *text = snapshot_text(s, m->file);
	const struct keyed_pick pick = {.what = PICK_NUMBER, .key = m->key};

	return text && keyed_number(text, &pick, value);
}

static bool take(const struct group_data *g, const struct file_metric *m, double *value)
{
	double before;

	switch (m->take) {
	case TAKE_BEFORE:
		return file_number(&g->before, m, value);
	case TAKE_END:
		return file_number(&g->end, m, value);
	case TAKE_DELTA:
		if (!file_number(&g->before, m, &before) || !file_number(&g->after, m, value))
			return false;
		*value -= before;
		return true;
	default:
		return file_number(&g->after, m, value);
	}
}

int metric_compute(const struct metric_group *group, const struct trial_data *t,
		   const struct group_data *g, struct value_sink *sink, struct err *e)
{
	int r = 0;

	for (const struct file_metric *m = group->files; r == 0 && m && m->metric.name; m++) {
		double value;
		/* After the kill is after the last segment, and part of none. */
		if (!(sink->segment && m->take == TAKE_END) && take(g, m, &value))
			r = sink_value(sink, m->metric.name, value, e);
	}
	return r < 0 || !group->compute ? r : group->compute(t, g, sink, e);
}

double group_active_usec(const struct trial_data *t, const struct group_data *g)
{
	uint64_t begin = t->open_nsec, end = t->close_nsec, last;

	if (g->opened_nsec > begin)
		begin = g->opened_nsec;
	/* Dying is charged to the group; of one that was killed, the first process to go says
	 * nothing. */
	last = g->kill_nsec ? g->empty_nsec : g->exited ? g->exit_nsec : 0;
	if (last && last < end)
		end = last;
	return end > begin ? (double)(end - begin) / 1000.0 : 0;
}

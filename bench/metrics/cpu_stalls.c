/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_stalls: the times in which a thread wanted to run and did not, as it saw them itself. Theory:
 * n busy CPUs under a quota of q CPUs stall period * (1 - q/n) in every period. Of one thread on
 * one CPU the tick model tells more: how long it runs and stalls, and how often. What the threads
 * lost is reconciled with what the kernel counted: window * threads - usage.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "metrics/metric.h"
#include "model/cpu_theory.h"
#include "model/tick_theory.h"

static const struct metric table[] = {
	{"stall.count", "count", BETTER_EXPECTED,
	 "stalls that the workload's threads suffered; expected: by the tick model"},
	{"stall.total_usec", "usec", BETTER_EXPECTED,
	 "their sum; expected: window * threads - usage as the kernel counted it"},
	{"stall.p50_usec", "usec", BETTER_EXPECTED,
	 "median length; expected: by the tick model, or else period * (1 - q/n)"},
	{"stall.p99_usec", "usec", BETTER_LOWER, "99th percentile"},
	{"stall.max_usec", "usec", BETTER_LOWER, "the longest"},
	{"stall.per_period_usec", "usec", BETTER_EXPECTED,
	 "mean stall of a thread in a period; expected: period * (1 - q/n)"},
	{"stall.run_p50_usec", "usec", BETTER_EXPECTED,
	 "median time that a thread ran between two stalls; expected: by the tick model"},
	{"stall.run_p95_usec", "usec", BETTER_EXPECTED, "95th percentile of the same"},
	{"stall.interval_p50_usec", "usec", BETTER_EXPECTED,
	 "median time from the end of a stall to that of the next; expected: by the tick model"},
	{"stall.interval_p99_usec", "usec", BETTER_EXPECTED, "99th percentile of the same"},
	{"stall.unaccounted_pct", "%", BETTER_EXPECTED,
	 "signed disagreement between the threads' sum and the kernel's count"},
	{"stall.lost", "count", BETTER_LOWER, "stalls that did not fit into the log"},
	{0},
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The part of a stall that lies in the window, in microseconds. */
static double inside_usec(const struct trial_data *t, const struct page_stall *s)
{
	uint64_t begin = s->start_nsec, end = s->start_nsec + s->length_nsec;

	begin = begin > t->open_nsec ? begin : t->open_nsec;
	end = end < t->close_nsec ? end : t->close_nsec;
	return end > begin ? (double)(end - begin) / 1000.0 : 0;
}

/* Nearest rank; the values are sorted. */
static double percentile(const double *values, size_t n, double percent)
{
	size_t rank = (size_t)ceil(percent / 100 * (double)n);

	return values[rank ? rank - 1 : 0];
}

/* What the tick model foretells; false: it does not speak of this group. */
static bool foretell(const struct trial_data *t, const struct group_data *g,
		     struct tick_forecast *out)
{
	struct tick_model m;

	return tick_theory(t, g, &m) && tick_forecast(&m, out, NULL) == 0;
}

static int add_against_theory(const struct trial_data *t, const struct group_data *g,
			      const struct tick_forecast *told, double total, double median,
			      struct value_sink *sink, struct err *e)
{
	const struct knob_value *max =
		timeline_effective(t, g->index, knob_find("cpu.max"), t->close_nsec);
	double threads = g->plan->run.threads, cpus = g->n_cpus ? g->n_cpus : t->cpus_online;
	double window = group_active_usec(t, g), mean;
	int r;

	if (!g->plan->run.workload->saturates || !max || max->is_max || threads > cpus || !g->cpu ||
	    !g->cpu->steady || isnan(g->cpu->usage_usec))
		return sink_value(sink, "stall.p50_usec", median, e);
	mean = quota_stall_usec((double)max->period_usec, g->cpu->usage_usec / window, threads);
	r = sink_expected(sink, "stall.p50_usec", median,
			  told ? tick_median_near(&told->stall, median) : mean, e);
	if (r == 0)
		r = sink_expected(sink, "stall.per_period_usec",
				  total / threads / (window / (double)max->period_usec), mean, e);
	return r;
}

static int by_thread_and_time(const void *a, const void *b)
{
	const struct page_stall *x = a, *y = b;

	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return (x->start_nsec > y->start_nsec) - (x->start_nsec < y->start_nsec);
}

/* Between two stalls of a thread: how long it ran, and how far apart they ended. */
struct gaps {
	double *runs, *intervals; /* sorted */
	size_t n;
};

static uint64_t end_of(const struct page_stall *s)
{
	return s->start_nsec + s->length_nsec;
}

static void find_gaps(const struct trial_data *t, struct page_stall *stalls, size_t n,
		      struct gaps *out)
{
	qsort(stalls, n, sizeof(*stalls), by_thread_and_time);
	for (size_t i = 1; i < n; i++) {
		const struct page_stall *s = &stalls[i], *before = s - 1;
		if (before->thread != s->thread || end_of(before) < t->open_nsec ||
		    end_of(s) > t->close_nsec || s->start_nsec < end_of(before))
			continue;
		out->runs[out->n] = (double)(s->start_nsec - end_of(before)) / 1000.0;
		out->intervals[out->n++] = (double)(end_of(s) - end_of(before)) / 1000.0;
	}
	qsort(out->runs, out->n, sizeof(*out->runs), compare);
	qsort(out->intervals, out->n, sizeof(*out->intervals), compare);
}

static int sink_gaps(const struct gaps *gaps, const struct tick_forecast *told,
		     struct value_sink *sink, struct err *e)
{
	double run = percentile(gaps->runs, gaps->n, 50);
	double interval = percentile(gaps->intervals, gaps->n, 50);
	const struct {
		const char *metric;
		double value, expected;
	} rows[] = {
		{"stall.run_p50_usec", run, told ? tick_median_near(&told->run, run) : NAN},
		{"stall.run_p95_usec", percentile(gaps->runs, gaps->n, 95),
		 told ? told->run.p95 : NAN},
		{"stall.interval_p50_usec", interval,
		 told ? tick_median_near(&told->interval, interval) : NAN},
		{"stall.interval_p99_usec", percentile(gaps->intervals, gaps->n, 99),
		 told ? told->interval.p99 : NAN},
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(rows); i++)
		r = sink_expected(sink, rows[i].metric, rows[i].value, rows[i].expected, e);
	return r;
}

static int add_gaps(const struct trial_data *t, const struct group_data *g,
		    const struct tick_forecast *told, uint32_t logged, struct value_sink *sink,
		    struct err *e)
{
	scope_free struct page_stall *stalls = calloc(logged + 1, sizeof(*stalls));
	scope_free double *runs = calloc(logged + 1, sizeof(*runs));
	scope_free double *intervals = calloc(logged + 1, sizeof(*intervals));
	struct gaps gaps = {.runs = runs, .intervals = intervals};

	if (!stalls || !runs || !intervals)
		return err_set(e, -ENOMEM, "out of memory for stalls");
	memcpy(stalls, g->page->stalls, logged * sizeof(*stalls));
	find_gaps(t, stalls, logged, &gaps);
	return gaps.n ? sink_gaps(&gaps, told, sink, e) : 0;
}

/* Whether the group's CPU time is, or was, not only that of its own threads. */
static bool has_guests(const struct trial_data *t, const struct group_data *g)
{
	for (size_t m = 0; m < t->n_moves; m++)
		if (t->moves[m].from == g->index || t->moves[m].to == g->index)
			return true;
	for (size_t i = 0; i < t->n_groups; i++)
		if (t->groups[i].plan->parent == (int)g->index)
			return true;
	return false;
}

static int add_total(const struct trial_data *t, const struct group_data *g, double total,
		     struct value_sink *sink, struct err *e)
{
	double usage, threads = g->plan->run.threads, missing;
	double cpus = g->n_cpus ? g->n_cpus : t->cpus_online;
	int r;

	if (!g->plan->run.workload->saturates || threads > cpus || has_guests(t, g) ||
	    !group_delta(g, "cpu.stat", "usage_usec", &usage))
		return sink_value(sink, "stall.total_usec", total, e);
	missing = threads * group_active_usec(t, g) - usage;
	r = sink_expected(sink, "stall.total_usec", total, missing, e);
	/* Below a hundredth of the window there is no stall to account for. */
	if (r == 0 && missing > 0.01 * threads * group_active_usec(t, g))
		r = sink_value(sink, "stall.unaccounted_pct", 100 * (total - missing) / missing, e);
	return r;
}

/* The model's, for the time that the group was active; NAN: not told. */
static double expected_count(const struct trial_data *t, const struct group_data *g,
			     const struct tick_forecast *told)
{
	const struct knob_value *max =
		timeline_effective(t, g->index, knob_find("cpu.max"), t->close_nsec);

	return told ? told->stalls_per_period * group_active_usec(t, g) / (double)max->period_usec
		    : NAN;
}

static int add_stalls(const struct trial_data *t, const struct group_data *g,
		      const struct tick_forecast *told, double *lengths, size_t n,
		      struct value_sink *sink, struct err *e)
{
	double total = 0;
	int r;

	for (size_t i = 0; i < n; i++)
		total += lengths[i];
	qsort(lengths, n, sizeof(*lengths), compare);
	r = sink_expected(sink, "stall.count", (double)n, expected_count(t, g, told), e);
	if (r == 0)
		r = add_total(t, g, total, sink, e);
	if (r < 0 || n == 0)
		return r;
	r = add_against_theory(t, g, told, total, percentile(lengths, n, 50), sink, e);
	if (r == 0)
		r = sink_value(sink, "stall.p99_usec", percentile(lengths, n, 99), e);
	if (r == 0)
		r = sink_value(sink, "stall.max_usec", lengths[n - 1], e);
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	uint32_t count = g->page ? atomic_load(&g->page->stall_count) : 0;
	uint32_t logged = count < PAGE_STALLS_MAX ? count : PAGE_STALLS_MAX;
	const struct tick_forecast *told;
	struct tick_forecast f;
	double *lengths;
	size_t n = 0;
	int r;

	if (!g->page)
		return 0;
	told = foretell(t, g, &f) ? &f : NULL;
	lengths = calloc(logged + 1, sizeof(*lengths));
	if (!lengths)
		return err_set(e, -ENOMEM, "out of memory for stalls");
	for (uint32_t i = 0; i < logged; i++) {
		double usec = inside_usec(t, &g->page->stalls[i]);
		if (usec > 0)
			lengths[n++] = usec;
	}
	r = add_stalls(t, g, told, lengths, n, sink, e);
	if (r == 0)
		r = add_gaps(t, g, told, logged, sink, e);
	free(lengths);
	return r < 0 ? r : sink_value(sink, "stall.lost", count - logged, e);
}

const struct metric_group metrics_cpu_stalls = {
	.name = "cpu_stalls", .metrics = table, .by_segment = true, .compute = compute};

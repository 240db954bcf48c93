/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_stalls: the times in which a thread wanted to run and did not, as it saw them itself. Theory:
 * n busy CPUs under a quota of q CPUs stall period * (1 - q/n) in every period. What the threads
 * lost is reconciled with what the kernel counted: window * threads - usage.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cgbench/clock.h"
#include "metrics/metric.h"
#include "model/cpu_theory.h"

static const struct metric table[] = {
	{"stall.count", "count", BETTER_NEUTRAL, "stalls that the workload's threads suffered"},
	{"stall.total_usec", "usec", BETTER_EXPECTED,
	 "their sum; expected: window * threads - usage as the kernel counted it"},
	{"stall.p50_usec", "usec", BETTER_EXPECTED, "median length; expected: period * (1 - q/n)"},
	{"stall.p99_usec", "usec", BETTER_LOWER, "99th percentile"},
	{"stall.max_usec", "usec", BETTER_LOWER, "the longest"},
	{"stall.per_period_usec", "usec", BETTER_EXPECTED,
	 "mean stall of a thread in a period; expected: period * (1 - q/n)"},
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

static int add_against_theory(const struct trial_data *t, const struct group_data *g, double total,
			      double median, struct value_sink *sink, struct err *e)
{
	const struct knob_value *max =
		timeline_effective(t, g->index, knob_find("cpu.max"), t->close_nsec);
	double threads = g->plan->run.threads, cpus = g->n_cpus ? g->n_cpus : t->cpus_online;
	double window = group_active_usec(t, g), theory;
	int r;

	if (!g->plan->run.workload->saturates || !max || max->is_max || threads > cpus || !g->cpu ||
	    !g->cpu->steady || isnan(g->cpu->usage_usec))
		return sink_value(sink, "stall.p50_usec", median, e);
	theory = quota_stall_usec((double)max->period_usec, g->cpu->usage_usec / window, threads);
	r = sink_expected(sink, "stall.p50_usec", median, theory, e);
	if (r == 0)
		r = sink_expected(sink, "stall.per_period_usec",
				  total / threads / (window / (double)max->period_usec), theory, e);
	return r;
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

static int add_stalls(const struct trial_data *t, const struct group_data *g, double *lengths,
		      size_t n, struct value_sink *sink, struct err *e)
{
	double total = 0;
	int r;

	for (size_t i = 0; i < n; i++)
		total += lengths[i];
	qsort(lengths, n, sizeof(*lengths), compare);
	r = sink_value(sink, "stall.count", (double)n, e);
	if (r == 0)
		r = add_total(t, g, total, sink, e);
	if (r < 0 || n == 0)
		return r;
	r = add_against_theory(t, g, total, percentile(lengths, n, 50), sink, e);
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
	double *lengths;
	size_t n = 0;
	int r;

	if (!g->page)
		return 0;
	lengths = calloc(logged + 1, sizeof(*lengths));
	if (!lengths)
		return err_set(e, -ENOMEM, "out of memory for stalls");
	for (uint32_t i = 0; i < logged; i++) {
		double usec = inside_usec(t, &g->page->stalls[i]);
		if (usec > 0)
			lengths[n++] = usec;
	}
	r = add_stalls(t, g, lengths, n, sink, e);
	free(lengths);
	return r < 0 ? r : sink_value(sink, "stall.lost", count - logged, e);
}

const struct metric_group metrics_cpu_stalls = {
	.name = "cpu_stalls", .metrics = table, .by_segment = true, .compute = compute};

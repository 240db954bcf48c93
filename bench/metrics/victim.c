/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * victim: what a neighbour costs (Matthews et al., ExpCS 2007): 1 - with/alone at equal offered
 * load, in one trial. Where a segment is called `beside`, a group whose name begins with `victim`
 *is one, if it ran before, and the time before, back to the last segment, is its time alone.
 *
 *	| alone                  | beside                 |
 *	open                     mark                     close
 *
 * A victim on a schedule (its workload's `every` is not 0) loses latency, for its load is given:
 * 1 - alone/with of the mean, measured from when each request was due, so that every late one
 * counts by how late it was; or throughput, where it lost more of that. All others lose throughput.
 * Latencies are known apart for before and after the first late start.
 */
#include <math.h>
#include <string.h>

#include "cgbench/array.h"
#include "metrics/metric.h"
#include "model/leak.h"

static const struct metric table[] = {
	{LEAK_LOSS, "%", BETTER_LOWER, "what a neighbour cost: 1 - with/alone"},
	{LEAK_LOST, "%", BETTER_LOWER, "the share of its time that the loss comes to"},
	{LEAK_TIME, "%", BETTER_LOWER,
	 "CPU time that was lost, of one that takes all it gets; emulated turns do not touch it"},
	{LEAK_REPORTED, "count", BETTER_HIGHER, "1: it got something done beside it; 0: DNR"},
	{"victim.ops_per_sec", "1/s", BETTER_HIGHER, "operations beside it; expected: alone"},
	{LEAK_LATENCY, "usec", BETTER_LOWER, "mean latency beside it; expected: alone"},
	{"victim.p99_usec", "usec", BETTER_LOWER, "99th percentile beside it; expected: alone"},
#define X(sign, name, unit, summary) {name, unit, BETTER_LOWER, summary},
	LEAK_SIGN_METRICS(X)
#undef X
		{0},
};

static const char *const reads[] = {"cpu.stat",        "memory.stat", "cpu.pressure",
				    "memory.pressure", "io.pressure", NULL};

/* One moment: what the group's files said, and what the page did. */
struct moment {
	const struct snapshot *files;
	uint64_t ops, nsec; /* of the page, and when */
};

/* From one moment to another. */
struct stretch {
	double ops, usec;         /* by the page */
	double files_usec;        /* between the two readings of the files */
	double signs[LEAK_SIGNS]; /* usec, and for the last: a count; NAN: not known */
};

static uint64_t page_ops(const struct page_base *b, unsigned threads)
{
	uint64_t ops = 0;

	for (unsigned i = 0; i < threads; i++)
		ops += b->ops[i];
	return ops;
}

static uint64_t final_ops(const struct page *page)
{
	uint64_t ops = 0;

	for (unsigned i = 0; i < page->threads; i++)
		ops += atomic_load(&page->thread[i].ops);
	return ops;
}

/* How often the window was cut before: 0 is its begin, 1 the first segment's. */
static struct moment moment_at(const struct trial_data *t, const struct group_data *g, size_t cut)
{
	unsigned threads = g->page->threads;

	if (cut > t->n_marks)
		return (struct moment){&g->after, final_ops(g->page), t->close_nsec};
	if (cut > 0)
		return (struct moment){&g->marks[cut - 1],
				       page_ops(g->marks[cut - 1].page, threads),
				       g->marks[cut - 1].page->nsec};
	return (struct moment){&g->before, page_ops(g->base, threads),
			       g->base->nsec ? g->base->nsec : t->open_nsec};
}

static double file_delta(const struct moment *from, const struct moment *to, const char *file,
			 const struct keyed_pick *pick)
{
	const char *a = snapshot_text(from->files, file), *b = snapshot_text(to->files, file);
	double x, y;

	if (!a || !b || !keyed_number(a, pick, &x) || !keyed_number(b, pick, &y))
		return NAN;
	return y - x;
}

static struct stretch between(const struct moment *from, const struct moment *to)
{
	static const struct {
		const char *file;
		struct keyed_pick pick;
	} signs[LEAK_SIGNS] = {
		[LEAK_THROTTLED] = {"cpu.stat", {.key = "throttled_usec"}},
		[LEAK_CPU] = {"cpu.pressure", {.line = "some", .key = "total"}},
		[LEAK_MEMORY] = {"memory.pressure", {.line = "some", .key = "total"}},
		[LEAK_IO] = {"io.pressure", {.line = "some", .key = "total"}},
		[LEAK_SYSTEM] = {"cpu.stat", {.key = "system_usec"}},
		[LEAK_USER] = {"cpu.stat", {.key = "user_usec"}},
		[LEAK_REFAULTS] = {"memory.stat", {.key = "workingset_refault_file"}},
	};
	struct stretch s = {
		.ops = (double)(to->ops - from->ops),
		.usec = (double)(to->nsec - from->nsec) / 1e3,
		.files_usec = (double)(to->files->nsec - from->files->nsec) / 1e3,
	};

	for (size_t i = 0; i < LEAK_SIGNS; i++)
		s.signs[i] = file_delta(from, to, signs[i].file, &signs[i].pick);
	return s;
}

static double rate(const struct stretch *s)
{
	return s->ops * 1e6 / s->usec;
}

/* 1 - with/alone, in percent. */
static double loss_pct(double with, double alone)
{
	return 100 * (1 - with / alone);
}

/* Of the time; what its CPU time is, at the pace that it had beside the neighbour. */
static double sign_pct(const struct stretch *s, enum leak_sign sign, double pace)
{
	if (sign == LEAK_REFAULTS)
		return s->signs[sign] * 1e6 / s->files_usec;
	if (sign == LEAK_SYSTEM || sign == LEAK_USER)
		return 100 * s->signs[sign] / s->files_usec * pace / rate(s);
	return 100 * s->signs[sign] / s->files_usec;
}

static int add_signs(const struct stretch *alone, const struct stretch *beside,
		     struct value_sink *sink, struct err *e)
{
	int r = 0;

	for (enum leak_sign i = 0; r == 0 && i < LEAK_SIGNS; i++) {
		double with = sign_pct(beside, i, rate(beside));
		double without = sign_pct(alone, i, rate(beside));
		if (!isnan(with) && !isnan(without))
			r = sink_expected(sink, leak_metrics[i], with, without, e);
	}
	return r;
}

/* Nobody who does what he can should get less of it; what it is worth is the throughput's matter.
 */
static int add_time(const struct stretch *alone, const struct stretch *beside,
		    struct value_sink *sink, struct err *e)
{
	double with = (beside->signs[LEAK_USER] + beside->signs[LEAK_SYSTEM]) / beside->files_usec;
	double without = (alone->signs[LEAK_USER] + alone->signs[LEAK_SYSTEM]) / alone->files_usec;

	if (isnan(with) || !(without > 0))
		return 0;
	return sink_value(sink, LEAK_TIME, loss_pct(with, without), e);
}

static bool on_schedule(const struct run_plan *run)
{
	const struct param *p = run->workload->params;

	for (size_t i = 0; p && p[i].name; i++)
		if (strcmp(p[i].name, "every") == 0)
			return run->params[i] > 0;
	return false;
}

static double mean_usec(const struct hist *h)
{
	return (double)h->total_nsec / (double)h->count / 1e3;
}

/* Its latency where it has one, and what it lost of it; of the time, by how much each was later. */
static int add_latency(const struct group_data *g, double pace, double *loss, double *lost,
		       struct value_sink *sink, struct err *e)
{
	const struct hist *alone = &g->page->latency[PAGE_BEFORE];
	const struct hist *beside = &g->page->latency[PAGE_DURING];
	double with = mean_usec(beside), without = mean_usec(alone), less;
	int r;

	if (!alone->count || !beside->count)
		return 0;
	less = loss_pct(without, with);
	if (less > *loss) {
		*loss = less;
		*lost = 100 * (with - without) * pace / 1e6;
	}
	r = sink_expected(sink, LEAK_LATENCY, with, without, e);
	if (r < 0)
		return r;
	return sink_expected(sink, "victim.p99_usec",
			     (double)hist_percentile_nsec(beside, 99) / 1e3,
			     (double)hist_percentile_nsec(alone, 99) / 1e3, e);
}

static int add_loss(const struct group_data *g, const struct stretch *alone,
		    const struct stretch *beside, struct value_sink *sink, struct err *e)
{
	double loss = loss_pct(rate(beside), rate(alone)), lost = loss;
	int r = sink_expected(sink, "victim.ops_per_sec", rate(beside), rate(alone), e);

	if (r == 0)
		r = sink_value(sink, LEAK_REPORTED, beside->ops > 0, e);
	if (r == 0 && on_schedule(&g->plan->run))
		r = add_latency(g, rate(beside), &loss, &lost, sink, e);
	else if (r == 0)
		r = add_time(alone, beside, sink, e);
	if (r == 0)
		r = sink_value(sink, LEAK_LOSS, loss, e);
	if (r == 0)
		r = sink_value(sink, LEAK_LOST, lost, e);
	return r < 0 || beside->ops == 0 ? r : add_signs(alone, beside, sink, e);
}

/* It is called one, and ran before its neighbour did. */
static bool is_victim(const struct group_data *g, uint64_t beside_nsec)
{
	static const char name[] = "victim";

	return g->page && strncmp(g->plan->name, name, strlen(name)) == 0 && g->opened_nsec &&
	       g->opened_nsec < beside_nsec;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	struct moment m[3];
	struct stretch alone, beside;
	size_t cut = 0;

	while (cut < t->n_marks && strcmp(t->marks[cut].name, "beside") != 0)
		cut++;
	/* Two segments are compared, so none has such a value; it only reads what they need. */
	if (sink->segment || cut == t->n_marks || g->n_marks != t->n_marks ||
	    !is_victim(g, t->marks[cut].nsec))
		return 0;
	for (size_t i = 0; i < array_len(m); i++)
		m[i] = moment_at(t, g, cut + i);
	alone = between(&m[0], &m[1]);
	beside = between(&m[1], &m[2]);
	return alone.ops > 0 ? add_loss(g, &alone, &beside, sink, e) : 0;
}

const struct metric_group metrics_victim = {
	.name = "victim", .metrics = table, .reads = reads, .by_segment = true, .compute = compute};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memory_protection: what siblings kept when memory was taken from all of them, against what
 * memory.min and memory.low promise (model/protection.h). How much was taken in all is measured,
 * how it is divided is foretold: from what each had when the window, or the segment, began.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/keyed.h"
#include "cgbench/scope.h"
#include "metrics/metric.h"
#include "model/protection.h"

static const struct metric table[] = {
	{"memory.kept_bytes", "bytes", BETTER_EXPECTED,
	 "left of a group whose siblings memory was taken from; expected: as memory.min and "
	 "memory.low divide it"},
	{"memory.kept_error", "%", BETTER_EXPECTED,
	 "how far that is from what is expected, of all that the siblings kept"},
	{0},
};

static const char *const reads[] = {"memory.current", "memory.stat", NULL};

static bool number(const struct snapshot *s, const char *file, const char *key, double *value)
{
	const char *text = snapshot_text(s, file);
	const struct keyed_pick pick = {.what = PICK_NUMBER, .key = key};

	return text && keyed_number(text, &pick, value);
}

/* The larger of the two: reclaim stops at both, at memory.low as long as it can. */
static double asks(const struct trial_data *t, const struct group_data *g)
{
	static const char *const files[] = {"memory.min", "memory.low"};
	double most = 0;

	for (size_t i = 0; i < 2; i++) {
		const struct knob_value *v =
			timeline_own(&g->timeline, knob_find(files[i]), t->close_nsec);
		if (v)
			most = fmax(most, v->is_max ? INFINITY : (double)v->number);
	}
	return most;
}

/* Siblings in the order of the groups, and what they kept together. */
struct family {
	struct protected_group *v;
	size_t n, self;
	double kept, claims;
};

static bool add_sibling(const struct trial_data *t, const struct group_data *g, struct family *f)
{
	struct protected_group *p = &f->v[f->n++];
	double after, file, shmem;

	if (!number(&g->before, "memory.current", NULL, &p->usage) ||
	    !number(&g->after, "memory.current", NULL, &after) ||
	    !number(&g->before, "memory.stat", "file", &file) ||
	    !number(&g->before, "memory.stat", "shmem", &shmem))
		return false;
	p->asks = asks(t, g);
	p->pinned = p->usage - (file - shmem);
	f->kept += after;
	f->claims += fmin(p->asks, p->usage);
	return true;
}

static bool find_family(const struct trial_data *t, const struct group_data *g, struct family *f)
{
	for (size_t i = 0; i < t->n_groups; i++) {
		if (t->groups[i].plan->parent != g->plan->parent)
			continue;
		if (i == g->index)
			f->self = f->n;
		if (!add_sibling(t, &t->groups[i], f))
			return false;
	}
	return true;
}

/* Only where somebody claims, and claims are more than there is: else it would be guesswork. */
static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	scope_free struct protected_group *v = calloc(t->n_groups + 1, sizeof(*v));
	struct family f = {.v = v};
	double parent, after, had;
	int r;

	if (!v)
		return err_set(e, -ENOMEM, "out of memory for siblings");
	if (g->plan->parent < 0 || !find_family(t, g, &f))
		return 0;
	parent = asks(t, &t->groups[g->plan->parent]);
	had = v[f.self].usage;
	if (parent == 0 || f.claims < parent || !number(&g->after, "memory.current", NULL, &after))
		return 0;
	protection_reclaim(f.v, f.n, parent, f.kept);
	if (f.kept <= 0 || had <= 0)
		return 0;
	r = sink_expected(sink, "memory.kept_bytes", after, v[f.self].usage, e);
	if (r == 0)
		r = sink_value(sink, "memory.kept_error", 100 * (after - v[f.self].usage) / f.kept,
			       e);
	return r;
}

const struct metric_group metrics_memory_protection = {.name = "memory_protection",
						       .metrics = table,
						       .reads = reads,
						       .by_segment = true,
						       .compute = compute};

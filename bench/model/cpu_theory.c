/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The window is cut where anything changed. Within a piece everything stands still, and the tree is
 * walked twice: upwards for what each group wants, cut down to its quota; downwards for what it
 * gets of what the groups above it were cut down to.
 */
#include "model/cpu_theory.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "model/theory.h"

/* Cuts nearer than this are one: the gates of a thousand groups do not open at once. */
#define CUT_NSEC (NSEC_PER_SEC / 1000)

/* A CPU that is wanted by more than this is wanted by more than one. */
static const double FULL = 1.001;

struct cuts {
	uint64_t *v;
	size_t n;
};

/* A group within a piece; times in microseconds of CPU. */
struct node {
	double demand;          /* CPUs that those who are at home here keep busy */
	bool unknown;           /* somebody in it or below may want more */
	bool frozen;            /* it or a group above it */
	double allowed;         /* by its own quota; INFINITY: it has none */
	double want, cut, gets; /* asked for; the same under its own quota; after ancestors' */
	double children;        /* sum of its children's cut */
	unsigned contributors;  /* children and own processes that want something */
	bool bound;             /* it or a group above it has a quota */
	bool unclear;           /* it or a group below wants a CPU that others want, too */
	uint64_t origin;        /* since when its periods are counted; 0: it is idle */
};

struct piece {
	const struct trial_data *t;
	const struct knob *max;
	struct node *nodes;
	double *load; /* of each CPU, in CPUs */
	uint64_t from, to;
	uint64_t at; /* in its middle: cuts that were too near to count lie at its ends */
};

static double piece_usec(const struct piece *p)
{
	return (double)(p->to - p->from) / 1000.0;
}

static int cut(struct cuts *c, uint64_t nsec, struct err *e)
{
	uint64_t *slot = array_push(c->v, c->n);

	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for theory");
	*slot = nsec;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* When the processes that were started in a group began and ceased to want a CPU. */
static uint64_t begins(const struct trial_data *t, const struct group_data *g)
{
	return g->opened_nsec > t->open_nsec ? g->opened_nsec : t->open_nsec;
}

static uint64_t ends(const struct trial_data *t, const struct group_data *g)
{
	/* Dying is charged to the group; of one that was killed, the first to go says nothing. */
	uint64_t last = g->kill_nsec ? g->empty_nsec : g->exited ? g->exit_nsec : 0;

	return last && last < t->close_nsec ? last : t->close_nsec;
}

static int cut_group(const struct trial_data *t, const struct group_data *g, struct cuts *c,
		     struct err *e)
{
	int r = cut(c, begins(t, g), e);

	if (r == 0)
		r = cut(c, ends(t, g), e);
	for (size_t i = 0; r == 0 && i < g->timeline.n; i++)
		r = cut(c, g->timeline.v[i].nsec, e);
	return r;
}

/* All moments at which anything changed, in order, within the window; from and to among them. */
static int make_cuts(const struct trial_data *t, uint64_t from, uint64_t to, struct cuts *c,
		     struct err *e)
{
	const uint64_t fixed[] = {t->open_nsec, t->close_nsec, from, to};
	int r = 0;

	for (size_t g = 0; r == 0 && g < t->n_groups; g++)
		r = cut_group(t, &t->groups[g], c, e);
	for (size_t m = 0; r == 0 && m < t->n_moves; m++)
		r = cut(c, t->moves[m].nsec, e);
	for (size_t i = 0; r == 0 && i < array_len(fixed); i++)
		r = cut(c, fixed[i], e);
	if (r == 0)
		qsort(c->v, c->n, sizeof(*c->v), by_time);
	return r;
}

static double cpus_of(const struct trial_data *t, const struct group_data *g)
{
	return g->n_cpus ? g->n_cpus : t->cpus_online;
}

/* Whoever was started in group g and is alive wants CPUs in the group that is its home now. */
static void add_demand(const struct piece *p, unsigned g)
{
	const struct group_data *d = &p->t->groups[g];
	const struct run_plan *run = &d->plan->run;
	struct node *home;

	if ((!run->workload && !run->argv) || begins(p->t, d) > p->at || ends(p->t, d) < p->at)
		return;
	home = &p->nodes[timeline_home(p->t, g, p->at)];
	if (run->workload && run->workload->saturates)
		home->demand += fmin(run->threads, cpus_of(p->t, d));
	else
		home->unknown = true;
}

static bool is_finite(const struct knob_value *v)
{
	return v && !v->is_max && v->period_usec;
}

/* CPU time since the group's periods began: A(T) of sched-bwc.rst for so many busy CPUs. */
static double since_origin(const struct knob_value *max, double cpus, uint64_t from, uint64_t to)
{
	double period = (double)max->period_usec, quota = (double)max->number;
	double usec = (double)(to - from) / 1000.0, whole = floor(usec / period);

	return whole * quota + fmin((usec - whole * period) * cpus, quota);
}

static bool written_at(const struct piece *p, unsigned g)
{
	const struct timeline *line = &p->t->groups[g].timeline;

	for (size_t i = 0; i < line->n; i++)
		if (line->v[i].knob == p->max && line->v[i].nsec + CUT_NSEC > p->from &&
		    line->v[i].nsec <= p->at)
			return true;
	return false;
}

static void allow(const struct piece *p, unsigned g)
{
	struct node *n = &p->nodes[g];
	const struct knob_value *max = timeline_own(&p->t->groups[g].timeline, p->max, p->at);
	double busy = n->unknown || n->want == 0 ? p->t->cpus_online : n->want / piece_usec(p);

	if (n->want == 0 && !n->unknown)
		n->origin = 0;
	else if (!n->origin || written_at(p, g))
		n->origin = p->from;
	if (n->frozen)
		n->allowed = 0;
	else if (is_finite(max) && n->origin)
		n->allowed = since_origin(max, busy, n->origin, p->to) -
			     since_origin(max, busy, n->origin, p->from);
	else
		n->allowed = is_finite(max) ? quota_allowed_usec(piece_usec(p), (double)max->number,
								 (double)max->period_usec)
					    : INFINITY;
}

/* Upwards: parents stand before their children. */
static void ask(const struct piece *p)
{
	for (unsigned g = (unsigned)p->t->n_groups; g-- > 0;) {
		struct node *n = &p->nodes[g];
		int parent = p->t->groups[g].plan->parent;
		if (!n->frozen)
			n->want = n->demand * piece_usec(p) + n->children;
		n->contributors += n->demand > 0;
		allow(p, g);
		n->cut = fmin(n->want, n->allowed);
		if (parent < 0)
			continue;
		p->nodes[parent].children += n->cut;
		p->nodes[parent].contributors += n->cut > 0 || n->unknown;
		p->nodes[parent].unknown |= n->unknown;
	}
}

/* What a group gets under one whose own share is `above` (INFINITY: nothing above binds). */
static double share(double above, double all, unsigned contributors, bool unknown, double cut)
{
	if (cut == 0 && !unknown)
		return 0;
	if (isinf(above) || (!unknown && all <= above * (1 + 1e-9)))
		return cut;
	return contributors == 1 && !isnan(above) ? fmin(cut, above) : NAN;
}

/* Downwards. What is above the trial is a group like any other, with the trial's as children. */
static void give(const struct piece *p)
{
	const struct knob_value *max = timeline_own(&p->t->outside, p->max, p->at);
	struct node top = {.allowed = INFINITY};

	if (is_finite(max))
		top.allowed = quota_allowed_usec(piece_usec(p), (double)max->number,
						 (double)max->period_usec);
	for (unsigned g = 0; g < p->t->n_groups; g++) {
		if (p->t->groups[g].plan->parent >= 0)
			continue;
		top.children += p->nodes[g].cut;
		top.contributors += p->nodes[g].cut > 0 || p->nodes[g].unknown;
		top.unknown |= p->nodes[g].unknown;
	}
	top.bound = !isinf(top.allowed);
	for (unsigned g = 0; g < p->t->n_groups; g++) {
		struct node *n = &p->nodes[g];
		int parent = p->t->groups[g].plan->parent;
		const struct node *above = parent < 0 ? &top : &p->nodes[parent];
		double room = parent < 0 ? top.allowed : above->bound ? above->gets : INFINITY;
		n->bound = above->bound || !isinf(n->allowed);
		n->gets = share(room, above->children + above->demand * piece_usec(p),
				above->contributors, above->unknown, n->cut);
	}
}

/* CPUs that those who are at home in a group keep busy; siblings that share: nobody knows. */
static double busy_cpus(const struct piece *p, const struct node *n)
{
	if (n->demand == 0 || isnan(n->gets) || isnan(n->cut))
		return 0;
	return n->contributors == 1 ? n->gets / piece_usec(p) : n->demand;
}

static void clear_loads(const struct piece *p)
{
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		p->load[cpu] = 0;
}

static bool meets_others(const struct piece *p, const struct group_data *d)
{
	for (unsigned i = 0; i < d->n_cpus; i++)
		if (p->load[d->cpus[i]] > FULL)
			return true;
	return false;
}

/* Where more is wanted than a CPU, or all of them, can give, nobody knows who gets it. */
static void find_contention(const struct piece *p)
{
	double all = 0;

	clear_loads(p);
	for (unsigned g = 0; g < p->t->n_groups; g++) {
		const struct group_data *d = &p->t->groups[g];
		double busy = busy_cpus(p, &p->nodes[g]);
		all += busy;
		for (unsigned i = 0; i < d->n_cpus; i++)
			p->load[d->cpus[i]] += busy / d->n_cpus;
	}
	for (unsigned g = (unsigned)p->t->n_groups; g-- > 0;) {
		int parent = p->t->groups[g].plan->parent;
		struct node *n = &p->nodes[g];
		n->unclear |= n->demand > 0 &&
			      (all > FULL * p->t->cpus_online || meets_others(p, &p->t->groups[g]));
		if (parent >= 0)
			p->nodes[parent].unclear |= n->unclear;
	}
}

static void look(const struct piece *p)
{
	for (unsigned g = 0; g < p->t->n_groups; g++)
		p->nodes[g] = (struct node){.origin = p->nodes[g].origin,
					    .frozen = timeline_frozen(p->t, g, p->at)};
	for (unsigned g = 0; g < p->t->n_groups; g++)
		add_demand(p, g);
	ask(p);
	give(p);
	find_contention(p);
}

/* What the quotas of the group and those above it allow, whatever anybody wants. */
static double allowed_here(const struct piece *p, unsigned g)
{
	double least = INFINITY;

	for (int i = (int)g; i >= 0; i = p->t->groups[i].plan->parent)
		least = fmin(least, p->nodes[i].allowed);
	return isinf(least) ? NAN : least;
}

/* Periods of the group's own quota, and those of them in which it is what binds. */
static void add_periods(const struct piece *p, unsigned g, double gets, struct cpu_theory *out)
{
	const struct knob_value *own = timeline_own(&p->t->groups[g].timeline, p->max, p->at);
	const struct node *n = &p->nodes[g];
	bool binds = n->want > n->allowed * (1 + 1e-9) && gets >= n->allowed * (1 - 1e-9);
	double periods;

	if (!is_finite(own) || n->frozen || (n->want == 0 && !n->unknown))
		return;
	periods = isnan(gets) ? NAN : piece_usec(p) / (double)own->period_usec;
	out->periods += periods;
	out->throttled += binds || isnan(gets) ? periods : 0;
}

static void add_piece(const struct piece *p, struct cpu_theory *out)
{
	for (unsigned g = 0; g < p->t->n_groups; g++) {
		const struct node *n = &p->nodes[g];
		double gets = n->unknown || n->unclear ? NAN : n->gets;
		out[g].usage_usec += gets;
		out[g].allowed_usec += allowed_here(p, g);
		add_periods(p, g, gets, &out[g]);
	}
}

static bool ever_limited(const struct trial_data *t, unsigned group, const struct knob *max)
{
	const struct knob *freeze = knob_find("cgroup.freeze");
	const struct timeline *line;

	for (int g = (int)group; g >= -1; g = g < 0 ? -2 : t->groups[g].plan->parent) {
		line = g < 0 ? &t->outside : &t->groups[g].timeline;
		for (size_t i = 0; i < line->n; i++)
			if ((line->v[i].knob == max && is_finite(&line->v[i].value)) ||
			    (line->v[i].knob == freeze && line->v[i].value.number))
				return true;
	}
	return false;
}

/*
 * Nothing that has a say in the group's CPU time changed between the two moments, but at the very
 * beginning: a segment begins a little before the action that it is named after.
 */
static bool is_steady(const struct trial_data *t, unsigned group, const struct knob *max,
		      uint64_t from, uint64_t to)
{
	from += (to - from) / 50;
	for (int g = (int)group; g >= 0; g = t->groups[g].plan->parent) {
		const struct timeline *line = &t->groups[g].timeline;
		for (size_t i = 0; i < line->n; i++)
			if (line->v[i].nsec > from && line->v[i].nsec < to &&
			    (line->v[i].knob == max || !line->v[i].knob->controller))
				return false;
	}
	for (size_t m = 0; m < t->n_moves; m++)
		if (t->moves[m].nsec > from && t->moves[m].nsec < to)
			return false;
	return !timeline_frozen(t, group, from);
}

static void walk(struct piece *p, const struct cuts *c, uint64_t from, uint64_t to,
		 struct cpu_theory *out)
{
	uint64_t last = p->t->open_nsec;

	for (size_t i = 0; i < c->n; i++) {
		/* from and to are cuts whatever lies beside them. */
		if (c->v[i] <= last || c->v[i] > p->t->close_nsec ||
		    (c->v[i] < last + CUT_NSEC && c->v[i] != from && c->v[i] != to))
			continue;
		p->from = last;
		p->to = last = c->v[i];
		p->at = p->from + (p->to - p->from) / 2;
		look(p);
		if (p->from >= from && p->to <= to)
			add_piece(p, out);
	}
}

int cpu_theory(const struct trial_data *t, uint64_t from_nsec, uint64_t to_nsec,
	       struct cpu_theory *out, struct err *e)
{
	scope_free struct node *nodes = calloc(t->n_groups + 1, sizeof(*nodes));
	scope_free double *load = calloc(CPU_SETSIZE, sizeof(*load));
	struct piece p = {.t = t, .max = knob_find("cpu.max"), .nodes = nodes, .load = load};
	struct cuts c = {0};
	int r = nodes && load ? make_cuts(t, from_nsec, to_nsec, &c, e)
			      : err_set(e, -ENOMEM, "out of memory for theory");

	if (r == 0) {
		for (unsigned g = 0; g < t->n_groups; g++)
			out[g] = (struct cpu_theory){
				.limited = ever_limited(t, g, p.max),
				.steady = is_steady(t, g, p.max, from_nsec, to_nsec)};
		walk(&p, &c, from_nsec, to_nsec, out);
	}
	free(c.v);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/wanted.h"

enum {
	/* A median's interval reaches from the smallest to the greatest of n values, and misses
	 * with a chance of 2^(1-n): from 5 on, about the 95% that it claims. */
	SAME_MIN = 5,
};

/*
 * Who is suspected of drift has to show more than it, which takes four times the repeats. Missing
 * a drift costs a false alarm, suspecting one a verdict: hence a low bound.
 */
static const double trend_suspect = 1.0;
/*
 * Unless one line does not explain its values clearly better than two levels: the logarithm of how
 * much likelier these are. This and the next were chosen by simulation (bench/tests/bench): lower
 * here finds more and lets drift pass, which lower there finds in families.
 */
static const double clearly_a_step = -1.1;
/* How many sigma a whole family has to move within its runs until its host is one that drifts. */
static const double host_suspect = 2.4;
static const double interval_level = 0.95;

const char *const outcome_names[OUTCOMES] = {
	[OUTCOME_REGRESSED] = "regressed", [OUTCOME_CHANGED] = "changed",
	[OUTCOME_IMPROVED] = "improved",   [OUTCOME_INCONCLUSIVE] = "inconclusive",
	[OUTCOME_SAME] = "same",
};

const char *const why_texts[WHYS] = {
	[WHY_NONE] = "",
	[WHY_ONLY_BASE] = "only in base",
	[WHY_ONLY_HEAD] = "only in head",
	[WHY_FEW] = "too few repeats",
	[WHY_NOISE] = "noise exceeds the margin",
	[WHY_DRIFT] = "may be drift; try cgbench ab",
	[WHY_INPUTS] = "may be chance: other inputs",
	[WHY_SHAPE] = "spread differs, not the middle",
};

/* Each holds as many values as the larger side has. */
enum room { ROOM_X, ROOM_Y, ROOM_SORTED_X, ROOM_SORTED_Y, ROOM_SCRATCH, ROOMS };

struct comparer {
	struct stats *stats;
	double *room;
	size_t room_size; /* of each */
};

int comparer_new(struct comparer **out, struct err *e)
{
	struct comparer *c = calloc(1, sizeof(*c));

	if (c)
		c->stats = stats_new();
	if (!c || !c->stats) {
		comparer_free(c);
		return err_no_memory(e);
	}
	*out = c;
	return 0;
}

void comparer_free(struct comparer *c)
{
	if (!c)
		return;
	stats_free(c->stats);
	free(c->room);
	free(c);
}

/* ---- what is compared ---- */

static double distance(struct side s, size_t i)
{
	return fabs(s.value[i] - (s.expected && !isnan(s.expected[i]) ? s.expected[i] : 0));
}

/* A metric in percent that has no expected value is an error by itself: nearer to 0 is better. */
static enum metric_better direction(enum metric_better better, struct side base, struct side head,
				    const char *unit)
{
	bool expected = (base.n && base.expected && !isnan(base.expected[0])) ||
			(head.n && head.expected && !isnan(head.expected[0]));

	if (better == BETTER_EXPECTED && !expected && strcmp(unit, "%") != 0)
		return BETTER_NEUTRAL;
	return better;
}

/* The values as they are compared, in the order of time. */
static const double *take(struct side s, enum metric_better better, double *out)
{
	for (size_t i = 0; i < s.n; i++)
		out[i] = better == BETTER_EXPECTED ? distance(s, i) : s.value[i];
	return out;
}

static struct sorted sort_copy(const double *v, size_t n, double *out)
{
	if (n > 0)
		memcpy(out, v, n * sizeof(*v));
	stats_sort(out, n);
	return (struct sorted){out, n};
}

static double median_of(const double *v, size_t n, double *scratch)
{
	return stats_median(sort_copy(v, n, scratch));
}

static double expected_median(struct side s, double *scratch)
{
	size_t n = 0;

	for (size_t i = 0; s.expected && i < s.n; i++)
		if (!isnan(s.expected[i]))
			scratch[n++] = s.expected[i];
	return stats_median_of(scratch, n);
}

/* What a difference is multiplied with to be on the scale of its comparison. */
static double choose_scale(struct comparison *c, struct side base, struct side head,
			   const char *unit, double *scratch)
{
	double whole = c->base;

	c->scale = SCALE_POINTS;
	if (strcmp(unit, "%") == 0)
		return 1;
	if (c->better == BETTER_EXPECTED) {
		whole = expected_median(base.n ? base : head, scratch);
		if (whole != 0)
			return 100 / fabs(whole);
	} else if (whole != 0 && !isnan(whole)) {
		c->scale = SCALE_PERCENT;
		return 100 / fabs(whole);
	}
	c->scale = SCALE_UNIT;
	return 1;
}

static int make_room(struct comparer *c, size_t n, struct err *e)
{
	double *grown;

	if (c->room && n <= c->room_size)
		return 0;
	grown = reallocarray(c->room, 2 * n + 1, ROOMS * sizeof(*grown));
	if (!grown)
		return err_no_memory(e);
	c->room = grown;
	c->room_size = 2 * n + 1;
	return 0;
}

static double *room(const struct comparer *c, enum room which)
{
	return c->room + which * c->room_size;
}

/* ---- measuring ---- */

/* The values of both sides as they are compared: in the order of time, and sorted. */
struct taken {
	const double *x, *y;
	struct sorted sx, sy;
};

static void measure_drift(struct comparison *c, const struct taken *t)
{
	c->trend = (stats_trend(t->x, t->sx) + stats_trend(t->y, t->sy)) / sqrt(2);
	c->step = stats_step(t->x, t->sx.n, t->y, t->sy.n);
	c->step_over_line = stats_step_over_line(t->x, t->sx.n, t->y, t->sy.n);
}

static int measure(struct comparer *c, const struct taken *t, double factor, struct comparison *out,
		   struct err *e)
{
	struct sorted sx = t->sx, sy = t->sy;
	double mad_x = stats_mad(sx), mad_y = stats_mad(sy);
	int r = stats_test(c->stats, sx, sy, &out->p, e);

	out->change = factor * (stats_median(sy) - stats_median(sx));
	out->delta = stats_cliff(sx, sy);
	out->constant = sx.v[0] == sy.v[sy.n - 1] && sy.v[0] == sx.v[sx.n - 1];
	if (r < 0 || out->constant)
		return r;
	out->outliers_base = stats_outliers(sx);
	out->outliers_head = stats_outliers(sy);
	out->shift = factor * stats_shift(sx, sy);
	out->sd = factor * STATS_MAD_SD * sqrt((mad_x * mad_x + mad_y * mad_y) / 2);
	measure_drift(out, t);
	r = stats_shift_interval(c->stats, sx, sy, interval_level, &out->interval, e);
	out->interval.low *= factor;
	out->interval.high *= factor;
	return r;
}

static void describe(struct comparison *out, struct side base, struct side head, const char *unit,
		     enum metric_better better, double *scratch)
{
	*out = (struct comparison){.series = out->series,
				   .better = direction(better, base, head, unit),
				   .n_base = base.n,
				   .n_head = head.n,
				   .base = median_of(base.value, base.n, scratch),
				   .head = median_of(head.value, head.n, scratch),
				   .change = NAN,
				   .p = NAN,
				   .adjusted = NAN,
				   .detectable = NAN};
}

int compare_measure(struct comparer *c, struct side base, struct side head, const char *unit,
		    enum metric_better better, struct comparison *out, struct err *e)
{
	struct taken t;
	double factor;
	int r = make_room(c, base.n > head.n ? base.n : head.n, e);

	if (r < 0)
		return r;
	describe(out, base, head, unit, better, room(c, ROOM_SCRATCH));
	factor = choose_scale(out, base, head, unit, room(c, ROOM_SCRATCH));
	if (base.n == 0 || head.n == 0)
		return 0;
	t.x = take(base, out->better, room(c, ROOM_X));
	t.y = take(head, out->better, room(c, ROOM_Y));
	t.sx = sort_copy(t.x, base.n, room(c, ROOM_SORTED_X));
	t.sy = sort_copy(t.y, head.n, room(c, ROOM_SORTED_Y));
	return measure(c, &t, factor, out, e);
}

/* ---- judging ---- */

double comparison_worse(const struct comparison *c)
{
	switch (c->better) {
	case BETTER_LOWER:
	case BETTER_EXPECTED:
		return c->change;
	case BETTER_HIGHER:
		return -c->change;
	case BETTER_NEUTRAL:
		break;
	}
	return 0;
}

static void decide(struct comparison *c, enum outcome outcome, enum why why)
{
	c->outcome = outcome;
	c->why = why;
}

static enum outcome moved(const struct comparison *c)
{
	double worse = comparison_worse(c);

	if (worse > 0)
		return OUTCOME_REGRESSED;
	return worse < 0 ? OUTCOME_IMPROVED : OUTCOME_CHANGED;
}

/*
 * On a host that drifts every metric has to show more than a trend. On any other it is only those
 * that move within the runs as they do between them.
 */
static bool may_be_drift(const struct comparison *c, double threshold, bool host_drifts)
{
	bool suspect = fabs(c->trend) >= trend_suspect && c->trend * c->change > 0 &&
		       c->step_over_line < clearly_a_step;

	return (suspect || host_drifts) && c->step > threshold;
}

static void judge_significant(struct comparison *c, bool drift)
{
	if (c->change * c->delta <= 0)
		decide(c, OUTCOME_INCONCLUSIVE, WHY_SHAPE);
	else if (drift)
		decide(c, OUTCOME_INCONCLUSIVE, WHY_DRIFT);
	else
		decide(c, moved(c), WHY_NONE);
}

static void judge_rest(struct comparison *c, const struct compare_options *o)
{
	size_t fewest = c->n_base < c->n_head ? c->n_base : c->n_head;
	bool within = c->interval.low >= -o->margin && c->interval.high <= o->margin;

	/* On the metric's own scale no margin in percent means anything: only no change is none. */
	if (c->scale == SCALE_UNIT)
		within = c->interval.low == 0 && c->interval.high == 0;
	if (fewest == 0)
		decide(c, OUTCOME_INCONCLUSIVE, c->n_base ? WHY_ONLY_BASE : WHY_ONLY_HEAD);
	else if (within && (fewest >= SAME_MIN || (c->constant && fewest > 1)))
		decide(c, OUTCOME_SAME, WHY_NONE);
	else
		decide(c, OUTCOME_INCONCLUSIVE,
		       isinf(c->detectable) || fewest < SAME_MIN ? WHY_FEW : WHY_NOISE);
}

/* The members of one of the two families, by their place in v. */
struct family {
	double *p, *adjusted;
	size_t *at;
	size_t n;
};

static void family_clear(struct family *f)
{
	free(f->p);
	free(f->adjusted);
	free(f->at);
}

static int family_gather(struct family *f, const struct comparison *v, size_t n, bool neutral,
			 struct err *e)
{
	f->p = calloc(n + 1, sizeof(*f->p));
	f->adjusted = calloc(n + 1, sizeof(*f->adjusted));
	f->at = calloc(n + 1, sizeof(*f->at));
	if (!f->p || !f->adjusted || !f->at)
		return err_no_memory(e);
	for (size_t i = 0; i < n; i++) {
		/* A constant cannot raise a false alarm, so it need not be corrected for. */
		if ((v[i].better == BETTER_NEUTRAL) != neutral || isnan(v[i].p) || v[i].constant)
			continue;
		f->p[f->n] = v[i].p;
		f->at[f->n++] = i;
	}
	return 0;
}

/*
 * Whether the metrics move within their runs more than chance explains. The squares
 * of their trends add up to a chi-square, if none has one: so many small drifts are seen, too.
 */
static bool family_drifts(const struct family *f, const struct comparison *v)
{
	double n = (double)f->n, sum = 0;

	for (size_t i = 0; i < f->n; i++)
		sum += v[f->at[i]].trend * v[f->at[i]].trend;
	return sum > n + host_suspect * sqrt(2 * n);
}

static int family_judge(struct family *f, struct stats *t, struct comparison *v,
			const struct compare_options *o, struct err *e)
{
	size_t found = 0;
	double threshold, sds = INFINITY;
	bool drifts = family_drifts(f, v);
	int r = stats_adjust(o->correction, f->p, f->n, f->adjusted, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < f->n; i++)
		found += f->adjusted[i] <= o->share;
	threshold = fmin(o->level, stats_threshold(o->correction, o->share, f->n, found));
	for (size_t i = 0; i < f->n; i++) {
		struct comparison *c = &v[f->at[i]], *last = i ? &v[f->at[i - 1]] : NULL;
		/* It takes some thousand steps, and nearly all have as many repeats. */
		if (!last || last->n_base != c->n_base || last->n_head != c->n_head)
			sds = stats_detectable(t, c->n_base, c->n_head, threshold);
		c->adjusted = f->adjusted[i];
		c->detectable = isinf(sds) ? INFINITY : sds * c->sd;
		if (c->p <= o->level && c->adjusted <= o->share)
			judge_significant(c, !o->interleaved && may_be_drift(c, threshold, drifts));
		else
			judge_rest(c, o);
	}
	return 0;
}

static int judge_family(struct stats *t, struct comparison *v, size_t n, bool neutral,
			const struct compare_options *o, struct err *e)
{
	struct family f = {0};
	int r = family_gather(&f, v, n, neutral, e);

	if (r == 0)
		r = family_judge(&f, t, v, o, e);
	family_clear(&f);
	return r;
}

int compare_judge(struct comparison *v, size_t n, const struct compare_options *o, struct err *e)
{
	struct stats *t = stats_new();
	int r = t ? judge_family(t, v, n, false, o, e) : err_no_memory(e);

	if (r == 0)
		r = judge_family(t, v, n, true, o, e);
	stats_free(t);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (isnan(v[i].p) || v[i].constant)
			judge_rest(&v[i], o);
	return r;
}

/* ---- without noise ---- */

static bool all_equal(struct side a, struct side b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (a.value[i] != b.value[i])
			return false;
	return true;
}

int compare_exactly(struct comparer *c, struct side base, struct side head, const char *unit,
		    enum metric_better better, struct comparison *out, struct err *e)
{
	int r = compare_measure(c, base, head, unit, better, out, e);

	if (r < 0)
		return r;
	out->p = out->adjusted = NAN;
	out->detectable = 0;
	out->exact = true;
	if (all_equal(base, head))
		decide(out, OUTCOME_SAME, WHY_NONE);
	else if (base.n == 0 || head.n == 0)
		decide(out, OUTCOME_CHANGED, base.n ? WHY_ONLY_BASE : WHY_ONLY_HEAD);
	else
		decide(out, moved(out), WHY_NONE);
	return 0;
}

int compare_pair(struct comparer *c, const struct compare_options *o, struct side base,
		 struct side head, const char *unit, struct metric_nature metric,
		 struct comparison *out, struct err *e)
{
	int r;

	if (o->exact || (o->other_inputs && metric.exact))
		return compare_exactly(c, base, head, unit, metric.better, out, e);
	r = compare_measure(c, base, head, unit, metric.better, out, e);
	if (o->other_inputs) {
		out->p = NAN;
		decide(out, OUTCOME_INCONCLUSIVE, WHY_INPUTS);
	}
	return r;
}

/* ---- whole runs ---- */

struct metric_nature metric_nature(const char *metric)
{
	const struct metric *m = metric_find(metric);

	return (struct metric_nature){.better = m ? m->better : BETTER_NEUTRAL,
				      .exact = metric_is_exact(metric)};
}

struct side run_side(const struct run *r, uint32_t series)
{
	size_t first = 0, n = run_values(r, series, &first);

	return (struct side){.value = r->value + first, .expected = r->expected + first, .n = n};
}

/* The directions and wishes of all metrics, by their texts: looked up once, not once a series. */
struct metric_info {
	bool known, wanted, guarded;
	struct metric_nature nature;
};

static const struct metric_info *look_up(struct metric_info *table, const struct dataset *d,
					 uint32_t metric, const struct compare_options *o)
{
	struct metric_info *m = &table[metric];

	if (!m->known) {
		const char *name = dataset_text(d, metric);
		*m = (struct metric_info){.known = true,
					  .wanted = wanted_has(o->metrics, name),
					  .guarded = wanted_has(o->guard, name),
					  .nature = metric_nature(name)};
	}
	return m;
}

/* Which cells a run has values of. */
static uint8_t *cells_seen(const struct dataset *d, const struct run *r)
{
	uint8_t *seen = calloc(d->n_cells + 1, 1);

	for (uint32_t i = 0; seen && i < r->n_series; i++)
		if (r->first[i + 1] > r->first[i])
			seen[d->series[i].cell] = 1;
	return seen;
}

/* Both runs, which cells they have, and what is known of their metrics. */
struct both {
	const struct run *base, *head;
	uint8_t *in_base, *in_head;
	struct metric_info *metrics;
};

static void both_clear(struct both *p)
{
	free(p->in_base);
	free(p->in_head);
	free(p->metrics);
}

static int compare_series(struct compared *out, struct comparer *c, const struct dataset *d,
			  const struct both *p, struct err *e)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < d->n_series; i++) {
		const struct series *s = &d->series[i];
		const struct metric_info *m = look_up(p->metrics, d, s->metric, &out->options);
		const char *unit = dataset_text(d, s->unit);
		struct side b = run_side(p->base, i), h = run_side(p->head, i);
		struct comparison *v;
		/* A cell that is missing as a whole is one gap, and not as many as it has metrics.
		 */
		if (!m->wanted || b.n + h.n == 0 || !p->in_base[s->cell] || !p->in_head[s->cell])
			continue;
		v = array_push(out->v, out->n);
		if (!v)
			return err_no_memory(e);
		v->series = i;
		r = compare_pair(c, &out->options, b, h, unit, m->nature, v, e);
		v->unguarded = !m->guarded;
	}
	return r;
}

static int add_gap(struct compared *out, const struct run *r, uint32_t cell, bool in_head,
		   bool seen, bool seen_elsewhere, struct err *e)
{
	const struct run_trial *first = NULL;
	size_t n = run_broken(r, cell, &first);
	struct gap *g;

	if (n == 0 && (seen || !seen_elsewhere))
		return 0;
	g = array_push(out->gaps, out->n_gaps);
	if (!g)
		return err_no_memory(e);
	*g = (struct gap){.cell = cell, .in_head = in_head, .n_broken = n};
	if (first) {
		g->status = first->status;
		g->reason = first->reason;
	}
	return 0;
}

static int find_gaps(struct compared *out, const struct dataset *d, const struct both *p,
		     struct err *e)
{
	int r = 0;

	for (uint32_t cell = 0; r == 0 && cell < d->n_cells; cell++) {
		bool in_base = p->in_base[cell], in_head = p->in_head[cell];
		r = add_gap(out, p->base, cell, false, in_base, in_head, e);
		if (r == 0)
			r = add_gap(out, p->head, cell, true, in_head, in_base, e);
	}
	return r;
}

static double size_of(const struct comparison *c)
{
	return isnan(c->change) ? 0 : fabs(c->change);
}

static int by_outcome(const void *a, const void *b)
{
	const struct comparison *x = a, *y = b;

	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (size_of(x) != size_of(y))
		return size_of(x) > size_of(y) ? -1 : 1;
	return x->series < y->series ? -1 : x->series > y->series;
}

static int compare_both(struct compared *out, const struct dataset *d, const struct both *p,
			struct err *e)
{
	struct comparer *c = NULL;
	int r = comparer_new(&c, e);

	if (!c)
		return r;
	r = compare_series(out, c, d, p, e);
	comparer_free(c);
	if (r == 0 && !out->options.exact && !out->options.other_inputs)
		r = compare_judge(out->v, out->n, &out->options, e);
	return r == 0 ? find_gaps(out, d, p, e) : r;
}

size_t compared_pairs(const struct compared *c, bool judged)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->v[i].n_base > 0 && c->v[i].n_head > 0 &&
		     !(judged && c->v[i].why == WHY_INPUTS);
	return n;
}

static void sort_and_count(struct compared *c)
{
	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_outcome);
	for (size_t i = 0; i < c->n; i++)
		c->counts[c->v[i].outcome]++;
}

int compare_runs(const struct dataset *d, const struct run *base, const struct run *head,
		 const struct compare_options *o, struct compared **out, struct err *e)
{
	struct compared *result = calloc(1, sizeof(*result));
	struct both p = {.base = base,
			 .head = head,
			 .in_base = cells_seen(d, base),
			 .in_head = cells_seen(d, head),
			 .metrics = calloc(intern_count(d->texts), sizeof(*p.metrics))};
	int r = -ENOMEM;

	if (result && p.in_base && p.in_head && p.metrics) {
		result->options = *o;
		r = compare_both(result, d, &p, e);
	} else {
		err_set(e, r, "out of memory");
	}
	both_clear(&p);
	if (r < 0) {
		compared_free(result);
		return r;
	}
	sort_and_count(result);
	*out = result;
	return 0;
}

void compared_free(struct compared *c)
{
	if (!c)
		return;
	free(c->v);
	free(c->gaps);
	free(c);
}

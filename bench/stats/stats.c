/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/stats.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

enum {
	EXACT_MAX = 60,      /* values of both sides, without ties */
	EXACT_TIES_MAX = 12, /* with ties */
	BISECTIONS = 60,
	REPEATS_MAX = 1000,
};

/* The chance below which an outcome of resampling is left out. */
static const double negligible = 1e-8;

/* A median of a resample: of the values i and j (the same, when n is odd), from 0. */
struct median_chance {
	uint32_t i, j;
	double chance;
};

struct medians {
	struct median_chance *v;
	size_t n;
};

/* A value that a resampled median can take. */
struct mass {
	double value, chance;
};

struct stats {
	double *u_cdf[EXACT_MAX + 1][EXACT_MAX + 1]; /* P(U <= u) for u = 0 to nx * ny */
	struct medians *medians;                     /* by count */
	size_t n_medians;
	struct mass *room[2]; /* for the resampled medians of both sides */
	size_t n_room[2];
};

struct stats *stats_new(void)
{
	return calloc(1, sizeof(struct stats));
}

void stats_free(struct stats *t)
{
	if (!t)
		return;
	for (size_t i = 0; i <= EXACT_MAX; i++)
		for (size_t j = 0; j <= EXACT_MAX; j++)
			free(t->u_cdf[i][j]);
	for (size_t i = 0; i < t->n_medians; i++)
		free(t->medians[i].v);
	free(t->medians);
	free(t->room[0]);
	free(t->room[1]);
	free(t);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

void stats_sort(double *v, size_t n)
{
	/* Nearly every sample is this small, and a call for each comparison costs more. */
	if (n > 32) {
		qsort(v, n, sizeof(*v), by_value);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		double x = v[i];
		size_t at = i;
		for (; at > 0 && v[at - 1] > x; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
}

double stats_median(struct sorted s)
{
	if (s.n == 0)
		return NAN;
	return s.n % 2 ? s.v[s.n / 2] : (s.v[s.n / 2 - 1] + s.v[s.n / 2]) / 2;
}

double stats_median_of(double *v, size_t n)
{
	stats_sort(v, n);
	return stats_median((struct sorted){v, n});
}

double stats_mad(struct sorted s)
{
	double median = stats_median(s), last = 0, before = 0;
	size_t right = 0, left;

	if (s.n == 0)
		return NAN;
	/* Distances ascend to both sides of the median: the two runs are merged up to the middle.
	 */
	while (right < s.n && s.v[right] < median)
		right++;
	left = right;
	for (size_t i = 0; i <= s.n / 2; i++) {
		bool go_left =
			right == s.n || (left > 0 && median - s.v[left - 1] < s.v[right] - median);
		before = last;
		last = go_left ? median - s.v[--left] : s.v[right++] - median;
	}
	return s.n % 2 ? last : (before + last) / 2;
}

static double mean_distance(struct sorted s, double median)
{
	double sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += fabs(s.v[i] - median);
	return sum / (double)s.n;
}

size_t stats_outliers(struct sorted s)
{
	double median = stats_median(s), mad = stats_mad(s), unit;
	size_t n = 0;

	/* When more than half are equal, their MAD says nothing; the mean distance then does. */
	unit = mad > 0 ? mad / 0.6745 : mean_distance(s, median) * 1.253314;
	for (size_t i = 0; unit > 0 && i < s.n; i++)
		n += fabs(s.v[i] - median) / unit > 3.5;
	return n;
}

/* ---- all pairs, by two sorted runs ---- */

/* How many differences y - x are at most t: as x grows, so does the y that it reaches. */
static size_t count_pairs(struct sorted x, struct sorted y, double t)
{
	size_t n = 0, j = 0;

	for (size_t i = 0; i < x.n; i++) {
		while (j < y.n && y.v[j] - x.v[i] <= t)
			j++;
		n += j;
	}
	return n;
}

/* The greatest difference that is at most t; there is one. */
static double greatest_pair(struct sorted x, struct sorted y, double t)
{
	double best = y.v[0] - x.v[x.n - 1];
	size_t j = 0;

	for (size_t i = 0; i < x.n; i++) {
		while (j < y.n && y.v[j] - x.v[i] <= t)
			j++;
		if (j > 0 && y.v[j - 1] - x.v[i] > best)
			best = y.v[j - 1] - x.v[i];
	}
	return best;
}

/* The k-th smallest difference, from 1. */
static double kth_pair(struct sorted x, struct sorted y, size_t k)
{
	double low = y.v[0] - x.v[x.n - 1], high = y.v[y.n - 1] - x.v[0];
	size_t below = count_pairs(x, y, low), upto = x.n * y.n;

	if (below >= k)
		return low;
	/* Until the one that is looked for is alone between the two, or all there are equal. */
	for (int i = 0; i < BISECTIONS && upto - below > 1; i++) {
		double mid = low + (high - low) / 2;
		size_t n = count_pairs(x, y, mid);
		if (n >= k) {
			high = mid;
			upto = n;
		} else {
			low = mid;
			below = n;
		}
	}
	return greatest_pair(x, y, high);
}

double stats_shift(struct sorted x, struct sorted y)
{
	size_t pairs = x.n * y.n;
	double upper;

	if (pairs == 0)
		return NAN;
	upper = kth_pair(x, y, pairs / 2 + 1);
	return pairs % 2 ? upper : (kth_pair(x, y, pairs / 2) + upper) / 2;
}

/* What a rank test needs to know of two samples. */
struct ranks {
	double u;        /* pairs in which y is above x, ties as a half */
	double tie_term; /* the sum of t^3 - t over groups of equal values */
};

/* A group of equal values after a and b: moves a and b behind it. */
static void skip_ties(struct sorted x, struct sorted y, size_t *a, size_t *b)
{
	double v = *b == y.n || (*a < x.n && x.v[*a] < y.v[*b]) ? x.v[*a] : y.v[*b];

	while (*a < x.n && x.v[*a] == v)
		++*a;
	while (*b < y.n && y.v[*b] == v)
		++*b;
}

static struct ranks rank(struct sorted x, struct sorted y)
{
	struct ranks r = {0};
	size_t a = 0, b = 0;

	while (a < x.n || b < y.n) {
		size_t a0 = a, b0 = b;
		double t;
		skip_ties(x, y, &a, &b);
		t = (double)(a - a0 + b - b0);
		r.tie_term += t * t * t - t;
		r.u += (double)(b - b0) * ((double)a0 + (double)(a - a0) / 2);
	}
	return r;
}

double stats_cliff(struct sorted x, struct sorted y)
{
	double pairs = (double)x.n * (double)y.n;

	return pairs > 0 ? 2 * rank(x, y).u / pairs - 1 : NAN;
}

/* ---- the Mann-Whitney test ---- */

/*
 * In how many orders of nx and ny values U is u, cumulated to a probability. f[i][u] counts for i
 * values of x and the j values of y so far; one more y is above all x (u unchanged) or below one
 * more of them.
 */
static double *make_u_cdf(size_t nx, size_t ny)
{
	size_t size = nx * ny + 1;
	double *f = calloc((nx + 1) * size, sizeof(*f));
	double *cdf = calloc(size, sizeof(*cdf)), total = 0;

	if (!f || !cdf) {
		free(f);
		free(cdf);
		return NULL;
	}
	for (size_t i = 0; i <= nx; i++)
		f[i * size] = 1;
	for (size_t j = 1; j <= ny; j++)
		for (size_t i = 1; i <= nx; i++)
			for (size_t u = j; u < size; u++)
				f[i * size + u] += f[(i - 1) * size + u - j];
	for (size_t u = 0; u < size; u++)
		cdf[u] = total += f[nx * size + u];
	for (size_t u = 0; u < size; u++)
		cdf[u] /= total;
	free(f);
	return cdf;
}

/* P(U <= u) for up to EXACT_MAX values; NULL: no memory. */
static const double *u_cdf_of(struct stats *t, size_t nx, size_t ny)
{
	double **cdf = &t->u_cdf[nx][ny];

	if (!*cdf)
		*cdf = make_u_cdf(nx, ny);
	return *cdf;
}

static int exact_p(struct stats *t, size_t nx, size_t ny, double u, double *p, struct err *e)
{
	const double *cdf = u_cdf_of(t, nx, ny);
	double smaller = fmin(u, (double)(nx * ny) - u);

	if (!cdf)
		return err_no_memory(e);
	*p = fmin(1, 2 * cdf[(size_t)smaller]);
	return 0;
}

/* Twice the midrank of every value of both samples, in order; a twice midrank is whole. */
static void double_midranks(struct sorted x, struct sorted y, unsigned out[EXACT_TIES_MAX])
{
	size_t a = 0, b = 0;

	while (a < x.n || b < y.n) {
		size_t from = a + b;
		skip_ties(x, y, &a, &b);
		for (size_t i = from; i < a + b; i++)
			out[i] = (unsigned)(from + 1 + a + b);
	}
}

/* Of all ways to choose which values are y's, the share that is as far from the middle as ours. */
static double permutation_p(struct sorted x, struct sorted y, double u)
{
	enum { SUM_MAX = EXACT_TIES_MAX * (EXACT_TIES_MAX + 1) };
	double ways[EXACT_TIES_MAX + 1][SUM_MAX + 1] = {{1}};
	unsigned rank2[EXACT_TIES_MAX] = {0};
	size_t n = x.n + y.n;
	double middle = (double)(y.n * (n + 1)); /* twice the expected rank sum of y */
	double ours = 2 * fabs(u - (double)(x.n * y.n) / 2), far = 0, all = 0;

	double_midranks(x, y, rank2);
	for (size_t i = 0; i < n; i++)
		for (size_t k = y.n; k-- > 0;)
			for (size_t sum = 0; sum + rank2[i] <= SUM_MAX; sum++)
				ways[k + 1][sum + rank2[i]] += ways[k][sum];
	for (size_t sum = 0; sum <= SUM_MAX; sum++) {
		all += ways[y.n][sum];
		if (fabs((double)sum - middle) >= ours - 1e-9)
			far += ways[y.n][sum];
	}
	return far / all;
}

static double normal_p(struct sorted x, struct sorted y, struct ranks r)
{
	double nx = (double)x.n, ny = (double)y.n, n = nx + ny;
	double variance = nx * ny / 12 * (n + 1 - r.tie_term / (n * (n - 1)));
	double distance = fmax(0, fabs(r.u - nx * ny / 2) - 0.5);
	double p = 2 * gsl_cdf_ugaussian_Q(distance / sqrt(variance));

	return fmin(1, fmax(p, stats_attainable(x.n, y.n)));
}

int stats_mann_whitney(struct stats *t, struct sorted x, struct sorted y, double *p, struct err *e)
{
	size_t n = x.n + y.n;
	struct ranks r;

	*p = 1;
	if (x.n == 0 || y.n == 0 || (x.v[0] == y.v[y.n - 1] && y.v[0] == x.v[x.n - 1]))
		return 0;
	r = rank(x, y);
	if (r.tie_term == 0 && n <= EXACT_MAX)
		return exact_p(t, x.n, y.n, r.u, p, e);
	*p = r.tie_term > 0 && n <= EXACT_TIES_MAX ? permutation_p(x, y, r.u) : normal_p(x, y, r);
	return 0;
}

/* Mean, and sum of the squares of the distances from it. */
struct spread {
	double mean, squares;
};

static struct spread spread_of(struct sorted s)
{
	struct spread d = {0};

	for (size_t i = 0; i < s.n; i++)
		d.mean += s.v[i] / (double)s.n;
	for (size_t i = 0; i < s.n; i++)
		d.squares += (s.v[i] - d.mean) * (s.v[i] - d.mean);
	return d;
}

/* The standard error of the difference of two means of one variance. */
static double pooled_error(struct sorted x, struct sorted y, double squares)
{
	double nx = (double)x.n, ny = (double)y.n;

	return sqrt(squares / (nx + ny - 2) * (1 / nx + 1 / ny));
}

/* Two-sided; no answer (1) without a variance: by two constants chance is not told. */
static double pooled_p(struct sorted x, struct sorted y)
{
	struct spread a = spread_of(x), b = spread_of(y);
	double error = pooled_error(x, y, a.squares + b.squares);

	if (x.n + y.n < 3 || !(error > 0))
		return 1;
	return 2 * gsl_cdf_tdist_Q(fabs(b.mean - a.mean) / error, (double)(x.n + y.n) - 2);
}

int stats_test(struct stats *t, struct sorted x, struct sorted y, double *p, struct err *e)
{
	int r = stats_mann_whitney(t, x, y, p, e);

	if (r == 0 && x.n > 0 && y.n > 0 && (x.v[x.n - 1] < y.v[0] || y.v[y.n - 1] < x.v[0]))
		*p = fmin(*p, pooled_p(x, y));
	return r;
}

double stats_attainable(size_t nx, size_t ny)
{
	if (nx == 0 || ny == 0)
		return 1;
	return fmin(1, 2 * exp(-gsl_sf_lnchoose((unsigned)(nx + ny), (unsigned)nx)));
}

size_t stats_repeats_needed(double alpha)
{
	size_t n = 1;

	while (n < REPEATS_MAX && stats_attainable(n, n) > alpha)
		n++;
	return n;
}

/* ---- intervals ---- */

/*
 * How many of the pairs lie beyond either end of the interval: of the two counts around the level
 * the one that comes nearer to it. *coverage: what it then has.
 */
static size_t pairs_beyond(const double *cdf, size_t pairs, double level, double *coverage)
{
	size_t k = 0;
	double wider;

	while (2 * (k + 1) < pairs && 1 - 2 * cdf[k] >= level)
		k++;
	/* k: the first that covers less; k - 1 covers at least the level. */
	wider = k > 0 ? 1 - 2 * cdf[k - 1] : 1;
	*coverage = 1 - 2 * cdf[k];
	if (k > 0 && wider - level < level - *coverage) {
		*coverage = wider;
		k--;
	}
	return k;
}

static size_t pairs_beyond_normal(struct sorted x, struct sorted y, double level)
{
	double nx = (double)x.n, ny = (double)y.n;
	double sd = sqrt(nx * ny * (nx + ny + 1) / 12);
	double k = nx * ny / 2 - 0.5 - gsl_cdf_ugaussian_Pinv(1 - (1 - level) / 2) * sd;

	return k > 0 ? (size_t)lround(k) : 0;
}

static struct interval pooled_interval(struct sorted x, struct sorted y, double level)
{
	struct spread a = spread_of(x), b = spread_of(y);
	double half = gsl_cdf_tdist_Pinv(1 - (1 - level) / 2, (double)(x.n + y.n) - 2) *
		      pooled_error(x, y, a.squares + b.squares);

	return (struct interval){b.mean - a.mean - half, b.mean - a.mean + half};
}

int stats_shift_interval(struct stats *t, struct sorted x, struct sorted y, double level,
			 struct interval *out, struct err *e)
{
	static const double near = 0.02;
	size_t pairs = x.n * y.n, k;
	double coverage = level;

	if (pairs == 0) {
		*out = (struct interval){NAN, NAN};
		return 0;
	}
	if (x.n + y.n <= EXACT_MAX) {
		const double *cdf = u_cdf_of(t, x.n, y.n);
		if (!cdf)
			return err_no_memory(e);
		k = pairs_beyond(cdf, pairs, level, &coverage);
	} else {
		k = pairs_beyond_normal(x, y, level);
	}
	if (coverage < level - near && x.n > 1 && y.n > 1)
		*out = pooled_interval(x, y, level);
	else
		*out = (struct interval){kth_pair(x, y, k + 1), kth_pair(x, y, pairs - k)};
	return 0;
}

/* P(the median lies between the d-th smallest and the d-th greatest of n), from 1. */
static double median_coverage(size_t d, size_t n)
{
	return 1 - 2 * gsl_cdf_binomial_P((unsigned)d - 1, 0.5, (unsigned)n);
}

static struct interval student_interval(struct sorted x, double level)
{
	struct spread s = spread_of(x);
	double n = (double)x.n, half;

	half = gsl_cdf_tdist_Pinv(1 - (1 - level) / 2, n - 1) * sqrt(s.squares / (n - 1) / n);
	return (struct interval){s.mean - half, s.mean + half};
}

struct interval stats_median_interval(struct sorted x, double level)
{
	enum { FEWEST = 5 }; /* their range covers 93.75% */
	size_t d = 1;
	double n = (double)x.n, wide, narrow, part, inner;

	if (x.n < 2)
		return x.n ? (struct interval){x.v[0], x.v[0]} : (struct interval){NAN, NAN};
	if (x.n < FEWEST)
		return student_interval(x, level);
	while (2 * (d + 1) <= x.n && median_coverage(d + 1, x.n) >= level)
		d++;
	wide = median_coverage(d, x.n);
	if (wide <= level || 2 * (d + 1) > x.n)
		return (struct interval){x.v[d - 1], x.v[x.n - d]};
	narrow = median_coverage(d + 1, x.n);
	part = (wide - level) / (wide - narrow);
	inner = (n - (double)d) * part / ((double)d + (n - 2 * (double)d) * part);
	return (struct interval){x.v[d - 1] + inner * (x.v[d] - x.v[d - 1]),
				 x.v[x.n - d] - inner * (x.v[x.n - d] - x.v[x.n - d - 1])};
}

/* ---- the ideal bootstrap of medians ---- */

/* P(at least k of n draws are among the first i of n values). */
static double at_least(size_t k, size_t i, size_t n)
{
	if (i == 0 || i >= n)
		return i == 0 ? 0 : 1;
	return gsl_cdf_binomial_Q((unsigned)k - 1, (double)i / (double)n, (unsigned)n);
}

static int add_median(struct medians *o, size_t i, size_t j, double chance)
{
	struct median_chance *slot;

	if (chance < negligible)
		return 0;
	slot = array_push(o->v, o->n);
	if (!slot)
		return -ENOMEM;
	*slot = (struct median_chance){.i = (uint32_t)i, .j = (uint32_t)j, .chance = chance};
	return 0;
}

/* (i/n)^k - ((i-1)/n)^k: of k draws among the first i, the greatest is the i-th. */
static double power_step(size_t i, size_t n, size_t k)
{
	return pow((double)i / (double)n, (double)k) - pow((double)(i - 1) / (double)n, (double)k);
}

/*
 * An even count, 2k draws: the two in the middle are the i-th and j-th value when k draws are at
 * most the i-th, the greatest of them being it, and the other k are at least the j-th, the smallest
 * of them being it.
 */
static int add_pairs(struct medians *o, size_t i, size_t n)
{
	size_t k = n / 2;
	double alone = at_least(k, i, n) - at_least(k, i - 1, n);
	double ways = exp(gsl_sf_lnchoose((unsigned)n, (unsigned)k) + log(power_step(i, n, k)));
	int r = 0;

	/* Far from the middle all is negligible, and the powers above are not numbers any more. */
	if (!(alone >= negligible))
		return 0;
	for (size_t j = i + 1; r == 0 && j <= n; j++) {
		double chance = ways * power_step(n - j + 1, n, k);
		if (chance < negligible)
			break;
		alone -= chance;
		r = add_median(o, i - 1, j - 1, chance);
	}
	return r == 0 ? add_median(o, i - 1, i - 1, alone) : r;
}

static int make_medians(struct medians *o, size_t n)
{
	int r = 0;

	for (size_t i = 1; r == 0 && i <= n; i++)
		r = n % 2 ? add_median(o, i - 1, i - 1,
				       at_least(n / 2 + 1, i, n) - at_least(n / 2 + 1, i - 1, n))
			  : add_pairs(o, i, n);
	return r;
}

static const struct medians *medians_of(struct stats *t, size_t n)
{
	while (t->n_medians <= n) {
		struct medians *none = array_push(t->medians, t->n_medians);
		if (!none)
			return NULL;
	}
	if (t->medians && t->medians[n].n == 0 && make_medians(&t->medians[n], n) < 0) {
		free(t->medians[n].v);
		t->medians[n] = (struct medians){0};
		return NULL;
	}
	return &t->medians[n];
}

static int by_mass(const void *a, const void *b)
{
	const struct mass *x = a, *y = b;
	return x->value < y->value ? -1 : x->value > y->value;
}

/* The medians that resampling s can yield, ascending; chances as they are, or cumulated. */
static struct mass *resample(struct stats *t, int side, struct sorted s, bool cumulate, size_t *n)
{
	const struct medians *o = medians_of(t, s.n);
	struct mass *m;
	double sum = 0;

	if (!o)
		return NULL;
	if (o->n > t->n_room[side]) {
		m = reallocarray(t->room[side], o->n, sizeof(*m));
		if (!m)
			return NULL;
		t->room[side] = m;
		t->n_room[side] = o->n;
	}
	m = t->room[side];
	for (size_t i = 0; i < o->n; i++)
		m[i] = (struct mass){(s.v[o->v[i].i] + s.v[o->v[i].j]) / 2, o->v[i].chance};
	if (s.n % 2 == 0)
		qsort(m, o->n, sizeof(*m), by_mass);
	for (size_t i = 0; cumulate && i < o->n; i++)
		m[i].chance = sum += m[i].chance;
	*n = o->n;
	return m;
}

/* Two resampled medians, y cumulated. */
struct difference {
	const struct mass *x, *y;
	size_t nx, ny;
};

/* P(Y - X <= t). */
static double difference_cdf(const struct difference *d, double t)
{
	double share = 0;
	size_t j = 0;

	for (size_t i = 0; i < d->nx; i++) {
		while (j < d->ny && d->y[j].value - d->x[i].value <= t)
			j++;
		if (j > 0)
			share += d->x[i].chance * d->y[j - 1].chance;
	}
	return share;
}

/* The greatest difference that is at most t; there is one. */
static double difference_below(const struct difference *d, double t)
{
	double best = d->y[0].value - d->x[d->nx - 1].value;
	size_t j = 0;

	for (size_t i = 0; i < d->nx; i++) {
		while (j < d->ny && d->y[j].value - d->x[i].value <= t)
			j++;
		if (j > 0)
			best = fmax(best, d->y[j - 1].value - d->x[i].value);
	}
	return best;
}

/*
 * The smallest difference that at least this share does not exceed, or one that is nearer to it
 * than a ten-thousandth of the range: there are thousands of them, and an interval says less.
 */
static double difference_quantile(const struct difference *d, double share)
{
	double low = d->y[0].value - d->x[d->nx - 1].value;
	double high = d->y[d->ny - 1].value - d->x[0].value;
	double near = (high - low) * 1e-4;

	if (difference_cdf(d, low) >= share)
		return low;
	while (high - low > near) {
		double mid = low + (high - low) / 2;
		/* No double lies between neighbours, however far `near` is below them. */
		if (mid <= low || mid >= high)
			break;
		if (difference_cdf(d, mid) >= share)
			high = mid;
		else
			low = mid;
	}
	return difference_below(d, high);
}

int stats_bootstrap(struct stats *t, struct sorted x, struct sorted y, double level,
		    struct interval *out, struct err *e)
{
	struct difference d = {0};
	double tail = (1 - level) / 2;

	d.x = resample(t, 0, x, false, &d.nx);
	if (d.x)
		d.y = resample(t, 1, y, true, &d.ny);
	if (!d.x || !d.y)
		return err_no_memory(e);
	out->low = difference_quantile(&d, tail);
	out->high = difference_quantile(&d, 1 - tail);
	return 0;
}

int stats_bootstrap_median(struct stats *t, struct sorted x, double level, struct interval *out,
			   struct err *e)
{
	static const double zero = 0;

	return stats_bootstrap(t, (struct sorted){&zero, 1}, x, level, out, e);
}

/* ---- trend, power, many tests ---- */

/* How many of s are below v, or at most v. */
static size_t count_below(struct sorted s, double v, bool equal_too)
{
	size_t low = 0, high = s.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s.v[mid] < v || (equal_too && s.v[mid] == v))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

double stats_trend(const double *v, struct sorted s)
{
	double middle = (double)(s.n + 1) / 2, rr = 0, tt = 0, rt = 0;

	for (size_t i = 0; i < s.n; i++) {
		double midrank =
			(double)(count_below(s, v[i], false) + 1 + count_below(s, v[i], true)) / 2;
		double r = midrank - middle, t = (double)i + 1 - middle;
		rr += r * r;
		tt += t * t;
		rt += r * t;
	}
	return rr > 0 && s.n > 2 ? rt / sqrt(rr * tt) * sqrt((double)(s.n - 1)) : 0;
}

/* Of one sample: its mean, and sums of squares and products of the distances from the means. */
struct moments {
	double n, mean;
	double vv, tt, vt; /* v: values; t: their time */
};

static struct moments moments_of(const double *v, size_t n)
{
	struct moments m = {.n = (double)n};
	double middle = (m.n - 1) / 2;

	for (size_t i = 0; i < n; i++)
		m.mean += v[i] / m.n;
	for (size_t i = 0; i < n; i++) {
		double dv = v[i] - m.mean, dt = (double)i - middle;
		m.vv += dv * dv;
		m.tt += dt * dt;
		m.vt += dv * dt;
	}
	return m;
}

double stats_step(const double *x, size_t nx, const double *y, size_t ny)
{
	struct moments a = moments_of(x, nx), b = moments_of(y, ny);
	double tt = a.tt + b.tt, apart = (a.n + b.n) / 2, freedom = a.n + b.n - 3;
	double slope, step, left, error;

	if (nx == 0 || ny == 0 || freedom < 1)
		return 1;
	slope = (a.vt + b.vt) / tt;
	step = b.mean - a.mean - slope * apart;
	if (step * (b.mean - a.mean) <= 0)
		return 1;
	left = fmax(0, a.vv + b.vv - slope * slope * tt) / freedom;
	error = sqrt(left * (1 / a.n + 1 / b.n + apart * apart / tt));
	return error > 0 ? 2 * gsl_cdf_tdist_Q(fabs(step) / error, freedom) : 0;
}

double stats_step_over_line(const double *x, size_t nx, const double *y, size_t ny)
{
	struct moments a = moments_of(x, nx), b = moments_of(y, ny);
	double n = a.n + b.n, apart = b.mean - a.mean, weight = a.n * b.n / n;
	double time_apart = n / 2; /* of the two middles */
	double within = a.vv + b.vv;
	double tt = a.tt + b.tt + weight * time_apart * time_apart;
	double vt = a.vt + b.vt + weight * time_apart * apart;
	double line = within + weight * apart * apart - vt * vt / tt;

	if (!(within > 0))
		return line > 0 ? INFINITY : 0;
	return n / 2 * log(fmax(line, 0) / within);
}

/* P(two independent y are above the same x) for normal data and a shift in standard deviations. */
static double both_above(double shift)
{
	enum { STEPS = 48 };
	static const double reach = 6; /* standard deviations of x */
	double sum = 0, step = 2 * reach / STEPS;

	/* The integral over x of phi(x) * P(y > x)^2, by Simpson's rule. */
	for (int i = 0; i <= STEPS; i++) {
		double x = -reach + i * step, above = gsl_cdf_ugaussian_P(shift - x);
		double weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
		sum += weight * gsl_ran_ugaussian_pdf(x) * above * above;
	}
	return sum * step / 3;
}

/* The chance that U reaches its critical value, when y is shifted. */
static double power_of(double nx, double ny, double critical, double shift)
{
	double above = gsl_cdf_ugaussian_P(shift / sqrt(2));
	double joint = both_above(shift) - above * above;
	double variance = nx * ny * (above * (1 - above) + (nx + ny - 2) * joint);
	double distance = nx * ny * above - critical + 0.5;

	return gsl_cdf_ugaussian_P(distance / sqrt(fmax(variance, 1e-12)));
}

/* The smallest U above the middle that is significant at alpha. */
static double critical_u(struct stats *t, size_t nx, size_t ny, double alpha)
{
	double x = (double)nx, y = (double)ny;
	const double *cdf = nx + ny <= EXACT_MAX ? u_cdf_of(t, nx, ny) : NULL;
	size_t u = 0;

	if (!cdf)
		return fmin(x * y, x * y / 2 + 0.5 +
					   gsl_cdf_ugaussian_Qinv(alpha / 2) *
						   sqrt(x * y * (x + y + 1) / 12));
	while (2 * cdf[u + 1] <= alpha)
		u++;
	return x * y - (double)u;
}

double stats_detectable(struct stats *t, size_t nx, size_t ny, double alpha)
{
	double low = 0, high = 16, critical;

	if (stats_attainable(nx, ny) > alpha)
		return INFINITY;
	critical = critical_u(t, nx, ny, alpha);
	while (high - low > 1e-3) {
		double mid = (low + high) / 2;
		if (power_of((double)nx, (double)ny, critical, mid) >= 0.8)
			high = mid;
		else
			low = mid;
	}
	return high;
}

const char *const correction_names[CORRECTIONS] = {
	[CORRECT_BH] = "bh",
	[CORRECT_HOLM] = "holm",
	[CORRECT_NONE] = "none",
};

struct numbered {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Step up: from the greatest p down, what is below a smaller one takes that one's place. */
static void adjust_bh(const struct numbered *sorted, size_t n, double *adjusted)
{
	double least = 1;

	for (size_t i = n; i-- > 0;) {
		least = fmin(least, sorted[i].p * (double)n / (double)(i + 1));
		adjusted[sorted[i].at] = least;
	}
}

/* Step down: from the smallest p up. */
static void adjust_holm(const struct numbered *sorted, size_t n, double *adjusted)
{
	double most = 0;

	for (size_t i = 0; i < n; i++) {
		most = fmax(most, fmin(1, sorted[i].p * (double)(n - i)));
		adjusted[sorted[i].at] = most;
	}
}

int stats_adjust(enum correction c, const double *p, size_t n, double *adjusted, struct err *e)
{
	scope_free struct numbered *sorted = calloc(n + 1, sizeof(*sorted));

	if (!sorted)
		return err_no_memory(e);
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct numbered){p[i], i};
	qsort(sorted, n, sizeof(*sorted), by_p);
	if (c == CORRECT_BH)
		adjust_bh(sorted, n, adjusted);
	else if (c == CORRECT_HOLM)
		adjust_holm(sorted, n, adjusted);
	else
		memcpy(adjusted, p, n * sizeof(*p));
	return 0;
}

double stats_threshold(enum correction c, double level, size_t n, size_t found)
{
	double total = (double)(n ? n : 1), first = (double)(found ? found : 1);

	switch (c) {
	case CORRECT_BH:
		return level * first / total;
	case CORRECT_HOLM:
		return level / (total - (double)(found < n ? found : n - (n > 0)));
	default:
		return level;
	}
}

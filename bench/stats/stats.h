/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats: what can be said about few numbers that may have outliers, ties and no known shape. It is
 * by rank or median where these can tell, and by means and Student's t where so few values leave
 * them nothing to say. All of it is deterministic: nothing is drawn at random.
 */
#ifndef CGBENCH_STATS_H
#define CGBENCH_STATS_H

#include <stddef.h>

#include "cgbench/err.h"

/* Values in ascending order, none of them NAN. */
struct sorted {
	const double *v;
	size_t n;
};

struct interval {
	double low, high;
};

/* Tables that depend on nothing but counts, made as they are needed. */
struct stats;

struct stats *stats_new(void); /* NULL when memory is out */
void stats_free(struct stats *t);

/* Sorts in place. */
void stats_sort(double *v, size_t n);

/* NAN of an empty sample, also below. */
double stats_median(struct sorted s);

/* The same of values in any order, which are sorted. */
double stats_median_of(double *v, size_t n);

/* The median of the distances from the median; not scaled. */
double stats_mad(struct sorted s);

/*
 * How many values have a modified Z-score above 3.5 (Iglewicz & Hoaglin, "How to Detect and Handle
 * Outliers", 1993). They are counted, and never left out.
 */
size_t stats_outliers(struct sorted s);

/* The Hodges-Lehmann shift from x to y: the median of all differences of a y and an x. */
double stats_shift(struct sorted x, struct sorted y);

/* Cliff's delta, -1 to 1: how much more often y is above x than below it. */
double stats_cliff(struct sorted x, struct sorted y);

/*
 * Two-sided p of the Mann-Whitney U test. Exact for up to 60 values without ties (Mann & Whitney
 * 1947) and for up to 12 with them (the permutations of the midranks); else by the normal
 * approximation with correction for ties and continuity, and never below what an exact test of
 * these counts could yield. 1 when all values are equal. -ENOMEM.
 */
int stats_mann_whitney(struct stats *t, struct sorted x, struct sorted y, double *p, struct err *e);

/*
 * The same, where all of y lies on one side of all of x: there the rank test has said all that it
 * can, which is little in few values, and the distance between the two still speaks. The smaller
 * one of its p and that of the pooled t test. -ENOMEM.
 */
int stats_test(struct stats *t, struct sorted x, struct sorted y, double *p, struct err *e);

/* The smallest p that so many values can yield. */
double stats_attainable(size_t nx, size_t ny);

/* How many repeats a side it takes to yield a p of at most alpha. */
size_t stats_repeats_needed(double alpha);

/*
 * The interval of the Hodges-Lehmann shift: the shifts that the rank test does not reject (Lehmann,
 * "Nonparametrics", 1975, section 2.6), exact for up to 60 values. Of the intervals that so few
 * values have, the one nearest to the level, which is within 2 points of it; where there is none,
 * as in three values a side, that of the pooled t. One value on either side: the whole range.
 * -ENOMEM.
 */
int stats_shift_interval(struct stats *t, struct sorted x, struct sorted y, double level,
			 struct interval *out, struct err *e);

/*
 * The interval of the median of one sample: between its ordered values by the sign test,
 * interpolated (Hettmansperger & Sheather 1986), and below five values, which cannot reach 95%,
 * that of Student's t. One value: itself.
 */
struct interval stats_median_interval(struct sorted x, double level);

/*
 * The bootstrap interval (percentiles) of median(y) - median(x), at a level such as 0.95. It is the
 * ideal bootstrap: of a median, the probability of every outcome of resampling is known (Efron,
 * "Bootstrap methods", Ann. Statist. 1979, section 2), so that all resamples are counted instead of
 * some thousand drawn; hence no seed and no noise. -ENOMEM.
 */
int stats_bootstrap(struct stats *t, struct sorted x, struct sorted y, double level,
		    struct interval *out, struct err *e);

/* The same for the median of one sample. */
int stats_bootstrap_median(struct stats *t, struct sorted x, double level, struct interval *out,
			   struct err *e);

/*
 * Whether values rise or fall in the order of their time: Spearman's rank correlation with it,
 * scaled to a standard normal (Daniels 1950). v: in that order; s: the same, sorted.
 */
double stats_trend(const double *v, struct sorted s);

/*
 * Two-sided p of y lying above or below x by more than the trend that both have in themselves
 * would carry it, were y's first value one repeat after x's last: analysis of covariance (Fisher
 * 1932), time being the covariate. 1 when the trend explains all or more, and of fewer than four
 * values. Values, in the order of their time; outliers make it blind rather than wrong.
 */
double stats_step(const double *x, size_t nx, const double *y, size_t ny);

/*
 * How much better two levels explain the values than one straight line through both in the order of
 * their time: the logarithm of the ratio of their likelihoods, of normal data.
 */
double stats_step_over_line(const double *x, size_t nx, const double *y, size_t ny);

/*
 * The smallest shift that a test at alpha would find in four of five cases, in standard deviations
 * of normal data, by the normal approximation of U under that shift (Lehmann, "Nonparametrics",
 * 1975, section 2.3). INFINITY when so few values find none, however far they lie apart.
 */
double stats_detectable(struct stats *t, size_t nx, size_t ny, double alpha);

/* The factor that makes a MAD a standard deviation of normal data. */
#define STATS_MAD_SD 1.4826

enum correction { CORRECT_BH, CORRECT_HOLM, CORRECT_NONE, CORRECTIONS };

/* "bh", "holm", "none" */
extern const char *const correction_names[CORRECTIONS];

/*
 * Turns p values into adjusted ones, to be compared with the bound asked for. Benjamini-Hochberg
 * (JRSS-B 1995) bounds the expected share of false ones among the alarms: a list of alarms is read
 * by people, and this is the number that says how far to trust it. It holds for metrics that rise
 * and fall together (Benjamini & Yekutieli, Ann. Statist. 2001), as those of a trial do. Holm
 * (1979) bounds the chance of any false alarm; with hundreds of metrics it finds next to nothing in
 * few repeats. -ENOMEM.
 */
int stats_adjust(enum correction c, const double *p, size_t n, double *adjusted, struct err *e);

/* The p at which a comparison of n was, or would have been, found, `found` of them having been. */
double stats_threshold(enum correction c, double level, size_t n, size_t found);

#endif

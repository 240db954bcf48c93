/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * changepoint: where a series of measurements began to be another one.
 *
 * The method is E-divisive (Matteson & James, "A nonparametric approach for multiple change point
 * analysis of multivariate data", JASA 2014): the split with the greatest energy distance between
 * its two sides, judged by how great that gets when the order of the values is shuffled. Around it:
 *
 *  - It looks through overlapping windows, gathers weak candidates, and then drops the weakest as
 *    long as there is one, as Hunter does (Fleming et al., ICPE 2023): changes cannot hide each
 *    other, and a slow drift is no step within a window.
 *  - The distance is taken between ranks. An outlier is then only the greatest value, and what
 *    shuffling yields depends on nothing but the length, so that it is simulated once a length and
 *    serves every series. Equal values are ranked in a random but fixed order. Ranks know nothing
 *    of how far levels are apart, so the last few runs of a change's place come from the values.
 *  - Beyond what was simulated, the tail is taken as exponential (Knijnenburg et al., "Fewer
 *    permutations, more accurate P-values", Bioinformatics 2009). Judging a thousand series needs
 *    chances that no affordable number of shuffles can show.
 *  - The few values at either end of a stretch are judged by the sum of their ranks too (Wilcoxon's
 *    test, exact): the distance weighs them lightly, and the newest runs are what one waits for.
 *
 * It assumes that the values of an unchanged series come in no order; where one run leans on the
 * one before it, alarms are more frequent than the significance says.
 */
#ifndef CGBENCH_CHANGEPOINT_H
#define CGBENCH_CHANGEPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

enum {
	CHANGEPOINT_WINDOW = 100, /* values that are looked at together, half on either side */
	CHANGEPOINT_SEGMENT = 3,  /* the fewest values between two changes */
};

/* The chance that a whole family of unchanged series raises any alarm. */
#define CHANGEPOINT_SIGNIFICANCE 0.01

struct changepoint_options {
	double significance; /* for the family; above 0, below 1 */
	size_t series;       /* how many series are judged together; 0 counts as 1 */
	uint64_t seed;       /* of shuffles and ties: the same seed gives the same answer */
};

struct changepoint {
	size_t at;            /* the first value after the change */
	double before, after; /* medians of the values that it was judged by, on either side */
	double chance;        /* of so clear a split without a change; 0: values without noise */
};

/* What is shared by the series of a family: options, room, and the simulated shuffles. */
struct changepoint_finder;

/* -EINVAL when the significance is out of range. */
int changepoint_finder_new(const struct changepoint_options *o, struct changepoint_finder **out,
			   struct err *e);
void changepoint_finder_free(struct changepoint_finder *f);

/*
 * Finds the changes of a series of n finite values, in their order. The caller frees *out, which is
 * NULL when there are none.
 */
int changepoint_find(struct changepoint_finder *f, const double *values, size_t n,
		     struct changepoint **out, size_t *n_out, struct err *e);

/* The same for values without noise, where any difference between neighbours is a change. */
int changepoint_find_exact(const double *values, size_t n, struct changepoint **out, size_t *n_out,
			   struct err *e);

/* The fewest values from which a change could be told at all under these options. */
size_t changepoint_values_min(struct changepoint_finder *f);

#endif

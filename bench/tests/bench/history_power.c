/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history_power: what `cgbench history changes` sees, on series of which the truth is known: 1,000
 * runs with five steps, up and down in turn.
 *
 *	found        of the steps, those found within two runs of their place
 *	alarms       of unchanged series, those in which anything was found
 *	runs until   after how many runs a step is first seen, in the middle (series of 100 runs and
 *	seen         more; -: not within 50)
 *
 * Steps are given in MAD-like units of the noise (its interquartile range over 1.349). Ends with 1
 * when more of the series raise an alarm than the significance allows a whole family.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "stats/changepoint.h"

enum {
	RUNS = 1000,
	SERIES = 60,
	NULL_SERIES = 300,
	PLANTED = 5,
	NEAR = 2,
	LATEST = 50,
	BEFORE = 100
};

static const size_t planted[PLANTED] = {110, 290, 520, 700, 930};
static const double steps[] = {1, 2, 3, 5, 8};
static const size_t families[] = {20, 1000};

static double draw_normal(gsl_rng *g)
{
	return gsl_ran_ugaussian(g);
}

/* Student's t with two degrees of freedom, scaled to the quartiles of the normal. */
static double draw_heavy(gsl_rng *g)
{
	return gsl_ran_tdist(g, 2) * 0.6745 / 0.8165;
}

static double draw_outliers(gsl_rng *g)
{
	return gsl_ran_gaussian(g, gsl_rng_uniform(g) < 0.05 ? 30 : 1);
}

static double draw_skewed(gsl_rng *g)
{
	return gsl_ran_exponential(g, 1) * 1.349 / 1.0986;
}

static double draw_counts(gsl_rng *g)
{
	return gsl_ran_poisson(g, 4) / 2.0;
}

static const struct noise {
	const char *name;
	double (*draw)(gsl_rng *g);
	double drift; /* a run */
} noises[] = {
	{"normal", draw_normal, 0},     {"heavy tails", draw_heavy, 0},
	{"outliers", draw_outliers, 0}, {"skewed", draw_skewed, 0},
	{"counts", draw_counts, 0},     {"normal, drifting", draw_normal, 0.002},
};

/* Fills values up to n; the level changes at each planted place, or at one place alone. */
static void fill(gsl_rng *g, const struct noise *noise, double step, size_t only, double *values,
		 size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t passed = 0;
		while (!only && passed < PLANTED && i >= planted[passed])
			passed++;
		values[i] = noise->draw(g) + noise->drift * (double)i +
			    (only ? (i >= only) * step : (double)(passed % 2) * step);
	}
}

static struct changepoint *find(struct changepoint_finder *f, const double *values, size_t n,
				size_t *found)
{
	struct changepoint *list = NULL;

	if (changepoint_find(f, values, n, &list, found, NULL) < 0)
		abort();
	return list;
}

/* The share of planted steps that were found. */
static double found_share(gsl_rng *g, struct changepoint_finder *f, const struct noise *noise,
			  double step)
{
	double values[RUNS];
	size_t hits = 0;

	for (size_t s = 0; s < SERIES; s++) {
		struct changepoint *found;
		size_t n;
		fill(g, noise, step, 0, values, RUNS);
		found = find(f, values, RUNS, &n);
		for (size_t k = 0; k < PLANTED; k++) {
			bool hit = false;
			for (size_t i = 0; i < n; i++)
				hit |= found[i].at + NEAR >= planted[k] &&
				       found[i].at <= planted[k] + NEAR;
			hits += hit;
		}
		free(found);
	}
	return (double)hits / (SERIES * PLANTED);
}

static double alarm_share(gsl_rng *g, struct changepoint_finder *f, const struct noise *noise)
{
	double values[RUNS];
	size_t alarms = 0;

	for (size_t s = 0; s < NULL_SERIES; s++) {
		size_t n;
		fill(g, noise, 0, 0, values, RUNS);
		free(find(f, values, RUNS, &n));
		alarms += n > 0;
	}
	return (double)alarms / NULL_SERIES;
}

static int compare_sizes(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return (x > y) - (x < y);
}

/* How many runs it takes until a step after BEFORE runs is seen; the middle of many tries. */
static size_t delay(gsl_rng *g, struct changepoint_finder *f, const struct noise *noise,
		    double step)
{
	enum { TRIES = 41 };
	size_t delays[TRIES];

	for (size_t i = 0; i < TRIES; i++) {
		double values[BEFORE + LATEST];
		size_t n = 0;
		fill(g, noise, step, BEFORE, values, BEFORE + LATEST);
		for (delays[i] = 1; delays[i] <= LATEST && n == 0; delays[i]++)
			free(find(f, values, BEFORE + delays[i], &n));
		delays[i] -= n > 0;
	}
	qsort(delays, TRIES, sizeof(delays[0]), compare_sizes);
	return delays[TRIES / 2];
}

static bool run(gsl_rng *g, const struct noise *noise, size_t family)
{
	const struct changepoint_options o = {
		.significance = CHANGEPOINT_SIGNIFICANCE, .series = family, .seed = 1};
	struct changepoint_finder *f = NULL;
	double alarms;

	if (changepoint_finder_new(&o, &f, NULL) < 0)
		abort();
	printf("%-18s %6zu ", noise->name, family);
	for (size_t i = 0; i < array_len(steps); i++)
		printf(" %5.1f", 100 * found_share(g, f, noise, steps[i]));
	alarms = alarm_share(g, f, noise);
	printf("  %6.2f  ", 100 * alarms);
	for (size_t i = 0; i < array_len(steps); i++) {
		size_t runs = delay(g, f, noise, steps[i]);
		if (runs > LATEST)
			printf("    -");
		else
			printf("  %3zu", runs);
	}
	putchar('\n');
	fflush(stdout);
	changepoint_finder_free(f);
	/* A single series of a family may not even show what the whole family is allowed. */
	return alarms <= CHANGEPOINT_SIGNIFICANCE;
}

int main(void)
{
	gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
	bool good = true;

	if (!g)
		abort();
	gsl_rng_set(g, 1);
	printf("Changes as `cgbench history changes` finds them at its default significance, %g "
	       "for "
	       "all series.\n\n"
	       "                   series  found within 2 runs, %%          alarms   runs until "
	       "seen\n"
	       "noise           together ",
	       CHANGEPOINT_SIGNIFICANCE);
	for (size_t i = 0; i < array_len(steps); i++)
		printf(" %4g x", steps[i]);
	printf("       %%  ");
	for (size_t i = 0; i < array_len(steps); i++)
		printf(" %3gx", steps[i]);
	putchar('\n');
	for (size_t k = 0; k < array_len(noises); k++)
		for (size_t i = 0; i < array_len(families); i++)
			good &= run(g, &noises[k], families[i]);
	printf("\n%s: at most %g%% of unchanged series raise an alarm\n", good ? "pass" : "FAIL",
	       100 * CHANGEPOINT_SIGNIFICANCE);
	gsl_rng_free(g);
	return good ? EXIT_PASS : EXIT_GATE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compare_power: how far the verdicts of `cgbench compare` can be trusted, on data of which the
 * truth is known. Each family has as many comparisons as a small suite; of some, head is shifted.
 *
 *	false alarm   improved or regressed, where nothing was shifted
 *	found         improved or regressed, in the right direction, where something was
 *
 * Ends with 1 when more than 1% of the comparisons of a kind of data are false alarms.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "compare/compare.h"

enum { FAMILY = 100, SHIFTED = 10, FAMILIES = 40, REPEATS_MAX = 30 };

static const double promised = 0.01;

/* Where a value stands in time: in its run, from 0 to 1, and over both runs. */
struct moment {
	double in_run, in_both;
};

struct kind {
	const char *name;
	double mad; /* of one value, without drift */
	double (*draw)(gsl_rng *rng, struct moment t);
	bool interleaved; /* base and head take turns, ABBA */
	size_t drifting;  /* this many of a family are drawn so, the rest is normal; 0: all */
};

/* The centre lies far from 0, so that the scale is about a percent a unit. */
static const double centre = 100;

static double draw_normal(gsl_rng *rng, struct moment t)
{
	(void)t;
	return gsl_ran_ugaussian(rng);
}

static double draw_outliers(gsl_rng *rng, struct moment t)
{
	(void)t;
	return gsl_ran_gaussian(rng, gsl_rng_uniform(rng) < 0.1 ? 10 : 1);
}

static double draw_bimodal(gsl_rng *rng, struct moment t)
{
	(void)t;
	return gsl_ran_ugaussian(rng) + (gsl_rng_uniform(rng) < 0.5 ? 2 : -2);
}

static double draw_skewed(gsl_rng *rng, struct moment t)
{
	(void)t;
	return exp(gsl_ran_ugaussian(rng));
}

/* Of whole numbers: many ties. */
static double draw_counts(gsl_rng *rng, struct moment t)
{
	(void)t;
	return gsl_ran_poisson(rng, 3);
}

/* Each run starts cold: its first values are high. */
static double draw_warmup(gsl_rng *rng, struct moment t)
{
	return gsl_ran_ugaussian(rng) + 4 * (1 - t.in_run);
}

static double draw_drift(gsl_rng *rng, struct moment t)
{
	return gsl_ran_ugaussian(rng) + 4 * t.in_both;
}

static double draw_weak_drift(gsl_rng *rng, struct moment t)
{
	return gsl_ran_ugaussian(rng) + 1.5 * t.in_both;
}

/* As a host that grows warm: fast at first, then ever slower. */
static double draw_settling(gsl_rng *rng, struct moment t)
{
	return gsl_ran_ugaussian(rng) + 4 * (1 - exp(-4 * t.in_both));
}

static double draw_strong_drift(gsl_rng *rng, struct moment t)
{
	return gsl_ran_ugaussian(rng) + 12 * t.in_both;
}

static const struct kind kinds[] = {
	{.name = "normal", .mad = 0.6745, .draw = draw_normal},
	{.name = "outliers, 10% at 10 sd", .mad = 0.759, .draw = draw_outliers},
	{.name = "bimodal, 4 sd apart", .mad = 2.0, .draw = draw_bimodal},
	{.name = "skewed, log-normal", .mad = 0.599, .draw = draw_skewed},
	{.name = "counts around 3", .mad = 1.0, .draw = draw_counts},
	{.name = "each run warms up by 4 sd", .mad = 0.6745, .draw = draw_warmup},
	{.name = "4 sd of drift, cgbench ab",
	 .mad = 0.6745,
	 .draw = draw_drift,
	 .interleaved = true},
	{.name = "4 sd of drift, one by one", .mad = 0.6745, .draw = draw_drift},
	{.name = "12 sd of drift, one by one", .mad = 0.6745, .draw = draw_strong_drift},
	{.name = "1.5 sd of drift, one by one", .mad = 0.6745, .draw = draw_weak_drift},
	{.name = "4 sd, settling, one by one", .mad = 0.6745, .draw = draw_settling},
	{.name = "4 sd of drift in a tenth",
	 .mad = 0.6745,
	 .draw = draw_drift,
	 .drifting = FAMILY / 10},
};

static const size_t repeats[] = {5, 10, 20, 30};
static const double shifts_mad[] = {0, 0.5, 1, 2, 4};

/* Side 0 is base. ABBA: a block of four is base, head, head, base. */
static struct moment moment_of(const struct kind *k, int side, size_t i, size_t n)
{
	static const size_t abba[2][2] = {{0, 3}, {1, 2}};
	double place = (double)((size_t)side * n + i);
	size_t block = i / 2;

	if (k->interleaved)
		place = (double)(block * 4 + abba[side][i % 2]);
	return (struct moment){.in_run = (double)i / (double)n, .in_both = place / (2 * (double)n)};
}

static void draw_side(gsl_rng *rng, const struct kind *k, int side, size_t n, double shift,
		      double *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = centre + shift + k->draw(rng, moment_of(k, side, i, n));
}

struct power {
	size_t nulls, false_alarms; /* of what was not shifted */
	size_t shifted, found;
};

static void count(struct power *t, const struct comparison *c, double shift)
{
	bool alarm = c->outcome == OUTCOME_REGRESSED || c->outcome == OUTCOME_IMPROVED;

	if (shift == 0) {
		t->nulls++;
		t->false_alarms += alarm;
		return;
	}
	t->shifted++;
	t->found += c->outcome == OUTCOME_REGRESSED;
}

static void run_family(gsl_rng *rng, struct comparer *cmp, const struct kind *k, size_t n,
		       double shift, struct power *t)
{
	struct compare_options o = {.level = COMPARE_LEVEL,
				    .share = COMPARE_SHARE,
				    .margin = COMPARE_MARGIN,
				    .correction = CORRECT_BH,
				    .interleaved = k->interleaved};
	struct comparison v[FAMILY] = {{0}};
	double base[REPEATS_MAX], head[REPEATS_MAX];

	for (size_t i = 0; i < FAMILY; i++) {
		/* The last ones, so that none that drifts is shifted, too. */
		const struct kind *drawn = i + k->drifting >= FAMILY || !k->drifting ? k : kinds;
		draw_side(rng, drawn, 0, n, 0, base);
		draw_side(rng, drawn, 1, n, i < SHIFTED ? shift : 0, head);
		if (compare_measure(cmp, (struct side){.value = base, .n = n},
				    (struct side){.value = head, .n = n}, "usec", BETTER_LOWER,
				    &v[i], NULL) < 0)
			abort();
	}
	if (compare_judge(v, FAMILY, &o, NULL) < 0)
		abort();
	for (size_t i = 0; i < FAMILY; i++)
		count(t, &v[i], i < SHIFTED ? shift : 0);
}

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* One line: the alarms where nothing changed, then what was found of each shift. */
static bool run_kind(gsl_rng *rng, struct comparer *cmp, const struct kind *k, size_t n)
{
	struct power nulls = {0};
	double worst;

	printf("%-28s %3zu ", k->name, n);
	for (size_t s = 0; s < array_len(shifts_mad); s++) {
		struct power t = {0};
		for (int i = 0; i < FAMILIES; i++)
			run_family(rng, cmp, k, n, shifts_mad[s] * k->mad, &t);
		if (shifts_mad[s] == 0)
			printf(" %8.3f", percent(t.false_alarms, t.nulls));
		else
			printf(" %7.1f", percent(t.found, t.shifted));
		nulls.nulls += t.nulls;
		nulls.false_alarms += t.false_alarms;
	}
	worst = percent(nulls.false_alarms, nulls.nulls);
	printf(" %8.3f\n", worst);
	return worst <= 100 * promised;
}

int main(void)
{
	struct comparer *cmp = NULL;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	bool good = true;

	if (!rng || comparer_new(&cmp, NULL) < 0)
		abort();
	gsl_rng_set(rng, 1);
	printf("Verdicts of `cgbench compare` at its defaults (p <= %g and %s <= %g), families of "
	       "%d\n"
	       "comparisons of which %d are shifted, %d families a number; all numbers are "
	       "percent.\n\n"
	       "                                false    found of a shift of            false\n"
	       "data                    repeats alarms   0.5 MAD   1 MAD   2 MAD  4 MAD  alarms "
	       "beside\n",
	       COMPARE_LEVEL, correction_names[CORRECT_BH], COMPARE_SHARE, FAMILY, SHIFTED,
	       FAMILIES);
	for (size_t k = 0; k < array_len(kinds); k++)
		for (size_t r = 0; r < array_len(repeats); r++)
			good &= run_kind(rng, cmp, &kinds[k], repeats[r]);
	printf("\n%s: at most %g%% of the comparisons are false alarms\n", good ? "pass" : "FAIL",
	       100 * promised);
	comparer_free(cmp);
	gsl_rng_free(rng);
	return good ? EXIT_PASS : EXIT_GATE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gates: whether `cgbench compare --gate` decides rightly in the few repeats that CI has, on data
 * of which the truth is known. Each line is a promise; ends with 1 when one is missed.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "compare/gate.h"

enum { FAMILY_MAX = 400, REPEATS_MAX = 30, GATES = 1000, INTERVALS = 20000 };

static const double centre = 100;
static const double mad = 0.6745; /* of a standard normal */

/* A family of series: how many there are, how noisy, and which of them head shifts. */
struct trial {
	size_t family, repeats, shifted;
	double sd, shift;
	size_t guarded; /* the first few; 0: all */
};

struct bench {
	gsl_rng *rng;
	struct comparer *comparer;
	struct stats *stats;
	size_t missed;
};

static void draw(const struct bench *b, double at, double sd, size_t n, double *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = at + gsl_ran_gaussian(b->rng, sd);
}

static void compare_family(const struct bench *b, const struct trial *t, struct comparison *v)
{
	static const struct compare_options o = {.level = COMPARE_LEVEL,
						 .share = COMPARE_SHARE,
						 .margin = COMPARE_MARGIN,
						 .correction = CORRECT_BH};
	double base[REPEATS_MAX], head[REPEATS_MAX];

	for (size_t i = 0; i < t->family; i++) {
		v[i] = (struct comparison){0};
		draw(b, centre, t->sd, t->repeats, base);
		draw(b, centre + (i < t->shifted ? t->shift : 0), t->sd, t->repeats, head);
		if (compare_measure(b->comparer, (struct side){.value = base, .n = t->repeats},
				    (struct side){.value = head, .n = t->repeats}, "usec",
				    BETTER_LOWER, &v[i], NULL) < 0)
			abort();
		v[i].unguarded = t->guarded > 0 && i >= t->guarded;
	}
	if (compare_judge(v, t->family, &o, NULL) < 0)
		abort();
}

static enum exit_code gate(const struct trial *t, struct comparison *v)
{
	static const struct run none;
	static const struct gate_options o;
	struct compared c = {.v = v, .n = t->family, .options.margin = COMPARE_MARGIN};
	struct gated g;
	enum exit_code code;

	if (gate_judge(&none, &c, &o, &g, NULL) < 0)
		abort();
	code = g.code;
	gated_clear(&g);
	return code;
}

static void promise(struct bench *b, const char *what, double got, double least, double most)
{
	bool kept = got >= least && got <= most;

	b->missed += !kept;
	printf("%-4s %-58s %6.1f  (%g to %g)\n", kept ? "ok" : "MISS", what, got, least, most);
}

/* In how many of 100 the gate ends with a code. */
static double gates_ending(const struct bench *b, const struct trial *t, enum exit_code code)
{
	static struct comparison v[FAMILY_MAX];
	size_t n = 0;

	for (size_t i = 0; i < GATES; i++) {
		compare_family(b, t, v);
		n += gate(t, v) == code;
	}
	return 100.0 * (double)n / GATES;
}

static void promise_regressions(struct bench *b)
{
	static const size_t families[] = {1, 10, 100, 400};
	char what[80];

	for (size_t i = 0; i < array_len(families); i++) {
		struct trial t = {families[i], .repeats = 5, .shifted = 1, .sd = 1, .shift = 30};
		snprintf(what, sizeof(what), "exit 1: +30%%, 1%% noise, 5 repeats, one of %zu",
			 t.family);
		promise(b, what, gates_ending(b, &t, EXIT_GATE), 95, 100);
	}
}

static void promise_quiet(struct bench *b)
{
	struct trial t = {.family = 100, .repeats = 10, .sd = 3, .guarded = 1};

	promise(b, "exit 0: A/A, 3% noise, 10 repeats, 100 metrics, one guarded",
		gates_ending(b, &t, EXIT_PASS), 90, 100);
	t.guarded = 0;
	promise(b, "exit 0: the same, all of them guarded", gates_ending(b, &t, EXIT_PASS), 90,
		100);
}

static void promise_found(struct bench *b)
{
	static struct comparison v[FAMILY_MAX];
	struct trial t = {.family = 100, .repeats = 10, .shifted = 10, .sd = 1, .shift = 4 * mad};
	size_t found = 0, alarms = 0;

	for (size_t i = 0; i < GATES; i++) {
		compare_family(b, &t, v);
		for (size_t k = 0; k < t.family; k++) {
			found += k < t.shifted && v[k].outcome == OUTCOME_REGRESSED;
			alarms += k >= t.shifted && (v[k].outcome == OUTCOME_REGRESSED ||
						     v[k].outcome == OUTCOME_IMPROVED);
		}
	}
	promise(b, "found: 4 MAD in 10 repeats, 10 of 100",
		100.0 * (double)found / (double)(GATES * t.shifted), 95, 100);
	promise(b, "false alarms beside them",
		100.0 * (double)alarms / (double)(GATES * (t.family - t.shifted)), 0, 1);
}

static double covered_shift(const struct bench *b, size_t n)
{
	double x[REPEATS_MAX], y[REPEATS_MAX];
	struct interval i;
	size_t covered = 0;

	for (size_t k = 0; k < INTERVALS; k++) {
		draw(b, 0, 1, n, x);
		draw(b, 1, 1, n, y);
		stats_sort(x, n);
		stats_sort(y, n);
		if (stats_shift_interval(b->stats, (struct sorted){x, n}, (struct sorted){y, n},
					 0.95, &i, NULL) < 0)
			abort();
		covered += i.low <= 1 && i.high >= 1;
	}
	return 100.0 * (double)covered / INTERVALS;
}

static double covered_median(const struct bench *b, size_t n)
{
	double x[REPEATS_MAX];
	size_t covered = 0;

	for (size_t k = 0; k < INTERVALS; k++) {
		struct interval i;
		draw(b, 0, 1, n, x);
		stats_sort(x, n);
		i = stats_median_interval((struct sorted){x, n}, 0.95);
		covered += i.low <= 0 && i.high >= 0;
	}
	return 100.0 * (double)covered / INTERVALS;
}

static void promise_intervals(struct bench *b)
{
	static const size_t counts[] = {3, 4, 5, 6, 7, 8, 10, 15, 20, 30};
	char what[80];

	for (size_t i = 0; i < array_len(counts); i++) {
		snprintf(what, sizeof(what), "coverage of a change, %zu repeats", counts[i]);
		promise(b, what, covered_shift(b, counts[i]), 93, 97);
		snprintf(what, sizeof(what), "coverage of one median, %zu repeats", counts[i]);
		promise(b, what, covered_median(b, counts[i]), 93, 97);
	}
}

int main(void)
{
	struct bench b = {.rng = gsl_rng_alloc(gsl_rng_mt19937), .stats = stats_new()};

	if (!b.rng || !b.stats || comparer_new(&b.comparer, NULL) < 0)
		abort();
	gsl_rng_set(b.rng, 1);
	printf("Percent, of simulated data; in brackets what is promised.\n\n");
	promise_regressions(&b);
	promise_quiet(&b);
	promise_found(&b);
	promise_intervals(&b);
	printf("\n%s: %zu missed\n", b.missed ? "FAIL" : "pass", b.missed);
	comparer_free(b.comparer);
	stats_free(b.stats);
	gsl_rng_free(b.rng);
	return b.missed ? EXIT_GATE : EXIT_PASS;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare: verdicts on values of which the truth is known, and the command on small runs. */
#include "compare/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/aa.h"
#include "compare/by.h"
#include "host/hosts.h"
#include "tests/support/subcommand.h"
#include "tests/test.h"

extern const struct command command_compare;

enum { N = 12 };

/* Noise of a known kind, from -1 to 1, the same every time: nearly evenly spread. */
static double noise(size_t i)
{
	return fmod((double)(i + 1) * 0.6180339887498949, 1) * 2 - 1;
}

struct made {
	double value[N], expected[N];
	size_t n;
};

static struct made make(size_t n, double centre, double spread, size_t seed)
{
	struct made m = {.n = n};

	for (size_t i = 0; i < n; i++) {
		m.value[i] = centre + spread * noise(i + seed);
		m.expected[i] = NAN;
	}
	return m;
}

static struct side side(const struct made *m)
{
	return (struct side){m->value, m->expected, m->n};
}

static const struct compare_options defaults = {
	.level = COMPARE_LEVEL, .share = COMPARE_SHARE, .margin = COMPARE_MARGIN};

static struct comparison judge(struct side base, struct side head, const char *unit,
			       enum metric_better better, const struct compare_options *o)
{
	struct comparison v = {0};
	struct comparer *c;

	assert_int_equal(comparer_new(&c, NULL), 0);
	assert_int_equal(compare_measure(c, base, head, unit, better, &v, NULL), 0);
	assert_int_equal(compare_judge(&v, 1, o, NULL), 0);
	comparer_free(c);
	return v;
}

static void test_verdicts(void **state)
{
	static const struct {
		const char *what;
		double base, base_spread, head, head_spread;
		size_t n_base, n_head;
		enum metric_better better;
		enum outcome outcome;
		enum why why;
	} rows[] = {
		{"lower is better", 100, 1, 110, 1, N, N, BETTER_LOWER, OUTCOME_REGRESSED, 0},
		{"and it fell", 110, 1, 100, 1, N, N, BETTER_LOWER, OUTCOME_IMPROVED, 0},
		{"higher is better", 100, 1, 110, 1, N, N, BETTER_HIGHER, OUTCOME_IMPROVED, 0},
		{"and it fell", 110, 1, 100, 1, N, N, BETTER_HIGHER, OUTCOME_REGRESSED, 0},
		{"neither is", 100, 1, 110, 1, N, N, BETTER_NEUTRAL, OUTCOME_CHANGED, 0},
		{"less than the margin", 100, 1, 103, .1, N, N, BETTER_LOWER, OUTCOME_REGRESSED, 0},
		{"nothing moved", 100, 1, 100, 1, N, N, BETTER_LOWER, OUTCOME_SAME, 0},
		{"too much noise", 100, 60, 100, 60, N, N, BETTER_LOWER, OUTCOME_INCONCLUSIVE,
		 WHY_NOISE},
		{"too few to tell", 100, 9, 120, 9, 3, 3, BETTER_LOWER, OUTCOME_INCONCLUSIVE,
		 WHY_FEW},
		{"few, but far apart", 100, 1, 150, 1, 3, 3, BETTER_LOWER, OUTCOME_REGRESSED, 0},
		{"too few to be the same", 100, 1, 100, 1, 4, 4, BETTER_LOWER, OUTCOME_INCONCLUSIVE,
		 WHY_FEW},
		{"constants", 7, 0, 7, 0, 3, 3, BETTER_LOWER, OUTCOME_SAME, 0},
		{"one value each", 7, 0, 7, 0, 1, 1, BETTER_LOWER, OUTCOME_INCONCLUSIVE, WHY_FEW},
		{"constants that differ", 7, 0, 8, 0, 6, 6, BETTER_LOWER, OUTCOME_REGRESSED, 0},
		{"from nothing", 0, 0, 8, 0, 6, 6, BETTER_LOWER, OUTCOME_REGRESSED, 0},
		{"only in base", 7, 1, 0, 0, N, 0, BETTER_LOWER, OUTCOME_INCONCLUSIVE,
		 WHY_ONLY_BASE},
		{"only in head", 0, 0, 7, 1, 0, N, BETTER_LOWER, OUTCOME_INCONCLUSIVE,
		 WHY_ONLY_HEAD},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct made base = make(rows[i].n_base, rows[i].base, rows[i].base_spread, 0);
		struct made head = make(rows[i].n_head, rows[i].head, rows[i].head_spread, 100);
		struct comparison v =
			judge(side(&base), side(&head), "usec", rows[i].better, &defaults);
		if (v.outcome != rows[i].outcome || v.why != rows[i].why)
			fail_msg("%s: %s, %s", rows[i].what, outcome_names[v.outcome],
				 why_texts[v.why]);
	}
}

static void test_what_a_change_is_measured_in(void **state)
{
	static const struct {
		const char *unit;
		double base, head, expected; /* NAN: none */
		enum metric_better better;
		enum scale scale;
		double change;
		enum outcome outcome;
	} rows[] = {
		{"usec", 200, 220, NAN, BETTER_LOWER, SCALE_PERCENT, 10, OUTCOME_REGRESSED},
		{"usec", -200, -180, NAN, BETTER_LOWER, SCALE_PERCENT, 10, OUTCOME_REGRESSED},
		{"%", 10, 12, NAN, BETTER_LOWER, SCALE_POINTS, 2, OUTCOME_REGRESSED},
		{"usec", 0, 5, NAN, BETTER_LOWER, SCALE_UNIT, 5, OUTCOME_REGRESSED},
		/* The error grows from 1% to 3% of what is expected. */
		{"usec", 2020, 2060, 2000, BETTER_EXPECTED, SCALE_POINTS, 2, OUTCOME_REGRESSED},
		{"usec", 1940, 2020, 2000, BETTER_EXPECTED, SCALE_POINTS, -2, OUTCOME_IMPROVED},
		/* From one side of it to the other: as near as before. */
		{"usec", 1980, 2020, 2000, BETTER_EXPECTED, SCALE_POINTS, 0, OUTCOME_SAME},
		/* An error in percent is expected to be 0. */
		{"%", -1, 4, NAN, BETTER_EXPECTED, SCALE_POINTS, 3, OUTCOME_REGRESSED},
		/* Nobody knows what was expected. */
		{"usec", 100, 110, NAN, BETTER_EXPECTED, SCALE_PERCENT, 10, OUTCOME_CHANGED},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct made base = make(N, rows[i].base, 0, 0), head = make(N, rows[i].head, 0, 0);
		struct comparison v;
		for (size_t k = 0; k < N; k++)
			base.expected[k] = head.expected[k] = rows[i].expected;
		v = judge(side(&base), side(&head), rows[i].unit, rows[i].better, &defaults);
		if (v.scale != rows[i].scale || fabs(v.change - rows[i].change) > 1e-9 ||
		    v.outcome != rows[i].outcome)
			fail_msg("row %zu: scale %d, change %g, %s", i, v.scale, v.change,
				 outcome_names[v.outcome]);
	}
}

/* Both runs rise as they go, and head goes on where base ended: time did that, or might have. */
static void test_drift_is_no_change(void **state)
{
	struct made base = make(N, 100, .1, 0), head = make(N, 100, .1, 50);
	struct compare_options turns = defaults;
	struct comparison v;
	(void)state;

	for (size_t i = 0; i < N; i++) {
		base.value[i] += (double)i;
		head.value[i] += (double)(N + i);
	}
	v = judge(side(&base), side(&head), "usec", BETTER_LOWER, &defaults);
	assert_int_equal(v.outcome, OUTCOME_INCONCLUSIVE);
	assert_int_equal(v.why, WHY_DRIFT);
	/* Had they taken turns, such a difference would be one. */
	turns.interleaved = true;
	v = judge(side(&base), side(&head), "usec", BETTER_LOWER, &turns);
	assert_int_equal(v.outcome, OUTCOME_REGRESSED);
	/* Far more than the drift explains. */
	for (size_t i = 0; i < N; i++)
		head.value[i] += 500;
	v = judge(side(&base), side(&head), "usec", BETTER_LOWER, &defaults);
	assert_int_equal(v.outcome, OUTCOME_REGRESSED);
}

/* What is a change on a quiet host may be drift on one whose other metrics all move. */
static void test_a_host_that_drifts(void **state)
{
	enum { FAMILY = 30 };
	struct comparison quiet[FAMILY] = {{0}}, drifting[FAMILY] = {{0}};
	struct comparer *c;
	(void)state;

	assert_int_equal(comparer_new(&c, NULL), 0);
	for (size_t i = 0; i < FAMILY; i++) {
		struct made base = make(N, 100, 3, i), head = make(N, i ? 100 : 103, 3, 50 + i);
		assert_int_equal(compare_measure(c, side(&base), side(&head), "usec", BETTER_LOWER,
						 &quiet[i], NULL),
				 0);
		for (size_t k = 0; i && k < N; k++) {
			base.value[k] += (double)k / 3;
			head.value[k] += (double)(N + k) / 3;
		}
		assert_int_equal(compare_measure(c, side(&base), side(&head), "usec", BETTER_LOWER,
						 &drifting[i], NULL),
				 0);
	}
	comparer_free(c);
	assert_int_equal(compare_judge(quiet, FAMILY, &defaults, NULL), 0);
	assert_int_equal(compare_judge(drifting, FAMILY, &defaults, NULL), 0);
	assert_int_equal(quiet[0].outcome, OUTCOME_REGRESSED);
	for (size_t i = 0; i < FAMILY; i++)
		if (drifting[i].outcome == OUTCOME_REGRESSED)
			fail_msg("%zu: regressed, trend %g, step %g", i, drifting[i].trend,
				 drifting[i].step);
	assert_int_equal(drifting[0].why, WHY_DRIFT);
}

/* The same middle, another spread. */
static void test_shape_is_no_direction(void **state)
{
	struct made base = make(N, 100, 0, 0), head = base;
	struct comparison v;
	(void)state;

	/* More of head is above base than below, yet its middle is lower. */
	for (size_t i = 0; i < N; i++) {
		base.value[i] = i < N / 2 + 1 ? 100 : 101;
		head.value[i] = i < N / 2 + 1 ? 99.9 : 300;
	}
	for (size_t i = 0; i < N; i++)
		base.value[i] += i * 1e-6;
	v = judge(side(&base), side(&head), "usec", BETTER_LOWER, &defaults);
	assert_true(v.outcome == OUTCOME_INCONCLUSIVE);
}

/* A hundred comparisons of nothing: the p of one does not suffice for all. */
static void test_many_comparisons_are_corrected_for(void **state)
{
	static const struct {
		enum correction c;
		bool found;
	} rows[] = {{CORRECT_NONE, true}, {CORRECT_BH, false}, {CORRECT_HOLM, false}};
	enum { FAMILY = 100 };
	/* Ranks that separate at a distance which one comparison makes believe, and not a hundred.
	 */
	struct made base = make(5, 100, 1, 0), head = make(5, 101.9, 1, 3);
	struct made quiet = make(5, 100, 1, 0), again = make(5, 100, 1, 1);
	struct comparison v[FAMILY] = {{0}};
	struct comparer *c;
	(void)state;

	assert_int_equal(comparer_new(&c, NULL), 0);
	for (size_t i = 0; i < FAMILY; i++)
		assert_int_equal(compare_measure(c, side(i ? &quiet : &base),
						 side(i ? &again : &head), "usec", BETTER_LOWER,
						 &v[i], NULL),
				 0);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct compare_options o = defaults;
		o.correction = rows[i].c;
		assert_int_equal(compare_judge(v, FAMILY, &o, NULL), 0);
		assert_int_equal(v[0].outcome == OUTCOME_REGRESSED, rows[i].found);
		/* What is not found is called so for lack of repeats, and none would have been. */
		assert_int_equal(isinf(v[0].detectable), !rows[i].found);
	}
	comparer_free(c);
}

static void test_exact_comparison(void **state)
{
	static const struct {
		double base[3], head[3];
		size_t n_base, n_head;
		enum outcome outcome;
	} rows[] = {
		{{1, 2, 3}, {1, 2, 3}, 3, 3, OUTCOME_SAME},
		{{1, 2, 3}, {1, 2, 3.0000000000000004}, 3, 3, OUTCOME_CHANGED}, /* same median */
		{{1, 2, 3}, {1, 2.0000000000000004, 3}, 3, 3, OUTCOME_REGRESSED},
		{{1, 2, 3}, {1, 1.5, 3}, 3, 3, OUTCOME_IMPROVED},
		{{1, 2, 3}, {3, 2, 1}, 3, 3, OUTCOME_CHANGED}, /* not in the same order */
		{{1}, {1}, 1, 1, OUTCOME_SAME},
		{{1}, {1, 1}, 1, 2, OUTCOME_CHANGED},
		{{1}, {0}, 1, 0, OUTCOME_CHANGED},
	};
	struct comparer *c;
	(void)state;

	assert_int_equal(comparer_new(&c, NULL), 0);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct comparison v = {0};
		assert_int_equal(
			compare_exactly(c,
					(struct side){.value = rows[i].base, .n = rows[i].n_base},
					(struct side){.value = rows[i].head, .n = rows[i].n_head},
					"usec", BETTER_LOWER, &v, NULL),
			0);
		if (v.outcome != rows[i].outcome)
			fail_msg("row %zu: %s", i, outcome_names[v.outcome]);
	}
	comparer_free(c);
}

/* ---- the command ---- */

enum { ARGS = 12 };

/* A word that names a run among the fixtures is replaced by its path. */
static struct subcommand compare(const char *const *words)
{
	char paths[ARGS][512];
	const char *args[ARGS + 1] = {NULL};

	for (size_t i = 0; i < ARGS && words[i]; i++) {
		char name[128];
		snprintf(name, sizeof(name), "runs/%s", words[i]);
		snprintf(paths[i], sizeof(paths[i]), "%s", test_fixture(name));
		args[i] = words[i][0] != '-' && access(paths[i], F_OK) == 0 ? paths[i] : words[i];
	}
	return subcommand_run(&command_compare, args);
}

static void test_the_command(void **state)
{
	static const struct {
		const char *args[ARGS];
		int code;
		const char *says[6]; /* on stdout, or on stderr when it fails */
		const char * not ;   /* what it must not say */
	} rows[] = {
		/* Two exact runs of one kernel. */
		{{"exact-a", "exact-again"}, 0, {"8 same", "0 regressed", "exact"}, "usec"},
		{{"--gate", "exact-a", "exact-again"}, 0, {"8 same"}, NULL},
		/* Two kernels: every difference, and the same columns in another order. */
		{{"--allow", "kernel", "exact-a", "exact-new"},
		 0,
		 {"regressed demo quota=20% threads=1 bystander latency.during_p99_usec",
		  "changed   demo quota=20% threads=1 subject   cpu.nr_throttled", "only in head",
		  "improved", "UNLIKE HOSTS (base | head): kernel: 6.1.0-test",
		  "1 regressed, 2 changed, 2 improved, 0 inconclusive, 4 same"},
		 NULL},
		{{"--allow", "kernel", "--gate", "exact-a", "exact-new"}, 1, {"1 regressed"}, NULL},
		{{"--allow", "kernel", "--gate", "--max-regress", "20", "exact-a", "exact-new"},
		 1, /* a metric that is new has no size in percent */
		 {"only in head"},
		 NULL},
		{{"--allow", "kernel", "--gate", "--metric", "latency.*", "--max-regress", "1",
		  "exact-a", "exact-new"},
		 0,
		 {"1 regressed"},
		 "nr_throttled"},
		/* Another build: what differs may be chance, but for what is exact by nature. */
		{{"exact-a", "exact-rebuilt"},
		 0,
		 {"cgbench_digest: cgbcgbcgbcgb | rebrebrebreb", "differences may be chance",
		  "0 regressed, 1 changed", "only in head"},
		 NULL},
		{{"--gate", "--metric", "latency.*", "exact-a", "exact-rebuilt"},
		 3,
		 {"nothing was compared"},
		 NULL},
		{{"--gate", "exact-rebuilt", "exact-moved"},
		 0,
		 {"0 regressed, 0 changed", "1 same"},
		 NULL},
		{{"--gate", "exact-rebuilt", "exact-killed"},
		 1,
		 {"changed demo quota=20% threads=1 subject memory.events_oom_kill", "1 changed"},
		 NULL},
		{{"--by", "kernel", "exact-rebuilt", "exact-new"},
		 0,
		 {"differences may be chance"},
		 "worse"},
		/* Noise. */
		{{"live-base", "live-head"},
		 0,
		 {"regressed", "+25.4%", "improved", "changed", "1 inconclusive, 6 same"},
		 NULL},
		{{"--gate", "live-base", "live-head"}, 1, {"noise exceeds the margin"}, NULL},
		{{"--gate", "--metric", "work.*", "live-base", "live-head"},
		 0,
		 {"1 improved"},
		 NULL},
		{{"--gate", "--max-regress", "30", "--metric", "latency.*", "live-head",
		  "live-base"},
		 3, /* the noisy one may have regressed by more */
		 {"1 improved", "1 inconclusive"},
		 NULL},
		{{"--gate", "--max-regress", "40", "--metric", "latency.*", "live-base",
		  "live-head"},
		 0,
		 {"1 regressed", "1 inconclusive"},
		 NULL},
		/* What is not guarded may be unknown, and fails all the same when it regressed. */
		{{"--gate", "--max-regress", "30", "--metric", "latency.*", "--guard", "work.*",
		  "live-head", "live-base"},
		 0,
		 {"1 improved", "1 inconclusive"},
		 NULL},
		{{"--gate", "--guard", "work.*", "live-base", "live-head"}, 1, {"regressed"}, NULL},
		{{"--gate", "--guard", "latncy.*", "live-base", "live-head"},
		 2,
		 {"--guard: no metric 'latncy.*'"},
		 NULL},
		{{"--all", "live-base", "live-base"}, 0, {"9 same"}, "regressed demo"},
		/* Unlike hosts, all facts named with both values. */
		{{"live-base", "live-elsewhere"},
		 3,
		 {"kernel: 6.12.1-test | 6.18.2-test", "hz: 250 | 1000",
		  "microcode: 0x42 | not known", "\"packages\":1",
		  "--allow kernel --allow hz --allow microcode --allow topology"},
		 NULL},
		{{"--allow", "kernel", "live-base", "live-elsewhere"},
		 3,
		 {"hz: 250 | 1000"},
		 "--allow kernel"},
		{{"--allow", "all", "live-base", "live-elsewhere"},
		 0,
		 {"UNLIKE HOSTS", "kernel: 6.12.1-test | 6.18.2-test", "hz: 250 | 1000"},
		 NULL},
		{{"--allow", "kernal", "live-base", "live-elsewhere"}, 2, {"no such fact"}, NULL},
		/* Trials that broke, and a cell that is not there. */
		{{"--gate", "--metric", "work.*", "live-base", "live-broken"},
		 3,
		 {"broken in head: demo quota=20% threads=1: 2 trials, timeout: no end after 60 s",
		  "missing in head: demo quota=50% threads=2"},
		 "only in base"},
		/* Budgets. */
		{{"--gate", "budget-missed"},
		 1,
		 {"over budget: demo quota=20% threads=1 subject cpu.usage_usec: 1 of 3, worst "
		  "2200000 usec",
		  "budgets: 2 of 4 hold"},
		 NULL},
		{{"budget-missed"}, 0, {"over budget"}, NULL},
		{{"--gate", "budget-held"}, 0, {"budgets: 2 of 2 hold"}, NULL},
		/* A/A. */
		{{"--aa", "live-base"},
		 0,
		 {"NOISE FLOOR", "the gate is below the noise", "0 false alarms", "warning"},
		 NULL},
		{{"--aa", "--gate", "live-base"}, 3, {"warning"}, NULL},
		{{"--aa", "--gate", "--max-regress", "50", "live-base"},
		 0,
		 {"floor: 0"},
		 "warning"},
		{{"--aa", "--gate", "exact-a"}, 0, {"floor: 0"}, "warning"},
		/* Along a fact, and along an axis. */
		{{"--by", "kernel", "exact-a", "exact-new"},
		 0,
		 {"6.1.0-test 6.18.2-test", "changed 1/2 +10.0%", "worse 1/2 +0.83%",
		  "better 1/2 -0.025 points", "new"},
		 NULL},
		{{"--by", "kernel", "live-base", "live-elsewhere"}, 3, {"hz: 250 | 1000"}, NULL},
		{{"--by", "kernel", "exact-a", "exact-again"},
		 2,
		 {"both have kernel 6.1.0-test"},
		 NULL},
		{{"--by", "kernel", "exact-a"}, 2, {"is its only value here"}, NULL},
		{{"--by", "weather", "exact-a"}, 2, {"neither an axis"}, NULL},
		{{"--by", "quota", "exact-a", "exact-new"}, 2, {"within one run"}, NULL},
		/* A gate must not pass on nothing. */
		{{"--gate", "--metric", "latncy.*", "live-base", "live-head"},
		 3,
		 {"nothing was compared: no metric 'latncy.*'; nearest: latency.during_p99_usec"},
		 NULL},
		{{"--metric", "latncy.*", "live-base", "live-head"},
		 3,
		 {"nothing was compared"},
		 NULL},
		{{"--metric", "latncy.*", "--by", "kernel", "exact-a", "exact-new"},
		 3,
		 {"nothing was compared", "nearest: latency.during_p99_usec"},
		 NULL},
		{{"--aa", "--metric", "wrk.*", "live-base"}, 3, {"no metric 'wrk.*'"}, NULL},
		{{"--gate", "--metric", "work.*", "--metric", "latncy.*", "live-base", "live-head"},
		 0, /* work.* is guarded; that the other is not, is said */
		 {"1 improved", "cgbench: no metric 'latncy.*'; nearest: latency.during_p99_usec"},
		 NULL},
		{{"--gate", "live-base"}, 3, {"the suite has no budget"}, NULL},
		/* Nothing to compare, or no way to. */
		{{"/nonexistent", "exact-a"}, 2, {"/nonexistent"}, NULL},
		{{"exact-a", "exact-a", "exact-a"}, 2, {"expected BASE and HEAD"}, NULL},
		{{NULL}, 2, {"which runs?"}, NULL},
		{{"--margin", "x", "exact-a", "exact-a"},
		 2,
		 {"--margin x: expected a number"},
		 NULL},
		{{"--correct", "x", "exact-a"}, 2, {"bh, holm or none"}, NULL},
		{{"--export", "pdf", "exact-a"}, 2, {"no such format"}, NULL},
		{{"--json=/nonexistent/x", "exact-a", "exact-a"}, 2, {"/nonexistent/x"}, NULL},
		{{"--csv=/nonexistent/x", "exact-a", "exact-a"}, 2, {"/nonexistent/x"}, NULL},
		{{"--csv=/dev/full", "exact-a", "exact-a"}, 2, {"No space left"}, NULL},
		{{"--json=/dev/full", "exact-a", "exact-a"}, 2, {"No space left"}, NULL},
		{{"--export", "junit=/dev/full", "exact-a", "exact-a"}, 2, {"No space left"}, NULL},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct subcommand r = compare(rows[i].args);
		const char *text = rows[i].code == 2 || !r.out[0] ? r.err : r.out;
		if (r.code != rows[i].code)
			fail_msg("row %zu (%s ...): exit %d\n%s%s", i,
				 rows[i].args[0] ? rows[i].args[0] : "", r.code, r.out, r.err);
		for (size_t k = 0; k < array_len(rows[i].says) && rows[i].says[k]; k++)
			if (!strstr(text, rows[i].says[k]) && !strstr(r.err, rows[i].says[k]))
				fail_msg("row %zu (%s ...): no '%s' in\n%s%s", i, rows[i].args[0],
					 rows[i].says[k], text, r.err);
		if (rows[i].not &&strstr(text, rows[i].not ))
			fail_msg("row %zu (%s ...): '%s' in\n%s", i, rows[i].args[0], rows[i].not,
				 text);
		subcommand_free(&r);
	}
}

/* The list of differences is the same on every try, in every form. */
static void test_the_same_list_again(void **state)
{
	static const char *const forms[] = {"--all", "--csv", "--json"};
	static const char *const heads[] = {"exact-new", "live-elsewhere"};
	(void)state;

	for (size_t f = 0; f < array_len(forms); f++) {
		for (size_t h = 0; h < array_len(heads); h++) {
			const char *const args[] = {forms[f], "--allow",
						    "all",    h ? "live-base" : "exact-a",
						    heads[h], NULL};
			struct subcommand once = compare(args), again = compare(args);
			assert_int_equal(once.code, 0);
			assert_true(strlen(once.out) > 500);
			assert_string_equal(once.out, again.out);
			subcommand_free(&once);
			subcommand_free(&again);
		}
	}
}

/* ---- loading ---- */

static struct run *load_fixture(struct dataset *d, const char *name)
{
	struct run *run = NULL;
	struct err e = {""};

	if (run_load(d, test_fixture(name), &run, &e) < 0)
		fail_msg("%s", e.text);
	return run;
}

static void test_rows_of_unfinished_trials_are_left_out(void **state)
{
	struct dataset *d;
	struct run *run;
	(void)state;

	assert_int_equal(dataset_new(&d, NULL), 0);
	run = load_fixture(d, "runs/live-broken");
	assert_int_equal(run->n_trials, 12);
	assert_int_equal(run->n_broken, 2);
	assert_string_equal(dataset_text(d, run->broken[1].reason),
			    "the workload, spin, did not report");
	for (uint32_t i = 0; i < run->n_series; i++) {
		struct side s = run_side(run, i);
		assert_int_equal(s.n, 10);
		for (size_t k = 0; k < s.n; k++)
			assert_true(s.value[k] < 999999999);
	}
	run_free(run);
	dataset_free(d);
}

/* Columns in another order, cells of another number: the same cells. */
static void test_cells_are_matched_by_their_values(void **state)
{
	struct dataset *d;
	struct run *a, *b;
	size_t cells, series;
	(void)state;

	assert_int_equal(dataset_new(&d, NULL), 0);
	a = load_fixture(d, "runs/exact-a");
	cells = d->n_cells;
	series = d->n_series;
	b = load_fixture(d, "runs/exact-new");
	assert_int_equal(d->n_cells, cells);
	assert_int_equal(d->n_series, series + 1);
	run_free(a);
	run_free(b);
	dataset_free(d);
}

static void test_a_folder_of_runs_is_one(void **state)
{
	struct dataset *d;
	struct run *run;
	struct err e = {""};
	(void)state;

	assert_int_equal(dataset_new(&d, NULL), 0);
	/* These are of hosts that are not alike. */
	assert_int_equal(run_load(d, test_fixture("runs"), &run, &e), -EINVAL);
	assert_non_null(strstr(e.text, "not of the host"));
	assert_int_equal(run_load(d, test_fixture("suites"), &run, &e), -ENOENT);
	dataset_free(d);
}

static void test_halves_take_turns(void **state)
{
	static const struct {
		double value[5];
		size_t n;
		double a[2], b[2];
		size_t n_half;
	} rows[] = {
		{{1, 2, 3, 4}, 4, {1, 4}, {2, 3}, 2},
		{{1, 2, 3, 4, 5}, 5, {1, 4}, {2, 3}, 2},
		{{1, 2}, 2, {1}, {2}, 1},
		{{1}, 1, {0}, {0}, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		double value[5], expected[5] = {0};
		uint8_t verdict[5] = {0};
		uint32_t first[] = {0, (uint32_t)rows[i].n};
		char path[] = "x";
		struct run whole = {.path = path,
				    .first = first,
				    .n_series = 1,
				    .value = value,
				    .expected = expected,
				    .verdict = verdict,
				    .n_values = rows[i].n};
		struct run *a, *b;
		memcpy(value, rows[i].value, sizeof(value));
		assert_int_equal(aa_split(&whole, &a, &b, NULL), 0);
		assert_int_equal(run_side(a, 0).n, rows[i].n_half);
		assert_int_equal(run_side(b, 0).n, rows[i].n_half);
		for (size_t k = 0; k < rows[i].n_half; k++) {
			assert_true(run_side(a, 0).value[k] == rows[i].a[k]);
			assert_true(run_side(b, 0).value[k] == rows[i].b[k]);
		}
		run_free(a);
		run_free(b);
	}
}

/* Quantities in the order of their size, versions in that of their numbers. */
static void test_columns_are_in_their_natural_order(void **state)
{
	struct dataset *d;
	struct run *run;
	struct by *by;
	(void)state;

	assert_int_equal(dataset_new(&d, NULL), 0);
	run = load_fixture(d, "runs/exact-a");
	assert_int_equal(by_compare(d, &run, 1, "quota", NULL, &defaults, &by, NULL), 0);
	assert_int_equal(by->n_columns, 2);
	assert_string_equal(by->columns[0], "20%");
	assert_string_equal(by->columns[1], "50%");
	/* Each quota has its own number of threads here, so that no two cells differ in it alone.
	 */
	for (size_t i = 0; i < by->n_rows; i++)
		assert_false(by->rows[i].v[1].compared);
	by_free(by);
	run_free(run);
	dataset_free(d);
}

const struct CMUnitTest tests_unit_compare[] = {
	cmocka_unit_test(test_verdicts),
	cmocka_unit_test(test_what_a_change_is_measured_in),
	cmocka_unit_test(test_drift_is_no_change),
	cmocka_unit_test(test_a_host_that_drifts),
	cmocka_unit_test(test_shape_is_no_direction),
	cmocka_unit_test(test_many_comparisons_are_corrected_for),
	cmocka_unit_test(test_exact_comparison),
	cmocka_unit_test(test_the_command),
	cmocka_unit_test(test_the_same_list_again),
	cmocka_unit_test(test_rows_of_unfinished_trials_are_left_out),
	cmocka_unit_test(test_cells_are_matched_by_their_values),
	cmocka_unit_test(test_a_folder_of_runs_is_one),
	cmocka_unit_test(test_halves_take_turns),
	cmocka_unit_test(test_columns_are_in_their_natural_order),
	{0},
};

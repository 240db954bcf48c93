/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/gate.h"

#include <math.h>
#include <string.h>

#include "cgbench/array.h"
#include "tests/test.h"

enum answer { PASSES, FAILS, UNDECIDED };

static void test_one_comparison(void **state)
{
	static const struct {
		const char *what;
		struct comparison v;
		double max_regress;
		enum answer answer;
		bool exact;
	} rows[] = {
		{"any regression",
		 {.outcome = OUTCOME_REGRESSED, .better = BETTER_LOWER, .change = 1},
		 0,
		 FAILS,
		 false},
		{"a small one",
		 {.outcome = OUTCOME_REGRESSED, .better = BETTER_LOWER, .change = 1},
		 2,
		 PASSES,
		 false},
		{"a fall of what should be high",
		 {.outcome = OUTCOME_REGRESSED, .better = BETTER_HIGHER, .change = -3},
		 2,
		 FAILS,
		 false},
		{"without a size in percent",
		 {.outcome = OUTCOME_REGRESSED,
		  .better = BETTER_LOWER,
		  .change = 1,
		  .scale = SCALE_UNIT},
		 50,
		 FAILS,
		 false},
		{"improved",
		 {.outcome = OUTCOME_IMPROVED, .better = BETTER_LOWER, .change = -9},
		 0,
		 PASSES,
		 false},
		{"changed, with noise",
		 {.outcome = OUTCOME_CHANGED, .change = 9},
		 0,
		 PASSES,
		 false},
		{"changed, exactly", {.outcome = OUTCOME_CHANGED, .change = 9}, 0, FAILS, true},
		{"changed by less", {.outcome = OUTCOME_CHANGED, .change = -1}, 2, PASSES, true},
		{"left to chance by other inputs",
		 {.outcome = OUTCOME_INCONCLUSIVE, .better = BETTER_LOWER, .why = WHY_INPUTS},
		 0,
		 PASSES,
		 false},
		{"changed in another way",
		 {.outcome = OUTCOME_CHANGED, .change = 0},
		 2,
		 FAILS,
		 true},
		{"come or gone", {.outcome = OUTCOME_CHANGED, .change = NAN}, 2, FAILS, true},
		{"same", {.outcome = OUTCOME_SAME, .better = BETTER_LOWER}, 0, PASSES, false},
		{"noise that hides a regression",
		 {.outcome = OUTCOME_INCONCLUSIVE,
		  .why = WHY_NOISE,
		  .better = BETTER_LOWER,
		  .interval = {-9, 9}},
		 0,
		 UNDECIDED,
		 false},
		{"noise that hides none of that size",
		 {.outcome = OUTCOME_INCONCLUSIVE,
		  .why = WHY_NOISE,
		  .better = BETTER_LOWER,
		  .interval = {-9, 9}},
		 10,
		 PASSES,
		 false},
		{"noise on the good side",
		 {.outcome = OUTCOME_INCONCLUSIVE,
		  .why = WHY_NOISE,
		  .better = BETTER_LOWER,
		  .interval = {-90, 4}},
		 0,
		 PASSES,
		 false},
		{"the same, where greater is better",
		 {.outcome = OUTCOME_INCONCLUSIVE,
		  .why = WHY_NOISE,
		  .better = BETTER_HIGHER,
		  .interval = {-90, 4}},
		 0,
		 UNDECIDED,
		 false},
		{"too few, whatever the interval",
		 {.outcome = OUTCOME_INCONCLUSIVE,
		  .why = WHY_FEW,
		  .better = BETTER_LOWER,
		  .interval = {-1, 1}},
		 10,
		 UNDECIDED,
		 false},
		{"too few of what cannot regress",
		 {.outcome = OUTCOME_INCONCLUSIVE, .why = WHY_FEW, .better = BETTER_NEUTRAL},
		 0,
		 PASSES,
		 false},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct compared c = {.options = {.margin = 5}};
		struct gate_options o = {.max_regress = rows[i].max_regress};
		struct comparison v = rows[i].v;
		enum answer answer;
		v.exact = rows[i].exact;
		answer = gate_fails(&v, &o)           ? FAILS
			 : gate_undecided(&c, &v, &o) ? UNDECIDED
						      : PASSES;
		if (answer != rows[i].answer)
			fail_msg("%s: %d", rows[i].what, answer);
	}
}

/* What fails comes before what is not known, and that before what passes. */
static void test_the_exit_code(void **state)
{
	static const struct {
		enum outcome outcome;
		uint8_t verdicts[3];
		size_t n_gaps;
		enum exit_code code;
		size_t failed_budgets;
	} rows[] = {
		{OUTCOME_SAME, {VERDICT_PASS, VERDICT_PASS, VERDICT_NONE}, 0, EXIT_PASS, 0},
		{OUTCOME_SAME, {VERDICT_PASS, VERDICT_UNRESOLVED, VERDICT_NONE}, 0, EXIT_PASS, 0},
		{OUTCOME_SAME, {VERDICT_PASS, VERDICT_FAIL, VERDICT_PASS}, 0, EXIT_GATE, 1},
		{OUTCOME_SAME, {VERDICT_PASS, VERDICT_PASS, VERDICT_PASS}, 1, EXIT_INCONCLUSIVE, 0},
		{OUTCOME_INCONCLUSIVE,
		 {VERDICT_PASS, VERDICT_PASS, VERDICT_PASS},
		 0,
		 EXIT_INCONCLUSIVE,
		 0},
		{OUTCOME_INCONCLUSIVE, {VERDICT_FAIL, VERDICT_FAIL, VERDICT_PASS}, 1, EXIT_GATE, 1},
		{OUTCOME_REGRESSED, {VERDICT_PASS, VERDICT_PASS, VERDICT_PASS}, 1, EXIT_GATE, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		uint32_t first[] = {0, 3};
		double value[] = {1, -7, 3};
		uint8_t verdict[3];
		struct comparison v = {.outcome = rows[i].outcome,
				       .why = WHY_FEW,
				       .better = BETTER_LOWER,
				       .change = 1};
		struct compared c = {.v = &v, .n = 1, .n_gaps = rows[i].n_gaps};
		struct run run = {.first = first,
				  .n_series = 1,
				  .value = value,
				  .verdict = verdict,
				  .n_values = 3};
		struct gate_options o = {0};
		struct gated g;
		memcpy(verdict, rows[i].verdicts, sizeof(verdict));
		assert_int_equal(gate_judge(&run, &c, &o, &g, NULL), 0);
		assert_int_equal(g.code, rows[i].code);
		assert_int_equal(g.failed_budgets, rows[i].failed_budgets);
		assert_int_equal(g.n_budgets, 1);
		/* Of two failures the greater, whatever its sign. */
		if (g.failed_budgets)
			assert_true(g.budgets[0].worst == -7);
		gated_clear(&g);
	}
}

const struct CMUnitTest tests_unit_gate[] = {
	cmocka_unit_test(test_one_comparison),
	cmocka_unit_test(test_the_exit_code),
	{0},
};

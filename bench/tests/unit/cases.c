/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A suite as a list of cases: what becomes of one, how it is said, and as KTAP. */
#include "evaluate/cases.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "command.h"
#include "evaluate/ktap.h"
#include "suite/family.h"
#include "suite/suite.h"
#include "tests/support/subcommand.h"
#include "tests/test.h"

extern const struct command command_check, command_plan;

enum { TRIALS = 4 };

/* Two parts: the first has three trials, the second one. */
struct fixture {
	struct plan plan;
	struct group_plan group_plan;
	struct expect_plan expect;
	struct trial_plan trials[TRIALS];
	struct group_data group;
	struct cases cases;
};

static void make(struct fixture *f)
{
	static const char first[] = "first", second[] = "second";
	struct err e;

	memset(f, 0, sizeof(*f));
	f->group_plan = (struct group_plan){.name = (char *)"probe", .parent = -1};
	f->group = (struct group_data){.plan = &f->group_plan};
	f->expect = (struct expect_plan){.metric = (char *)"work.errno",
					 .within_pct = NAN,
					 .min = NAN,
					 .max = NAN,
					 .equals = 16};
	for (size_t i = 0; i < TRIALS; i++)
		f->trials[i] = (struct trial_plan){.part = i < 3 ? first : second,
						   .repeat = (unsigned)i + 1,
						   .groups = &f->group_plan,
						   .n_groups = 1};
	f->plan = (struct plan){.suite = "s", .trials = f->trials, .n_trials = TRIALS};
	assert_int_equal(cases_begin(&f->plan, &f->cases, &e), 0);
	assert_int_equal(f->cases.n, 2);
}

/* One trial that ended so; verdict NONE with status OK: a budget without a value. */
static const struct case_result *add(struct fixture *f, unsigned trial, enum trial_status status,
				     enum verdict verdict, double errno_seen)
{
	struct value v = {.metric = "work.errno", .unit = "count", .value = errno_seen};
	struct judgement j = {.expect = &f->expect,
			      .value = verdict == VERDICT_NONE ? NULL : &v,
			      .error_pct = NAN,
			      .verdict = verdict};
	struct evaluation all = {.judgements = &j, .n_judgements = 1};
	struct trial_data t = {
		.plan = &f->trials[trial], .status = status, .groups = &f->group, .n_groups = 1};
	const struct case_result *done = NULL;
	struct err e;

	snprintf(t.reason, sizeof(t.reason), "the reason");
	assert_int_equal(cases_add(&f->cases, &f->plan, &t, &all, &done, &e), 0);
	return done;
}

static void test_states(void **state)
{
	static const struct {
		enum trial_status status[2];
		enum verdict verdict[2];
		enum case_state becomes;
	} rows[] = {
		{{TRIAL_OK, TRIAL_OK}, {VERDICT_PASS, VERDICT_PASS}, CASE_HOLDS},
		{{TRIAL_OK, TRIAL_OK}, {VERDICT_FAIL, VERDICT_PASS}, CASE_DIFFERS},
		{{TRIAL_OK, TRIAL_OK}, {VERDICT_NONE, VERDICT_PASS}, CASE_BROKEN},
		{{TRIAL_OK, TRIAL_OK}, {VERDICT_UNRESOLVED, VERDICT_PASS}, CASE_HOLDS},
		{{TRIAL_OK, TRIAL_OK}, {VERDICT_UNRESOLVED, VERDICT_UNRESOLVED}, CASE_UNRESOLVED},
		{{TRIAL_SKIPPED, TRIAL_SKIPPED}, {VERDICT_NONE, VERDICT_NONE}, CASE_UNSUPPORTED},
		{{TRIAL_SKIPPED, TRIAL_OK}, {VERDICT_NONE, VERDICT_PASS}, CASE_HOLDS},
		{{TRIAL_FAILED, TRIAL_OK}, {VERDICT_NONE, VERDICT_PASS}, CASE_BROKEN},
		{{TRIAL_FAILED, TRIAL_OK}, {VERDICT_NONE, VERDICT_FAIL}, CASE_DIFFERS},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture f;
		make(&f);
		assert_null(add(&f, 0, rows[i].status[0], rows[i].verdict[0], 11));
		assert_null(add(&f, 1, rows[i].status[1], rows[i].verdict[1], 16));
		/* The third trial decides nothing, but the case is open until it has run. */
		if (rows[i].becomes != CASE_DIFFERS && rows[i].becomes != CASE_BROKEN)
			assert_int_equal(case_state(&f.cases.v[0]), CASE_OPEN);
		assert_ptr_equal(add(&f, 2, TRIAL_SKIPPED, VERDICT_NONE, 0), &f.cases.v[0]);
		assert_int_equal(case_state(&f.cases.v[0]), rows[i].becomes);
		assert_int_equal(case_state(&f.cases.v[1]), CASE_OPEN);
		cases_free(&f.cases);
	}
}

static void test_says_number_beside_expected(void **state)
{
	struct fixture f;

	(void)state;
	make(&f);
	add(&f, 3, TRIAL_OK, VERDICT_FAIL, 11);
	assert_string_equal(f.cases.v[1].says, "probe:work.errno 11; expected equals 16");
	assert_string_equal(f.cases.v[1].notes[0], f.cases.v[1].says);
	add(&f, 0, TRIAL_SKIPPED, VERDICT_NONE, 0);
	assert_string_equal(f.cases.v[0].says, "first repeat 1: the reason");
	assert_int_equal(f.cases.v[0].n_notes, 0);
	cases_free(&f.cases);
}

static void test_ktap(void **state)
{
	struct fixture f;
	struct ktap top, k;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	make(&f);
	assert_non_null(out);
	f.trials[3].part = "second # two";
	f.cases.v[1].name = f.cases.v[1].part = f.trials[3].part;
	ktap_begin(&top, out, 0, NULL, 1);
	ktap_begin(&k, out, 1, "s", f.cases.n);
	for (unsigned i = 0; i < 3; i++)
		add(&f, i, TRIAL_SKIPPED, VERDICT_NONE, 0);
	ktap_case(&k, &f.cases.v[0]);
	add(&f, 3, TRIAL_OK, VERDICT_FAIL, 11);
	ktap_case(&k, &f.cases.v[1]);
	ktap_diagnostic(&k, "one\ntwo");
	ktap_line(&top, false, "s", NULL);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "KTAP version 1\n"
				  "1..1\n"
				  "  KTAP version 1\n"
				  "  # Subtest: s\n"
				  "  1..2\n"
				  "  ok 1 - first # SKIP first repeat 1: the reason\n"
				  "  # probe:work.errno 11; expected equals 16\n"
				  "  not ok 2 - second   two\n"
				  "  # one\n"
				  "  # two\n"
				  "not ok 1 - s\n");
	free(text);
	cases_free(&f.cases);
}

static void test_family(void **state)
{
	char **names = NULL;
	struct err e;
	size_t n = 0;

	(void)state;
	assert_int_equal(family_names("conformance", &names, &n, &e), 0);
	assert_true(n >= 1);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(strncmp(names[i], "conformance-", 12), 0);
	suite_names_free(names, n);
	assert_int_equal(family_names("cpu-quota", &names, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], "cpu-quota");
	suite_names_free(names, n);
	assert_int_equal(family_names("./conformance", &names, &n, &e), 0);
	assert_string_equal(names[0], "./conformance");
	suite_names_free(names, n);
}

static void test_a_family_is_checked(void **state)
{
	struct subcommand check = SUBCOMMAND(command_check, "conformance"),
			  plan = SUBCOMMAND(command_plan, "conformance", "--json");
	(void)state;

	assert_int_equal(check.code, EXIT_PASS);
	assert_non_null(strstr(check.out, "conformance-core: ok: "));
	assert_non_null(strstr(check.out, "conformance-pids: ok: "));
	assert_int_equal(plan.code, EXIT_USAGE);
	assert_non_null(strstr(plan.err, "--json is of one suite"));
	subcommand_free(&check);
	subcommand_free(&plan);
}

/* A case without a budget could not differ. */
static void test_every_case_can_differ(void **state)
{
	char **names = NULL;
	struct err e = {""};
	size_t n = 0;

	(void)state;
	assert_int_equal(family_names("conformance", &names, &n, &e), 0);
	for (size_t i = 0; i < n; i++) {
		struct suite *s = NULL;
		if (suite_load(names[i], &s, &e) < 0)
			fail_msg("%s", e.text);
		assert_true(s->cases);
		for (size_t p = 0; p < s->n_parts; p++)
			if (s->parts[p].n_expects == 0)
				fail_msg("%s: %s expects nothing", names[i], s->parts[p].name.str);
		suite_free(s);
	}
	suite_names_free(names, n);
}

const struct CMUnitTest tests_unit_cases[] = {
	cmocka_unit_test(test_states),
	cmocka_unit_test(test_says_number_beside_expected),
	cmocka_unit_test(test_ktap),
	cmocka_unit_test(test_family),
	cmocka_unit_test(test_a_family_is_checked),
	cmocka_unit_test(test_every_case_can_differ),
	{0},
};

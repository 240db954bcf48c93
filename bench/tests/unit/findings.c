/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run says at its end: worst first, bounded, nothing that is missed without a name. */
#include "evaluate/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"

enum { VALUES = 30 };

/* One trial with a value for each row of errors, under one budget: within 3%. */
struct fixture {
	struct plan plan;
	struct group_plan group_plan;
	struct expect_plan within, absent;
	struct trial_plan trial;
	struct group_data group;
	struct trial_data data;
	struct value values[VALUES];
	struct judgement judgements[VALUES];
	struct evaluation v;
};

static const char *const axis_names[] = {"quota"}, *axis_values[] = {"20%"};

static void fixture_make(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->plan = (struct plan){.suite = "s", .axis_names = (const char **)axis_names, .n_axes = 1};
	f->group_plan = (struct group_plan){.name = (char *)"subject", .parent = -1};
	f->within = (struct expect_plan){.metric = (char *)"cpu.usage_error",
					 .within_pct = 3,
					 .min = NAN,
					 .max = NAN,
					 .equals = NAN};
	f->absent = f->within;
	f->absent.metric = (char *)"memory.overshoot_bytes";
	f->absent.group = (char *)"subject";
	f->trial = (struct trial_plan){.part = "cpu",
				       .repeat = 2,
				       .axis_values = axis_values,
				       .groups = &f->group_plan,
				       .n_groups = 1};
	f->group = (struct group_data){.plan = &f->group_plan};
	f->data = (struct trial_data){.plan = &f->trial, .groups = &f->group, .n_groups = 1};
	f->v = (struct evaluation){.values = f->values, .judgements = f->judgements};
}

static void judged(struct fixture *f, double error_pct, enum verdict verdict)
{
	struct value *v = &f->values[f->v.n_judgements];

	*v = (struct value){
		.metric = "cpu.usage_error", .unit = "%", .value = error_pct, .expected = NAN};
	f->judgements[f->v.n_judgements++] = (struct judgement){
		.expect = &f->within, .value = v, .error_pct = error_pct, .verdict = verdict};
}

static void test_worst_first(void **state)
{
	struct fixture f;
	struct findings found = {0};
	struct err e;

	(void)state;
	fixture_make(&f);
	judged(&f, 0.5, VERDICT_PASS);
	judged(&f, -4, VERDICT_FAIL);
	judged(&f, 2.9, VERDICT_PASS);
	judged(&f, 155, VERDICT_FAIL);
	f.judgements[f.v.n_judgements++] =
		(struct judgement){.expect = &f.absent, .error_pct = NAN};
	assert_int_equal(findings_add(&found, &f.plan, &f.data, &f.v, &e), 0);
	assert_int_equal(found.n, 5);
	assert_true(found.kept[0].value == 155 && found.kept[1].value == -4);
	assert_string_equal(found.kept[0].label, "cpu quota=20% repeat 2");
	assert_string_equal(found.kept[0].group, "subject");
	assert_string_equal(found.kept[0].metric, "cpu.usage_error");
	assert_string_equal(found.kept[0].budget, "within 3%");
	assert_string_equal(found.kept[2].metric, "memory.overshoot_bytes");
	assert_int_equal(found.kept[2].verdict, VERDICT_NONE);
	assert_true(found.kept[3].value == 2.9 && found.kept[4].value == 0.5);
	findings_free(&found);
}

static void test_bounded(void **state)
{
	struct fixture f;
	struct findings found = {0};
	struct err e;
	json_t *j = json_object();

	(void)state;
	fixture_make(&f);
	for (int i = 0; i < VALUES; i++)
		judged(&f, i, i > 3 ? VERDICT_FAIL : VERDICT_PASS);
	assert_int_equal(findings_add(&found, &f.plan, &f.data, &f.v, &e), 0);
	f.data.status = TRIAL_FAILED;
	strcpy(f.data.reason, "it broke");
	for (int i = 0; i < VALUES; i++)
		assert_int_equal(findings_add(&found, &f.plan, &f.data, &f.v, &e), 0);
	assert_int_equal(found.n, FINDINGS_KEPT);
	assert_int_equal(found.total, VALUES);
	assert_true(found.kept[0].value == VALUES - 1);
	assert_true(found.kept[FINDINGS_KEPT - 1].value == VALUES - FINDINGS_KEPT);
	findings_json(&found, j);
	assert_int_equal(json_array_size(json_object_get(j, "budgets")), FINDINGS_KEPT);
	assert_int_equal(json_integer_value(json_object_get(j, "budgets_left_off")),
			 VALUES - FINDINGS_KEPT);
	assert_int_equal(json_integer_value(json_object_get(j, "broken_left_off")),
			 VALUES - FINDINGS_KEPT);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(j, "broken"), 0), "reason")),
			    "it broke");
	json_decref(j);
	findings_free(&found);
}

static void test_strain_is_one_at_the_bound(void **state)
{
	const struct expect_plan none = {.within_pct = NAN, .min = NAN, .max = NAN, .equals = NAN};
	struct expect_plan x = none;

	(void)state;
	x.max = 50;
	assert_true(findings_strain(&x, &(struct value){.value = 50}, NAN) == 1);
	assert_true(findings_strain(&x, &(struct value){.value = 100}, NAN) == 2);
	x = none;
	x.min = 50;
	assert_true(findings_strain(&x, &(struct value){.value = 50}, NAN) == 1);
	assert_true(findings_strain(&x, &(struct value){.value = 0}, NAN) == INFINITY);
	x = none;
	x.equals = 0;
	assert_true(findings_strain(&x, &(struct value){.value = 0}, NAN) == 0);
	assert_true(findings_strain(&x, &(struct value){.value = 2}, NAN) > 1);
	x = none;
	x.within_pct = 3;
	assert_true(findings_strain(&x, &(struct value){.value = 7}, NAN) == INFINITY);
}

const struct CMUnitTest tests_unit_findings[] = {
	cmocka_unit_test(test_worst_first),
	cmocka_unit_test(test_bounded),
	cmocka_unit_test(test_strain_is_one_at_the_bound),
	{0},
};

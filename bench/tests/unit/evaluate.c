/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a suite's own budgets make of a trial: a plan from a suite's text, data written by hand. */
#include "evaluate/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "model/own_report.h"
#include "suite/expand.h"
#include "tests/test.h"

/* Ten seconds on one CPU; the groups' files are the test's to add. */
struct trial {
	struct suite *suite;
	struct plan *plan;
	struct trial_data data;
	struct evaluation result;
};

static void trial_new(struct trial *t, const char *text)
{
	struct err e = {""};

	*t = (struct trial){0};
	if (suite_parse("t.yaml", text, strlen(text), &t->suite, &e) < 0 ||
	    plan_expand(t->suite, &(struct plan_options){0}, &t->plan, &e) < 0)
		fail_msg("%s", e.text);
	t->data.plan = &t->plan->trials[0];
	t->data.open_nsec = 1000000000;
	t->data.close_nsec = 11000000000;
	t->data.cpus_online = 1;
	t->data.n_groups = t->data.plan->n_groups;
	t->data.groups = calloc(t->data.n_groups, sizeof(*t->data.groups));
	assert_non_null(t->data.groups);
	for (unsigned g = 0; g < t->data.n_groups; g++) {
		t->data.groups[g].plan = &t->data.plan->groups[g];
		t->data.groups[g].index = g;
		t->data.groups[g].opened_nsec = t->data.open_nsec;
	}
}

static void add_file(struct snapshot *s, const char *name, const char *text)
{
	struct snapshot_file *f = array_push(s->files, s->n);

	assert_non_null(f);
	*f = (struct snapshot_file){.name = name, .text = strdup(text)};
}

static void add_usage(struct trial *t, unsigned group, const char *before, const char *after)
{
	add_file(&t->data.groups[group].before, "cpu.stat", before);
	add_file(&t->data.groups[group].after, "cpu.stat", after);
}

static void evaluate_trial(struct trial *t)
{
	struct err e = {""};

	if (evaluate(&t->data, &t->result, &e) < 0)
		fail_msg("%s", e.text);
}

static void trial_free(struct trial *t)
{
	evaluation_free(&t->result);
	trial_data_free(&t->data);
	plan_free(t->plan);
	suite_free(t->suite);
}

static const struct value *value_of(const struct trial *t, int group, const char *metric)
{
	for (size_t i = 0; i < t->result.n; i++)
		if (t->result.values[i].group == group &&
		    strcmp(t->result.values[i].metric, metric) == 0)
			return &t->result.values[i];
	return NULL;
}

#define HEAD "suite: s\nquestion: q\n"

static const char leaves[] = HEAD
	"groups:\n"
	"- name: parent\n"
	"  children:\n"
	"  - {name: leaf1, run: {workload: spin}}\n"
	"  - {name: leaf2, run: {workload: spin}}\n"
	"expect:\n"
	"- {name: sum, that: \"parent:cpu.usage_usec / sum(leaf*:cpu.usage_usec)\", equals: 1, "
	"within: 2%}\n"
	"- {that: leaf2:cpu.usage_usec / leaf1:cpu.usage_usec, equals: 2, within: 5%}\n"
	"- {that: cpu.usage_usec / 10, min: 150ms, group: leaf1}\n"
	"- {that: cpu.usage_usec / 10, max: 1s}\n"
	"- {that: leaf1:work.ops / leaf2:work.ops, min: 1}\n"
	"- {metric: pids.peak, max: 3}\n";

static void test_relations_are_values(void **state)
{
	/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
	static const struct {
		const char *metric, *unit;
		int group;
		double value, expected, error_pct;
		enum verdict verdict;
	} rows[] = {
		{"relation.sum", "ratio", -1, 1.01, 1, 1, VERDICT_PASS},
		{"relation.2", "ratio", -1, 2.5, 2, 25, VERDICT_FAIL},
		{"relation.3", "usec", 1, 100000, NAN, NAN, VERDICT_FAIL},
		{"relation.4", "usec", 0, 353500, NAN, NAN, VERDICT_PASS},
		{"relation.4", "usec", 1, 100000, NAN, NAN, VERDICT_PASS},
		{"relation.4", "usec", 2, 250000, NAN, NAN, VERDICT_PASS},
	};
	struct trial t;
	(void)state;

	trial_new(&t, leaves);
	add_usage(&t, 0, "usage_usec 5\n", "usage_usec 3535005\n");
	add_usage(&t, 1, "usage_usec 0\n", "usage_usec 1000000\n");
	add_usage(&t, 2, "usage_usec 7\n", "usage_usec 2500007\n");
	evaluate_trial(&t);
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct value *v = value_of(&t, rows[i].group, rows[i].metric);
		if (!v) {
			fail_msg("row %zu: no value", i);
			continue;
		}
		assert_true(fabs(v->value - rows[i].value) < 1e-9);
		assert_string_equal(v->unit, rows[i].unit);
		assert_true(isnan(rows[i].expected) ? isnan(v->expected)
						    : v->expected == rows[i].expected);
		assert_true(isnan(rows[i].error_pct)
				    ? isnan(v->error_pct)
				    : fabs(v->error_pct - rows[i].error_pct) < 1e-9);
		assert_int_equal(v->verdict, rows[i].verdict);
	}
	assert_null(value_of(&t, 0, "relation.3"));
	assert_null(value_of(&t, -1, "relation.5"));
	assert_int_equal(t.result.tally.pass, 4);
	assert_int_equal(t.result.tally.fail, 2);
	assert_int_equal(t.result.tally.missing, 2);
	trial_free(&t);
}

/* What the table at a run's end is made of. */
static void test_every_budget_has_its_judgements(void **state)
{
	/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
	static const struct {
		const char *bound;
		bool has_value;
		double error_pct;
		enum verdict verdict;
	} rows[] = {
		{"equals 1 within 2%", true, 1, VERDICT_PASS},
		{"equals 2 within 5%", true, 25, VERDICT_FAIL},
		{"min 150000", true, NAN, VERDICT_FAIL},
		{"max 1000000", true, NAN, VERDICT_PASS},
		{"max 1000000", true, NAN, VERDICT_PASS},
		{"max 1000000", true, NAN, VERDICT_PASS},
		{"min 1", false, NAN, VERDICT_NONE},
		{"max 3", false, NAN, VERDICT_NONE},
	};
	char bound[BOUND_TEXT_MAX];
	struct trial t;
	(void)state;

	trial_new(&t, leaves);
	add_usage(&t, 0, "usage_usec 0\n", "usage_usec 3535000\n");
	add_usage(&t, 1, "usage_usec 0\n", "usage_usec 1000000\n");
	add_usage(&t, 2, "usage_usec 0\n", "usage_usec 2500000\n");
	evaluate_trial(&t);
	assert_int_equal(t.result.n_judgements, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct judgement *j = &t.result.judgements[i];
		assert_string_equal(evaluate_bound_text(j->expect, bound), rows[i].bound);
		assert_int_equal(j->value != NULL, rows[i].has_value);
		assert_int_equal(j->verdict, rows[i].verdict);
		assert_true(isnan(rows[i].error_pct)
				    ? isnan(j->error_pct)
				    : fabs(j->error_pct - rows[i].error_pct) < 1e-9);
	}
	trial_free(&t);
}

static const char reads[] =
	HEAD "groups:\n"
	     "- {name: a, run: {workload: spin}}\n"
	     "- {name: b, run: {workload: spin}}\n"
	     "read:\n"
	     "- {name: slab, file: memory.stat, key: slab, take: delta, unit: bytes}\n"
	     "- {name: max, file: pids.events.local, key: max, take: end, group: a}\n"
	     "- {name: was, file: pids.current, take: before}\n"
	     "- {name: some, file: pids.current, take: sample, unit: pids}\n"
	     "- {name: most, file: pids.current, take: peak}\n"
	     "- {name: none, file: no.such, take: after}\n"
	     "expect:\n"
	     "- {metric: read.slab, group: a, equals: 4K}\n"
	     "- {that: a:read.slab / b:read.slab, equals: 4, name: slabs}\n"
	     "- {metric: read.none, max: 1}\n";

static void test_reads_are_metrics(void **state)
{
	/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
	static const struct {
		const char *metric, *unit;
		int group;
		double value;
		enum verdict verdict;
	} rows[] = {
		{"read.slab", "bytes", 0, 4096, VERDICT_PASS},
		{"read.slab", "bytes", 1, 1024, VERDICT_NONE},
		{"read.max", "count", 0, 5, VERDICT_NONE},
		{"read.was", "count", 0, 2, VERDICT_NONE},
		{"read.some", "pids", 0, 20, VERDICT_NONE},
		{"read.most", "count", 0, 30, VERDICT_NONE},
		{"relation.slabs", "ratio", -1, 4, VERDICT_PASS},
	};
	struct sample samples[] = {
		{.nsec = 2000000000, .metric = "read.some", .value = 10},
		{.nsec = 2000000000, .metric = "read.some", .value = 30},
		{.nsec = 2000000000, .metric = "read.most", .value = 30},
		{.nsec = 2000000000, .metric = "read.most", .value = 10},
	};
	struct trial t;
	(void)state;

	trial_new(&t, reads);
	add_file(&t.data.groups[0].before, "memory.stat", "slab 0\nslab_reclaimable 9\n");
	add_file(&t.data.groups[0].after, "memory.stat", "slab 4096\nslab_reclaimable 9\n");
	add_file(&t.data.groups[1].before, "memory.stat", "slab 1024\n");
	add_file(&t.data.groups[1].after, "memory.stat", "slab 2048\n");
	add_file(&t.data.groups[0].end, "pids.events.local", "max 5\n");
	add_file(&t.data.groups[1].end, "pids.events.local", "max 6\n");
	add_file(&t.data.groups[0].before, "pids.current", "2\n");
	t.data.samples = samples;
	t.data.n_samples = array_len(samples);
	evaluate_trial(&t);
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct value *v = value_of(&t, rows[i].group, rows[i].metric);
		if (!v) {
			fail_msg("row %zu: no value", i);
			continue;
		}
		assert_true(v->value == rows[i].value);
		assert_string_equal(v->unit, rows[i].unit);
		assert_int_equal(v->verdict, rows[i].verdict);
	}
	assert_null(value_of(&t, 1, "read.max"));
	assert_null(value_of(&t, 1, "read.most"));
	assert_null(value_of(&t, 0, "read.none"));
	assert_int_equal(t.result.tally.missing, 1);
	t.data.samples = NULL;
	trial_free(&t);
}

static const char own[] = HEAD "groups:\n"
			       "- {name: a, run: {exec: [prog, \"@report\"]}}\n"
			       "- {name: b, run: {exec: [prog]}}\n"
			       "own: {rate: 1/s, p99: usec}\n"
			       "expect:\n"
			       "- {metric: own.p99, max: 2ms}\n"
			       "- {metric: own.score, equals: 100, within: 5%}\n"
			       "- {that: a:own.rate / a:own.score, min: 10}\n"
			       "- {metric: own.absent, max: 1}\n";

static void test_own_numbers_are_metrics(void **state)
{
	static const struct {
		const char *metric, *unit;
		double value;
		enum verdict verdict;
	} rows[] = {
		{"own.rate", "1/s", 950, VERDICT_NONE},
		{"own.p99", "usec", 2100, VERDICT_FAIL},
		{"own.score", "count", 95, VERDICT_PASS},
		{"own.free", "GB", -1e3, VERDICT_NONE},
	};
	struct trial t;
	(void)state;

	trial_new(&t, own);
	t.data.groups[0].output = strdup("# made by prog\n\nrate 950\np99 2100 usec\r\n"
					 "\tscore   95\nfree -1e3 GB\n");
	t.data.groups[0].reported = true;
	/* What is only printed is no report. */
	t.data.groups[1].output = strdup("score 95\n");
	evaluate_trial(&t);
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct value *v = value_of(&t, 0, rows[i].metric);
		if (!v) {
			fail_msg("row %zu: no value", i);
			continue;
		}
		assert_true(v->value == rows[i].value);
		assert_string_equal(v->unit, rows[i].unit);
		assert_int_equal(v->verdict, rows[i].verdict);
	}
	assert_null(value_of(&t, 1, "own.score"));
	assert_non_null(value_of(&t, -1, "relation.3"));
	assert_int_equal(t.result.tally.missing, 1);
	trial_free(&t);
}

static void test_what_no_report_may_say(void **state)
{
	static const struct {
		const char *text, *fault; /* NULL: none */
	} rows[] = {
		{"", NULL},
		{"\n \n# x\n", NULL},
		{"a 1\nb 2 ms\n", NULL},
		{"---\nmetrics:\n - bogo-ops: 1\n", NULL}, /* of other kinds */
		{"{\"jobs\": 1}\n", NULL},
		{"a\n", "line 1: a single word; expected NAME VALUE [UNIT]"},
		{"a 1\n\nb 1 ms or so\n", "line 3: more than three words"},
		{"a one\n", "line 1: 'one' is no number"},
		{"a 1ms\n", "line 1: '1ms' is no number"},
		{"a nan\n", "line 1: 'nan' is no number"},
		{"a 1e999\n", "line 1: '1e999' is no number"},
		{"a-b 1\n", "line 1: 'a-b' is no name; expected letters, digits, _ and ."},
		{"99 1\n", "line 1: '99' is no name"},
		{"a 1 abcdefghijklmnop\n", "line 1: the unit 'abcdefghijklmnop' has more than 15"},
		{"a 1\nb 2\na 3\n", "line 3: 'a' is there twice"},
		{"a 1\nb 2", "line 2 has no end: was the program killed while it wrote?"},
		{"p99 1 ms\n", "line 1: own.p99 is in 'ms'; the suite says 'usec'"},
		{"p99 1 usec\n", NULL},
	};
	struct trial t;
	(void)state;

	trial_new(&t, own);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct err e = {""};
		int r = own_check(t.data.plan, rows[i].text, &e);
		if ((r < 0) != (rows[i].fault != NULL) ||
		    (r < 0 && strncmp(e.text, rows[i].fault, strlen(rows[i].fault)) != 0))
			fail_msg("row %zu: %d: %s", i, r, e.text);
	}
	trial_free(&t);
}

static const char conditional[] =
	HEAD "axes: {n: [1]}\n"
	     "groups: [{name: a, run: {workload: spin, threads: \"${n}\"}}]\n"
	     "expect:\n"
	     "- {metric: cpu.usage_usec, max: 1, when: n != 1}\n"
	     "- {metric: cpu.usage_usec, max: 1, when: has no.such}\n"
	     "- {metric: pids.peak, max: 1, when: has pids.peak}\n"
	     "- {that: a:cpu.usage_usec, max: 1, when: has no.such}\n"
	     "- {metric: cpu.usage_usec, max: 2000, when: not has no.such}\n";

/* What a condition rules out is neither missed nor missing. */
static void test_conditions_rule_out(void **state)
{
	struct probe probes[2];
	struct trial t;
	(void)state;

	trial_new(&t, conditional);
	probes[0] = (struct probe){t.data.plan->expects[1].when, false};
	probes[1] = (struct probe){t.data.plan->expects[2].when, false};
	t.data.probes = (struct probes){probes, array_len(probes)};
	add_usage(&t, 0, "usage_usec 0\n", "usage_usec 1000\n");
	evaluate_trial(&t);
	assert_int_equal(value_of(&t, 0, "cpu.usage_usec")->verdict, VERDICT_PASS);
	assert_null(value_of(&t, -1, "relation.4"));
	assert_int_equal(t.result.n_judgements, 1);
	assert_int_equal(t.result.tally.pass, 1);
	assert_int_equal(t.result.tally.fail + t.result.tally.missing, 0);
	evaluation_free(&t.result);
	/* With the file there, its value is wanted. */
	probes[1].there = true;
	evaluate_trial(&t);
	assert_int_equal(t.result.tally.missing, 1);
	t.data.probes = (struct probes){0};
	trial_free(&t);
}

/* A trial that came to nothing misses no budget. */
static void test_a_broken_trial_has_no_judgements(void **state)
{
	struct trial t;
	(void)state;

	trial_new(&t, leaves);
	t.data.status = TRIAL_FAILED;
	evaluate_trial(&t);
	assert_int_equal(t.result.n + t.result.n_judgements + t.result.tally.missing, 0);
	trial_free(&t);
}

const struct CMUnitTest tests_unit_evaluate[] = {
	cmocka_unit_test(test_relations_are_values),
	cmocka_unit_test(test_every_budget_has_its_judgements),
	cmocka_unit_test(test_reads_are_metrics),
	cmocka_unit_test(test_own_numbers_are_metrics),
	cmocka_unit_test(test_what_no_report_may_say),
	cmocka_unit_test(test_conditions_rule_out),
	cmocka_unit_test(test_a_broken_trial_has_no_judgements),
	{0},
};

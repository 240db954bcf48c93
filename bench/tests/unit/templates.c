/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What groups of a suite have in common, by name; groups beside others; segments that only begin.
 */
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "suite/describe.h"
#include "suite/expand.h"
#include "tests/test.h"

#define HEAD "suite: s\nquestion: q\n"

static const char matrix[] =
	HEAD "templates:\n"
	     "  busy: {run: {workload: spin, threads: 2}}\n"
	     "  part-time: {run: {workload: duty, busy: 1ms}}\n"
	     "  none: {}\n"
	     "  tight: {limits: {pids.max: 16, memory.max: 32M}, start: 1s,\n"
	     "          place: {cpus: 1, beside: victim, where: other-core}}\n"
	     "parts:\n"
	     "- part: p\n"
	     "  question: q\n"
	     "  templates: {odd: {oom_score_adj: 7}}\n"
	     "  axes: {load: [busy, part-time], level: [none, tight]}\n"
	     "  groups:\n"
	     "  - {name: victim, like: busy, place: {cpus: 1}}\n"
	     "  - {name: g, like: [\"${load}\", \"${level}\", odd], limits: {pids.max: 8}}\n"
	     "  actions: [{at: 2s, segment: later}]\n";

static struct plan *expand(const char *text, struct suite **suite)
{
	struct plan *plan = NULL;
	struct err e = {""};

	if (suite_parse("t.yaml", text, strlen(text), suite, &e) < 0 ||
	    plan_expand(*suite, &(struct plan_options){0}, &plan, &e) < 0)
		fail_msg("%s", e.text);
	return plan;
}

static void test_a_group_is_like_its_templates(void **state)
{
	static const char *const groups[] = {
		"victim: spin on 2 threads on 1 CPU; g {pids.max=8}: spin on 2 threads "
		"oom_score_adj=7",
		"victim: spin on 2 threads on 1 CPU; g {pids.max=8, memory.max=33554432}: spin on "
		"2 "
		"threads on 1 CPU other-core as victim oom_score_adj=7 from 1s",
		"victim: spin on 2 threads on 1 CPU; g {pids.max=8}: duty busy=1ms "
		"oom_score_adj=7",
		"victim: spin on 2 threads on 1 CPU; g {pids.max=8, memory.max=33554432}: duty "
		"busy=1ms on 1 CPU other-core as victim oom_score_adj=7 from 1s",
	};
	struct suite *suite = NULL;
	struct plan *p = expand(matrix, &suite);

	(void)state;
	assert_int_equal(p->n_trials, array_len(groups));
	for (size_t i = 0; i < p->n_trials; i++) {
		char *text = describe_groups(&p->trials[i]);
		assert_string_equal(text, groups[i]);
		free(text);
	}
	plan_free(p);
	suite_free(suite);
}

static void test_a_segment_may_just_begin(void **state)
{
	struct suite *suite = NULL;
	struct plan *p = expand(matrix, &suite);
	char *text = describe_actions(&p->trials[0]);

	(void)state;
	assert_string_equal(text, "at 2s segment later");
	assert_int_equal(p->trials[0].actions[0].verb, ACTION_NOTHING);
	assert_true(plan_has_segment(&p->trials[0], "later"));
	free(text);
	plan_free(p);
	suite_free(suite);
}

static void test_a_condition_on_a_lab_stays_open(void **state)
{
	static const char text[] = HEAD "when: lab\n"
					"groups: [{name: g, run: {workload: spin}}]\n";
	struct suite *suite = NULL;
	struct plan *p = expand(text, &suite);
	struct probe probe = {.of = p->trials[0].when};
	struct probes known = {&probe, 1};
	char found[64];

	(void)state;
	assert_int_equal(condition_truth(p->trials[0].when, &(struct probes){0}), TRUTH_OPEN);
	assert_int_equal(condition_truth(p->trials[0].when, &known), TRUTH_NO);
	assert_string_equal(condition_found(p->trials[0].when, &known, found, sizeof(found)),
			    "no lab");
	probe.there = true;
	assert_int_equal(condition_truth(p->trials[0].when, &known), TRUTH_YES);
	plan_free(p);
	suite_free(suite);
}

#define ONE "templates: {a: {run: {workload: spin}}}\n"

static const struct {
	const char *text, *fault;
} rows[] = {
	{HEAD ONE "groups: [{name: g, like: b}]\n", "t.yaml:4:26: there is no template 'b'"},
	{HEAD ONE "axes: {x: [a, c]}\ngroups: [{name: g, like: \"${x}\"}]\n",
	 "t.yaml:5:26: there is no template 'c' (from '${x}', x=c in line 4)"},
	{HEAD "templates: [a]\n",
	 "t.yaml:3:12: 'templates' is a list; expected a mapping from names "
	 "to what groups have in common"},
	{HEAD "templates: {a: spin}\n",
	 "t.yaml:3:16: a template is a text; expected a mapping such as "
	 "{run: {workload: spin}} or {limits: {pids.max: 64}}"},
	{HEAD "templates: {a: {name: b}}\n", "t.yaml:3:17: a template has no key 'name'; expected "
					     "oom_score_adj, sched, as, nice, start, limits, "
					     "place, run"},
	{HEAD "templates: {a b: {}}\ngroups: [{name: g, run: {workload: spin}}]\n",
	 "t.yaml:3:13: 'a b' is no name for a template; expected letters, digits and any of '-_', "
	 "at most 48 of them, beginning with a letter or digit"},
	{HEAD "templates: {a: {run: {workload: spin}}, b: {run: {workload: duty}}}\n"
	      "groups: [{name: g, like: [a, b]}]\n",
	 "t.yaml:3:61: two templates of one group say 'run: workload'; the other does in line 3. "
	 "Say it in the group, or in one of them"},
	{HEAD "templates:\n"
	      "  a: {limits: {pids.max: 1}}\n"
	      "  b: {limits: {pids.max: 2}}\n"
	      "groups: [{name: g, like: [a, b], run: {workload: spin}}]\n",
	 "t.yaml:5:16: two templates of one group say 'pids.max'; the other does in line 4. Say it "
	 "in the group, or in one of them"},
	{HEAD "templates: {a: {limits: {pids.max: 1}}}\ngroups: [{name: g, like: a}]\n",
	 "t.yaml:4:17: group 'g' has neither 'run' nor 'children': it would stay empty"},
	{HEAD "templates: {a: {run: {workload: spin}}}\n"
	      "groups: [{name: g, like: a, run: {exec: [\"true\"]}}]\n",
	 "t.yaml:4:42: group 'g' has both a workload and a program; expected one"},
	{HEAD "groups: [{name: g, place: {cpus: 1, beside: g, where: same-core}, "
	      "run: {workload: spin}}]\n",
	 "t.yaml:3:45: there is no group 'g'"},
	{HEAD "groups:\n"
	      "- {name: a, run: {workload: spin}}\n"
	      "- {name: b, place: {cpus: 1, beside: a, where: same-core}, run: {workload: spin}}\n",
	 "t.yaml:5:38: group 'a' has no 'place' to be beside"},
	{HEAD "groups:\n"
	      "- {name: a, place: {cpus: 1}, run: {workload: spin}}\n"
	      "- {name: b, place: {cpus: 1, beside: a}, run: {workload: spin}}\n",
	 "t.yaml:5:38: 'beside' without 'where'; expected {cpus: 1, beside: GROUP, where: "
	 "other-core}"},
	{HEAD "groups:\n"
	      "- {name: a, place: {cpus: 1}, run: {workload: spin}}\n"
	      "- {name: b, place: {cpus: 1, beside: a, where: spread}, run: {workload: spin}}\n",
	 "t.yaml:5:48: place 'spread' is none beside another group; expected same-cpu, same-core, "
	 "same-l3, other-core, other-package or other-node"},
	{HEAD "groups: [{name: g, run: {workload: spin}}]\n"
	      "actions: [{at: 1s, group: g, segment: later}]\n",
	 "t.yaml:4:27: a segment is of the whole trial, and not of a group"},
};

static void test_faults_are_told_where_they_are(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct suite *suite = NULL;
		struct plan *plan = NULL;
		struct err e = {""};
		int r = suite_parse("t.yaml", rows[i].text, strlen(rows[i].text), &suite, &e);
		if (r == 0)
			r = plan_expand(suite, &(struct plan_options){0}, &plan, &e);
		if (r == 0 || strcmp(e.text, rows[i].fault) != 0)
			print_error("row %zu: got '%s'\n", i, r == 0 ? "no fault" : e.text),
				wrong++;
		suite_free(suite);
	}
	assert_int_equal(wrong, 0);
}

const struct CMUnitTest tests_unit_templates[] = {
	cmocka_unit_test(test_a_group_is_like_its_templates),
	cmocka_unit_test(test_a_segment_may_just_begin),
	cmocka_unit_test(test_a_condition_on_a_lab_stays_open),
	cmocka_unit_test(test_faults_are_told_where_they_are),
	{0},
};

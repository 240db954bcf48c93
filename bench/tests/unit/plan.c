/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/expand.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "suite/describe.h"
#include "suite/recipe_args.h"
#include "tests/test.h"

/* A suite and its plan, which needs it. */
struct planned {
	struct suite *suite;
	struct plan *plan;
};

static struct planned expand(const char *text, const struct plan_options *o)
{
	struct planned p = {NULL, NULL};
	struct err e = {""};

	if (suite_parse("t.yaml", text, strlen(text), &p.suite, &e) < 0 ||
	    plan_expand(p.suite, o, &p.plan, &e) < 0)
		fail_msg("%s", e.text);
	return p;
}

static void planned_free(struct planned *p)
{
	plan_free(p->plan);
	suite_free(p->suite);
}

#define HEAD "suite: s\nquestion: q\n"

/* Three by two cells, one excluded, two repeats. */
static const char matrix[] = HEAD "repeats: 2\n"
				  "axes:\n"
				  "  quota: [20%, 50%, max]\n"
				  "  threads: [1, 4]\n"
				  "exclude: [{quota: max, threads: 1}]\n"
				  "groups:\n"
				  "- name: g\n"
				  "  limits: {cpu.max: \"${quota} 100ms\"}\n"
				  "  run: {workload: spin, threads: \"${threads}\"}\n";

static void test_absent_keys_have_defaults(void **state)
{
	struct planned p = expand(HEAD "groups: [{name: g, run: {workload: touch}}]\n",
				  &(struct plan_options){0});
	const struct trial_plan *t = &p.plan->trials[0];
	(void)state;

	assert_int_equal(p.plan->n_trials, 1);
	assert_int_equal(p.plan->n_cells, 1);
	assert_int_equal(p.plan->n_axes, 0);
	assert_int_equal(t->trial, 1);
	assert_int_equal(t->cell, 1);
	assert_int_equal(t->repeat, 1);
	assert_null(t->part);
	assert_string_equal(t->question, "q");
	assert_int_equal(t->duration_usec, 10000000);
	assert_int_equal(t->warmup_usec, 0);
	assert_int_equal(t->sample_every_usec, 10000);
	assert_int_equal(t->timeout_usec, 0); /* none */
	assert_int_equal(t->n_groups, 1);
	assert_int_equal(t->groups[0].parent, -1);
	assert_int_equal(t->groups[0].start_usec, 0);
	assert_int_equal(t->groups[0].place.cpus, 0);
	assert_int_equal(t->groups[0].n_limits, 0);
	assert_int_equal(t->groups[0].run.threads, 1);
	assert_null(t->groups[0].run.argv);
	assert_string_equal(t->groups[0].run.workload->name, "touch");
	for (size_t i = 0; t->groups[0].run.workload->params[i].name; i++) {
		const struct param *param = &t->groups[0].run.workload->params[i];
		uint64_t value;
		assert_int_equal(param_parse(param, param->fallback, &value, NULL), 0);
		assert_int_equal(t->groups[0].run.params[i], value);
	}
	assert_int_equal(t->n_actions, 0);
	assert_int_equal(t->n_expects, 0);
	planned_free(&p);
}

static void test_cells_are_numbered_in_the_order_of_the_file(void **state)
{
	static const struct {
		unsigned trial, cell, repeat;
		const char *quota, *threads;
	} rows[] = {
		{1, 1, 1, "20%", "1"},  {2, 2, 1, "20%", "4"}, {3, 3, 1, "50%", "1"},
		{4, 4, 1, "50%", "4"},  {5, 5, 1, "max", "4"}, {6, 1, 2, "20%", "1"},
		{7, 2, 2, "20%", "4"},  {8, 3, 2, "50%", "1"}, {9, 4, 2, "50%", "4"},
		{10, 5, 2, "max", "4"},
	};
	struct planned p = expand(matrix, &(struct plan_options){0});
	(void)state;

	assert_int_equal(p.plan->n_trials, array_len(rows));
	assert_int_equal(p.plan->n_cells, 5);
	assert_int_equal(p.plan->n_cells_whole, 5);
	assert_string_equal(p.plan->axis_names[0], "quota");
	assert_string_equal(p.plan->axis_names[1], "threads");
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct trial_plan *t = &p.plan->trials[i];
		assert_int_equal(t->trial, rows[i].trial);
		assert_int_equal(t->cell, rows[i].cell);
		assert_int_equal(t->repeat, rows[i].repeat);
		assert_string_equal(t->axis_values[0], rows[i].quota);
		assert_string_equal(t->axis_values[1], rows[i].threads);
		assert_int_equal(t->groups[0].run.threads, atoi(rows[i].threads));
		assert_int_equal(t->groups[0].limits[0].value.is_max,
				 strcmp(rows[i].quota, "max") == 0);
	}
	assert_int_equal(plan_usec(p.plan), 10 * (10000000 + 100000));
	planned_free(&p);
}

static void assert_order(const struct plan *p, const unsigned *trials, size_t n)
{
	assert_int_equal(p->n_trials, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p->trials[i].trial, trials[i]);
}

/* These orders are for ever: a seed in an old host.json means the same order to a new cgbench. */
static void test_a_seed_means_one_order(void **state)
{
	static const unsigned by_42[] = {2, 3, 1, 5, 4, 9, 10, 7, 8, 6},
			      by_7[] = {5, 2, 4, 1, 3, 8, 6, 9, 7, 10};
	struct planned a = expand(matrix, &(struct plan_options){.seed = 42}),
		       b = expand(matrix, &(struct plan_options){.seed = 7});
	(void)state;

	assert_int_equal(a.plan->seed, 42);
	assert_order(a.plan, by_42, array_len(by_42));
	assert_order(b.plan, by_7, array_len(by_7));
	planned_free(&a);
	planned_free(&b);
}

/* All cells once, then all again: a host that drifts does so for all of them alike. */
static void test_a_shuffle_stays_within_its_repeat(void **state)
{
	(void)state;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct planned p = expand(matrix, &(struct plan_options){.seed = seed});
		bool seen[11] = {false};
		for (size_t i = 0; i < 10; i++) {
			assert_int_equal(p.plan->trials[i].repeat, 1 + i / 5);
			assert_false(seen[p.plan->trials[i].trial]);
			seen[p.plan->trials[i].trial] = true;
		}
		planned_free(&p);
	}
}

/* Each of the five comes first about as often: 1000 shuffles, 5 standard deviations. */
static void test_a_shuffle_prefers_nobody(void **state)
{
	unsigned first[6] = {0};
	(void)state;

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct planned p =
			expand(matrix, &(struct plan_options){.seed = seed, .repeats = 1});
		first[p.plan->trials[0].trial]++;
		planned_free(&p);
	}
	for (size_t i = 1; i <= 5; i++)
		assert_in_range(first[i], 200 - 63, 200 + 63);
}

static void test_repeats_from_the_command_line(void **state)
{
	struct planned p = expand(matrix, &(struct plan_options){.repeats = 3});
	(void)state;

	assert_int_equal(p.plan->n_trials, 15);
	assert_int_equal(p.plan->trials[14].trial, 15);
	assert_int_equal(p.plan->trials[14].repeat, 3);
	planned_free(&p);
}

static void test_filters(void **state)
{
	static const struct {
		const char *terms[5];
		unsigned trials[8]; /* ends with 0 */
		unsigned cells;
	} rows[] = {
		{{"quota=20%"}, {1, 2, 6, 7}, 2},
		{{"quota=20%", "threads=4"}, {2, 7}, 1},
		{{"quota=20%", "quota=max"}, {1, 2, 5, 6, 7, 10}, 3},
		{{"quota=max", "threads=4", "quota=20%"}, {2, 5, 7, 10}, 2},
		{{"threads=1"}, {1, 3, 6, 8}, 2},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct planned p = expand(matrix, &(struct plan_options){.filter = rows[i].terms});
		size_t n = 0;
		while (rows[i].trials[n])
			n++;
		assert_order(p.plan, rows[i].trials, n);
		assert_int_equal(p.plan->n_cells, rows[i].cells);
		assert_int_equal(p.plan->n_cells_whole, 5);
		planned_free(&p);
	}
}

/* A filtered run has the trials of the whole one, by number and in its order. */
static void test_filters_change_no_order(void **state)
{
	static const char *const terms[] = {"threads=4", NULL};
	struct planned all = expand(matrix, &(struct plan_options){.seed = 42}),
		       some = expand(matrix, &(struct plan_options){.seed = 42, .filter = terms});
	size_t n = 0;
	(void)state;

	for (size_t i = 0; i < all.plan->n_trials; i++)
		if (strcmp(all.plan->trials[i].axis_values[1], "4") == 0)
			assert_int_equal(some.plan->trials[n++].trial, all.plan->trials[i].trial);
	assert_int_equal(some.plan->n_trials, n);
	planned_free(&all);
	planned_free(&some);
}

/* In a hurry: what `quick` says of the axes, else the first cell; once, unless repeats says more.
 */
static void test_quick(void **state)
{
	static const char *const only_20[] = {"quota=20%", NULL};
	static const struct {
		const char *quick;
		struct plan_options options;
		unsigned trials[8]; /* ends with 0 */
	} rows[] = {
		{"", {.quick = true}, {1}},
		{"", {.quick = true, .repeats = 2}, {1, 6}},
		{"", {.quick = true, .filter = only_20}, {1}},
		{"quick: threads == 4\n", {.quick = true}, {2, 4, 5}},
		{"quick: threads == 4 and quota != max\n", {.quick = true}, {2, 4}},
		{"quick: has cpu.max and quota == max\n", {.quick = true}, {5}},
		{"quick: threads == 4\n", {.repeats = 1}, {1, 2, 3, 4, 5}},
	};
	char text[1024];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		size_t n = 0;
		snprintf(text, sizeof(text), "%s%s", matrix, rows[i].quick);
		struct planned p = expand(text, &rows[i].options);
		while (rows[i].trials[n])
			n++;
		assert_order(p.plan, rows[i].trials, n);
		planned_free(&p);
	}
}

/* A part that is not quick is left out; when no part is, that is said. */
static void test_nothing_quick(void **state)
{
	static const char parts[] = HEAD
		"parts:\n"
		"- {part: a, question: q, groups: [{name: g, run: {workload: spin}}], quick: no}\n"
		"- {part: b, question: q, groups: [{name: g, run: {workload: spin}}]}\n";
	static const char *const only_a[] = {"part=a", NULL};
	struct planned p = expand(parts, &(struct plan_options){.quick = true});
	struct plan *none = NULL;
	struct err e = {""};
	(void)state;

	assert_int_equal(p.plan->n_trials, 1);
	assert_string_equal(p.plan->trials[0].part, "b");
	assert_int_equal(plan_expand(p.suite,
				     &(struct plan_options){.quick = true, .filter = only_a}, &none,
				     &e),
			 -EINVAL);
	assert_string_equal(e.text, "s: nothing of it is quick, or passes the filters as well");
	planned_free(&p);
}

static void test_filters_that_nothing_passes(void **state)
{
	static const struct {
		const char *terms[3];
		const char *message;
	} rows[] = {
		{{"quota"}, "filter 'quota': expected AXIS=VALUE, as in quota=20%"},
		{{"=20%"}, "filter '=20%': expected AXIS=VALUE, as in quota=20%"},
		{{"quota="}, "filter 'quota=': expected AXIS=VALUE, as in quota=20%"},
		{{"qouta=20%"},
		 "filter 'qouta=20%': s has no axis 'qouta' (did you mean 'quota'?)"},
		{{"quota=21%"},
		 "filter 'quota=21%': no cell has this value; there are 20%, 50%, max"},
		{{"threads=1", "quota=max"},
		 "no cell of s passes all filters; each of them alone lets some through"},
		{{"part=x"}, "filter 'part=x': no cell has this value; there are none"},
	};
	struct suite *s = NULL;
	(void)state;

	assert_int_equal(suite_parse("t.yaml", matrix, strlen(matrix), &s, NULL), 0);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct plan *p = NULL;
		struct err e = {""};
		assert_int_equal(
			plan_expand(s, &(struct plan_options){.filter = rows[i].terms}, &p, &e),
			-EINVAL);
		assert_null(p);
		assert_string_equal(e.text, rows[i].message);
	}
	suite_free(s);
}

static void test_parts_are_numbered_through(void **state)
{
	static const char text[] =
		HEAD "repeats: 2\n"
		     "duration: 3s\n"
		     "parts:\n"
		     "- part: a\n"
		     "  question: first?\n"
		     "  axes: {n: [1, 2], m: [7]}\n"
		     "  groups: [{name: g, run: {exec: [\"${n}\", \"${m}\"]}}]\n"
		     "- part: b\n"
		     "  question: second?\n"
		     "  repeats: 1\n"
		     "  axes: {k: [x], n: [5]}\n"
		     "  groups: [{name: g, run: {exec: [\"${n}\", \"${k}\"]}}]\n";
	static const struct {
		const char *part;
		unsigned cell, repeat;
		const char *n, *m, *k;
	} rows[] = {
		{"a", 1, 1, "1", "7", ""}, {"a", 2, 1, "2", "7", ""}, {"b", 3, 1, "5", "", "x"},
		{"a", 1, 2, "1", "7", ""}, {"a", 2, 2, "2", "7", ""},
	};
	static const char *const only_b[] = {"part=b", NULL}, *const only_m[] = {"m=7", NULL};
	struct planned p = expand(text, &(struct plan_options){0});
	(void)state;

	assert_int_equal(p.plan->n_axes, 3);
	assert_string_equal(p.plan->axis_names[0], "n");
	assert_string_equal(p.plan->axis_names[1], "m");
	assert_string_equal(p.plan->axis_names[2], "k");
	assert_int_equal(p.plan->n_trials, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct trial_plan *t = &p.plan->trials[i];
		const char *const values[] = {rows[i].n, rows[i].m, rows[i].k};
		assert_int_equal(t->trial, i + 1);
		assert_int_equal(t->cell, rows[i].cell);
		assert_int_equal(t->repeat, rows[i].repeat);
		assert_string_equal(t->part, rows[i].part);
		assert_string_equal(t->question, *rows[i].part == 'a' ? "first?" : "second?");
		assert_int_equal(t->duration_usec, 3000000);
		for (size_t a = 0; a < 3; a++)
			assert_string_equal(t->axis_values[a] ? t->axis_values[a] : "", values[a]);
	}
	planned_free(&p);
	p = expand(text, &(struct plan_options){.filter = only_b});
	assert_int_equal(p.plan->n_trials, 1);
	assert_int_equal(p.plan->trials[0].trial, 3);
	planned_free(&p);
	p = expand(text, &(struct plan_options){.filter = only_m});
	assert_int_equal(p.plan->n_trials, 4);
	assert_int_equal(p.plan->n_cells, 2);
	planned_free(&p);
}

/* The fixture that says everything, in the cell quota=50%, who=two, arg=c"d. */
static const struct trial_plan *everything(struct planned *p)
{
	static const char *const filter[] = {"quota=50%", "who=two", "arg=c\"d", NULL};
	struct err e = {""};

	if (suite_load(test_fixture("suites/everything.yaml"), &p->suite, &e) < 0 ||
	    plan_expand(p->suite, &(struct plan_options){.filter = filter}, &p->plan, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(p->plan->n_cells, 1);
	assert_int_equal(p->plan->n_cells_whole, 9); /* 3 args; 2 quotas, 2 who, less one pair */
	return &p->plan->trials[0];
}

static void test_axes_are_put_where_they_are_named(void **state)
{
	struct planned p;
	const struct trial_plan *t = everything(&p);
	char **argv = t->groups[4].run.argv;
	(void)state;

	assert_string_equal(argv[0], "sh");
	assert_string_equal(argv[1], "-c");
	assert_string_equal(argv[2], "echo c\"d $HOME ${arg} 50%two");
	assert_string_equal(argv[3], "");
	assert_null(argv[4]);
	/* The value of an axis is itself no text to look into. */
	assert_int_equal(t->groups[1].limits[0].value.number, 50000);
	planned_free(&p);
}

static void test_groups_have_what_the_suite_says(void **state)
{
	struct planned p;
	const struct trial_plan *t = everything(&p);
	(void)state;

	assert_int_equal(t->duration_usec, 5000000);
	assert_int_equal(t->warmup_usec, 100000);
	assert_int_equal(t->sample_every_usec, 5000);
	assert_int_equal(t->timeout_usec, 60000000);
	assert_int_equal(t->n_groups, 5);
	assert_int_equal(t->groups[0].n_limits, 2);
	assert_string_equal(t->groups[0].limits[1].knob->name, "memory.max");
	assert_int_equal(t->groups[0].limits[1].value.number, 64 << 20);
	assert_null(t->groups[0].run.workload);
	assert_int_equal(t->groups[1].place.cpus, 2);
	assert_int_equal(t->groups[1].place.where, PLACE_SAME_CORE);
	assert_int_equal(t->groups[1].run.threads, 2);
	assert_int_equal(t->groups[3].parent, 2);
	assert_int_equal(t->groups[3].start_usec, 1000000);
	assert_int_equal(t->groups[3].run.params[0], 2); /* kind: shmem */
	assert_int_equal(t->groups[3].run.params[1], 1 << 20);
	planned_free(&p);
}

static void test_actions_come_in_the_order_of_time(void **state)
{
	static const struct {
		uint64_t at_usec;
		enum action_verb verb;
		unsigned group;
		const char *knob;
	} rows[] = {
		{2000000, ACTION_WRITE, 1, "cpu.max"}, {2000000, ACTION_WRITE, 1, "cpu.weight"},
		{2000000, ACTION_FREEZE, 3, NULL},     {3000000, ACTION_THAW, 3, NULL},
		{4000000, ACTION_KILL, 3, NULL},
	};
	struct planned p;
	const struct trial_plan *t = everything(&p);
	(void)state;

	assert_int_equal(t->n_actions, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		assert_int_equal(t->actions[i].at_usec, rows[i].at_usec);
		assert_int_equal(t->actions[i].verb, rows[i].verb);
		assert_int_equal(t->actions[i].group, rows[i].group);
		if (rows[i].knob)
			assert_string_equal(t->actions[i].write.knob->name, rows[i].knob);
	}
	planned_free(&p);
}

/* Names are numbered through, and children are at the bottom of each of their parents. */
static void test_many_alike_groups(void **state)
{
	static const struct {
		const char *name;
		int parent;
		bool runs;
	} rows[] = {
		{"box1", -1, false}, {"box2", -1, false}, {"leaf1", 0, false}, {"leaf2", 2, true},
		{"leaf3", 1, false}, {"leaf4", 4, true},  {"other", -1, true},
	};
	struct planned p = expand(HEAD "axes: {n: [2]}\n"
				       "groups:\n"
				       "- name: box\n"
				       "  count: \"${n}\"\n"
				       "  children:\n"
				       "  - {name: leaf, depth: 2, limits: {pids.max: 9}, "
				       "run: {workload: spin}}\n"
				       "- {name: other, run: {workload: spin}}\n"
				       "actions: [{at: 2s, group: \"leaf*\", kill: true}]\n"
				       "expect: [{metric: pids.peak, group: leaf?, max: 9}]\n",
				  &(struct plan_options){0});
	const struct trial_plan *t = &p.plan->trials[0];
	scope_free char *text = describe_groups(t);
	(void)state;

	assert_int_equal(t->n_groups, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		assert_string_equal(t->groups[i].name, rows[i].name);
		assert_int_equal(t->groups[i].parent, rows[i].parent);
		assert_int_equal(t->groups[i].run.workload != NULL, rows[i].runs);
		assert_int_equal(t->groups[i].n_limits, t->groups[i].name[0] == 'l');
	}
	assert_int_equal(t->n_actions, 4);
	assert_int_equal(t->actions[3].group, 5);
	assert_int_equal(t->n_expects, 4);
	assert_string_equal(t->expects[3].group, "leaf4");
	assert_string_equal(text, "box1 to box2; leaf1 to leaf4 {pids.max=9}: spin; other: spin");
	planned_free(&p);
}

static void test_series_of_actions(void **state)
{
	static const struct {
		uint64_t at_usec;
		enum action_verb verb;
	} rows[] = {
		{100000, ACTION_FREEZE}, {150000, ACTION_THAW}, {200000, ACTION_FREEZE},
		{250000, ACTION_THAW},   {300000, ACTION_FILE}, {300000, ACTION_FREEZE},
	};
	struct planned p =
		expand(HEAD "duration: 1s\n"
			    "groups: [{name: g, run: {workload: spin}}]\n"
			    "actions:\n"
			    "- {at: 300ms, group: g, file: {memory.reclaim: 1M}}\n"
			    "- {at: 100ms, every: 100ms, until: 300ms, group: g, freeze: true}\n"
			    "- {at: 150ms, every: 100ms, until: 300ms, group: g, thaw: true}\n",
		       &(struct plan_options){0});
	const struct trial_plan *t = &p.plan->trials[0];
	scope_free char *text = describe_actions(t);
	(void)state;

	assert_int_equal(t->n_actions, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		assert_int_equal(t->actions[i].at_usec, rows[i].at_usec);
		assert_int_equal(t->actions[i].verb, rows[i].verb);
	}
	assert_string_equal(text,
			    "at 100ms and every 100ms freeze g; at 150ms and every 100ms thaw g; "
			    "at 300ms write g memory.reclaim=1M");
	planned_free(&p);
}

static bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static void test_budgets_are_in_the_unit_of_their_metric(void **state)
{
	static const struct {
		const char *metric, *group;
		double within_pct, min, max, equals;
	} rows[] = {
		{"cpu.usage_error", "one", 3.5, NAN, NAN, NAN},
		{"memory.peak_bytes", "", NAN, 1 << 20, 64 << 20, NAN},
		{"cpu.throttled_share", "", NAN, -2, 99.5, NAN},
		{"latency.after_max_usec", "", NAN, NAN, 1500, NAN},
		{"work.touched_bytes", "two", NAN, NAN, NAN, 1048576},
	};
	struct planned p;
	const struct trial_plan *t = everything(&p);
	(void)state;

	assert_int_equal(t->n_expects, array_len(rows));
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct expect_plan *x = &t->expects[i];
		assert_string_equal(x->metric, rows[i].metric);
		assert_string_equal(x->group ? x->group : "", rows[i].group);
		assert_true(same_number(x->within_pct, rows[i].within_pct));
		assert_true(same_number(x->min, rows[i].min));
		assert_true(same_number(x->max, rows[i].max));
		assert_true(same_number(x->equals, rows[i].equals));
	}
	planned_free(&p);
}

/* Axes that go together count as one, by the first of them. */
static void test_zip(void **state)
{
	static const char *const cells[][3] = {{"1", "x", "a"}, {"1", "y", "a"}, {"2", "x", "b"},
					       {"2", "y", "b"}, {"3", "x", "c"}, {"3", "y", "c"}};
	struct planned p = expand(
		HEAD "axes: {n: [1, 2, 3], other: [x, y], who: [a, b, c]}\n"
		     "zip: [[who, n]]\n"
		     "groups: [{name: g, run: {exec: [\"${n}\", \"${other}\", \"${who}\"]}}]\n",
		&(struct plan_options){0});
	size_t found = 0;
	(void)state;

	assert_int_equal(p.plan->n_cells_whole, array_len(cells));
	for (size_t i = 0; i < array_len(cells); i++)
		for (size_t t = 0; t < p.plan->n_trials; t++)
			found += strcmp(p.plan->trials[t].axis_values[0], cells[i][0]) == 0 &&
				 strcmp(p.plan->trials[t].axis_values[1], cells[i][1]) == 0 &&
				 strcmp(p.plan->trials[t].axis_values[2], cells[i][2]) == 0;
	assert_int_equal(found, array_len(cells));
	planned_free(&p);
}

static const char conditions[] =
	HEAD "axes: {period: [10ms, 100ms], who: [a, b c]}\n"
	     "when: not (period == 10ms and who == 'b c') and (has cpu.stat.local or feature x)\n"
	     "exclude:\n"
	     "- {period: 100ms, when: has pids.max}\n"
	     "- {who: b c, when: period == 10ms}\n"
	     "groups:\n"
	     "- {name: g, limits: {cpu.max: \"20% ${period}\"}, run: {exec: [\"${who}\"]}}\n"
	     "expect:\n"
	     "- {metric: pids.peak, max: 1, when: period == 100ms}\n"
	     "- {metric: pids.peak, max: 2, when: has pids.peak or who == a}\n"
	     "- {metric: pids.peak, max: 3, when: period!=10ms and has pids.peak}\n";

/* What axes decide is decided; the rest waits for a kernel, and is in the plan in words. */
static void test_conditions(void **state)
{
	static const struct {
		const char *period, *who, *words;
		enum truth budgets[3];
	} rows[] = {
		{"10ms",
		 "a",
		 "only when not (period == 10ms and who == 'b c') and (has cpu.stat.local or "
		 "feature "
		 "x); without pids.peak (period == 100ms); without pids.peak (period!=10ms and has "
		 "pids.peak)",
		 {TRUTH_NO, TRUTH_YES, TRUTH_NO}},
		{"100ms",
		 "a",
		 "only when not (period == 10ms and who == 'b c') and (has cpu.stat.local or "
		 "feature "
		 "x) and not (has pids.max); pids.peak only when period!=10ms and has pids.peak",
		 {TRUTH_YES, TRUTH_YES, TRUTH_OPEN}},
		{"100ms",
		 "b c",
		 "only when not (period == 10ms and who == 'b c') and (has cpu.stat.local or "
		 "feature "
		 "x) and not (has pids.max); pids.peak only when has pids.peak or who == a; "
		 "pids.peak only when period!=10ms and has pids.peak",
		 {TRUTH_YES, TRUTH_OPEN, TRUTH_OPEN}},
	};
	struct planned p = expand(conditions, &(struct plan_options){0});
	(void)state;

	assert_int_equal(p.plan->n_trials, array_len(rows));
	assert_int_equal(p.plan->n_left_out, 1);
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct trial_plan *t = &p.plan->trials[i];
		char *words = describe_conditions(t);
		assert_string_equal(t->axis_values[0], rows[i].period);
		assert_string_equal(t->axis_values[1], rows[i].who);
		assert_string_equal(words, rows[i].words);
		assert_int_equal(condition_truth(t->when, &(struct probes){0}), TRUTH_OPEN);
		for (size_t x = 0; x < 3; x++)
			assert_int_equal(condition_truth(t->expects[x].when, &(struct probes){0}),
					 rows[i].budgets[x]);
		free(words);
	}
	planned_free(&p);
}

static bool look(const struct condition *of, void *context)
{
	return strcmp(of->name, *(const char **)context) == 0;
}

static void test_conditions_are_probed(void **state)
{
	static const struct {
		const char *there;
		enum truth trial, budget;
		const char *found;
	} rows[] = {
		{"cpu.stat.local", TRUTH_YES, TRUTH_NO, "cpu.stat.local, no x, no pids.max"},
		{"pids.max", TRUTH_NO, TRUTH_NO, "no cpu.stat.local, no x, pids.max"},
		{"x", TRUTH_YES, TRUTH_NO, "no cpu.stat.local, x, no pids.max"},
		{"pids.peak", TRUTH_NO, TRUTH_YES, "no cpu.stat.local, no x, no pids.max"},
	};
	struct planned p = expand(conditions, &(struct plan_options){0});
	const struct trial_plan *t = &p.plan->trials[1];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct probes known = {0};
		const char *there = rows[i].there;
		char found[128];
		assert_int_equal(condition_probe(t->when, look, &there, &known, NULL), 0);
		assert_int_equal(condition_probe(t->expects[2].when, look, &there, &known, NULL),
				 0);
		assert_int_equal(known.n, 4); /* each once */
		assert_int_equal(condition_truth(t->when, &known), rows[i].trial);
		assert_int_equal(condition_truth(t->expects[2].when, &known), rows[i].budget);
		assert_string_equal(condition_found(t->when, &known, found, sizeof(found)),
				    rows[i].found);
		free(known.v);
	}
	planned_free(&p);
}

/* One text of one cell, with all that "${" can do in it. */
static void test_substitution(void **state)
{
	static const struct {
		const char *typed, *means;
	} rows[] = {
		{"plain", "plain"},          {"${a}", "1"},
		{"x${a}y${b}z", "x1y${a}z"}, /* b's value is "${a}": taken as it is */
		{"${a}${a}", "11"},          {"$${a}", "${a}"},
		{"$$${a}", "$${a}"},         {"$", "$"},
		{"$a {a} $", "$a {a} $"},    {"}${a}", "}1"},
		{"a${a}$${", "a1${"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char text[512];
		struct planned p;
		snprintf(text, sizeof(text),
			 HEAD "axes: {a: [1], b: [\"${a}\"]}\n"
			      "groups: [{name: g, run: {exec: [\"%s\", \"${a}${b}\"]}}]\n",
			 rows[i].typed);
		p = expand(text, &(struct plan_options){0});
		assert_string_equal(p.plan->trials[0].groups[0].run.argv[0], rows[i].means);
		planned_free(&p);
	}
}

static void test_times_can_be_axes(void **state)
{
	struct planned p = expand(HEAD "duration: \"${long}\"\n"
				       "axes: {long: [2s, 4s]}\n"
				       "groups: [{name: g, start: 1s, run: {workload: spin}}]\n"
				       "actions: [{at: 1500ms, group: g, kill: true}]\n",
				  &(struct plan_options){0});
	(void)state;

	assert_int_equal(p.plan->trials[0].duration_usec, 2000000);
	assert_int_equal(p.plan->trials[0].timeout_usec, 0);
	assert_int_equal(p.plan->trials[1].duration_usec, 4000000);
	planned_free(&p);
}

/* Both limits above it, one on it and one above: what matters is that both are somewhere. */
static void test_bombs_with_a_fence(void **state)
{
	static const char *const groups[] = {
		"[{name: b, limits: {pids.max: 9, memory.max: 64M}, run: {workload: forkbomb}}]",
		"[{name: p, limits: {pids.max: 9, memory.max: 64M}, children: "
		"[{name: b, run: {workload: forkbomb}}]}]",
		"[{name: p, limits: {memory.max: 64M}, children: "
		"[{name: b, limits: {pids.max: 9}, run: {workload: forkbomb}}]}]",
		"[{name: p, limits: {pids.max: max, memory.max: 64M}, children: "
		"[{name: b, limits: {pids.max: 9}, run: {workload: forkbomb}}]}]",
		/* Lowered, and up again to where it was. */
		"[{name: b, limits: {pids.max: 9, memory.max: 64M}, run: {workload: forkbomb}}]\n"
		"actions: [{at: 1s, group: b, write: {pids.max: 8, cpu.max: max}}, "
		"{at: 2s, group: b, write: {pids.max: 9}}]",
		/* What was no fence of the bomb's. */
		"[{name: b, limits: {pids.max: 9, memory.max: 64M}, run: {workload: forkbomb}}, "
		"{name: s, limits: {pids.max: 9}, run: {workload: spin}}]\n"
		"actions: [{at: 1s, group: s, write: {pids.max: max}}]",
		/* From one fence to another. */
		"[{name: b, limits: &f {pids.max: 9, memory.max: 64M}, run: {workload: forkbomb}}, "
		"{name: c, limits: *f}]\nactions: [{at: 1s, group: b, move: c}]",
		/* What is moved away is not the bomb. */
		"[{name: b, limits: {pids.max: 9, memory.max: 64M}, run: {workload: forkbomb}}, "
		"{name: s, run: {workload: spin}}, {name: c}]\n"
		"actions: [{at: 1s, group: s, move: c}]",
	};
	(void)state;

	for (size_t i = 0; i < array_len(groups); i++) {
		char text[1024];
		struct planned p;
		snprintf(text, sizeof(text), HEAD "groups: %s\n", groups[i]);
		p = expand(text, &(struct plan_options){0});
		assert_int_equal(p.plan->n_trials, 1);
		planned_free(&p);
	}
}

static void test_the_largest_matrix(void **state)
{
	char text[4096];
	size_t used;
	struct planned p;
	(void)state;

	used = (size_t)snprintf(text, sizeof(text), HEAD "axes:\n");
	for (int i = 0; i < 4; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "  a%d: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n", i);
	snprintf(text + used, sizeof(text) - used,
		 "repeats: 10\n"
		 "groups: [{name: g, run: {exec: [x, \"${a0}${a1}${a2}${a3}\"]}}]\n");
	p = expand(text, &(struct plan_options){.seed = 1});
	assert_int_equal(p.plan->n_trials, 100000);
	assert_int_equal(p.plan->n_cells, 10000);
	planned_free(&p);
}

static void test_a_plan_in_words(void **state)
{
	static const struct {
		uint64_t usec;
		const char *text;
	} durations[] = {
		{0, "0 s"},
		{499999, "0 s"},
		{15600000, "16 s"},
		{59600000, "1 min 0 s"},
		{109300000, "1 min 49 s"},
		{UINT64_C(3700) * 1000000, "1 h 1 min"},
		{UINT64_C(100) * 3600 * 1000000, "100 h 0 min"},
	};
	struct planned p;
	const struct trial_plan *t = everything(&p);
	char *groups = describe_groups(t), *actions = describe_actions(t),
	     buf[DESCRIBE_DURATION_MAX];
	(void)state;

	assert_string_equal(
		groups,
		"top {pids.max=64, memory.max=67108864}; "
		"top/one {cpu.max=50000 100000}: spin on 2 threads on 2 CPUs same-core; top/inner; "
		"top/inner/two: touch kind=shmem bytes=1M from 1s; "
		"outside {pids.max=64, memory.max=67108864}: sh -c echo c\"d $HOME ${arg} 50%two ");
	assert_string_equal(actions, "at 2s write one cpu.max=max 100000; "
				     "at 2s write one cpu.weight=50; at 2s freeze two; "
				     "at 3s thaw two; at 4s kill two");
	for (size_t i = 0; i < array_len(durations); i++)
		assert_string_equal(describe_duration(durations[i].usec, buf), durations[i].text);
	free(groups);
	free(actions);
	planned_free(&p);
}

static void test_what_is_borrowed_in_words(void **state)
{
	struct planned p =
		expand(HEAD "groups: [{name: g, run: {workload: spin}}]\n"
			    "host:\n"
			    "  swap: 64M zram\n"
			    "  disk: {size: 32M, kind: null_blk, latency: 2ms, fs: none}\n"
			    "  file: {/sys/kernel/mm/lru_gen/enabled: 0}\n"
			    "  cgroup2: [favordynmods]\n",
		       &(struct plan_options){0});
	scope_free char *text = describe_host(&p.plan->trials[0]);
	json_t *j = describe_json(p.plan);
	const char *host = "";
	(void)state;

	assert_string_equal(text, "swap 64M zram; disk 32M null_blk, no file system, latency 2ms; "
				  "/sys/kernel/mm/lru_gen/enabled=0; cgroup2 mounted with "
				  "favordynmods");
	assert_int_equal(json_unpack(j, "{s:[{s:s}]}", "trials", "host", &host), 0);
	assert_string_equal(host, text);
	json_decref(j);
	planned_free(&p);
}

/* A probe ends its trial; with anything beside it, the window has to be waited for. */
static void test_a_probe_takes_less_than_its_window(void **state)
{
	static const struct {
		const char *groups;
		unsigned usec;
	} rows[] = {
		{"[{name: p, run: {workload: probe-core, what: fresh}}]", 300000},
		{"[{name: p, run: {workload: probe-core, what: fresh}}, {name: s, run: {workload: "
		 "spin}}]",
		 12100000},
		{"[{name: s, run: {workload: spin}}]", 12100000},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char yaml[512];
		struct planned p;
		snprintf(yaml, sizeof(yaml), HEAD "duration: 12s\ngroups: %s\n", rows[i].groups);
		p = expand(yaml, &(struct plan_options){0});
		assert_int_equal(plan_usec(p.plan), rows[i].usec);
		assert_int_equal(plan_most_usec(p.plan), 12100000);
		planned_free(&p);
	}
}

static void test_a_plan_as_json(void **state)
{
	struct planned p;
	const struct trial_plan *t = everything(&p);
	json_t *j = describe_json(p.plan), *trial = json_array_get(json_object_get(j, "trials"), 0);
	const char *quota, *limit, *kind;
	int cell, at;
	double within;
	(void)state;

	assert_int_equal(json_array_size(json_object_get(j, "trials")), p.plan->n_trials);
	assert_int_equal(
		json_unpack(trial, "{s:i, s:{s:s}}", "cell", &cell, "axes", "quota", &quota), 0);
	assert_int_equal(cell, t->cell);
	assert_string_equal(quota, "50%");
	assert_int_equal(json_unpack(json_array_get(json_object_get(trial, "groups"), 1),
				     "{s:{s:s}, s:{s:i, s:s}}", "limits", "cpu.max", &limit,
				     "place", "cpus", &at, "where", &kind),
			 0);
	assert_string_equal(limit, "50000 100000");
	assert_string_equal(kind, "same-core");
	assert_int_equal(json_unpack(json_array_get(json_object_get(trial, "expect"), 0), "{s:f}",
				     "within_pct", &within),
			 0);
	assert_true(within == 3.5);
	json_decref(j);
	planned_free(&p);
}

static void test_options_of_the_command_line(void **state)
{
	const char *argv[] = {"plan",     "my.yaml",   "--repeats=3",  "--seed",     "42",
			      "--filter", "quota=20%", "--filter=n=1", "--shard=2/4"};
	struct recipe_args a = {.suite = NULL};
	const struct command_line line = {.rows = recipe_rows,
					  .operands = "SUITE",
					  .one = "suite",
					  .operands_offset = offsetof(struct recipe_args, suite)};
	(void)state;

	options_parse(&line, array_len(argv), (char **)argv, &a);
	assert_string_equal(a.suite, "my.yaml");
	assert_int_equal(a.recipe.repeats, 3);
	assert_int_equal(a.recipe.seed, 42);
	assert_int_equal(a.recipe.shard.index, 2);
	assert_int_equal(a.recipe.shard.count, 4);
	assert_string_equal(a.recipe.filters[0], "quota=20%");
	assert_string_equal(a.recipe.filters[1], "n=1");
	assert_null(a.recipe.filters[2]);
}

const struct CMUnitTest tests_unit_plan[] = {
	cmocka_unit_test(test_absent_keys_have_defaults),
	cmocka_unit_test(test_cells_are_numbered_in_the_order_of_the_file),
	cmocka_unit_test(test_a_seed_means_one_order),
	cmocka_unit_test(test_a_shuffle_stays_within_its_repeat),
	cmocka_unit_test(test_a_shuffle_prefers_nobody),
	cmocka_unit_test(test_repeats_from_the_command_line),
	cmocka_unit_test(test_filters),
	cmocka_unit_test(test_filters_change_no_order),
	cmocka_unit_test(test_quick),
	cmocka_unit_test(test_nothing_quick),
	cmocka_unit_test(test_filters_that_nothing_passes),
	cmocka_unit_test(test_parts_are_numbered_through),
	cmocka_unit_test(test_axes_are_put_where_they_are_named),
	cmocka_unit_test(test_groups_have_what_the_suite_says),
	cmocka_unit_test(test_actions_come_in_the_order_of_time),
	cmocka_unit_test(test_budgets_are_in_the_unit_of_their_metric),
	cmocka_unit_test(test_zip),
	cmocka_unit_test(test_conditions),
	cmocka_unit_test(test_conditions_are_probed),
	cmocka_unit_test(test_substitution),
	cmocka_unit_test(test_times_can_be_axes),
	cmocka_unit_test(test_bombs_with_a_fence),
	cmocka_unit_test(test_many_alike_groups),
	cmocka_unit_test(test_series_of_actions),
	cmocka_unit_test(test_the_largest_matrix),
	cmocka_unit_test(test_a_plan_in_words),
	cmocka_unit_test(test_what_is_borrowed_in_words),
	cmocka_unit_test(test_a_probe_takes_less_than_its_window),
	cmocka_unit_test(test_a_plan_as_json),
	cmocka_unit_test(test_options_of_the_command_line),
	{0},
};

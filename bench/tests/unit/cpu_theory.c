/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Theory over a timeline: what was done to the groups is written by hand, and the sums are known.
 */
#include "model/cpu_theory.h"

#include <math.h>
#include <string.h>

#include "cgbench/array.h"
#include "tests/test.h"

enum { GROUPS = 4, EVENTS = 8 };

/* A window of ten seconds on two CPUs. */
#define AT(sec) ((uint64_t)((sec)*1000000000.0) + 1000000000)

/* What happens to a group: a limit that is written, or a move to another group. */
struct event {
	double sec;
	unsigned group;
	const char *knob, *value; /* knob NULL: a move, to group `to` */
	unsigned to;
};

struct hog {
	int parent;
	unsigned threads; /* 0: nothing runs in it */
	bool program;     /* of somebody else's: nobody knows what it wants */
	unsigned cpu;     /* placed there when on is 1 */
	unsigned on;
};

struct scenario {
	const char *what;
	struct hog groups[GROUPS];
	unsigned n_groups;
	struct event events[EVENTS];
	double usage_sec[GROUPS]; /* NAN: theory cannot tell */
	double throttled[GROUPS];
};

#define LONE .groups = {{.parent = -1, .threads = 1}}, .n_groups = 1

static const struct scenario scenarios[] = {
	{"one quota all the time", LONE, {{-1, 0, "cpu.max", "20000 100000", 0}}, {2}, {100}},
	{"raised at half time",
	 LONE,
	 {{-1, 0, "cpu.max", "20000 100000", 0}, {5, 0, "cpu.max", "80000 100000", 0}},
	 {1 + 4},
	 {100}},
	{"from max to a quota",
	 LONE,
	 {{-1, 0, "cpu.max", "max 100000", 0}, {5, 0, "cpu.max", "20000 100000", 0}},
	 {5 + 1},
	 {50}},
	{"lifted",
	 LONE,
	 {{-1, 0, "cpu.max", "20000 100000", 0}, {5, 0, "cpu.max", "max 100000", 0}},
	 {1 + 5},
	 {50}},
	{"another period",
	 LONE,
	 {{-1, 0, "cpu.max", "20000 100000", 0}, {5, 0, "cpu.max", "5000 10000", 0}},
	 {1 + 2.5},
	 {50 + 500}},
	{"frozen and thawed",
	 LONE,
	 {{-1, 0, "cpu.max", "20000 100000", 0},
	  {2, 0, "cgroup.freeze", "1", 0},
	  {6, 0, "cgroup.freeze", "0", 0}},
	 {0.4 + 0.8},
	 {20 + 40}},
	{"frozen without a quota",
	 LONE,
	 {{-1, 0, "cpu.max", "max 100000", 0}, {4, 0, "cgroup.freeze", "1", 0}},
	 {4},
	 {0}},
	{"moved under another quota",
	 {{.parent = -1, .threads = 1}, {.parent = -1}},
	 2,
	 {{-1, 0, "cpu.max", "20000 100000", 0},
	  {-1, 1, "cpu.max", "50000 100000", 0},
	  {5, 0, NULL, NULL, 1}},
	 {1, 2.5},
	 {50, 50}},
	{"an ancestor binds, and the group is alone below it",
	 {{.parent = -1}, {.parent = 0, .threads = 1}},
	 2,
	 {{-1, 0, "cpu.max", "20000 100000", 0}, {-1, 1, "cpu.max", "80000 100000", 0}},
	 {2, 2},
	 {100, 0}},
	{"two share what an ancestor allows",
	 {{.parent = -1}, {.parent = 0, .threads = 1}, {.parent = 0, .threads = 1}},
	 3,
	 {{-1, 0, "cpu.max", "50000 100000", 0}},
	 {5, NAN, NAN},
	 {100, 0, 0}},
	{"two under an ancestor that has enough for both",
	 {{.parent = -1}, {.parent = 0, .threads = 1}, {.parent = 0, .threads = 1}},
	 3,
	 {{-1, 0, "cpu.max", "150000 100000", 0},
	  {-1, 1, "cpu.max", "20000 100000", 0},
	  {-1, 2, "cpu.max", "30000 100000", 0}},
	 {5, 2, 3},
	 {0, 100, 100}},
	{"four threads on two CPUs",
	 {{.parent = -1, .threads = 4}},
	 1,
	 {{-1, 0, "cpu.max", "150000 100000", 0}},
	 {15},
	 {100}},
	{"two want one CPU",
	 {{.parent = -1, .threads = 1, .cpu = 1, .on = 1},
	  {.parent = -1, .threads = 1, .cpu = 1, .on = 1}},
	 2,
	 {{-1, 0, "cpu.max", "80000 100000", 0}},
	 {NAN, NAN},
	 {NAN, 0}},
	{"two on a CPU each",
	 {{.parent = -1, .threads = 1, .cpu = 0, .on = 1},
	  {.parent = -1, .threads = 1, .cpu = 1, .on = 1}},
	 2,
	 {{-1, 0, "cpu.max", "80000 100000", 0}},
	 {8, 10},
	 {100, 0}},
	{"a program's demand is not known, nor what is left for its sibling",
	 {{.parent = -1}, {.parent = 0, .program = true}, {.parent = 0, .threads = 1}},
	 3,
	 {{-1, 0, "cpu.max", "50000 100000", 0}},
	 {NAN, NAN, NAN},
	 {NAN, 0, 0}},
};

struct made {
	struct trial_data trial;
	struct trial_plan plan;
	struct group_data groups[GROUPS];
	struct group_plan plans[GROUPS];
	struct move moves[EVENTS];
};

static void make_event(struct made *m, const struct event *x)
{
	const struct knob *k = x->knob ? knob_find(x->knob) : NULL;
	struct knob_value v;

	if (!k) {
		m->moves[m->trial.n_moves++] = (struct move){AT(x->sec), x->group, x->to};
		return;
	}
	assert_int_equal(knob_parse_kernel(k, x->value, &v, NULL), 0);
	assert_int_equal(timeline_note(&m->groups[x->group].timeline, AT(x->sec), k, &v, NULL), 0);
}

static void make(struct made *m, const struct scenario *s)
{
	static char *argv[] = {(char *)"make", NULL};

	memset(m, 0, sizeof(*m));
	m->trial = (struct trial_data){.plan = &m->plan,
				       .open_nsec = AT(0),
				       .close_nsec = AT(10),
				       .cpus_online = 2,
				       .groups = m->groups,
				       .n_groups = s->n_groups,
				       .moves = m->moves};
	for (unsigned g = 0; g < s->n_groups; g++) {
		const struct hog *h = &s->groups[g];
		m->plans[g].parent = h->parent;
		m->plans[g].run.threads = h->threads;
		m->plans[g].run.workload = h->threads ? workload_find("spin") : NULL;
		m->plans[g].run.argv = h->program ? argv : NULL;
		m->groups[g] = (struct group_data){.plan = &m->plans[g],
						   .index = g,
						   .opened_nsec = AT(0),
						   .n_cpus = h->on,
						   .cpus = {h->cpu}};
	}
	for (size_t i = 0; i < EVENTS && (s->events[i].knob || s->events[i].sec > 0); i++)
		make_event(m, &s->events[i]);
}

static void unmake(struct made *m)
{
	for (size_t g = 0; g < GROUPS; g++)
		timeline_free(&m->groups[g].timeline);
}

static void check(const struct scenario *s, const char *what, unsigned g, double is, double should)
{
	if (isnan(should) ? !isnan(is) : !(fabs(is - should) <= 1e-6 * should + 1e-9))
		fail_msg("%s: %s of group %u is %.9g, should be %.9g", s->what, what, g, is,
			 should);
}

static void test_scenarios(void **state)
{
	struct made m;
	struct cpu_theory out[GROUPS];

	(void)state;
	for (size_t i = 0; i < array_len(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		make(&m, s);
		assert_int_equal(cpu_theory(&m.trial, AT(0), AT(10), out, NULL), 0);
		for (unsigned g = 0; g < s->n_groups; g++) {
			check(s, "usage", g, out[g].usage_usec / 1e6, s->usage_sec[g]);
			check(s, "throttled", g, out[g].throttled, s->throttled[g]);
		}
		unmake(&m);
	}
}

/* The parts of a window come to the whole, wherever it is cut. */
static void test_parts_add_up(void **state)
{
	struct made m;
	struct cpu_theory whole[GROUPS], a[GROUPS], b[GROUPS];

	(void)state;
	for (size_t i = 0; i < array_len(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		make(&m, s);
		for (int cut = 0; cut < 8; cut++) {
			double sec = 0.7 + 1.3 * cut;
			assert_int_equal(cpu_theory(&m.trial, AT(0), AT(10), whole, NULL), 0);
			assert_int_equal(cpu_theory(&m.trial, AT(0), AT(sec), a, NULL), 0);
			assert_int_equal(cpu_theory(&m.trial, AT(sec), AT(10), b, NULL), 0);
			for (unsigned g = 0; g < s->n_groups; g++)
				check(s, "sum", g, a[g].usage_usec + b[g].usage_usec,
				      whole[g].usage_usec);
		}
		unmake(&m);
	}
}

static void test_steady(void **state)
{
	struct made m;
	struct cpu_theory out[GROUPS];

	(void)state;
	make(&m, &scenarios[1]);
	assert_int_equal(cpu_theory(&m.trial, AT(0), AT(10), out, NULL), 0);
	assert_false(out[0].steady);
	assert_int_equal(cpu_theory(&m.trial, AT(0), AT(5), out, NULL), 0);
	assert_true(out[0].steady && out[0].limited);
	/* The action that a segment is named after comes a moment after its beginning. */
	assert_int_equal(cpu_theory(&m.trial, AT(4.999), AT(10), out, NULL), 0);
	assert_true(out[0].steady);
	unmake(&m);
}

static void test_loosest(void **state)
{
	static const struct scenario s = {
		"lowered",
		LONE,
		{{-1, 0, "memory.max", "67108864", 0}, {5, 0, "memory.max", "33554432", 0}},
		{0},
		{0}};
	struct made m;
	const struct knob *k = knob_find("memory.max");

	(void)state;
	make(&m, &s);
	assert_int_equal(timeline_loosest(&m.trial, 0, "memory.max")->number, 67108864);
	assert_int_equal(timeline_effective(&m.trial, 0, k, AT(6))->number, 33554432);
	assert_int_equal(timeline_effective(&m.trial, 0, k, AT(4))->number, 67108864);
	unmake(&m);
}

const struct CMUnitTest tests_unit_cpu_theory[] = {
	cmocka_unit_test(test_scenarios),
	cmocka_unit_test(test_parts_add_up),
	cmocka_unit_test(test_steady),
	cmocka_unit_test(test_loosest),
	{0},
};

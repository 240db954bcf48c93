/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics are functions of texts: here the texts are written by hand and the values known. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "metrics/metric.h"
#include "model/cpu_theory.h"
#include "tests/test.h"

enum { FILES_MAX = 8 };

/* One group of one trial, ten seconds long, on four CPUs. */
struct fixture {
	struct trial_data trial;
	struct group_data group;
	struct group_plan plan;
	struct trial_plan trial_plan;
	struct snapshot_file before[FILES_MAX], after[FILES_MAX], end[FILES_MAX];
	struct cpu_theory cpu;
	struct page_base base;
	struct page *page;
	struct value_sink sink;
};

static struct fixture *fixture_new(const char *workload)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->plan.name = (char *)"subject";
	f->plan.parent = -1;
	f->trial.open_nsec = 1000000000;
	f->trial.close_nsec = 11000000000;
	f->trial.cpus_online = 4;
	f->trial.groups = &f->group;
	f->trial.n_groups = 1;
	f->trial.plan = &f->trial_plan;
	f->group.plan = &f->plan;
	f->group.opened_nsec = f->trial.open_nsec;
	f->group.before.files = f->before;
	f->group.after.files = f->after;
	f->group.end.files = f->end;
	if (workload) {
		f->plan.run.workload = workload_find(workload);
		assert_non_null(f->plan.run.workload);
		f->plan.run.threads = 1;
		f->page = calloc(1, sizeof(*f->page));
		assert_non_null(f->page);
		f->page->threads = 1;
		f->group.page = f->page;
		f->group.base = &f->base;
	}
	return f;
}

static void fixture_free(struct fixture *f)
{
	free(f->sink.values);
	timeline_free(&f->group.timeline);
	free(f->page);
	free(f);
}

static void set_file(struct snapshot *s, const char *name, const char *text)
{
	assert_true(s->n < FILES_MAX);
	s->files[s->n++] = (struct snapshot_file){name, (char *)text};
}

static void set_limit(struct fixture *f, const char *knob, const char *text)
{
	const struct knob *k = knob_find(knob);
	struct knob_value v;

	assert_non_null(k);
	assert_int_equal(knob_parse_kernel(k, text, &v, NULL), 0);
	assert_int_equal(timeline_note(&f->group.timeline, 0, k, &v, NULL), 0);
}

static const struct value *find_value(const struct fixture *f, const char *metric)
{
	for (size_t i = 0; i < f->sink.n; i++)
		if (strcmp(f->sink.values[i].metric, metric) == 0)
			return &f->sink.values[i];
	return NULL;
}

static void assert_value(const struct fixture *f, const char *metric, double value)
{
	const struct value *v = find_value(f, metric);

	if (!v)
		fail_msg("no value for %s", metric);
	else if (fabs(v->value - value) > 1e-6 * fabs(value) + 1e-9)
		fail_msg("%s is %.12g, expected %.12g", metric, v->value, value);
}

static const struct metric_group *group_of(const char *name)
{
	for (size_t i = 0; metric_groups[i]; i++)
		if (strcmp(metric_groups[i]->name, name) == 0)
			return metric_groups[i];
	fail_msg("no metric group %s", name);
	return NULL;
}

static void compute(struct fixture *f, const char *name)
{
	struct err e = {""};

	if (cpu_theory(&f->trial, f->trial.open_nsec, f->trial.close_nsec, &f->cpu, &e) < 0)
		fail_msg("%s", e.text);
	f->group.cpu = &f->cpu;
	if (metric_compute(group_of(name), &f->trial, &f->group, &f->sink, &e) < 0)
		fail_msg("%s", e.text);
}

static void test_allowed(void **state)
{
	static const struct {
		double window, quota, period, allowed;
	} rows[] = {
		{10000000, 20000, 100000, 2000000}, /* whole periods */
		{150000, 20000, 100000, 40000},     /* a rest longer than the quota */
		{110000, 20000, 100000, 30000},     /* a rest shorter than the quota */
		{50000, 20000, 100000, 20000},      /* less than a period */
		{10000, 20000, 100000, 10000},      /* less than the quota */
		{1000000, 150000, 100000, 1500000}, /* more than one CPU */
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_true(fabs(quota_allowed_usec(rows[i].window, rows[i].quota, rows[i].period) -
				 rows[i].allowed) < 1e-6);
}

static void test_stall_theory(void **state)
{
	(void)state;
	assert_true(quota_stall_usec(100000, 1, 4) == 75000);
	assert_true(quota_stall_usec(100000, 0.2, 1) == 80000);
	assert_true(quota_stall_usec(100000, 4, 4) == 0);
	assert_true(quota_stall_usec(100000, 5, 4) == 0);
}

static void test_keys_are_whole(void **state)
{
	static const char text[] = "slab_reclaimable 7\nslab 9\nusage_usec 12\nmax max\nlast 3";
	uint64_t v = 1;

	(void)state;
	assert_true(keyed_u64(text, "slab", &v) && v == 9);
	assert_true(keyed_u64(text, "slab_reclaimable", &v) && v == 7);
	assert_true(keyed_u64(text, "last", &v) && v == 3);
	assert_false(keyed_u64(text, "usage", &v));
	assert_false(keyed_u64(text, "max", &v)); /* its value is no number */
	assert_false(keyed_u64("", "slab", &v));
	assert_int_equal(v, 3); /* untouched by the failures */
	assert_true(single_u64("42\n", &v) && v == 42);
	assert_false(single_u64("max\n", &v));
	assert_false(single_u64("-1\n", &v));
	assert_false(single_u64("99999999999999999999\n", &v));
}

/* What each shape of file gives; NAN: there is no such number. */
static void test_numbers_are_picked(void **state)
{
	static const char flat[] = "anon 4096\nslab_reclaimable 7\nslab 12\nlow -3\nlast x\n",
			  nested[] = "8:0 rbytes=10 wbytes=20\n8:16 rbytes=30 wbytes=\n",
			  psi[] = "some avg10=0.27 total=99\nfull avg10=0.00 total=5\n";
	static const struct {
		const char *text;
		struct keyed_pick pick;
		double value;
	} rows[] = {
		{"12\n", {.key = NULL}, 12},
		{"-1\n", {.key = NULL}, -1},
		{"max\n", {.key = NULL}, NAN},
		{"", {.key = NULL}, NAN},
		{"12x\n", {.key = NULL}, NAN},
		{"infinity\n", {.key = NULL}, NAN},
		{flat, {.key = "slab"}, 12},
		{flat, {.key = "low"}, -3},
		{flat, {.key = "slab_"}, NAN},
		{flat, {.key = "last"}, NAN},
		{flat, {.key = "none"}, NAN},
		{nested, {.line = "8:0", .key = "wbytes"}, 20},
		{nested, {.line = "8:1", .key = "rbytes"}, NAN},
		{nested, {.line = "*", .key = "rbytes"}, 40},
		{nested, {.line = "*", .key = "bytes"}, NAN},
		{nested, {.line = "8:16", .key = "wbytes"}, NAN},
		{psi, {.line = "some", .key = "avg10"}, 0.27},
		{psi, {.line = "full", .key = "total"}, 5},
		{"0-3,8\n", {.what = PICK_LIST}, 5},
		{"7\n", {.what = PICK_LIST}, 1},
		{"\n", {.what = PICK_LIST}, 0},
		{"3-1\n", {.what = PICK_LIST}, NAN},
		{"all\n", {.what = PICK_LIST}, NAN},
		{"1,\n", {.what = PICK_LIST}, 1},
		{"1\n22\n3\n", {.what = PICK_LINES}, 3},
		{"", {.what = PICK_LINES}, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		double v = NAN;
		bool found = keyed_number(rows[i].text, &rows[i].pick, &v);
		if (found == isnan(rows[i].value) || (found && v != rows[i].value))
			fail_msg("row %zu: %d, %g", i, found, v);
	}
}

static void test_usage_error(void **state)
{
	struct fixture *f = fixture_new("spin");
	const struct value *v;

	(void)state;
	set_limit(f, "cpu.max", "20000 100000");
	set_file(&f->group.before, "cpu.stat", "usage_usec 1000\nnr_periods 1\nnr_throttled 1\n");
	set_file(&f->group.after, "cpu.stat",
		 "usage_usec 2041000\nnr_periods 101\nnr_throttled 100\n");
	compute(f, "cpu_quota");
	assert_value(f, "cpu.usage_usec", 2040000);
	assert_value(f, "cpu.usage_error", 2);
	assert_value(f, "cpu.nr_throttled", 99);
	assert_value(f, "cpu.throttled_share", 99);
	v = find_value(f, "cpu.usage_usec");
	assert_true(v->expected == 2000000 && fabs(v->error_pct - 2) < 1e-9);
	assert_null(find_value(f, "cpu.user_usec")); /* not in the file: no row, not 0 */
	fixture_free(f);
}

/* The expectation is what can be used: the threads, the CPUs, and the time that the gate was open.
 */
static void test_usage_expected(void **state)
{
	static const struct {
		const char *workload, *max;
		unsigned threads, cpus;
		uint64_t opened_sec, kill_sec, empty_sec;
		double expected; /* NAN: none */
	} rows[] = {
		{"spin", "20000 100000", 1, 0, 1, 0, 0, 2e6},
		{"spin", "150000 100000", 1, 0, 1, 0, 0, 1e7}, /* one thread cannot use 1.5 CPUs */
		{"spin", "150000 100000", 4, 1, 1, 0, 0, 1e7}, /* four on one CPU neither */
		{"spin", "150000 100000", 4, 0, 1, 0, 0, 1.5e7},
		{"spin", "20000 100000", 1, 0, 6, 0, 0, 1e6},   /* started five seconds late */
		{"spin", "20000 100000", 1, 0, 1, 6, 6, 1e6},   /* killed after five */
		{"spin", "20000 100000", 1, 0, 1, 6, 8, 1.4e6}, /* and two seconds in dying */
		{"spin", "max 100000", 1, 0, 1, 0, 0, NAN},
		{"duty", "20000 100000", 1, 0, 1, 0, 0, NAN}, /* its demand may be less */
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture *f = fixture_new(rows[i].workload);
		const struct value *v;
		f->plan.run.threads = rows[i].threads;
		f->group.n_cpus = rows[i].cpus;
		f->group.opened_nsec = rows[i].opened_sec * 1000000000;
		f->group.kill_nsec = rows[i].kill_sec * 1000000000;
		f->group.empty_nsec = rows[i].empty_sec * 1000000000;
		set_limit(f, "cpu.max", rows[i].max);
		set_file(&f->group.before, "cpu.stat",
			 "usage_usec 0\nnr_periods 0\nnr_throttled 0\n");
		set_file(&f->group.after, "cpu.stat",
			 "usage_usec 1000000\nnr_periods 100\nnr_throttled 10\n");
		compute(f, "cpu_quota");
		v = find_value(f, "cpu.usage_usec");
		assert_non_null(v);
		if (isnan(rows[i].expected) ? !isnan(v->expected) : v->expected != rows[i].expected)
			fail_msg("row %zu: expected usage is %g, should be %g", i, v->expected,
				 rows[i].expected);
		fixture_free(f);
	}
}

/* Of a program nobody knows the demand; where its quota was binding, theory holds all the same. */
static void test_binding_quota(void **state)
{
	static char *argv[] = {(char *)"make", NULL};
	struct fixture *f = fixture_new(NULL);

	(void)state;
	f->plan.run.argv = argv;
	set_limit(f, "cpu.max", "20000 100000");
	set_file(&f->group.before, "cpu.stat", "usage_usec 0\nnr_periods 0\nnr_throttled 0\n");
	set_file(&f->group.after, "cpu.stat",
		 "usage_usec 1900000\nnr_periods 100\nnr_throttled 99\n");
	compute(f, "cpu_quota");
	assert_value(f, "cpu.usage_error", -5);
	fixture_free(f);
}

static void add_stall(struct fixture *f, uint64_t start_usec, uint64_t length_usec)
{
	uint32_t i = atomic_fetch_add(&f->page->stall_count, 1);

	f->page->stalls[i] =
		(struct page_stall){f->trial.open_nsec + start_usec * 1000, length_usec * 1000, 0};
}

/* 2 of 10 ms: bursts of 4 ms are fine enough for a window of seconds, and not for one of 200 ms. */
static void test_below_tick(void **state)
{
	static const struct {
		const char *max, *used;
		uint64_t window_msec;
		bool unresolved;
	} rows[] = {
		{"2000 10000", "usage_usec 1960000\n", 10000, false},
		{"2000 10000", "usage_usec 39200\n", 200, true},
		/* A burst spans refills, which throw away what is left. */
		{"2000 5000", "usage_usec 3920000\n", 10000, true},
		{"5000 10000", "usage_usec 98000\n", 200, false},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture *f = fixture_new("spin");
		f->trial.tick_usec = 4000;
		f->trial.close_nsec = f->trial.open_nsec + rows[i].window_msec * 1000000;
		set_limit(f, "cpu.max", rows[i].max);
		set_file(&f->group.before, "cpu.stat", "usage_usec 0\n");
		set_file(&f->group.after, "cpu.stat", rows[i].used);
		compute(f, "cpu_quota");
		if (find_value(f, "cpu.usage_error")->unresolved != rows[i].unresolved)
			fail_msg("row %zu", i);
		assert_true(fabs(find_value(f, "cpu.usage_error")->value + 2) < 1e-6);
		fixture_free(f);
	}
}

/* 1.447 of 20 ms at HZ 250, as the kernel does it: runs of a tick, and what they owe. */
static void add_bursts(struct fixture *f, uint64_t late_usec)
{
	static const uint64_t refills_msec[] = {0, 40, 100, 160, 220, 260, 320};

	for (size_t i = 0; i + 1 < array_len(refills_msec); i++) {
		uint64_t stop = refills_msec[i] * 1000 + 4000;
		add_stall(f, stop, refills_msec[i + 1] * 1000 + late_usec - stop);
	}
}

static void test_tick_model(void **state)
{
	struct fixture *f = fixture_new("spin");
	const struct value *v;

	(void)state;
	f->trial.tick_usec = 4000;
	f->trial.close_nsec = f->trial.open_nsec + 330 * UINT64_C(1000000);
	set_limit(f, "cpu.max", "1447 20000");
	set_file(&f->group.before, "cpu.stat", "usage_usec 0\n");
	set_file(&f->group.after, "cpu.stat", "usage_usec 28000\n");
	add_bursts(f, 18);
	compute(f, "cpu_stalls");
	assert_value(f, "stall.run_p50_usec", 3982);
	assert_value(f, "stall.interval_p50_usec", 60000);
	assert_value(f, "stall.interval_p99_usec", 60000);
	assert_true(fabs(find_value(f, "stall.count")->expected - 330 / 20 * 1.447 / 4) < 0.3);
	v = find_value(f, "stall.run_p50_usec");
	assert_true(fabs(v->error_pct) < 0.01);
	assert_true(fabs(find_value(f, "stall.interval_p50_usec")->error_pct) < 0.01);
	assert_true(fabs(find_value(f, "stall.p50_usec")->expected - 56018) < 1);
	/* Seven bursts: too few for the promise, and foretold one by one. */
	compute(f, "cpu_quota");
	v = find_value(f, "cpu.usage_error");
	assert_false(v->unresolved);
	assert_true(fabs(v->value) < 0.2);
	fixture_free(f);
}

/* Refills at another offset, later ones at that: the runs are the shorter for it. */
static void test_tick_model_offset(void **state)
{
	struct fixture *f = fixture_new("spin");

	(void)state;
	f->trial.tick_usec = 4000;
	f->group.opened_nsec += 500000;
	set_limit(f, "cpu.max", "1447 20000");
	set_file(&f->group.before, "cpu.stat", "usage_usec 0\n");
	set_file(&f->group.after, "cpu.stat", "usage_usec 723500\n");
	add_bursts(f, 518);
	compute(f, "cpu_stalls");
	assert_true(fabs(find_value(f, "stall.run_p50_usec")->expected - 3482) < 1);
	fixture_free(f);
}

/* Two threads, or a tick that nobody tells: the model is silent. */
static void test_no_tick_model(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 2; threads++) {
		struct fixture *f = fixture_new("spin");
		f->trial.tick_usec = threads == 1 ? 0 : 4000;
		f->plan.run.threads = threads;
		set_limit(f, "cpu.max", "1447 20000");
		set_file(&f->group.before, "cpu.stat", "usage_usec 0\n");
		set_file(&f->group.after, "cpu.stat", "usage_usec 723500\n");
		add_bursts(f, 18);
		compute(f, "cpu_stalls");
		assert_true(isnan(find_value(f, "stall.run_p50_usec")->expected));
		fixture_free(f);
	}
}

static void test_stalls(void **state)
{
	struct fixture *f = fixture_new("spin");

	(void)state;
	set_limit(f, "cpu.max", "20000 100000");
	set_file(&f->group.before, "cpu.stat", "usage_usec 0\n");
	set_file(&f->group.after, "cpu.stat", "usage_usec 2000000\n");
	for (uint64_t i = 0; i < 100; i++)
		add_stall(f, i * 100000 + 20000, 80000);
	add_stall(f, 9999000, 60000); /* only 1 ms of it lies in the window */
	compute(f, "cpu_stalls");
	assert_value(f, "stall.count", 101);
	assert_value(f, "stall.total_usec", 8001000);
	assert_value(f, "stall.p50_usec", 80000);
	assert_value(f, "stall.max_usec", 80000);
	assert_value(f, "stall.per_period_usec", 80010);
	assert_value(f, "stall.unaccounted_pct", 0.0125);
	assert_true(find_value(f, "stall.p50_usec")->expected == 80000);
	assert_true(find_value(f, "stall.total_usec")->expected == 8000000);
	fixture_free(f);
}

/* A freeze that was reached, one that was not, and none at all. */
static void test_freeze(void **state)
{
	static const struct {
		uint64_t freeze_nsec, frozen_nsec;
		double usec, frozen; /* -1: no row */
	} rows[] = {{2000000000, 2000500000, 500, 1}, {2000000000, 0, -1, 0}, {0, 0, -1, -1}};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture *f = fixture_new(NULL);
		f->group.freeze_nsec = rows[i].freeze_nsec;
		f->group.frozen_nsec = rows[i].frozen_nsec;
		compute(f, "freeze");
		if (rows[i].usec < 0)
			assert_null(find_value(f, "freeze.to_frozen_usec"));
		else
			assert_value(f, "freeze.to_frozen_usec", rows[i].usec);
		if (rows[i].frozen < 0)
			assert_null(find_value(f, "freeze.frozen"));
		else
			assert_value(f, "freeze.frozen", rows[i].frozen);
		fixture_free(f);
	}
}

/* A segment that begins a second in: one stall lies across its begin, the next comes 30 ms after
 * it. */
static void test_reaction(void **state)
{
	struct fixture *f = fixture_new("spin");
	(void)state;

	add_stall(f, 500000, 10000);
	add_stall(f, 990000, 30000);
	add_stall(f, 1030000, 70000);
	add_stall(f, 1200000, 70000);
	compute(f, "cpu_reaction");
	assert_value(f, "reaction.to_stall_usec", 500000);
	assert_value(f, "reaction.released_usec", 0);
	f->sink.n = 0;
	f->trial.open_nsec = 2000000000;
	compute(f, "cpu_reaction");
	assert_value(f, "reaction.to_stall_usec", 30000);
	assert_value(f, "reaction.released_usec", 20000);
	f->sink.n = 0;
	f->trial.open_nsec = 3000000000;
	compute(f, "cpu_reaction");
	assert_null(find_value(f, "reaction.to_stall_usec"));
	fixture_free(f);
}

/* A period of 100 ms that begins at 37 ms: 20 ms are used at its begin, in one of them 40. */
static void test_busiest_period(void **state)
{
	enum { EVERY_MSEC = 2, LAST_MSEC = 2000, N = LAST_MSEC / EVERY_MSEC };
	struct sample samples[2 * N];
	struct fixture *f = fixture_new("spin");
	double usage = 0;
	(void)state;

	for (int ms = 0; ms < LAST_MSEC; ms++) {
		int period = (ms + 63) / 100, into = (ms + 63) % 100, i = ms / EVERY_MSEC;
		uint64_t at = f->trial.open_nsec + (uint64_t)ms * 1000000;
		if (ms % EVERY_MSEC == 0) {
			samples[2 * i] = (struct sample){at, 0, "cpu.usage_usec", usage};
			samples[2 * i + 1] = (struct sample){at, 0, "cpu.nr_periods", period};
		}
		usage += into < (period == 7 ? 40 : 20) ? 1000 : 0;
	}
	f->trial.samples = samples;
	f->trial.n_samples = 2 * N;
	f->trial.sample_every_usec = EVERY_MSEC * 1000;
	compute(f, "cpu_period");
	assert_null(find_value(f, "cpu.period_max_usec"));
	set_limit(f, "cpu.max", "20000 100000");
	compute(f, "cpu_period");
	assert_value(f, "cpu.period_max_usec", 40000);
	f->sink.n = 0;
	f->trial.sample_every_usec = 20000;
	compute(f, "cpu_period");
	assert_null(find_value(f, "cpu.period_max_usec"));
	fixture_free(f);
}

static void test_oom_kill(void **state)
{
	struct fixture *f = fixture_new("touch");

	(void)state;
	set_limit(f, "memory.max", "67108864");
	f->group.exited = true;
	f->group.exit_status = SIGKILL;
	f->group.exit_nsec = 3000500000;
	atomic_store(&f->page->touch_nsec, 3000000000);
	set_file(&f->group.after, "memory.current", "4096\n");
	set_file(&f->group.after, "memory.stat", "anon 4096\nfile 0\nfile_mapped 9\n");
	set_file(&f->group.end, "memory.peak", "67371008\n");
	set_file(&f->group.end, "memory.events",
		 "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n"
		 "oom_group_kill 0\n");
	compute(f, "memory");
	assert_value(f, "memory.time_to_kill_usec", 500);
	assert_value(f, "memory.overshoot_bytes", 262144);
	assert_value(f, "memory.overshoot_batches", 1);
	assert_value(f, "memory.events_oom_kill", 1);
	assert_value(f, "memory.events_oom", 1);
	assert_value(f, "memory.anon_bytes", 4096);
	assert_value(f, "memory.file_bytes", 0);
	assert_value(f, "memory.survived", 0);
	fixture_free(f);
}

static void test_charge_stock(void **state)
{
	static const struct {
		const char *stat;
		bool known;
		double stock;
	} rows[] = {
		{"anon 4096\nfile 8192\nkernel 4096\nsock 0\nslab 4000\n", true, 262144},
		{"anon 4096\nfile 8192\nkernel 0\nsock 4096\n", true, 262144},
		{"anon 4096\nfile 8192\nslab 4096\nsock 0\n", false, 0}, /* before 5.18 */
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture *f = fixture_new("touch");
		set_file(&f->group.after, "memory.current", "278528\n");
		set_file(&f->group.after, "memory.stat", rows[i].stat);
		compute(f, "memory");
		if (rows[i].known)
			assert_value(f, "memory.charge_stock_bytes", rows[i].stock);
		else
			assert_null(find_value(f, "memory.charge_stock_bytes"));
		fixture_free(f);
	}
}

/* Each row takes its number where and when it says, and an absent key is no row. */
static void test_kinds_of_memory(void **state)
{
	struct fixture *f = fixture_new("touch");

	(void)state;
	set_file(&f->group.before, "memory.stat", "slab 100\npgsteal 5\n");
	set_file(&f->group.after, "memory.stat", "slab 300\nslab_reclaimable 7\npgsteal 25\n");
	set_file(&f->group.after, "memory.swap.current", "8192\n");
	set_file(&f->group.end, "memory.swap.events", "high 1\nmax 2\nfail 3\n");
	compute(f, "memory_kinds");
	assert_value(f, "memory.slab_bytes", 300);
	assert_value(f, "memory.slab_reclaimable_bytes", 7);
	assert_value(f, "memory.pages_stolen", 20);
	assert_value(f, "memory.swap_bytes", 8192);
	assert_value(f, "memory.swap_events_max", 2);
	assert_null(find_value(f, "memory.pages_scanned"));
	assert_null(find_value(f, "memory.zswap_bytes"));
	f->sink.n = 0;
	f->sink.segment = "raised";
	compute(f, "memory_kinds");
	assert_value(f, "memory.slab_bytes@raised", 300);
	assert_null(find_value(f, "memory.swap_events_max@raised"));
	fixture_free(f);
}

static void test_bomb(void **state)
{
	struct fixture *f = fixture_new("forkbomb");

	(void)state;
	set_limit(f, "pids.max", "64");
	set_limit(f, "memory.max", "134217728");
	f->group.kill_nsec = 5000000000;
	f->group.empty_nsec = 5002000000;
	set_file(&f->group.after, "pids.current", "0\n");
	set_file(&f->group.end, "pids.peak", "64\n");
	set_file(&f->group.end, "pids.events", "max 1234\n");
	set_file(&f->group.end, "cgroup.events", "populated 0\nfrozen 0\n");
	compute(f, "pids");
	assert_value(f, "pids.peak", 64);
	assert_value(f, "pids.events_max", 1234);
	assert_value(f, "kill.to_empty_usec", 2000);
	assert_value(f, "kill.left", 0);
	assert_true(find_value(f, "pids.peak")->error_pct == 0);
	fixture_free(f);
}

/* One more for each of four CPUs than an ancestor allows is right; than its own limit never. */
static void test_peak_below_an_ancestor(void **state)
{
	static const struct {
		const char *own, *above, *peak;
		double expected;
	} rows[] = {
		{"max", "128", "128\n", 128}, {"max", "128", "129\n", 129},
		{"max", "128", "132\n", 132}, {"max", "128", "133\n", 128},
		{"max", "128", "127\n", 128}, {"200", "128", "129\n", 129},
		{"128", "128", "129\n", 128}, {"128", "max", "129\n", 128},
	};
	const struct knob *pids = knob_find("pids.max");

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture *f = fixture_new("forkbomb");
		struct knob_value above;
		const struct value *v;
		set_limit(f, "pids.max", rows[i].own);
		assert_int_equal(knob_parse_kernel(pids, rows[i].above, &above, NULL), 0);
		assert_int_equal(timeline_note(&f->trial.outside, 0, pids, &above, NULL), 0);
		set_file(&f->group.end, "pids.peak", rows[i].peak);
		compute(f, "pids");
		v = find_value(f, "pids.peak");
		if (!v || v->expected != rows[i].expected)
			fail_msg("row %zu: expected is not %g", i, rows[i].expected);
		timeline_free(&f->trial.outside);
		fixture_free(f);
	}
}

static void test_pressure(void **state)
{
	struct fixture *f = fixture_new(NULL);

	(void)state;
	set_file(&f->group.before, "cpu.pressure",
		 "some avg10=0.00 avg60=0.00 avg300=0.00 total=100\n"
		 "full avg10=0.00 avg60=0.00 avg300=0.00 total=50\n");
	set_file(&f->group.after, "cpu.pressure",
		 "some avg10=9.00 avg60=0.00 avg300=0.00 total=1100\n"
		 "full avg10=0.00 avg60=0.00 avg300=0.00 total=250\n");
	compute(f, "pressure");
	assert_value(f, "pressure.cpu_some_usec", 1000);
	assert_value(f, "pressure.cpu_full_usec", 200);
	assert_null(find_value(f, "pressure.memory_some_usec"));
	fixture_free(f);
}

static void test_work_counts_from_the_window(void **state)
{
	struct fixture *f = fixture_new("forkbomb");

	(void)state;
	atomic_store(&f->page->thread[0].ops, 1500);
	f->page->thread[0].cpu_nsec = 3000000000;
	f->base.ops[0] = 500;
	f->base.cpu_nsec[0] = 1000000000;
	strcpy(f->page->counters[0].name, "forks");
	atomic_store(&f->page->counters[0].value, 70);
	f->base.counters[0] = 7;
	compute(f, "work");
	assert_value(f, "work.ops", 1000);
	assert_value(f, "work.ops_per_cpu_sec", 500);
	assert_value(f, "work.forks", 63);
	fixture_free(f);
}

static void test_latency_phases(void **state)
{
	struct fixture *f = fixture_new("bystander");

	(void)state;
	hist_add(&f->page->latency[PAGE_BEFORE], 1000000);
	hist_add(&f->page->latency[PAGE_DURING], 9000000);
	hist_add(&f->page->latency[PAGE_WARMUP], 77000000);
	compute(f, "latency");
	assert_value(f, "latency.before_count", 1);
	assert_value(f, "latency.before_max_usec", 1000);
	assert_value(f, "latency.during_max_usec", 9000);
	assert_null(find_value(f, "latency.after_count"));
	fixture_free(f);
}

static void test_strays(void **state)
{
	struct fixture *f = fixture_new("spin");

	(void)state;
	f->group.n_cpus = 2;
	f->group.cpus[0] = 1;
	f->group.cpus[1] = 3;
	CPU_SET(1, &f->group.ran_on);
	CPU_SET(2, &f->group.ran_on);
	compute(f, "place");
	assert_value(f, "place.cpus", 2);
	assert_value(f, "place.strays", 1);
	fixture_free(f);
}

static void test_stress_ng(void **state)
{
	static const struct {
		const char *output;
		double ops, per_sec; /* NAN: no row */
	} rows[] = {
		{"---\nmetrics:\n    - stressor: cpu\n      bogo-ops: 1200\n      user-time: 0.7\n"
		 "      system-time: 0.3\n    - stressor: vm\n      bogo-ops: 300\n"
		 "      user-time: 0.5\n      system-time: 0.0\n...\n",
		 1500, 1000},
		{"---\nmetrics:\n    - stressor: cpu\n      bogo-ops: 7\n...\n", 7, NAN},
		{"bogo-ops: but [no YAML", NAN, NAN},
		{"hello\n", NAN, NAN},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct fixture *f = fixture_new(NULL);
		f->group.output = (char *)rows[i].output;
		compute(f, "stress_ng");
		if (isnan(rows[i].ops))
			assert_null(find_value(f, "stress_ng.bogo_ops"));
		else
			assert_value(f, "stress_ng.bogo_ops", rows[i].ops);
		if (isnan(rows[i].per_sec))
			assert_null(find_value(f, "stress_ng.bogo_ops_per_cpu_sec"));
		else
			assert_value(f, "stress_ng.bogo_ops_per_cpu_sec", rows[i].per_sec);
		fixture_free(f);
	}
}

/* Every name is there once, has a unit and says what it is. */
static void test_tables(void **state)
{
	const struct metric *m;

	(void)state;
	for (size_t g = 0; metric_groups[g]; g++) {
		/* What relates several metrics is computed behind all of them, in evaluate/. */
		assert_true(metric_groups[g]->compute || metric_groups[g]->compute_trial ||
			    metric_groups[g]->files ||
			    strcmp(metric_groups[g]->name, "relation") == 0);
		for (size_t i = 0; (m = metric_at(metric_groups[g], i)); i++) {
			assert_true(m->unit && *m->unit && m->summary && *m->summary);
			assert_ptr_equal(metric_find(m->name), m);
		}
	}
	assert_null(metric_find("cpu.usage"));
	assert_null(metric_find("work.nonsense"));
	assert_non_null(metric_find("work.forks"));
}

const struct CMUnitTest tests_unit_metrics[] = {
	cmocka_unit_test(test_allowed),
	cmocka_unit_test(test_stall_theory),
	cmocka_unit_test(test_keys_are_whole),
	cmocka_unit_test(test_numbers_are_picked),
	cmocka_unit_test(test_usage_error),
	cmocka_unit_test(test_usage_expected),
	cmocka_unit_test(test_binding_quota),
	cmocka_unit_test(test_below_tick),
	cmocka_unit_test(test_tick_model),
	cmocka_unit_test(test_tick_model_offset),
	cmocka_unit_test(test_no_tick_model),
	cmocka_unit_test(test_stalls),
	cmocka_unit_test(test_freeze),
	cmocka_unit_test(test_reaction),
	cmocka_unit_test(test_busiest_period),
	cmocka_unit_test(test_oom_kill),
	cmocka_unit_test(test_charge_stock),
	cmocka_unit_test(test_kinds_of_memory),
	cmocka_unit_test(test_bomb),
	cmocka_unit_test(test_peak_below_an_ancestor),
	cmocka_unit_test(test_pressure),
	cmocka_unit_test(test_work_counts_from_the_window),
	cmocka_unit_test(test_latency_phases),
	cmocka_unit_test(test_strays),
	cmocka_unit_test(test_stress_ng),
	cmocka_unit_test(test_tables),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a neighbour costs, and the sentence that says through what: by hand-written files. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "evaluate/findings.h"
#include "metrics/metric.h"
#include "model/leak.h"
#include "tests/test.h"

enum { FILES = 5 };

static const char *const names[FILES] = {"cpu.stat", "memory.stat", "cpu.pressure",
					 "memory.pressure", "io.pressure"};

/* A second alone, a second beside; the same texts at the begin. */
struct fixture {
	struct trial_data trial;
	struct trial_plan trial_plan;
	struct group_data group;
	struct group_plan plan;
	struct snapshot_file before[FILES], mark[FILES], after[FILES];
	struct snapshot snapshot;
	struct mark at;
	struct page_base base, middle;
	struct page *page;
	struct value_sink sink;
};

static void set_files(struct snapshot *s, struct snapshot_file *files, uint64_t nsec,
		      const char *const *texts)
{
	for (size_t i = 0; i < FILES; i++)
		files[i] = (struct snapshot_file){names[i], (char *)texts[i]};
	s->files = files;
	s->n = FILES;
	s->nsec = nsec;
}

static struct fixture *fixture_new(const char *workload, uint64_t every_usec)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->page = calloc(1, sizeof(*f->page));
	assert_non_null(f->page);
	f->page->threads = 1;
	f->plan = (struct group_plan){.name = (char *)"victim", .parent = -1};
	f->plan.run = (struct run_plan){
		.workload = workload_find(workload), .threads = 1, .params = {every_usec}};
	assert_non_null(f->plan.run.workload);
	f->base.nsec = NSEC_PER_SEC;
	f->middle.nsec = 2 * NSEC_PER_SEC;
	f->snapshot.page = &f->middle;
	f->at = (struct mark){"beside", 2 * NSEC_PER_SEC};
	f->group = (struct group_data){.plan = &f->plan,
				       .page = f->page,
				       .base = &f->base,
				       .marks = &f->snapshot,
				       .n_marks = 1,
				       .opened_nsec = NSEC_PER_SEC};
	f->trial = (struct trial_data){.plan = &f->trial_plan,
				       .open_nsec = NSEC_PER_SEC,
				       .close_nsec = 3 * NSEC_PER_SEC,
				       .groups = &f->group,
				       .n_groups = 1,
				       .marks = &f->at,
				       .n_marks = 1};
	return f;
}

/* What it counted alone and beside, and what the files said then. */
static void set(struct fixture *f, uint64_t alone, uint64_t beside, const char *const *mid,
		const char *const *end)
{
	static const char *const zero[FILES] = {
		"usage_usec 0\nuser_usec 0\nsystem_usec 0\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=0\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};

	f->middle.ops[0] = alone;
	f->page->thread[0].ops = alone + beside;
	set_files(&f->group.before, f->before, NSEC_PER_SEC, zero);
	set_files(&f->snapshot, f->mark, 2 * NSEC_PER_SEC, mid);
	set_files(&f->group.after, f->after, 3 * NSEC_PER_SEC, end);
}

static void compute(struct fixture *f)
{
	struct err e = {""};

	for (size_t i = 0; metric_groups[i]; i++)
		if (strcmp(metric_groups[i]->name, "victim") == 0 &&
		    metric_compute(metric_groups[i], &f->trial, &f->group, &f->sink, &e) < 0)
			fail_msg("%s", e.text);
}

static const struct value *value_of(const struct fixture *f, const char *metric)
{
	for (size_t i = 0; i < f->sink.n; i++)
		if (strcmp(f->sink.values[i].metric, metric) == 0)
			return &f->sink.values[i];
	fail_msg("no value for %s", metric);
	return NULL;
}

static void assert_pair(const struct fixture *f, const char *metric, double beside, double alone)
{
	const struct value *v = value_of(f, metric);

	if (fabs(v->value - beside) > 1e-6 || !(fabs(v->expected - alone) <= 1e-6))
		fail_msg("%s: %.9g beside and %.9g alone; expected %.9g and %.9g", metric, v->value,
			 v->expected, beside, alone);
}

static void fixture_free(struct fixture *f)
{
	free(f->sink.values);
	free(f->page);
	free(f);
}

static const char *sentence(const struct fixture *f, char buf[static LEAK_TEXT_MAX])
{
	struct leak l;

	leak_init(&l);
	for (size_t i = 0; i < f->sink.n; i++)
		leak_take(&l, f->sink.values[i].metric, f->sink.values[i].value,
			  f->sink.values[i].expected);
	return leak_is_worth(&l) ? leak_sentence(&l, buf) : "";
}

static void test_a_loss_of_throughput(void **state)
{
	static const char *const mid[FILES] = {
		"usage_usec 990000\nuser_usec 980000\nsystem_usec 10000\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=10000\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	static const char *const end[FILES] = {
		"usage_usec 1485000\nuser_usec 1470000\nsystem_usec 15000\nthrottled_usec 0\n",
		"workingset_refault_file 5\n", "some avg10=0.00 total=515000\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	struct fixture *f = fixture_new("spin", 0);
	char text[LEAK_TEXT_MAX];

	(void)state;
	set(f, 1000000, 500000, mid, end);
	compute(f);
	assert_true(value_of(f, "victim.loss_pct")->value == 50);
	assert_true(value_of(f, "victim.lost_pct")->value == 50);
	assert_true(value_of(f, "victim.time_loss_pct")->value == 50);
	assert_true(value_of(f, "victim.reported")->value == 1);
	assert_pair(f, "victim.ops_per_sec", 500000, 1000000);
	assert_pair(f, "victim.cpu_wait_pct", 50.5, 1);
	assert_pair(f, "victim.user_pct", 49, 49); /* an operation costs what it did */
	assert_pair(f, "victim.refaults_per_sec", 5, 0);
	assert_string_equal(sentence(f, text),
			    "lost 50.0% of its throughput to CPU time: it waited for a CPU 50.50% "
			    "of the time, 1.00% alone (cpu.pressure)");
	fixture_free(f);
}

/* Half as much for as much CPU time: nobody took the CPU away. */
static void test_slower_and_not_held_up(void **state)
{
	static const char *const mid[FILES] = {
		"usage_usec 990000\nuser_usec 900000\nsystem_usec 90000\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=0\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	static const char *const end[FILES] = {
		"usage_usec 1980000\nuser_usec 1350000\nsystem_usec 630000\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=0\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	struct fixture *f = fixture_new("forkrate", 0);
	char text[LEAK_TEXT_MAX];

	(void)state;
	set(f, 1000, 500, mid, end);
	compute(f);
	assert_true(value_of(f, "victim.time_loss_pct")->value == 0);
	assert_pair(f, "victim.system_pct", 54, 4.5);
	assert_pair(f, "victim.user_pct", 45, 45);
	assert_string_equal(sentence(f, text),
			    "lost 50.0% of its throughput to the kernel's own work and locks: it "
			    "needed in the kernel, for the same work, 54.00% of the time, 4.50% "
			    "alone (cpu.stat system_usec an operation)");
	fixture_free(f);
}

/* Its CPU is twice as fast beside the neighbour, which takes a tenth of its time. */
static void test_a_loss_that_a_faster_cpu_hides(void **state)
{
	static const char *const mid[FILES] = {
		"usage_usec 1000000\nuser_usec 1000000\nsystem_usec 0\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=0\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	static const char *const end[FILES] = {
		"usage_usec 1900000\nuser_usec 1900000\nsystem_usec 0\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=100000\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	struct fixture *f = fixture_new("spin", 0);
	char text[LEAK_TEXT_MAX];

	(void)state;
	set(f, 1000, 1800, mid, end);
	compute(f);
	assert_true(fabs(value_of(f, "victim.loss_pct")->value + 80) < 1e-9);
	assert_true(fabs(value_of(f, "victim.time_loss_pct")->value - 10) < 1e-9);
	assert_string_equal(sentence(f, text),
			    "lost 10.0% of what it ran to CPU time: it waited for a CPU 10.00% of "
			    "the time, 0.00% alone (cpu.pressure)");
	fixture_free(f);
}

static void test_a_loss_of_latency(void **state)
{
	static const char *const mid[FILES] = {
		"usage_usec 10000\nuser_usec 5000\nsystem_usec 5000\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=0\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=0\n"};
	static const char *const end[FILES] = {
		"usage_usec 20000\nuser_usec 10000\nsystem_usec 10000\nthrottled_usec 0\n",
		"workingset_refault_file 0\n", "some avg10=0.00 total=0\n",
		"some avg10=0.00 total=0\n", "some avg10=0.00 total=90000\n"};
	struct fixture *f = fixture_new("bystander", 10000);
	char text[LEAK_TEXT_MAX];

	(void)state;
	set(f, 100, 100, mid, end);
	f->page->latency[PAGE_BEFORE] = (struct hist){.count = 100, .total_nsec = 10000000};
	f->page->latency[PAGE_DURING] = (struct hist){.count = 100, .total_nsec = 110000000};
	compute(f);
	assert_pair(f, "victim.latency_usec", 1100, 100);
	assert_pair(f, "victim.io_wait_pct", 9, 0);
	for (size_t i = 0; i < f->sink.n; i++)
		assert_string_not_equal(f->sink.values[i].metric, "victim.time_loss_pct");
	assert_true(fabs(value_of(f, "victim.loss_pct")->value - 100.0 * 10 / 11) < 1e-9);
	assert_true(fabs(value_of(f, "victim.lost_pct")->value - 10) < 1e-9);
	assert_string_equal(sentence(f, text),
			    "lost 90.9% by latency to the disk: it waited for I/O 9.00% of the "
			    "time, 0.00% alone (io.pressure)");
	fixture_free(f);
}

static void test_who_starts_later_is_no_victim(void **state)
{
	static const char *const none[FILES] = {NULL};
	struct fixture *f = fixture_new("spin", 0);

	(void)state;
	set(f, 100, 100, none, none);
	f->group.opened_nsec = f->at.nsec + 1;
	compute(f);
	assert_int_equal(f->sink.n, 0);
	f->group.opened_nsec = f->trial.open_nsec;
	f->at.name = "other";
	compute(f);
	assert_int_equal(f->sink.n, 0);
	f->at.name = "beside";
	f->plan.name = (char *)"ballast";
	compute(f);
	assert_int_equal(f->sink.n, 0);
	/* Files that a kernel lacks are no signs. */
	f->plan.name = (char *)"victim2";
	compute(f);
	assert_true(value_of(f, "victim.loss_pct")->value == 0);
	for (size_t i = 0; i < f->sink.n; i++)
		assert_null(strstr(f->sink.values[i].metric, "_wait_pct"));
	fixture_free(f);
}

/* What is told from what; alone and beside of each sign, and what was lost. */
static void test_the_cause(void **state)
{
	static const struct {
		double lost, beside[LEAK_SIGNS];
		enum leak_sign cause;
	} rows[] = {
		{50, {[LEAK_CPU] = 50}, LEAK_CPU},
		{50, {[LEAK_CPU] = 50, [LEAK_THROTTLED] = 49}, LEAK_THROTTLED},
		{50, {[LEAK_CPU] = 10, [LEAK_SYSTEM] = 12}, LEAK_SIGNS},
		{50, {[LEAK_CPU] = 20, [LEAK_SYSTEM] = 30}, LEAK_SYSTEM},
		{50, {[LEAK_IO] = 40, [LEAK_SYSTEM] = 20}, LEAK_IO},
		{50, {[LEAK_IO] = 40, [LEAK_REFAULTS] = 3000}, LEAK_REFAULTS},
		{50, {[LEAK_CPU] = 40, [LEAK_REFAULTS] = 3000}, LEAK_CPU},
		{50, {[LEAK_USER] = 40, [LEAK_REFAULTS] = 5}, LEAK_USER},
		{50, {[LEAK_CPU] = NAN}, LEAK_SIGNS},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct leak l = {.reported = true, .loss_pct = 50, .lost_pct = rows[i].lost};
		memcpy(l.beside, rows[i].beside, sizeof(l.beside));
		if (leak_cause(&l) != rows[i].cause)
			fail_msg("row %zu: got sign %d", i, (int)leak_cause(&l));
	}
}

static void test_a_victim_that_did_not_report(void **state)
{
	static const char *const none[FILES] = {NULL};
	struct fixture *f = fixture_new("bystander", 10000);
	char text[LEAK_TEXT_MAX];

	(void)state;
	set(f, 100, 0, none, none);
	compute(f);
	assert_true(value_of(f, "victim.reported")->value == 0);
	assert_true(value_of(f, "victim.loss_pct")->value == 100);
	assert_non_null(strstr(sentence(f, text), "did not report"));
	fixture_free(f);
}

const struct CMUnitTest tests_unit_victim[] = {
	cmocka_unit_test(test_a_loss_of_throughput),
	cmocka_unit_test(test_slower_and_not_held_up),
	cmocka_unit_test(test_a_loss_that_a_faster_cpu_hides),
	cmocka_unit_test(test_a_loss_of_latency),
	cmocka_unit_test(test_who_starts_later_is_no_victim),
	cmocka_unit_test(test_the_cause),
	cmocka_unit_test(test_a_victim_that_did_not_report),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shared page's protocol, and the arithmetic by which a thread sees its own stalls. */
#include "cgbench/page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../workloads/loop.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "tests/test.h"

#define USEC NSEC_PER_USEC
#define MSEC NSEC_PER_MSEC

static struct page *new_page(void)
{
	struct page *page = NULL;
	int fd = -1;

	assert_int_equal(page_create(&page, &fd, NULL), 0);
	close(fd);
	return page;
}

static void made_and_mapped_are_the_same(void **state)
{
	struct page *made = NULL, *mapped = NULL;
	int fd = -1;

	(void)state;
	assert_int_equal(page_create(&made, &fd, NULL), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(page_map(fd, &mapped, NULL), 0);
	page_open(made);
	assert_int_equal(page_wait_gate(mapped, PAGE_CLOSED, 0), PAGE_OPEN);
	page_unmap(&made);
	page_unmap(&made);
	assert_null(made);
	page_unmap(&mapped);
	close(fd);
}

static void another_file_is_refused(void **state)
{
	struct page *page = NULL;
	struct err e = {0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), fd = -1;

	(void)state;
	assert_int_equal(page_map(null, &page, &e), -EINVAL);
	assert_non_null(strstr(e.text, "same build"));
	assert_int_equal(page_map(-1, &page, &e), -EBADF);
	assert_int_equal(page_create(&page, &fd, NULL), 0);
	page->magic++;
	page_unmap(&page);
	assert_int_equal(page_map(fd, &page, &e), -EINVAL);
	assert_non_null(strstr(e.text, "magic"));
	assert_null(page);
	close(fd);
	close(null);
}

static void ready_times_out(void **state)
{
	struct page *page = new_page();
	struct err e = {0};
	uint64_t start = now_nsec();

	(void)state;
	page_ready(page);
	assert_int_equal(page_wait_ready(page, 1, 0, &e), 0);
	assert_int_equal(page_wait_ready(page, 2, 50 * MSEC, &e), -ETIMEDOUT);
	assert_true(now_nsec() - start >= 50 * MSEC);
	assert_non_null(strstr(e.text, "1 of 2 threads"));
	page_unmap(&page);
}

static void the_first_failure_is_told(void **state)
{
	struct page *page = new_page();
	struct err e = {0};

	(void)state;
	page_fail(page, "the disk is full");
	page_fail(page, "something that follows from it");
	assert_int_equal(page_wait_ready(page, 1, 10 * MSEC, &e), -ECANCELED);
	assert_string_equal(e.text, "the disk is full");
	page_unmap(&page);
}

static void the_gate_wakes_and_times_out(void **state)
{
	struct page *page = new_page();
	uint64_t until = now_nsec() + 20 * MSEC;

	(void)state;
	assert_int_equal(page_wait_gate(page, PAGE_CLOSED, until), PAGE_CLOSED);
	assert_true(now_nsec() >= until);
	page_open(page);
	page_stop(page);
	assert_int_equal(page_wait_gate(page, PAGE_OPEN, 0), PAGE_STOP);
	assert_true(page->stop_nsec > until && page->stop_nsec <= now_nsec());
	page_unmap(&page);
}

static void a_moment_has_its_phase(void **state)
{
	static const struct {
		uint64_t since[PAGE_PHASES];
		uint64_t at;
		enum page_phase current, phase;
	} rows[] = {
		{.at = 5, .phase = PAGE_BEFORE},
		{{[PAGE_BEFORE] = 10}, .at = 15, .phase = PAGE_BEFORE},
		{{[PAGE_DURING] = 20}, .at = 19, .current = PAGE_DURING, .phase = PAGE_BEFORE},
		{{[PAGE_DURING] = 20}, .at = 20, .current = PAGE_DURING, .phase = PAGE_DURING},
		{{10, 20, 30}, .at = 31, .current = PAGE_AFTER, .phase = PAGE_AFTER},
		{{10, 20, 30}, .at = 29, .current = PAGE_AFTER, .phase = PAGE_DURING},
		{{10, 20, 30}, .at = 12, .current = PAGE_AFTER, .phase = PAGE_BEFORE},
		{{10, [PAGE_WARMUP] = 5}, .at = 9, .current = PAGE_BEFORE, .phase = PAGE_WARMUP},
		/* A harness that set only the phase, not when. */
		{.at = 5, .current = PAGE_DURING, .phase = PAGE_DURING},
	};
	struct page *page = new_page();

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		for (size_t p = 0; p < PAGE_PHASES; p++)
			page->phase_since_nsec[p] = rows[i].since[p];
		page->phase = rows[i].current;
		assert_int_equal(page_phase_at(page, rows[i].at), rows[i].phase);
	}
	page_unmap(&page);
}

static void setting_a_phase_notes_when(void **state)
{
	struct page *page = new_page();
	uint64_t before = now_nsec();

	(void)state;
	page_set_phase(page, PAGE_DURING);
	assert_int_equal(page->phase, PAGE_DURING);
	assert_in_range(page->phase_since_nsec[PAGE_DURING], before, now_nsec());
	page_unmap(&page);
}

static void a_full_log_still_counts(void **state)
{
	struct page *page = new_page();

	(void)state;
	for (uint64_t i = 0; i < PAGE_STALLS_MAX + 3; i++)
		page_log_stall(page, 2, i, 5);
	assert_int_equal(page->stall_count, PAGE_STALLS_MAX + 3);
	assert_int_equal(page->thread[2].stall_nsec, (PAGE_STALLS_MAX + 3) * 5);
	assert_int_equal(page->stalls[PAGE_STALLS_MAX - 1].start_nsec, PAGE_STALLS_MAX - 1);
	assert_int_equal(page->stalls[PAGE_STALLS_MAX - 1].thread, 2);
	page_unmap(&page);
}

static void killed_threads_are_settled(void **state)
{
	struct page *page = new_page();

	(void)state;
	page->threads = 4;
	page->stall_min_nsec = 2 * MSEC;
	page->thread[0].wants_nsec = 10 * MSEC;  /* wanted to run for 90 ms */
	page->thread[1].wants_nsec = 99 * MSEC;  /* for 1 ms: too short */
	page->thread[2].wants_nsec = 200 * MSEC; /* was to wake up later */
	page->thread[3].wants_nsec = 0;          /* had nothing to do */
	page_settle(page, 100 * MSEC);
	page_settle(page, 100 * MSEC);
	assert_int_equal(page->stall_count, 1);
	assert_int_equal(page->stalls[0].thread, 0);
	assert_int_equal(page->stalls[0].start_nsec, 10 * MSEC);
	assert_int_equal(page->stalls[0].length_nsec, 90 * MSEC);
	assert_int_equal(page->thread[0].stall_nsec, 90 * MSEC);
	page_unmap(&page);
}

/* What the CPU clock of the thread in the story below would read. */
static uint64_t fake_cpu;
static unsigned fake_reads;

static uint64_t fake_cpu_clock(void)
{
	fake_reads++;
	return fake_cpu;
}

struct pace_step_row {
	uint64_t took_nsec, idle_nsec, cpu_nsec; /* of this step */
	uint64_t stall_nsec;
};

static void play(const struct pace_step_row *rows, size_t n)
{
	struct pace p = {.stall_min_nsec = MSEC, .end_nsec = MSEC, .looked_nsec = MSEC};
	uint64_t now = MSEC;

	fake_cpu = 0;
	for (size_t i = 0; i < n; i++) {
		now += rows[i].took_nsec;
		fake_cpu += rows[i].cpu_nsec;
		assert_int_equal(pace_step(&p, now, rows[i].idle_nsec, fake_cpu_clock),
				 rows[i].stall_nsec);
		assert_int_equal(p.end_nsec, now);
	}
}

static void gaps_are_stalls(void **state)
{
	static const struct pace_step_row rows[] = {
		{20 * USEC, 0, 20 * USEC, 0},
		{25 * USEC, 0, 25 * USEC, 0},
		/* Throttled: the shortest step is what it would have taken. */
		{80 * MSEC + 20 * USEC, 0, 20 * USEC, 80 * MSEC},
		{20 * USEC, 0, 20 * USEC, 0},
		{999 * USEC, 0, 20 * USEC, 0},
		{MSEC + 20 * USEC, 0, 20 * USEC, MSEC},
		/* It slept 30 ms as it meant to; then it was 2 ms late. */
		{30 * MSEC + 20 * USEC, 30 * MSEC, 20 * USEC, 0},
		{32 * MSEC + 20 * USEC, 30 * MSEC, 20 * USEC, 2 * MSEC},
		/* Short gaps before a stall are not made part of it. */
		{500 * USEC, 0, 20 * USEC, 0},
		{500 * USEC, 0, 20 * USEC, 0},
		{5 * MSEC + 20 * USEC, 0, 20 * USEC, 5 * MSEC},
	};

	(void)state;
	play(rows, array_len(rows));
}

/* A thread that reads its CPU clock while it runs lets the kernel look at it between two ticks. */
static void running_reads_no_cpu_clock(void **state)
{
	struct pace p = {.stall_min_nsec = MSEC, .end_nsec = MSEC, .looked_nsec = MSEC};

	(void)state;
	fake_cpu = fake_reads = 0;
	for (uint64_t now = MSEC; now < 1000 * MSEC; now += 20 * USEC)
		assert_int_equal(pace_step(&p, now, 0, fake_cpu_clock), 0);
	assert_int_equal(fake_reads, 0);
	fake_cpu = 999 * MSEC;
	assert_int_equal(pace_step(&p, 1080 * MSEC, 0, fake_cpu_clock) / MSEC, 80);
	assert_int_equal(fake_reads, 1);
}

static void the_first_step_can_stall(void **state)
{
	static const struct pace_step_row rows[] = {
		{50 * MSEC, 0, 20 * USEC, 50 * MSEC - 20 * USEC},
		{25 * USEC, 0, 25 * USEC, 0},
		{50 * MSEC, 0, 20 * USEC, 50 * MSEC - 20 * USEC},
	};

	(void)state;
	play(rows, array_len(rows));
}

static void time_on_the_cpu_is_no_stall(void **state)
{
	static const struct pace_step_row rows[] = {
		{20 * USEC, 0, 20 * USEC, 0},
		{7 * MSEC, 0, 7 * MSEC, 0},
		{7 * MSEC, 0, 4 * MSEC, 3 * MSEC},
		{7 * MSEC, 0, 6500 * USEC, 0},
		{60 * MSEC, 50 * MSEC, 2 * MSEC, 8 * MSEC},
		/* Sleeping on purpose can take CPU time, as writing back does. */
		{60 * MSEC, 58 * MSEC, 30 * MSEC, 0},
	};

	(void)state;
	play(rows, array_len(rows));
}

const struct CMUnitTest tests_unit_page[] = {
	cmocka_unit_test(made_and_mapped_are_the_same),
	cmocka_unit_test(another_file_is_refused),
	cmocka_unit_test(ready_times_out),
	cmocka_unit_test(the_first_failure_is_told),
	cmocka_unit_test(the_gate_wakes_and_times_out),
	cmocka_unit_test(a_moment_has_its_phase),
	cmocka_unit_test(setting_a_phase_notes_when),
	cmocka_unit_test(a_full_log_still_counts),
	cmocka_unit_test(killed_threads_are_settled),
	cmocka_unit_test(gaps_are_stalls),
	cmocka_unit_test(running_reads_no_cpu_clock),
	cmocka_unit_test(the_first_step_can_stall),
	cmocka_unit_test(time_on_the_cpu_is_no_stall),
	{0},
};

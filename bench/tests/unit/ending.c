/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How programs end, and what a workload may write, without a kernel. */
#include "trial/ending.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "tests/test.h"
#include "trial/capture.h"
#include "trial/sampler.h"

/* As waitpid gives them. */
#define CODE(n)   ((n) << 8)
#define SIGNAL(n) (n)

static const char no_kill[] = "oom 0\noom_kill 0\n", a_kill[] = "oom 1\noom_kill 1\n";

/* One program in a window from 1 s to 5 s. */
static const struct ending_row {
	const char *name;
	int status, exit_code;
	bool ends, kill_action;
	const char *events;
	uint64_t exit_sec;    /* 0: still running when the window closed */
	const char *expected; /* NULL: nothing is wrong */
} rows[] = {
	{.name = "runs on", .events = no_kill},
	{"code 1", CODE(1), 0, false, false, no_kill, 2, "ended with code 1 instead of 0"},
	{"code 1, may end", CODE(1), 0, true, false, no_kill, 2, "code 1 instead of 0"},
	{"code 0, early", CODE(0), 0, false, false, no_kill, 2, "ended early, with code 0"},
	{"code 0, may end", CODE(0), 0, true, false, no_kill, 2, NULL},
	{"code 3, as expected", CODE(3), 3, true, false, no_kill, 2, NULL},
	{"any code, may end", CODE(9), RUN_EXIT_ANY, true, false, no_kill, 2, NULL},
	{"any code, early", CODE(9), RUN_EXIT_ANY, false, false, no_kill, 2, "ended early"},
	{"after the window", CODE(1), 0, false, false, no_kill, 6, NULL},
	{"crashed", SIGNAL(SIGSEGV), 0, true, false, no_kill, 2, "signal 11"},
	{"killed by somebody", SIGNAL(SIGKILL), 0, false, false, no_kill, 2, "signal 9"},
	{"killed by an action", SIGNAL(SIGKILL), 0, false, true, no_kill, 2, NULL},
	{"killed for memory", SIGNAL(SIGKILL), 0, false, false, a_kill, 2, NULL},
	{"its child was", CODE(137), 0, false, false, a_kill, 2, NULL},
	{"a crash is no kill", SIGNAL(SIGSEGV), 0, false, false, a_kill, 2, "signal 11"},
	{"any signal", SIGNAL(SIGTERM), RUN_EXIT_ANY, true, false, no_kill, 2, NULL},
};

static bool row_is_wrong(const struct ending_row *row, char why[static ENDING_TEXT_MAX])
{
	char *argv[] = {(char *)"prog", NULL};
	struct snapshot_file events = {"memory.events", (char *)row->events};
	struct group_plan plan = {
		.name = (char *)"subject",
		.parent = -1,
		.run = {.argv = argv, .exit_code = row->exit_code, .ends = row->ends}};
	struct trial_plan trial = {.groups = &plan, .n_groups = 1, .duration_usec = 4000000};
	struct group_data group = {.plan = &plan,
				   .end = {.files = &events, .n = 1},
				   .exited = row->exit_sec != 0,
				   .exit_status = row->status,
				   .exit_nsec = row->exit_sec * NSEC_PER_SEC,
				   .opened_nsec = NSEC_PER_SEC,
				   .kill_nsec = row->kill_action ? NSEC_PER_SEC * 3 / 2 : 0,
				   .tail = (char *)"one\nlast words\n"};
	struct trial_data data = {.plan = &trial,
				  .open_nsec = NSEC_PER_SEC,
				  .close_nsec = 5 * NSEC_PER_SEC,
				  .groups = &group,
				  .n_groups = 1};

	return ending_is_wrong(&data, 0, why);
}

static void test_only_what_was_not_asked_for_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char why[ENDING_TEXT_MAX] = "";
		const char *expected = rows[i].expected ? rows[i].expected : "";
		bool wrong = row_is_wrong(&rows[i], why);
		if (wrong != (rows[i].expected != NULL))
			fail_msg("%s: wrong %d: %s", rows[i].name, wrong, why);
		if (wrong && (!strstr(why, expected) || !strstr(why, "one | last words")))
			fail_msg("%s: '%s' does not say '%s'", rows[i].name, why, expected);
	}
}

static void test_late_is_more_than_a_hundredth_and_a_tick(void **state)
{
	struct trial_plan plan = {.duration_usec = 6000000};
	struct trial_data t = {.plan = &plan, .tick_usec = 4000, .samples_taken = 95};
	char why[ENDING_TEXT_MAX] = "";

	(void)state;
	t.open_nsec = NSEC_PER_SEC;
	t.close_nsec = t.open_nsec + UINT64_C(6064000000);
	assert_false(ending_is_late(&t, why));
	t.close_nsec += NSEC_PER_USEC;
	assert_true(ending_is_late(&t, why));
	assert_non_null(strstr(why, "6.064 s instead of 6.000 s"));
	t.close_nsec = t.open_nsec + NSEC_PER_SEC; /* whatever ran has ended: earlier is fine */
	t.samples_lost = 5;
	assert_false(ending_is_late(&t, why));
	t.samples_lost = 6;
	assert_true(ending_is_late(&t, why));
	assert_non_null(strstr(why, "6 of 101 samples"));
}

static void test_sampling_slows_down_to_its_share(void **state)
{
	(void)state;
	assert_int_equal(sampler_slow_down(10000, 50000), 10000);
	assert_int_equal(sampler_slow_down(10000, 50001), 20000);
	assert_int_equal(sampler_slow_down(10000, 398000), 80000);
	assert_int_equal(sampler_slow_down(1000, 0), 1000);
}

/* Only the end is kept, and memory does not grow with what is printed. */
static void test_output_is_bounded(void **state)
{
	enum { WRITES = 64 };
	struct err e = {""};
	int fd = capture_open(&e);
	char *block = malloc(CAPTURE_KEPT_BYTES), *text;
	off_t freed = 0;
	struct stat st;

	(void)state;
	assert_true(fd >= 0 && block);
	memset(block, 'x', CAPTURE_KEPT_BYTES);
	for (int i = 0; i < WRITES; i++) {
		assert_int_equal(write(fd, block, CAPTURE_KEPT_BYTES), CAPTURE_KEPT_BYTES);
		capture_trim(fd, &freed);
		assert_int_equal(fstat(fd, &st), 0);
		assert_true(st.st_blocks * 512 <= 3 * CAPTURE_KEPT_BYTES);
	}
	assert_int_equal(write(fd, "the \033 end\n", 10), 10);
	text = capture_text(fd, 8);
	assert_string_equal(text, "e ? end\n");
	free(text);
	assert_null(capture_text(-1, 8));
	free(block);
	close(fd);
}

static void test_a_page_cannot_be_cut_short(void **state)
{
	struct page *page = NULL;
	int fd = -1;

	(void)state;
	assert_int_equal(page_create(&page, &fd, NULL), 0);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 1 << 30), -1);
	page_unmap(&page);
	close(fd);
}

/* Whatever the workload wrote: bounds and texts are ours, and later writes do not reach the copy.
 */
static void test_a_kept_page_is_within_its_bounds(void **state)
{
	static const char *const counters[PAGE_COUNTERS_MAX] = {"forks", "forks_refused"};
	struct page *page = NULL, *theirs = NULL;
	int fd = -1;

	(void)state;
	assert_int_equal(page_create(&page, &fd, NULL), 0);
	assert_int_equal(page_map(fd, &theirs, NULL), 0);
	memset(theirs->error, 'e', sizeof(theirs->error));
	memset(theirs->counters, 'c', sizeof(theirs->counters));
	theirs->threads = UINT32_MAX;
	assert_int_equal(page_keep(&page, 2, counters, NULL), 0);
	theirs->threads = 7;
	assert_int_equal(page->threads, 2);
	assert_int_equal(strlen(page->error), PAGE_ERROR_MAX - 1);
	assert_string_equal(page->counters[1].name, "forks_refused");
	assert_string_equal(page->counters[2].name, "");
	page_unmap(&page);
	page_unmap(&theirs);
	close(fd);
}

static void test_a_gate_that_somebody_closed(void **state)
{
	struct page *page = NULL, *theirs = NULL;
	int fd = -1;

	(void)state;
	assert_int_equal(page_create(&page, &fd, NULL), 0);
	assert_int_equal(page_map(fd, &theirs, NULL), 0);
	page_open(page);
	assert_false(page_is_meddled(page));
	page_stop(theirs);
	assert_true(page_is_meddled(page));
	page_unmap(&page);
	page_unmap(&theirs);
	close(fd);
}

const struct CMUnitTest tests_unit_ending[] = {
	cmocka_unit_test(test_only_what_was_not_asked_for_is_wrong),
	cmocka_unit_test(test_late_is_more_than_a_hundredth_and_a_tick),
	cmocka_unit_test(test_sampling_slows_down_to_its_share),
	cmocka_unit_test(test_output_is_bounded),
	cmocka_unit_test(test_a_page_cannot_be_cut_short),
	cmocka_unit_test(test_a_kept_page_is_within_its_bounds),
	cmocka_unit_test(test_a_gate_that_somebody_closed),
	{0},
};

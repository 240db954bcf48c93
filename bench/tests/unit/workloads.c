/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgwork as the harness sees it: each case plays the harness for the built program, with a page of
 * its own and no group around it. SIGSTOP stands in for a throttled group: both keep a thread that
 * wants to run from running. No case opens the gate of a fork bomb.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shipped.h"
#include "cgbench/array.h"
#include "cgbench/chain.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/page.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"
#include "tests/test.h"

#define MSEC NSEC_PER_MSEC

/* A thread knows only between which steps a stall began, and what the signals cost it is its own.
 */
#define PLACE_NSEC MSEC

enum { ARGS_MAX = 12, OUTPUT_MAX = 32768, PATIENCE_SEC = 20 };

/* A cgwork that this case started. */
struct run {
	struct page *page;
	int fd;
	pid_t pid;
};

static void sleep_nsec(uint64_t nsec)
{
	struct timespec t = nsec_to_timespec(nsec);

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static void exec_cgwork(const char *const *args, const char *page)
{
	const char *argv[ARGS_MAX + 4] = {"cgwork"};
	char program[PATH_MAX];
	size_t n = 1;

	if (data_path(DATA_CGWORK, program, sizeof(program), NULL) < 0)
		_exit(127);
	if (page) {
		argv[n++] = "--page";
		argv[n++] = page;
	}
	for (size_t i = 0; i < ARGS_MAX && args[i]; i++)
		argv[n++] = args[i];
	execv(program, (char *const *)argv);
	_exit(127);
}

/* The page is made first, so that a case can set what the harness would before the start. */
static struct run make_run(void)
{
	struct run r = {0};

	assert_int_equal(page_create(&r.page, &r.fd, NULL), 0);
	return r;
}

static void start(struct run *r, const char *const *args)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", r->fd);
	r->pid = fork();
	if (r->pid == 0) {
		fcntl(r->fd, F_SETFD, 0);
		exec_cgwork(args, fd);
	}
	assert_true(r->pid > 0);
}

#define START(r, ...) start(r, (const char *const[]){__VA_ARGS__, NULL})

static int reap(struct run *r)
{
	int status = -1;

	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	close(r->fd);
	return status;
}

static void wait_ready(struct run *r, unsigned threads)
{
	struct err e = {0};

	if (page_wait_ready(r->page, threads, PATIENCE_SEC * NSEC_PER_SEC, &e) < 0)
		fail_msg("%s", e.text);
}

#define OPEN(r, threads, ...)           \
	do {                            \
		START(r, __VA_ARGS__);  \
		wait_ready(r, threads); \
		page_open((r)->page);   \
	} while (0)

static void stop_well(struct run *r)
{
	page_stop(r->page);
	assert_int_equal(reap(r), 0);
}

/* Stops the process as a throttled group stops; returns once it stands still. */
static uint64_t freeze(const struct run *r)
{
	int status;

	assert_int_equal(kill(r->pid, SIGSTOP), 0);
	assert_int_equal(waitpid(r->pid, &status, WUNTRACED), r->pid);
	assert_true(WIFSTOPPED(status));
	return now_nsec();
}

static void thaw(const struct run *r)
{
	assert_int_equal(kill(r->pid, SIGCONT), 0);
}

/* How many stalls of that thread cover the whole of a time. */
static unsigned stalls_over(const struct page *page, unsigned thread, uint64_t begin, uint64_t end)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < page->stall_count && i < PAGE_STALLS_MAX; i++) {
		const struct page_stall *s = &page->stalls[i];
		n += s->thread == thread && s->start_nsec <= begin + PLACE_NSEC &&
		     s->start_nsec + s->length_nsec + PLACE_NSEC >= end;
	}
	return n;
}

static uint64_t counter(const struct page *page, const char *name)
{
	for (size_t i = 0; i < PAGE_COUNTERS_MAX && page->counters[i].name[0]; i++)
		if (strcmp(page->counters[i].name, name) == 0)
			return page->counters[i].value;
	fail_msg("no counter is called %s", name);
	return 0;
}

/* Waits until the counter has got there. */
static void await(const struct page *page, const char *name, uint64_t value)
{
	uint64_t until = now_nsec() + PATIENCE_SEC * NSEC_PER_SEC;

	while (counter(page, name) < value && now_nsec() < until)
		sleep_nsec(MSEC);
	if (counter(page, name) < value)
		fail_msg("%s is %" PRIu64 " and not %" PRIu64 ": %s", name, counter(page, name),
			 value, page->error);
}

static void tables_are_sound(void **state)
{
	(void)state;
	for (size_t w = 0; workloads[w]; w++) {
		const struct param *p = workloads[w]->params;
		assert_ptr_equal(workload_find(workloads[w]->name), workloads[w]);
		assert_non_null(workloads[w]->summary);
		assert_non_null(workloads[w]->step);
		for (size_t i = 0; i < PAGE_COUNTERS_MAX && workloads[w]->counters[i]; i++)
			assert_true(strlen(workloads[w]->counters[i]) < PAGE_COUNTER_NAME_MAX);
		for (size_t i = 0; p && p[i].name; i++) {
			uint64_t value;
			assert_true(i < WORKLOAD_PARAMS_MAX);
			assert_non_null(p[i].summary);
			assert_int_equal(param_parse(&p[i], p[i].fallback, &value, NULL), 0);
		}
	}
	assert_null(workload_find("spi"));
	assert_null(workload_find("spinner"));
}

static void nothing_runs_before_the_gate_opens(void **state)
{
	struct run r = make_run();

	(void)state;
	START(&r, "spin", "--threads", "2");
	wait_ready(&r, 2);
	sleep_nsec(30 * MSEC);
	assert_int_equal(r.page->started_nsec, 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(r.page->thread[i].ops, 0);
		assert_int_not_equal(r.page->thread[i].tid, 0);
	}
	stop_well(&r);
	assert_int_equal(r.page->thread[0].ops, 0);
}

static void threads_work_between_open_and_stop(void **state)
{
	struct run r = make_run();
	uint64_t opened = now_nsec();

	(void)state;
	OPEN(&r, 2, "spin", "--threads", "2");
	sleep_nsec(200 * MSEC);
	stop_well(&r);
	assert_int_equal(r.page->threads, 2);
	assert_in_range(r.page->started_nsec, opened, r.page->stop_nsec);
	for (unsigned i = 0; i < 2; i++) {
		const struct page_thread *t = &r.page->thread[i];
		assert_true(t->ops > 0);
		assert_true(t->cpu_nsec > 0);
		/* A dependent chain of 6 operations: no CPU does that in half a nanosecond. */
		assert_true(t->cpu_nsec * 2 > t->ops);
		assert_int_equal(t->wants_nsec, 0);
	}
}

/* The share of stalls and of the CPU clock is the whole window, but for gaps too short to log. */
static void stalls_and_cpu_time_fill_the_window(void **state)
{
	struct run r = make_run();
	uint64_t window, known, stopped;

	(void)state;
	r.page->stall_min_nsec = 100 * NSEC_PER_USEC;
	OPEN(&r, 1, "spin");
	for (int i = 0; i < 5; i++) {
		sleep_nsec(20 * MSEC);
		freeze(&r);
		sleep_nsec(80 * MSEC);
		thaw(&r);
	}
	stop_well(&r);
	stopped = r.page->stop_nsec;
	window = stopped - r.page->open_nsec;
	known = r.page->thread[0].stall_nsec + r.page->thread[0].cpu_nsec;
	assert_in_range(known, window - window / 50, window + window / 50);
	assert_true(r.page->thread[0].stall_nsec >= 5 * (80 * MSEC - PLACE_NSEC));
}

static void work_takes_time_in_proportion(void **state)
{
	uint64_t n = chain_calibrate() * 20;
	double ratio = 0;

	(void)state;
	/* A busy machine can spoil a try, not all of them. */
	for (int i = 0; i < 20 && (ratio < 1.9 || ratio > 2.1); i++)
		ratio = (double)chain_nsec(2 * n) / (double)chain_nsec(n);
	if (ratio < 1.9 || ratio > 2.1)
		fail_msg("twice the iterations took %.2f times as long", ratio);
}

/* The CPUs that this process may use, in order. */
static unsigned allowed_cpus(unsigned *cpus, unsigned max)
{
	cpu_set_t set;
	unsigned n = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && n < max; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpus[n++] = cpu;
	return n;
}

static void threads_run_where_they_were_put(void **state)
{
	struct run r = make_run();
	unsigned cpus[2], n = allowed_cpus(cpus, 2);
	char list[32];

	(void)state;
	/* The order of the list counts: thread 0 has the last CPU. Thread 2 begins it again. */
	snprintf(list, sizeof(list), "%u,%u", cpus[n - 1], cpus[0]);
	OPEN(&r, 3, "spin", "--threads", "3", "--cpus", list);
	/* On a busy machine it may be long until each has had its turn. */
	for (unsigned i = 0; i < 3; i++)
		for (int tries = 0; tries < 500 && !atomic_load(&r.page->thread[i].ops); tries++)
			sleep_nsec(20 * MSEC);
	stop_well(&r);
	for (unsigned i = 0; i < 3; i++) {
		unsigned cpu = cpus[i % 2 ? 0 : n - 1];
		for (unsigned word = 0; word < PAGE_CPUS_MAX / 64; word++)
			assert_int_equal(r.page->thread[i].cpus_seen[word],
					 cpu / 64 == word ? UINT64_C(1) << cpu % 64 : 0);
	}
}

/* Set-up that fails: the harness hears of it at once, in words. */
static void set_up_fails_aloud(void **state)
{
	static const struct {
		const char *args[6];
		const char *says;
	} rows[] = {
		{{"spin", "--cpus", "1023"}, "CPU 1023"},
		{{"spin", "--threads", "2", "--cpus", "1023"}, "cpuset.cpus"},
		{{"bystander", "--threads", "2"}, "1 thread"},
		{{"touch", "bytes=4K", "--threads", "2"}, "too few"},
		{{"lock", "of=file", "--threads", "2"}, "scope=trial"},
		{{"request", "--threads", "2"}, "1 thread"},
		{{"stream", "bytes=48K", "--threads", "2"}, "too few"},
		{{"fileio", "every=1ms", "--threads", "2"}, "1 thread"},
		{{"fileio", "size=8K", "file=4K", "--threads", "2"}, "larger than file"},
		{{"fileio", "size=1000", "sync=direct", "--threads", "2"}, "multiple of 4096"},
		{{"reread", "dir=/nosuch/folder", "--threads", "2"}, "/nosuch/folder"},
		{{"climb", "--threads", "2"}, "expected 1"},
		{{"climb", "mb=4", "quiet=4"}, "not less than mb"},
		{{"mapread", "dir=/nosuch/folder", "--threads", "2"}, "/nosuch/folder"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		struct err e = {0};
		int status;
		start(&r, rows[i].args);
		assert_int_equal(page_wait_ready(r.page, 2, PATIENCE_SEC * NSEC_PER_SEC, &e),
				 -ECANCELED);
		if (!strstr(e.text, rows[i].says))
			fail_msg("'%s' is not in: %s", rows[i].says, e.text);
		status = reap(&r);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_INCONCLUSIVE);
		page_unmap(&r.page);
	}
}

/* Whatever they are doing: computing, sleeping for long, or done. */
static void all_stop_within_100_ms(void **state)
{
	static const char *const rows[][4] = {
		{"spin", "--threads", "2"},
		{"duty", "busy=1ms", "idle=10s"},
		{"bystander", "every=10s"},
		{"touch", "bytes=64K"},
		{"touch", "bytes=64M", "pause=10s"},
		{"switch", "partners=4"},
		{"switch", "tasks=threads"},
		{"futex"},
		{"lock", "every=10s"},
		{"lock", "of=file"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		uint64_t took = UINT64_MAX;
		/* A busy machine can spoil a try, not all of them. */
		for (int try = 0; try < 5 && took > 100 * MSEC; try++) {
			struct run r = make_run();
			start(&r, rows[i]);
			wait_ready(&r, strcmp(rows[i][0], "spin") == 0 ? 2 : 1);
			page_open(r.page);
			sleep_nsec(30 * MSEC);
			page_stop(r.page);
			assert_int_equal(reap(&r), 0);
			took = now_nsec() - r.page->stop_nsec;
			page_unmap(&r.page);
		}
		if (took > 100 * MSEC)
			fail_msg("%s took %" PRIu64 " ms to stop", rows[i][0], took / MSEC);
	}
}

static void a_stop_is_one_stall_of_each_thread(void **state)
{
	struct run r = make_run();
	uint64_t begin, end;

	(void)state;
	OPEN(&r, 2, "spin", "--threads", "2");
	sleep_nsec(50 * MSEC);
	begin = freeze(&r);
	sleep_nsec(200 * MSEC);
	end = now_nsec();
	thaw(&r);
	sleep_nsec(100 * MSEC);
	stop_well(&r);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(stalls_over(r.page, i, begin, end), 1);
		assert_in_range(r.page->thread[i].stall_nsec, end - begin - PLACE_NSEC,
				r.page->stop_nsec - r.page->started_nsec);
	}
}

/* A group can be throttled by what its set-up cost when the gate opens. */
static void a_late_start_is_a_stall(void **state)
{
	struct run r = make_run();
	uint64_t end;

	(void)state;
	START(&r, "spin");
	wait_ready(&r, 1);
	freeze(&r);
	page_open(r.page);
	sleep_nsec(50 * MSEC);
	end = now_nsec();
	thaw(&r);
	sleep_nsec(50 * MSEC);
	stop_well(&r);
	assert_int_equal(stalls_over(r.page, 0, r.page->open_nsec, end), 1);
	assert_true(r.page->started_nsec >= end);
}

/* Stalls of one thread never overlap, and none reaches out of the window. */
static void stalls_lie_in_the_window(void **state)
{
	struct run r = make_run();
	uint64_t last = 0;

	(void)state;
	r.page->stall_min_nsec = 50 * NSEC_PER_USEC;
	OPEN(&r, 1, "duty", "busy=3ms", "idle=2ms");
	await(r.page, "cycles", 1);
	for (int i = 0; i < 6; i++) {
		freeze(&r);
		sleep_nsec(15 * MSEC);
		thaw(&r);
		sleep_nsec(7 * MSEC);
	}
	stop_well(&r);
	assert_true(r.page->stall_count >= 6);
	last = r.page->open_nsec;
	for (uint32_t i = 0; i < r.page->stall_count; i++) {
		assert_true(r.page->stalls[i].start_nsec >= last);
		last = r.page->stalls[i].start_nsec + r.page->stalls[i].length_nsec;
	}
	assert_true(last <= r.page->stop_nsec);
}

static void a_stall_at_the_end_lasts_until_the_end(void **state)
{
	struct run r = make_run();
	const struct page_stall *last;
	uint64_t begin;

	(void)state;
	OPEN(&r, 1, "spin");
	sleep_nsec(50 * MSEC);
	begin = freeze(&r);
	sleep_nsec(100 * MSEC);
	page_stop(r.page);
	sleep_nsec(100 * MSEC);
	thaw(&r);
	assert_int_equal(reap(&r), 0);
	assert_true(r.page->stall_count > 0);
	last = &r.page->stalls[r.page->stall_count - 1];
	assert_true(last->start_nsec <= begin + PLACE_NSEC);
	assert_int_equal(last->start_nsec + last->length_nsec, r.page->stop_nsec);
}

static void a_stall_that_ends_in_a_kill_is_settled(void **state)
{
	struct run r = make_run();
	uint64_t begin;

	(void)state;
	OPEN(&r, 1, "spin");
	sleep_nsec(50 * MSEC);
	begin = freeze(&r);
	sleep_nsec(100 * MSEC);
	page_stop(r.page);
	kill(r.pid, SIGKILL);
	reap(&r);
	assert_int_equal(stalls_over(r.page, 0, begin, r.page->stop_nsec), 0);
	page_settle(r.page, r.page->stop_nsec);
	assert_int_equal(stalls_over(r.page, 0, begin, r.page->stop_nsec), 1);
}

static void sleeping_on_purpose_is_no_stall(void **state)
{
	struct run r = make_run();
	uint64_t begin;

	(void)state;
	OPEN(&r, 1, "duty", "busy=1ms", "idle=10s");
	await(r.page, "cycles", 1);
	begin = freeze(&r);
	sleep_nsec(50 * MSEC);
	page_stop(r.page);
	kill(r.pid, SIGKILL);
	reap(&r);
	page_settle(r.page, r.page->stop_nsec);
	assert_int_equal(stalls_over(r.page, 0, begin, begin), 0);
}

static void duty_spends_what_it_is_given(void **state)
{
	enum { BUSY_MSEC = 2, CYCLE_MSEC = 10 };
	struct run r = make_run();
	uint64_t cycles, window;

	(void)state;
	OPEN(&r, 1, "duty", "busy=2ms", "idle=8ms");
	sleep_nsec(500 * MSEC);
	stop_well(&r);
	cycles = counter(r.page, "cycles");
	window = r.page->stop_nsec - r.page->started_nsec;
	assert_in_range(cycles, 1, window / (CYCLE_MSEC * MSEC) + 1);
	/* A batch over what the finished cycles are worth, and the cycle that was going on. */
	assert_in_range(r.page->thread[0].cpu_nsec, cycles * BUSY_MSEC * MSEC,
			(cycles + 1) * BUSY_MSEC * MSEC + MSEC);
}

/* How many cycles of 10 ms behind its schedule. */
static uint64_t cycles_behind(const struct page *page)
{
	uint64_t due = (now_nsec() - page->started_nsec) / (10 * MSEC);
	uint64_t done = counter(page, "cycles");

	return due > done ? due - done : 0;
}

static void duty_makes_up_for_lost_time(void **state)
{
	struct run r = make_run();
	uint64_t until;

	(void)state;
	OPEN(&r, 1, "duty", "busy=1ms", "idle=9ms");
	await(r.page, "cycles", 3);
	freeze(&r);
	sleep_nsec(200 * MSEC);
	assert_true(cycles_behind(r.page) >= 15);
	thaw(&r);
	/* Had it dropped what it missed, it would be as far behind for ever. */
	until = now_nsec() + PATIENCE_SEC * NSEC_PER_SEC;
	while (cycles_behind(r.page) > 5 && now_nsec() < until)
		sleep_nsec(MSEC);
	assert_true(cycles_behind(r.page) <= 10);
	assert_true(counter(r.page, "cycles_late") >= 15);
	stop_well(&r);
}

/* A number of kilobytes behind a key of /proc/PID/status, in bytes. */
static uint64_t status_bytes(pid_t pid, const char *key)
{
	char path[64], line[256];
	uint64_t kbytes = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	scope_file FILE *f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':')
			kbytes = strtoull(line + strlen(key) + 1, NULL, 10);
	return kbytes << 10;
}

/* The pids of a process's children; returns how many. */
static size_t children_of(pid_t pid, pid_t *children, size_t max)
{
	scope_file FILE *f = NULL;
	char path[64];
	size_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	while (f && n < max && fscanf(f, "%d", &children[n]) == 1)
		n++;
	return n;
}

/* What makes groups, or kills in them, does nothing where no trial is. */
static void by_hand_no_group_is_touched(void **state)
{
	static const char *const names[] = {"slay", "mover", "probe-core", "probe-kill"};

	(void)state;
	for (size_t i = 0; i < array_len(names); i++) {
		struct run r = make_run();
		START(&r, names[i]);
		page_wait_ready(r.page, 1, PATIENCE_SEC * NSEC_PER_SEC, NULL);
		page_open(r.page);
		assert_int_equal(WEXITSTATUS(reap(&r)), EXIT_INCONCLUSIVE);
		assert_non_null(strstr(r.page->error, "in a trial of cgbench only"));
		assert_int_equal(r.page->unsupported, 1);
		page_unmap(&r.page);
	}
}

/* As many as asked for, itself included, and before the gate opens. */
static void a_herd_has_its_number(void **state)
{
	static const struct {
		const char *tasks, *how;
		size_t threads, children;
	} rows[] = {
		{"tasks=1", "how=fork", 1, 0},
		{"tasks=7", "how=fork", 1, 6},
		{"tasks=9", "how=threads", 9, 0},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		pid_t children[16];
		size_t n;
		START(&r, "herd", rows[i].tasks, rows[i].how);
		wait_ready(&r, 1);
		n = children_of(r.pid, children, array_len(children));
		/* Nobody else would: in a group they end with it. */
		for (size_t c = 0; c < n; c++)
			kill(children[c], SIGKILL);
		assert_int_equal(n, rows[i].children);
		assert_int_equal(status_bytes(r.pid, "Threads") >> 10, rows[i].threads);
		page_open(r.page);
		await(r.page, "tasks", rows[i].threads + rows[i].children);
		stop_well(&r);
		page_unmap(&r.page);
	}
}

static void touch_takes_memory_and_keeps_it(void **state)
{
	static const struct {
		const char *args[8];
		unsigned threads;
		const char *key;
	} rows[] = {
		{{"touch", "bytes=8M"}, 1, "RssAnon"},
		{{"touch", "bytes=8M", "how=once"}, 1, "RssAnon"},
		{{"touch", "bytes=8M", "--threads", "3"}, 3, "RssAnon"},
		{{"touch", "bytes=8M", "kind=shmem"}, 1, "RssShmem"},
		{{"touch", "bytes=8M", "kind=shmem", "how=once"}, 1, "RssShmem"},
	};
	enum { BYTES = 8 << 20 };

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		uint64_t before, ops = 0;
		start(&r, rows[i].args);
		wait_ready(&r, rows[i].threads);
		before = status_bytes(r.pid, rows[i].key);
		page_open(r.page);
		await(r.page, "touched_bytes", BYTES);
		assert_in_range(status_bytes(r.pid, rows[i].key) - before, BYTES,
				BYTES + (1 << 20));
		stop_well(&r);
		assert_int_equal(counter(r.page, "touched_bytes"), BYTES);
		for (unsigned t = 0; t < rows[i].threads; t++)
			ops += r.page->thread[t].ops;
		assert_int_equal(ops, BYTES / sysconf(_SC_PAGESIZE));
		assert_int_equal(r.page->crossed_nsec, 0);
		page_unmap(&r.page);
	}
}

static bool on_memory(const char *dir)
{
	struct statfs fs;

	return statfs(dir, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* What the process asked the file system to read. */
static uint64_t read_bytes(pid_t pid)
{
	scope_file FILE *f = NULL;
	char path[64], line[128];
	uint64_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/io", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "rchar: %" SCNu64, &n) == 1)
			return n;
	fail_msg("no rchar in %s", path);
	return 0;
}

static void touch_fills_the_page_cache(void **state)
{
	static const char *const kinds[] = {"kind=file", "kind=hole"};
	enum { BYTES = 2 << 20 };

	(void)state;
	if (on_memory("/var/tmp"))
		test_skip("/var/tmp is not on a disk");
	setenv("CGBENCH_SCRATCH", "/var/tmp", 1);
	for (size_t i = 0; i < array_len(kinds); i++) {
		struct run r = make_run();
		bool hole = i == 1;
		uint64_t before;
		START(&r, "touch", kinds[i], "bytes=2M");
		wait_ready(&r, 1);
		before = read_bytes(r.pid);
		page_open(r.page);
		await(r.page, "touched_bytes", BYTES);
		assert_int_equal(read_bytes(r.pid) - before, hole ? BYTES : 0);
		stop_well(&r);
		assert_int_equal(counter(r.page, "touched_bytes"), BYTES);
		page_unmap(&r.page);
	}
}

static void touch_wants_a_disk_for_files(void **state)
{
	struct run r = make_run();
	struct err e = {0};

	(void)state;
	if (!on_memory("/dev/shm"))
		test_skip("/dev/shm is no tmpfs here");
	setenv("CGBENCH_SCRATCH", "/dev/shm", 1);
	START(&r, "touch", "kind=file");
	assert_int_equal(page_wait_ready(r.page, 1, PATIENCE_SEC * NSEC_PER_SEC, &e), -ECANCELED);
	assert_non_null(strstr(e.text, "/dev/shm is on tmpfs"));
	assert_non_null(strstr(e.text, "CGBENCH_SCRATCH"));
	reap(&r);
}

/* RLIMIT_FSIZE stands in for a full disk: the write fails after the set-up went well. */
static void a_failing_step_is_told(void **state)
{
	struct run r = make_run();
	struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
	int status;

	(void)state;
	if (on_memory("/var/tmp"))
		test_skip("/var/tmp is not on a disk");
	setenv("CGBENCH_SCRATCH", "/var/tmp", 1);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	OPEN(&r, 1, "touch", "kind=file", "bytes=2M");
	status = reap(&r);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_INCONCLUSIVE);
	assert_int_equal(r.page->failed, PAGE_FAILED);
	assert_non_null(strstr(r.page->error, "cannot write"));
	assert_int_equal(counter(r.page, "touched_bytes"), 1 << 20);
}

/* Eight steps of 256 KB, 20 ms apart: the time of the crossing tells which page it was. */
static void touch_notes_when_it_passes_the_mark(void **state)
{
	static const struct {
		uint64_t watch;
		uint64_t pauses; /* before the crossing; 0: there is none */
	} rows[] = {
		{0, 0}, {256 << 10, 1}, {(1 << 20) + 4096, 4}, {(2 << 20) - 1, 7}, {2 << 20, 0},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		r.page->watch = rows[i].watch;
		OPEN(&r, 1, "touch", "bytes=2M", "pause=20ms");
		await(r.page, "touched_bytes", 2 << 20);
		stop_well(&r);
		if (rows[i].pauses)
			assert_in_range(r.page->crossed_nsec - r.page->started_nsec,
					rows[i].pauses * 20 * MSEC,
					r.page->stop_nsec - r.page->started_nsec -
						(7 - rows[i].pauses) * 20 * MSEC);
		else
			assert_int_equal(r.page->crossed_nsec, 0);
		assert_in_range(r.page->touch_nsec, r.page->started_nsec + 7 * 20 * MSEC,
				r.page->stop_nsec);
		page_unmap(&r.page);
	}
}

/* What a hoarder makes, and where the system shows that it is there. */
static const struct hoard_row {
	const char *args[5]; /* the workload and its kind */
	unsigned unit_bytes;
	const char *key; /* of /proc/PID/status; NULL: files that it has open */
	bool disk;       /* wants one */
} hoards[] = {
	{{"pipes"}, 4096, NULL, false},
	{{"sockets", "kind=unix"}, 16384, NULL, false},
	{{"sockets", "kind=tcp"}, 16384, NULL, false},
	{{"dentries", "kind=open"}, 192, NULL, true},
	{{"pagetables"}, 4096, "VmPTE", false},
	{{"memfiles", "kind=memfd"}, 4096, NULL, false},
	{{"memfiles", "kind=tmpfs"}, 4096, NULL, false},
	{{"mappings", "kind=thp"}, 2 << 20, "VmSize", false},
	{{"mappings", "kind=mlock"}, 65536, "VmLck", false},
	{{"sleepers", "kind=stack"}, 16384, "Threads", false},
};

static uint64_t open_files(pid_t pid)
{
	char path[64];
	uint64_t n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	scope_dir DIR *d = opendir(path);
	assert_non_null(d);
	while (readdir(d))
		n++;
	return n;
}

/* Lets it make that many things; returns what the system shows of it, before and after. */
static uint64_t hoard(const struct hoard_row *row, unsigned things)
{
	struct run r = make_run();
	char bytes[32];
	const char *args[] = {row->args[0], bytes, row->args[1], NULL};
	uint64_t before, after;

	snprintf(bytes, sizeof(bytes), "bytes=%u", things * row->unit_bytes);
	r.page->fenced = 1;
	start(&r, args);
	wait_ready(&r, 1);
	before = row->key ? status_bytes(r.pid, row->key) : open_files(r.pid);
	page_open(r.page);
	await(r.page, "made", things);
	after = row->key ? status_bytes(r.pid, row->key) : open_files(r.pid);
	stop_well(&r);
	assert_int_equal(counter(r.page, "made"), things);
	assert_int_equal(counter(r.page, "made_bytes"), things * row->unit_bytes);
	assert_int_equal(counter(r.page, "made_refused"), 0);
	assert_int_equal(r.page->thread[0].ops, things);
	assert_true(r.page->touch_nsec > r.page->started_nsec);
	page_unmap(&r.page);
	return after - before;
}

static void hoarders_make_what_they_are_asked_for(void **state)
{
	(void)state;
	setenv("CGBENCH_SCRATCH", "/var/tmp", 1);
	for (size_t i = 0; i < array_len(hoards); i++) {
		uint64_t one, two;
		bool grows = hoards[i].key && strcmp(hoards[i].key, "VmSize") != 0;
		if (hoards[i].disk && on_memory("/var/tmp"))
			continue;
		one = hoard(&hoards[i], 8);
		two = hoard(&hoards[i], 24);
		/* A file or pair of sockets holds several things, and VmSize is there from set-up.
		 */
		if (two < one || (grows && two == one))
			fail_msg("row %zu (%s): 8 things show as %" PRIu64 ", 24 as %" PRIu64, i,
				 hoards[i].args[0], one, two);
	}
}

static void page_tables_are_a_page_for_each_2_mb(void **state)
{
	static const struct hoard_row row = {{"pagetables"}, 4096, "VmPTE", false};

	(void)state;
	assert_in_range(hoard(&row, 256), 256 * 4096, 260 * 4096);
	assert_in_range(hoard(&row, 512), 512 * 4096, 516 * 4096);
}

static void a_flood_begins_again(void **state)
{
	static const char *const rows[][4] = {
		{"pipes", "bytes=256K"},
		{"sockets", "bytes=256K"},
		{"sockets", "bytes=256K", "kind=tcp"},
		{"pagetables", "bytes=256K"},
		{"memfiles", "bytes=256K"},
		{"mappings", "bytes=256K", "kind=mlock"},
		{"sleepers", "bytes=256K"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		const char *args[] = {rows[i][0], rows[i][1], "how=flood", rows[i][2], NULL};
		r.page->fenced = 1;
		start(&r, args);
		wait_ready(&r, 1);
		page_open(r.page);
		await(r.page, "made_rounds", 3);
		stop_well(&r);
		assert_true(counter(r.page, "made_bytes") >= 3 * (256 << 10));
		page_unmap(&r.page);
	}
}

/* RLIMIT_NOFILE stands in for a limit of the kernel's: a refusal, and what there is stays. */
static void a_refusal_is_a_result(void **state)
{
	struct run r = make_run();
	struct rlimit limit = {.rlim_cur = 64, .rlim_max = 64};
	int status;

	(void)state;
	START(&r, "pipes", "bytes=64M");
	wait_ready(&r, 1);
	assert_int_equal(prlimit(r.pid, RLIMIT_NOFILE, &limit, NULL), 0);
	page_open(r.page);
	await(r.page, "made_refused", 1);
	sleep_nsec(20 * MSEC);
	assert_int_equal(counter(r.page, "made_refused"), 1);
	assert_in_range(counter(r.page, "made"), 16, 64 / 2 * 16);
	page_stop(r.page);
	status = reap(&r);
	assert_int_equal(status, 0);
}

/* 20 requests come due while it stands still; each counts, in the phase in which it was due. */
static void a_bystander_answers_late_not_never(void **state)
{
	enum { EVERY_MSEC = 10 };
	struct run r = make_run();
	const struct hist *before = &r.page->latency[PAGE_BEFORE];
	const struct hist *during = &r.page->latency[PAGE_DURING];
	const struct hist *after = &r.page->latency[PAGE_AFTER];
	uint64_t held, due;

	(void)state;
	page_set_phase(r.page, PAGE_BEFORE);
	OPEN(&r, 1, "bystander", "every=10ms");
	await(r.page, "requests", 10);
	page_set_phase(r.page, PAGE_DURING);
	freeze(&r);
	sleep_nsec(200 * MSEC);
	page_set_phase(r.page, PAGE_AFTER);
	thaw(&r);
	await(r.page, "requests", counter(r.page, "requests") + 30);
	stop_well(&r);
	held = r.page->phase_since_nsec[PAGE_AFTER] - r.page->phase_since_nsec[PAGE_DURING];
	due = held / (EVERY_MSEC * MSEC);
	assert_in_range(during->count, due, due + 1);
	assert_in_range(during->max_nsec, (due - 1) * EVERY_MSEC * MSEC,
			r.page->stop_nsec - r.page->phase_since_nsec[PAGE_DURING]);
	/* One after the other they waited less: the median is about half of the longest. */
	assert_in_range(hist_percentile_nsec(during, 50), during->max_nsec / 4,
			during->max_nsec * 3 / 4);
	assert_true(before->count >= 10 && after->count >= 5);
	assert_true(after->min_nsec < during->max_nsec / 4);
	assert_int_equal(before->count + during->count + after->count, counter(r.page, "requests"));
	assert_true(stalls_over(r.page, 0, r.page->phase_since_nsec[PAGE_DURING] + 20 * MSEC,
				r.page->phase_since_nsec[PAGE_AFTER]) == 1);
}

static void a_bystander_forks(void **state)
{
	struct run r = make_run();

	(void)state;
	OPEN(&r, 1, "bystander", "every=5ms", "request=fork");
	await(r.page, "requests", 20);
	stop_well(&r);
	assert_int_equal(counter(r.page, "forks"), counter(r.page, "requests"));
	assert_int_equal(counter(r.page, "forks_failed"), 0);
	assert_int_equal(r.page->latency[PAGE_BEFORE].count, counter(r.page, "requests"));
}

static uint64_t ops_of(const struct run *r, unsigned threads)
{
	uint64_t ops = 0;

	for (unsigned i = 0; i < threads; i++)
		ops += r->page->thread[i].ops;
	return ops;
}

static uint64_t cpu_of(const struct run *r, unsigned threads)
{
	uint64_t cpu = 0;

	for (unsigned i = 0; i < threads; i++)
		cpu += r->page->thread[i].cpu_nsec;
	return cpu;
}

/* What an operation of a storm costs in CPU time of the thread that counts it. */
static double storm_op_nsec(const char *const *args, uint64_t window_nsec)
{
	struct run r = make_run();
	double cost;

	start(&r, args);
	wait_ready(&r, 1);
	page_open(r.page);
	sleep_nsec(window_nsec);
	stop_well(&r);
	assert_true(ops_of(&r, 1) > 0);
	cost = (double)cpu_of(&r, 1) / (double)ops_of(&r, 1);
	page_unmap(&r.page);
	return cost;
}

/* An operation costs the same in a short window and in a long one, and at least its system calls.
 */
static void operations_of_storms_scale(void **state)
{
	static const char *const rows[][4] = {
		{"switch"},
		{"switch", "tasks=threads", "partners=8"},
		{"futex"},
		{"futex", "word=own", "scope=private"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		double ratio = 0, cost = 0;
		/* A busy machine can spoil a try, not all of them. */
		for (int try = 0; try < 10 && (ratio < 0.7 || ratio > 1.4); try++) {
			cost = storm_op_nsec(rows[i], 40 * MSEC);
			ratio = cost / storm_op_nsec(rows[i], 160 * MSEC);
		}
		if (ratio < 0.7 || ratio > 1.4)
			fail_msg("row %zu: an operation costs %.2f times as much in a short window",
				 i, ratio);
		if (cost < 20)
			fail_msg("row %zu: no system call takes %.1f ns", i, cost);
	}
}

static void switch_carries_its_bytes(void **state)
{
	double few = storm_op_nsec((const char *[]){"switch", "bytes=1", NULL}, 100 * MSEC);
	double many = storm_op_nsec((const char *[]){"switch", "bytes=64K", NULL}, 100 * MSEC);

	(void)state;
	/* Two copies of 64 KiB: no CPU does that at 64 bytes a nanosecond. */
	if (many < few + 2000)
		fail_msg("a message of 1 byte costs %.0f ns, one of 64 KiB %.0f ns", few, many);
}

/* Whoever holds it works alone: what all have held adds up to no more than the time there was. */
static void a_lock_is_held_by_one(void **state)
{
	enum { THREADS = 4 };
	struct run r = make_run();
	uint64_t ops;

	(void)state;
	OPEN(&r, THREADS, "lock", "--threads", "4", "hold=2ms");
	sleep_nsec(200 * MSEC);
	stop_well(&r);
	ops = ops_of(&r, THREADS);
	assert_in_range(ops, 1, (r.page->stop_nsec - r.page->open_nsec) / (2 * MSEC) + THREADS);
	assert_true(cpu_of(&r, THREADS) >= ops * 2 * MSEC);
	assert_true(counter(r.page, "waits") > 0);
	assert_in_range(r.page->latency[PAGE_BEFORE].count, ops, ops + THREADS);
}

/* Two processes with one parent: the first is stopped while it has the lock, the second waits. */
static void a_trial_shares_one_lock(void **state)
{
	struct run holder = make_run(), waiter = make_run();

	(void)state;
	OPEN(&holder, 1, "lock", "scope=trial", "hold=10s");
	for (int i = 0; i < 1000 && !holder.page->latency[PAGE_BEFORE].count; i++)
		sleep_nsec(MSEC);
	assert_int_equal(holder.page->latency[PAGE_BEFORE].count, 1);
	OPEN(&waiter, 1, "lock", "scope=trial", "hold=100us");
	await(waiter.page, "waits", 1);
	sleep_nsec(50 * MSEC);
	assert_int_equal(ops_of(&waiter, 1), 0);
	/* The lock outlives a holder that is killed. */
	assert_int_equal(kill(holder.pid, SIGKILL), 0);
	reap(&holder);
	for (int i = 0; i < 5000 && !ops_of(&waiter, 1); i++)
		sleep_nsec(MSEC);
	assert_true(ops_of(&waiter, 1) > 0);
	stop_well(&waiter);
}

/* Held for what was asked, twice as long for twice as much; and there is a bound to the file. */
static void a_file_is_locked_for_its_time(void **state)
{
	double half = 0, whole = 1;
	struct run r = make_run();
	struct err e = {0};

	(void)state;
	for (int try = 0; try < 10 && (whole / half < 1.6 || whole / half > 2.5); try++) {
		half = storm_op_nsec((const char *[]){"lock", "of=file", "hold=1ms", NULL},
				     60 * MSEC);
		whole = storm_op_nsec((const char *[]){"lock", "of=file", "hold=2ms", NULL},
				      120 * MSEC);
	}
	if (whole / half < 1.6 || whole / half > 2.5)
		fail_msg("1 ms took %.0f ns, 2 ms took %.0f ns", half, whole);
	assert_in_range(half, MSEC / 4, 4 * MSEC);
	START(&r, "lock", "of=file", "hold=10s");
	assert_int_equal(page_wait_ready(r.page, 1, PATIENCE_SEC * NSEC_PER_SEC, &e), -ECANCELED);
	assert_non_null(strstr(e.text, "shorten hold="));
	reap(&r);
}

/* What an operation costs: CPU time by the workload's count of them. */
static double usec_each(const char *name, const char *pace, const char *work, const char *counts)
{
	struct run r = make_run();
	double usec;

	OPEN(&r, 1, name, pace, work);
	await(r.page, counts, 40);
	stop_well(&r);
	usec = (double)r.page->thread[0].cpu_nsec / 1e3 / (double)counter(r.page, counts);
	page_unmap(&r.page);
	return usec;
}

/* Twice the work costs twice the CPU time: nothing of it was optimised away. */
static void assert_cost_scales(const char *name, const char *pace, const char *once,
			       const char *twice, const char *counts)
{
	double usec[2] = {0}, ratio = 0;

	/* A busy machine can spoil a try, not all of them. */
	for (int tries = 0; tries < 10 && (ratio < 1.7 || ratio > 2.3); tries++) {
		usec[0] = usec_each(name, pace, once, counts);
		usec[1] = usec_each(name, pace, twice, counts);
		ratio = usec[1] / usec[0];
	}
	if (ratio < 1.7 || ratio > 2.3)
		fail_msg("%s: %s cost %.0f us, %s %.0f us", name, once, usec[0], twice, usec[1]);
}

static void operations_cost_what_was_asked_for(void **state)
{
	(void)state;
	assert_cost_scales("request", "every=4ms", "work=800us", "work=1600us", "answered");
	assert_cost_scales("roam", "idle=2ms", "busy=800us", "busy=1600us", "burns");
}

/* It would be about every process of this machine. */
static void scx_wants_a_lab(void **state)
{
	struct run r = make_run();
	struct err e = {0};

	(void)state;
	unsetenv("CGBENCH_LAB");
	START(&r, "scx");
	assert_int_equal(page_wait_ready(r.page, 1, PATIENCE_SEC * NSEC_PER_SEC, &e), -ECANCELED);
	assert_non_null(strstr(e.text, "in a lab only"));
	reap(&r);
}

static void roam_is_everywhere(void **state)
{
	struct run r = make_run();
	cpu_set_t may;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(may), &may), 0);
	OPEN(&r, 1, "roam", "busy=100us", "idle=100us");
	await(r.page, "burns", 2 * (uint64_t)CPU_COUNT(&may));
	stop_well(&r);
	assert_int_equal(counter(r.page, "cpus_visited"), CPU_COUNT(&may));
	assert_int_equal(r.page->latency[PAGE_BEFORE].count, counter(r.page, "burns"));
	page_unmap(&r.page);
}

/* What comes is the clock's doing, whatever became of the requests before. */
static void requests_come_whatever_became_of_the_last(void **state)
{
	struct run r = make_run();
	const struct hist *h = &r.page->latency[PAGE_BEFORE];
	uint64_t came, answered, dropped, window;

	(void)state;
	OPEN(&r, 1, "request", "every=2ms", "work=10us", "late=20ms", "drop=100ms");
	await(r.page, "answered", 20);
	freeze(&r);
	sleep_nsec(300 * MSEC);
	thaw(&r);
	await(r.page, "answered", counter(r.page, "answered") + 200);
	stop_well(&r);
	window = r.page->stop_nsec - r.page->started_nsec;
	came = counter(r.page, "requests");
	answered = counter(r.page, "answered");
	dropped = counter(r.page, "dropped");
	assert_int_equal(came, answered + dropped);
	assert_int_equal(came, r.page->thread[0].ops + dropped);
	assert_int_equal(h->count, answered);
	/* Poisson: the spread is the root of the mean; five of them, and a busy machine's delay. */
	assert_in_range(came, window / (2 * MSEC) * 6 / 10, window / (2 * MSEC) * 14 / 10);
	/* Those of the first 200 ms waited too long, those of the last 100 ms are late. */
	assert_true(dropped >= 50);
	assert_true(counter(r.page, "answered_late") >= 20);
	assert_true(h->max_nsec >= 80 * MSEC);
}

/* Each counts what it moved, by which its operations grow in step. */
static void operations_scale_with_bytes(void **state)
{
	static const struct {
		const char *args[8];
		const char *counter;
		unsigned threads;
		uint64_t bytes_per_op;
	} rows[] = {
		{{"stream", "bytes=6M"}, "moved_bytes", 1, 24},
		{{"stream", "bytes=6M", "--threads", "2"}, "moved_bytes", 2, 24},
		{{"stream", "kind=copy", "bytes=6M"}, "moved_bytes", 1, 16},
		{{"reread", "bytes=256K"}, "read_bytes", 1, 4096},
		{{"reread", "bytes=1G", "fill=hole"}, "read_bytes", 1, 4096},
		{{"reread", "bytes=256K", "dir=/var/tmp"}, "read_bytes", 1, 4096},
		{{"mapread", "bytes=256K"}, "read_bytes", 1, 4096},
		{{"mapread", "bytes=1M", "--threads", "2"}, "read_bytes", 2, 4096},
		{{"fileio", "sync=none", "size=512"}, "io_bytes", 1, 512},
		{{"fileio", "sync=none", "how=read", "order=sequential"}, "io_bytes", 1, 4096},
		{{"fileio", "sync=none", "--threads", "2"}, "io_bytes", 2, 4096},
	};

	(void)state;
	if (on_memory("/var/tmp"))
		test_skip("/var/tmp is not on a disk");
	setenv("CGBENCH_SCRATCH", "/var/tmp", 1);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		start(&r, rows[i].args);
		wait_ready(&r, rows[i].threads);
		page_open(r.page);
		await(r.page, rows[i].counter, 2 << 20);
		stop_well(&r);
		assert_int_equal(counter(r.page, rows[i].counter),
				 ops_of(&r, r.page->threads) * rows[i].bytes_per_op);
		page_unmap(&r.page);
	}
}

/* So many MB, each touched: what it has at the end, and what the last cost. */
static void climb_takes_each_mb(void **state)
{
	struct run r = make_run();

	(void)state;
	OPEN(&r, 1, "climb", "mb=12", "quiet=8");
	await(r.page, "last_mb_usec", 1);
	assert_true(status_bytes(r.pid, "RssAnon") >= 12 << 20);
	stop_well(&r);
	assert_int_equal(ops_of(&r, 1), 12);
	/* 256 page faults. */
	assert_true(counter(r.page, "quiet_mb_usec") >= 10);
	assert_true(counter(r.page, "quiet_mb_max_usec") >= counter(r.page, "quiet_mb_usec"));
	page_unmap(&r.page);
}

/* The loop is there: elements take time. */
static void no_element_of_stream_is_free(void **state)
{
	struct run r = make_run();

	(void)state;
	OPEN(&r, 1, "stream", "bytes=24M");
	await(r.page, "moved_bytes", 256 << 20);
	stop_well(&r);
	/* No CPU writes an element, of which it reads two, in a 50th of a nanosecond. */
	assert_true(r.page->thread[0].cpu_nsec * 50 > ops_of(&r, r.page->threads));
}

static void file_requests_come_on_a_schedule(void **state)
{
	struct run r = make_run();
	uint64_t held;

	(void)state;
	if (on_memory("/var/tmp"))
		test_skip("/var/tmp is not on a disk");
	setenv("CGBENCH_SCRATCH", "/var/tmp", 1);
	OPEN(&r, 1, "fileio", "sync=none", "every=5ms", "file=64K");
	await(r.page, "io_bytes", 10 * 4096);
	freeze(&r);
	sleep_nsec(200 * MSEC);
	held = ops_of(&r, r.page->threads);
	thaw(&r);
	await(r.page, "io_bytes", (held + 50) * 4096);
	stop_well(&r);
	assert_int_equal(r.page->latency[PAGE_BEFORE].count, ops_of(&r, r.page->threads));
	assert_true(r.page->latency[PAGE_BEFORE].max_nsec >= 180 * MSEC);
	assert_true(counter(r.page, "io_late") >= 30);
}

static void every_write_gets_to_the_disk(void **state)
{
	static const char *const rows[][4] = {
		{"fileio", "sync=fsync", "file=64K"},
		{"fileio", "sync=fdatasync", "file=64K"},
		{"fileio", "sync=direct", "file=64K"},
	};

	(void)state;
	if (on_memory("/var/tmp"))
		test_skip("/var/tmp is not on a disk");
	setenv("CGBENCH_SCRATCH", "/var/tmp", 1);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		start(&r, rows[i]);
		wait_ready(&r, 1);
		page_open(r.page);
		await(r.page, "io_bytes", 5 * 4096);
		stop_well(&r);
		assert_int_equal(counter(r.page, "io_bytes"), ops_of(&r, r.page->threads) * 4096);
		page_unmap(&r.page);
	}
}

static void syncs_are_counted(void **state)
{
	struct run r = make_run();

	(void)state;
	if (on_memory("/var/tmp"))
		test_skip("/var/tmp is not on a disk");
	/* Not how=sync: the machine's other disks are nobody's business here. */
	OPEN(&r, 1, "sync", "how=fsync", "dir=/var/tmp");
	await(r.page, "syncs", 3);
	stop_well(&r);
	assert_int_equal(counter(r.page, "syncs"), ops_of(&r, r.page->threads));
}

static void forks_are_operations(void **state)
{
	struct run r = make_run();

	(void)state;
	OPEN(&r, 1, "forkrate");
	await(r.page, "forks", 50);
	stop_well(&r);
	assert_int_equal(counter(r.page, "forks"), ops_of(&r, r.page->threads));
	assert_int_equal(counter(r.page, "forks_failed"), 0);
}

/* Whether they leave dumps is this host's core_pattern's to say. */
static void crashes_are_operations(void **state)
{
	struct run r = make_run();

	(void)state;
	OPEN(&r, 1, "crash");
	await(r.page, "crashes", 20);
	stop_well(&r);
	assert_int_equal(counter(r.page, "crashes"), ops_of(&r, r.page->threads));
	assert_int_equal(counter(r.page, "forks_failed"), 0);
}

/* The gate stays closed and the pause is long, should the refusal ever break. */
static void a_bomb_needs_a_fence(void **state)
{
	static const char *const rows[][5] = {
		{"forkbomb", "pause=10s"},
		{"forkbomb", "pause=10s", "how=vfork"},
		{"forkbomb", "pause=10s", "how=threads"},
		{"--again", "forkbomb", "pause=10s", "how=vfork"},
		{"membomb"},
		{"sleepers", "bytes=16K"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct run r = make_run();
		struct err e = {0};
		int status;
		start(&r, rows[i]);
		assert_int_equal(page_wait_ready(r.page, 1, 2 * NSEC_PER_SEC, &e), -ECANCELED);
		assert_non_null(strstr(e.text, "nothing fences it"));
		assert_non_null(strstr(e.text, "pids.max and memory.max"));
		status = reap(&r);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), EXIT_CANNOT);
		page_unmap(&r.page);
	}
}

/* Runs cgwork without a page; returns its exit code, its output and errors in text. */
static int by_hand(const char *const *args, char text[static OUTPUT_MAX])
{
	int out[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		exec_cgwork(args, NULL);
	}
	close(out[1]);
	while ((n = read(out[0], text + used, OUTPUT_MAX - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(out[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_wrong_command_line_is_explained(void **state)
{
	static const struct {
		const char *args[6];
		const char *says;
	} rows[] = {
		{{NULL}, "which workload"},
		{{"nosuch"}, "no workload is called 'nosuch'"},
		{{"spi"}, "no workload is called 'spi'"},
		{{"spin", "batch=3"}, "spin has no parameter 'batch'"},
		{{"duty", "busy"}, "'busy' is not of the form parameter=value"},
		{{"duty", "bus=10ms"}, "duty has no parameter 'bus'"},
		{{"duty", "busy=10"}, "busy"},
		{{"duty", "busy=1us"}, "busy"},
		{{"duty", "busy=11s"}, "busy"},
		{{"duty", "busy="}, "busy"},
		{{"touch", "kind=swap"}, "anon"},
		{{"touch", "bytes=-1"}, "bytes"},
		{{"sync", "dir=var/tmp"}, "no absolute path"},
		{{"touch", "bytes=0"}, "bytes"},
		{{"spin", "--threads", "0"}, "'0' is not a number from 1 to 64"},
		{{"spin", "--threads", "65"}, "'65' is not a number from 1 to 64"},
		{{"spin", "--threads", "2x"}, "'2x' is not a number"},
		{{"spin", "--threads", "-1"}, "'-1' is not a number"},
		{{"spin", "--cpus", ""}, "is not a list"},
		{{"spin", "--cpus", "0,"}, "is not a list"},
		{{"spin", "--cpus", "0-1"}, "is not a list"},
		{{"spin", "--cpus", "1024"}, "is not a list"},
		{{"spin", "--page", "x"}, "'x' is not a number"},
		{{"spin", "--page", "99"}, "descriptor 99 is no shared page"},
		{{"spin", "--page", "0"}, "descriptor 0 is no shared page"},
		{{"spin", "--duration", "5"}, "--duration"},
		{{"spin", "--duration", "0s"}, "not from 1us to 24h"},
		{{"spin", "--again"}, "--again"},
		{{"spin", "--nosuch"}, "--nosuch"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char text[OUTPUT_MAX];
		assert_int_equal(by_hand(rows[i].args, text), EXIT_USAGE);
		if (!strstr(text, rows[i].says))
			fail_msg("row %zu: '%s' is not in: %s", i, rows[i].says, text);
		assert_ptr_equal(strstr(text, "cgwork: "), text);
	}
}

static void by_hand_it_prints_what_it_saw(void **state)
{
	static const struct {
		const char *args[6];
		int exit_code;
		const char *says;
	} rows[] = {
		{{"spin", "--duration", "50ms"}, EXIT_PASS, "operations"},
		{{"bystander", "--duration", "50ms"}, EXIT_PASS, "latency"},
		{{"touch", "bytes=1M", "--duration", "50ms"}, EXIT_PASS, "1048576"},
		{{"spin", "--cpus", "1023"}, EXIT_INCONCLUSIVE, "CPU 1023"},
		{{"forkbomb", "pause=10s"}, EXIT_CANNOT, "nothing fences it"},
		{{"--help"}, EXIT_PASS, "EXAMPLES"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char text[OUTPUT_MAX];
		assert_int_equal(by_hand(rows[i].args, text), rows[i].exit_code);
		if (!strstr(text, rows[i].says))
			fail_msg("row %zu: '%s' is not in: %s", i, rows[i].says, text);
	}
}

const struct CMUnitTest tests_unit_workloads[] = {
	cmocka_unit_test(tables_are_sound),
	cmocka_unit_test(nothing_runs_before_the_gate_opens),
	cmocka_unit_test(threads_work_between_open_and_stop),
	cmocka_unit_test(stalls_and_cpu_time_fill_the_window),
	cmocka_unit_test(work_takes_time_in_proportion),
	cmocka_unit_test(threads_run_where_they_were_put),
	cmocka_unit_test(set_up_fails_aloud),
	cmocka_unit_test(all_stop_within_100_ms),
	cmocka_unit_test(a_stop_is_one_stall_of_each_thread),
	cmocka_unit_test(a_late_start_is_a_stall),
	cmocka_unit_test(stalls_lie_in_the_window),
	cmocka_unit_test(a_stall_at_the_end_lasts_until_the_end),
	cmocka_unit_test(a_stall_that_ends_in_a_kill_is_settled),
	cmocka_unit_test(sleeping_on_purpose_is_no_stall),
	cmocka_unit_test(duty_spends_what_it_is_given),
	cmocka_unit_test(duty_makes_up_for_lost_time),
	cmocka_unit_test(by_hand_no_group_is_touched),
	cmocka_unit_test(a_herd_has_its_number),
	cmocka_unit_test(touch_takes_memory_and_keeps_it),
	cmocka_unit_test(touch_fills_the_page_cache),
	cmocka_unit_test(touch_wants_a_disk_for_files),
	cmocka_unit_test(a_failing_step_is_told),
	cmocka_unit_test(touch_notes_when_it_passes_the_mark),
	cmocka_unit_test(hoarders_make_what_they_are_asked_for),
	cmocka_unit_test(page_tables_are_a_page_for_each_2_mb),
	cmocka_unit_test(a_flood_begins_again),
	cmocka_unit_test(a_refusal_is_a_result),
	cmocka_unit_test(a_bystander_answers_late_not_never),
	cmocka_unit_test(a_bystander_forks),
	cmocka_unit_test(operations_of_storms_scale),
	cmocka_unit_test(switch_carries_its_bytes),
	cmocka_unit_test(a_lock_is_held_by_one),
	cmocka_unit_test(a_trial_shares_one_lock),
	cmocka_unit_test(a_file_is_locked_for_its_time),
	cmocka_unit_test(operations_cost_what_was_asked_for),
	cmocka_unit_test(scx_wants_a_lab),
	cmocka_unit_test(roam_is_everywhere),
	cmocka_unit_test(requests_come_whatever_became_of_the_last),
	cmocka_unit_test(operations_scale_with_bytes),
	cmocka_unit_test(climb_takes_each_mb),
	cmocka_unit_test(no_element_of_stream_is_free),
	cmocka_unit_test(file_requests_come_on_a_schedule),
	cmocka_unit_test(every_write_gets_to_the_disk),
	cmocka_unit_test(syncs_are_counted),
	cmocka_unit_test(forks_are_operations),
	cmocka_unit_test(crashes_are_operations),
	cmocka_unit_test(a_bomb_needs_a_fence),
	cmocka_unit_test(a_wrong_command_line_is_explained),
	cmocka_unit_test(by_hand_it_prints_what_it_saw),
	{0},
};

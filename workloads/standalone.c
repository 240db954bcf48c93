/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "standalone.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"

enum { TIME_TEXT_MAX = 32 };

#define READY_SLICE_NSEC (100 * NSEC_PER_MSEC)

static const char *time_text(uint64_t nsec, char buf[static TIME_TEXT_MAX])
{
	if (nsec < NSEC_PER_MSEC)
		snprintf(buf, TIME_TEXT_MAX, "%.1f us", (double)nsec / 1e3);
	else if (nsec < NSEC_PER_SEC)
		snprintf(buf, TIME_TEXT_MAX, "%.2f ms", (double)nsec / 1e6);
	else
		snprintf(buf, TIME_TEXT_MAX, "%.3f s", (double)nsec / 1e9);
	return buf;
}

static void print_hist(const char *name, const struct hist *h)
{
	const struct {
		const char *name;
		uint64_t nsec;
	} parts[] = {
		{"p50", hist_percentile_nsec(h, 50)},
		{"p99", hist_percentile_nsec(h, 99)},
		{"max", h->max_nsec},
		{"total", h->total_nsec},
	};
	char text[TIME_TEXT_MAX];

	printf("%-16s %" PRIu64, name, h->count);
	for (size_t i = 0; h->count && i < array_len(parts); i++)
		printf(", %s %s", parts[i].name, time_text(parts[i].nsec, text));
	putchar('\n');
}

static void print_stalls(const struct page *page)
{
	struct hist h = {0};

	for (uint32_t i = 0; i < page->stall_count && i < PAGE_STALLS_MAX; i++)
		if (page->stalls[i].length_nsec)
			hist_add(&h, page->stalls[i].length_nsec);
	print_hist("stalls", &h);
	if (page->stall_count > PAGE_STALLS_MAX)
		printf("%-16s %" PRIu32 " more stalls were not logged\n", "",
		       page->stall_count - PAGE_STALLS_MAX);
}

static void print_result(const struct loop_plan *plan, const struct page *page)
{
	uint64_t ops = 0, cpu = 0, window = page->stop_nsec - page->started_nsec;
	char text[TIME_TEXT_MAX];

	for (unsigned i = 0; i < plan->threads; i++) {
		ops += page->thread[i].ops;
		cpu += page->thread[i].cpu_nsec;
	}
	printf("%-16s %s, %u thread%s\n", plan->workload->name, time_text(window, text),
	       plan->threads, plan->threads == 1 ? "" : "s");
	printf("%-16s %" PRIu64 " (%.4g/s)\n", "operations", ops,
	       (double)ops * 1e9 / (double)window);
	printf("%-16s %s (%.1f%% of one CPU)\n", "CPU time", time_text(cpu, text),
	       (double)cpu * 100 / (double)window);
	print_stalls(page);
	for (size_t i = 0; i < PAGE_COUNTERS_MAX && page->counters[i].name[0]; i++)
		printf("%-16s %" PRIu64 "\n", page->counters[i].name, page->counters[i].value);
	if (page->latency[PAGE_BEFORE].count)
		print_hist("latency", &page->latency[PAGE_BEFORE]);
}

/* Waits until the workload is at the gate; false when it died or said why it cannot. */
static bool wait_ready(struct page *page, unsigned threads, pid_t pid)
{
	siginfo_t died = {0};

	while (page_wait_ready(page, threads, READY_SLICE_NSEC, NULL) < 0) {
		if (atomic_load(&page->failed) == PAGE_FAILED)
			return false;
		if (waitid(P_PID, (id_t)pid, &died, WEXITED | WNOHANG | WNOWAIT) < 0 || died.si_pid)
			return false;
	}
	return true;
}

/* In the parent: plays the harness for the workload that is process pid. */
static enum exit_code conduct(const struct loop_plan *plan, struct page *page, pid_t pid,
			      uint64_t duration_nsec)
{
	int status;

	if (wait_ready(page, plan->threads, pid)) {
		struct timespec rest = nsec_to_timespec(duration_nsec);
		page_open(page);
		nanosleep(&rest, NULL);
		page_stop(page);
	}
	if (waitpid(pid, &status, 0) < 0) {
		perror("cgwork: waitpid");
		return EXIT_INCONCLUSIVE;
	}
	if (atomic_load(&page->failed) == PAGE_FAILED)
		fprintf(stderr, "cgwork: %s\n", page->error);
	else if (WIFSIGNALED(status))
		fprintf(stderr, "cgwork: %s was killed by signal %d\n", plan->workload->name,
			WTERMSIG(status));
	else if (WEXITSTATUS(status) == 0)
		print_result(plan, page);
	return WIFEXITED(status) ? (enum exit_code)WEXITSTATUS(status) : EXIT_INCONCLUSIVE;
}

enum exit_code standalone_run(const struct loop_plan *plan, uint64_t duration_nsec)
{
	struct page *page;
	struct err e = {0};
	int fd;
	pid_t pid;

	if (page_create(&page, &fd, &e) < 0) {
		fprintf(stderr, "cgwork: %s\n", e.text);
		return EXIT_INCONCLUSIVE;
	}
	pid = fork();
	if (pid < 0) {
		perror("cgwork: fork");
		return EXIT_INCONCLUSIVE;
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(loop_main(plan, page));
	}
	return conduct(plan, page, pid, duration_nsec);
}

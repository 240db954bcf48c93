/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * trial_cost: what one trial's set-up and tear-down cost, over the same steps done by raw system
 * calls; and what one sample costs, over the same reads. Ratios within one run, medians of pairs
 * taken in turn, so that a machine that changes its speed changes both.
 *
 * The steps: make the trial's group and the subject's below it with three limits, start cgwork in
 * it up to its gate, kill it, wait, remove both groups. The raw side also turns the controllers on
 * for each level and has its page made, since without them there is nothing to run in.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "metrics/metric.h"
#include "trial/sampler.h"
#include "trial/session.h"

enum { PAIRS = 41, SAMPLES = 400 };

static const char *const limits[][2] = {
	{"cpu.max", "20000 100000"},
	{"memory.max", "67108864"},
	{"pids.max", "64"},
};

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(EXIT_INCONCLUSIVE);
}

static void put(int dirfd, const char *file, const char *text)
{
	int fd = openat(dirfd, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(file);
	close(fd);
}

static int make(int parent, const char *name)
{
	int fd;

	if (mkdirat(parent, name, 0755) < 0)
		die(name);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die(name);
	return fd;
}

/* The child; what cgwork needs to reach its gate. */
static pid_t start(int group, int page_fd, const char *cgwork)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)group};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	char page[16];

	if (pid < 0)
		die("clone3");
	if (pid > 0)
		return pid;
	snprintf(page, sizeof(page), "%d", page_fd);
	execl(cgwork, "cgwork", "--page", page, "--threads", "1", "spin", NULL);
	_exit(127);
}

static double raw_usec(const struct session *s)
{
	uint64_t begin = now_nsec();
	int page_fd, root = s->run_root.fd, top, group;
	struct page *page;
	pid_t pid;

	if (page_create(&page, &page_fd, NULL) < 0)
		die("page");
	page->threads = 1;
	fcntl(page_fd, F_SETFD, 0);
	put(root, "cgroup.subtree_control", "+cpu +memory +pids");
	top = make(root, "raw");
	put(top, "cgroup.subtree_control", "+cpu +memory +pids");
	group = make(top, "subject");
	for (size_t i = 0; i < array_len(limits); i++)
		put(group, limits[i][0], limits[i][1]);
	pid = start(group, page_fd, s->cgwork);
	if (page_wait_ready(page, 1, 30 * NSEC_PER_SEC, NULL) < 0)
		die("not ready");
	put(group, "cgroup.kill", "1");
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
	close(group);
	if (unlinkat(top, "subject", AT_REMOVEDIR) < 0)
		die("rmdir subject");
	close(top);
	if (unlinkat(root, "raw", AT_REMOVEDIR) < 0)
		die("rmdir raw");
	page_unmap(&page);
	close(page_fd);
	return (double)(now_nsec() - begin) / 1000;
}

static double trial_usec(const struct session *s, const struct trial_plan *plan)
{
	struct trial_data data;
	struct err e = {""};
	double usec;

	if (trial_run(&s->env, plan, &data, &e) < 0 || data.status != TRIAL_OK) {
		fprintf(stderr, "trial_cost: %s%s\n", e.text, data.reason);
		exit(EXIT_INCONCLUSIVE);
	}
	usec = (double)(data.setup_nsec + data.teardown_nsec) / 1000;
	trial_data_free(&data);
	return usec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
	return v[n / 2];
}

static void compare_trials(const struct session *s)
{
	struct limit_plan limit[array_len(limits)];
	struct group_plan group = {.name = (char *)"subject",
				   .parent = -1,
				   .limits = limit,
				   .n_limits = array_len(limits),
				   .run = {.workload = workload_find("spin"), .threads = 1}};
	struct trial_plan plan = {.trial = 1,
				  .groups = &group,
				  .n_groups = 1,
				  .duration_usec = 1000,
				  .sample_every_usec = 1000000,
				  .timeout_usec = 10000000};
	double ours[PAIRS], raw[PAIRS], ratio[PAIRS];

	for (size_t i = 0; i < array_len(limits); i++) {
		limit[i].knob = knob_find(limits[i][0]);
		if (knob_parse(limit[i].knob, limits[i][1], &limit[i].value, NULL) < 0)
			die(limits[i][0]);
	}
	for (size_t i = 0; i < PAIRS; i++) {
		raw[i] = raw_usec(s);
		ours[i] = trial_usec(s, &plan);
		ratio[i] = ours[i] / raw[i];
	}
	printf("set-up and tear-down of a trial: %.0f us, by raw system calls %.0f us, ratio %.2f "
	       "(medians of %d pairs)\n",
	       median(ours, PAIRS), median(raw, PAIRS), median(ratio, PAIRS), PAIRS);
}

/* Open descriptors of all that the sampler reads, read as it reads them, and nothing else. */
static double raw_sample_usec(const int *fds, size_t n)
{
	uint64_t begin = now_nsec();
	char text[4096];

	for (size_t i = 0; i < n; i++)
		if (pread(fds[i], text, sizeof(text), 0) < 0)
			die("pread");
	return (double)(now_nsec() - begin) / 1000;
}

static void compare_samples(const struct session *s)
{
	static const char *const files[] = {"cpu.stat", "memory.current", "pids.current"};
	const struct cgrp *group = &s->run_root;
	struct sampler *sampler = NULL;
	struct trial_data data = {0};
	struct err e = {""};
	double ours[SAMPLES], raw[SAMPLES], ratio[SAMPLES];
	int fds[array_len(files)];

	for (size_t i = 0; i < array_len(files); i++)
		fds[i] = openat(group->fd, files[i], O_RDONLY | O_CLOEXEC);
	if (sampler_open(&group, 1, NULL, &sampler, &e) < 0)
		die(e.text);
	for (size_t i = 0; i < SAMPLES; i++) {
		uint64_t begin;
		raw[i] = raw_sample_usec(fds, array_len(files));
		begin = now_nsec();
		if (sampler_take(sampler, 0, &data, &e) < 0)
			die(e.text);
		ours[i] = (double)(now_nsec() - begin) / 1000;
		ratio[i] = ours[i] / raw[i];
	}
	printf("one sample of a group: %.1f us, its reads alone %.1f us, ratio %.2f (medians of %d "
	       "pairs)\n",
	       median(ours, SAMPLES), median(raw, SAMPLES), median(ratio, SAMPLES), SAMPLES);
	sampler_close(sampler);
	free(data.samples);
}

int main(void)
{
	struct session s;
	struct err e = {""};

	if (session_open(NULL, 1000, false, &s, &e) < 0) {
		fprintf(stderr, "trial_cost: %s\n", e.text);
		return EXIT_CANNOT;
	}
	compare_trials(&s);
	compare_samples(&s);
	if (session_close(&s, &e) < 0) {
		fprintf(stderr, "trial_cost: %s\n", e.text);
		return EXIT_INCONCLUSIVE;
	}
	return EXIT_PASS;
}

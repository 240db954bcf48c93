/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * killed: the harness dies by SIGKILL in mid bomb, at 20 moments spread by a fixed generator, so
 * that a failure can be repeated. One second later no process of it and no group may be there.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

enum { KILLS = 20, MOMENT_MAX_MSEC = 3000 };

static const char yaml[] = "suite: doomed\n"
			   "question: What is left when the harness is killed?\n"
			   "duration: 60s\n"
			   "axes: {how: [fork, vfork, threads]}\n"
			   "groups:\n"
			   "  - name: bomb\n"
			   "    limits: {pids.max: 64, memory.max: 128M}\n"
			   "    run: {workload: forkbomb, how: \"${how}\"}\n";

static unsigned processes_left(void)
{
	return proc_named("cgwork", 0) + proc_named("cgbench", 0);
}

static void test_no_trace(void **state)
{
	const char *argv[] = {"cgbench",   "run",    "--no-plots",       "--quiet",
			      "--results", "/tmp/k", "/tmp/doomed.yaml", NULL};
	uint64_t random = 1;
	FILE *f = fopen("/tmp/doomed.yaml", "w");

	(void)state;
	test_timeout(600);
	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = proc_start(argv);
		random = random * 6364136223846793005u + 1442695040888963407u;
		usleep((useconds_t)(random >> 33) % (MOMENT_MAX_MSEC * 1000));
		if (waitpid(pid, NULL, WNOHANG) == pid)
			test_skip("cgbench cannot run here");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		sleep(1);
		if (groups_left() || processes_left())
			fail_msg("kill %d: %u groups and %u processes left", i, groups_left(),
				 processes_left());
	}
}

/* What the guardian could not do, since it was killed too, the next start does. */
static void test_swept_at_next_start(void **state)
{
	const char *argv[] = {"cgbench",   "run",    "--no-plots",       "--quiet",
			      "--results", "/tmp/k", "/tmp/doomed.yaml", NULL};
	struct proc p;
	FILE *f = fopen("/tmp/doomed.yaml", "w");
	pid_t pid;

	(void)state;
	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
	pid = proc_start(argv);
	sleep(2);
	if (waitpid(pid, NULL, WNOHANG) == pid)
		test_skip("cgbench cannot run here");
	kill(pid, SIGSTOP); /* so that it does not see its guardian go */
	assert_int_equal(proc_named("cgbench-guard", SIGKILL), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(groups_left(), 1);
	p = PROC("cgbench", "clean");
	assert_int_equal(p.code, 0);
	assert_non_null(strstr(p.output, "1 left by dead runs"));
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
	assert_int_equal(processes_left(), 0);
}

/* The harness dies with a CPU off line: the guardian brings it back. */
static void test_cpu_comes_back(void **state)
{
	static const char text[] = "suite: hotplug\n"
				   "question: Who brings the CPU back?\n"
				   "duration: 60s\n"
				   "groups: [{name: g, run: {workload: spin}}]\n"
				   "actions: [{at: 0s, cpu_offline: 1}]\n";
	const char *argv[] = {"cgbench",   "run",    "--no-plots",          "--quiet",
			      "--results", "/tmp/k", "--allow-cpu-hotplug", "/tmp/hotplug.yaml",
			      NULL};
	long all = sysconf(_SC_NPROCESSORS_ONLN);
	FILE *f = fopen("/tmp/hotplug.yaml", "w");
	pid_t pid;
	(void)state;

	if (access("/sys/devices/system/cpu/cpu1/online", W_OK) != 0)
		test_skip("no second CPU that could go off line");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	pid = proc_start(argv);
	for (int i = 0; i < 100 && sysconf(_SC_NPROCESSORS_ONLN) == all; i++)
		usleep(100000);
	assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN), all - 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 50 && sysconf(_SC_NPROCESSORS_ONLN) != all; i++)
		usleep(100000);
	assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN), all);
	sleep(1);
	assert_int_equal(groups_left(), 0);
}

const struct CMUnitTest tests_live_killed[] = {
	cmocka_unit_test(test_cpu_comes_back),
	cmocka_unit_test(test_no_trace),
	cmocka_unit_test(test_swept_at_next_start),
	{0},
};

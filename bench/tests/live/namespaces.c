/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A live run in another PID namespace: no pid here, and not dead. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

static const char yaml[] = "suite: elsewhere\n"
			   "question: Is a run in another PID namespace left alone?\n"
			   "duration: 6s\n"
			   "groups:\n"
			   "  - name: subject\n"
			   "    limits: {pids.max: 16}\n"
			   "    run: {workload: spin}\n";

static const char suite[] = "/tmp/elsewhere.yaml";

/* In a child: a PID namespace with its own /proc, and the run in it. */
static _Noreturn void run_elsewhere(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		_exit(126);
	pid = fork();
	if (pid == 0) {
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
		if (mount("proc", "/proc", "proc", 0, NULL) < 0)
			_exit(126);
		execlp("cgbench", "cgbench", "run", "--quiet", "--no-plots", "--results",
		       "/tmp/elsewhere", suite, NULL);
		_exit(127);
	}
	_exit(waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 125);
}

static void test_a_sweep_leaves_it_alone(void **state)
{
	FILE *f = fopen(suite, "w");
	struct proc p;
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0 || !groups_have_controller("pids"))
		test_skip("needs root and cgroup v2");
	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_elsewhere();
	for (int i = 0; i < 100 && groups_left() == 0; i++)
		usleep(100000);
	assert_int_equal(groups_left(), 1);
	sleep(1);
	p = PROC("cgbench", "clean");
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	assert_null(strstr(p.output, "1 left"));
	proc_free(&p);
	assert_int_equal(groups_left(), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(groups_left(), 0);
}

const struct CMUnitTest tests_live_namespaces[] = {
	cmocka_unit_test(test_a_sweep_leaves_it_alone),
	{0},
};

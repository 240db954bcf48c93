/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user without privileges, in a subtree that root has handed over, as systemd does it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgroup/cgfile.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

enum { NOBODY = 65534 };

static const char home[] = "/sys/fs/cgroup/delegated";

static void hand_over(void)
{
	/* sysfs-rules of delegation: the folder and these files (cgroup-v2.rst, "Delegation"). */
	static const char *const files[] = {"", "/cgroup.procs", "/cgroup.threads",
					    "/cgroup.subtree_control"};
	int root = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);

	assert_int_equal(
		cgfile_write(root, "/", "cgroup.subtree_control", "+cpu +memory +pids", NULL), 0);
	close(root);
	assert_int_equal(mkdir(home, 0755), 0);
	for (size_t i = 0; i < array_len(files); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s%s", home, files[i]);
		assert_int_equal(chown(path, NOBODY, NOBODY), 0);
	}
}

/* Becomes nobody in the subtree and runs a command there; returns its exit code. */
static int run_there(const char *command)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		int dir = open(home, O_RDONLY | O_DIRECTORY);
		if (cgfile_write(dir, home, "cgroup.procs", "0", NULL) < 0 || setgid(NOBODY) < 0 ||
		    setuid(NOBODY) < 0)
			_exit(99);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(98);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static unsigned left_below(void)
{
	char command[128];

	snprintf(command, sizeof(command), "ls %s | grep -c cgbench | grep -qx 0", home);
	return system(command) != 0;
}

static void test_nobody_measures(void **state)
{
	(void)state;
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2, to hand a subtree over");
	hand_over();
	assert_int_equal(
		run_there("cd /tmp && exec cgbench exec -l 'cpu.max=20% 100ms' -l pids.max=8 -- "
			  "sh -c 'exit 7'"),
		7);
	assert_int_equal(left_below(), 0);
	/* A second process in the base is in the way, and not ours to move. */
	assert_int_equal(run_there("cd /tmp; sleep 1 & cgbench exec -- true"), 77);
	assert_int_equal(left_below(), 0);
	/* Killed there too: nothing is left. */
	run_there("cd /tmp; exec timeout -s KILL 1 cgbench exec -- sleep 60");
	sleep(2);
	assert_int_equal(left_below(), 0);
	assert_int_equal(rmdir(home), 0);
}

const struct CMUnitTest tests_live_delegated[] = {
	cmocka_unit_test(test_nobody_measures),
	{0},
};

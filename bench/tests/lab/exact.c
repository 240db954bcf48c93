/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exact lab's promise: the same kernel gives the same bytes on every run. Each suite runs
 * twice, the second time beside processes that keep every CPU of this machine busy, and in a QEMU
 * whose main loop is woken all the time (preload/restless.c). `compare` then finds no difference.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/support/lab.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { HOGS = 2 };

static const char *const files[] = {"results.csv", "trials.csv", "samples.csv", "stalls.csv",
				    "host.json"};

static void start_hogs(pid_t pids[HOGS])
{
	for (size_t i = 0; i < HOGS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] > 0)
			continue;
		/* A test that times out must not leave them behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (volatile unsigned n = 0;; n++)
			;
	}
}

static void disturb(pid_t hogs[HOGS])
{
	char *restless = realpath("build/release/restless.so", NULL);

	assert_non_null(restless);
	setenv("CGBENCH_LAB_PRELOAD", restless, 1);
	free(restless);
	start_hogs(hogs);
}

static void stop_hogs(const pid_t pids[HOGS])
{
	for (size_t i = 0; i < HOGS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

/* The one directory that the run left below a folder. */
static void only_entry(const char *folder, char *path, size_t size)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (const struct dirent *d; (d = readdir(dir));) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, size, "%s/%s", folder, d->d_name);
		n++;
	}
	closedir(dir);
	assert_int_equal(n, 1);
}

static void run_smoke(const char *kernel, const char *cpus, const char *out, char *dir, size_t size)
{
	struct lab lab = {.kernel = kernel, .cpus = cpus, .out = out};
	struct proc p = PROC("rm", "-rf", out);
	int code;

	proc_free(&p);
	code = lab_run(&lab, "exec cgbench run --no-plots --results $CGBENCH_OUT smoke", NULL);
	assert_int_equal(code, 0);
	only_entry(out, dir, size);
}

static void assert_same_bytes(const char *one, const char *other)
{
	for (size_t f = 0; f < array_len(files); f++) {
		char a[768], b[768];
		struct proc p;
		snprintf(a, sizeof(a), "%s/%s", one, files[f]);
		snprintf(b, sizeof(b), "%s/%s", other, files[f]);
		p = PROC("cmp", a, b);
		if (p.code)
			fail_msg("%s", p.output);
		proc_free(&p);
	}
}

static void assert_no_change(const char *base, const char *head)
{
	struct proc p = PROC("build/cgbench", "compare", "--gate", base, head);

	printf("%s", p.output);
	assert_int_equal(p.code, EXIT_PASS);
	proc_free(&p);
}

static void twice(const char *kernel, const char *cpus)
{
	char out[2][128], dir[2][512];
	pid_t hogs[HOGS];

	for (int i = 0; i < 2; i++)
		snprintf(out[i], sizeof(out[i]), "build/lab/exact-%s-%s-%d", kernel, cpus, i);
	run_smoke(kernel, cpus, out[0], dir[0], sizeof(dir[0]));
	disturb(hogs);
	run_smoke(kernel, cpus, out[1], dir[1], sizeof(dir[1]));
	unsetenv("CGBENCH_LAB_PRELOAD");
	stop_hogs(hogs);
	assert_same_bytes(dir[0], dir[1]);
	assert_no_change(dir[0], dir[1]);
}

static void test_6_1_one_cpu(void **state)
{
	(void)state;
	twice("6.1", "1");
}

static void test_6_12_two_cpus(void **state)
{
	(void)state;
	twice("6.12", "2");
}

const struct CMUnitTest tests_lab_exact[] = {
	cmocka_unit_test(test_6_1_one_cpu),
	cmocka_unit_test(test_6_12_two_cpus),
	{0},
};

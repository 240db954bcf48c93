/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever goes wrong: a clear error, earlier rows intact, groups removed, exit not 0. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/csv.h"
#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

static const char yaml[] = "suite: many\n"
			   "question: What is kept when a run breaks?\n"
			   "duration: 500ms\n"
			   "repeats: 20\n"
			   "groups:\n"
			   "  - name: subject\n"
			   "    limits: {cpu.max: 20ms 100ms}\n"
			   "    run: {workload: spin, threads: 1}\n";

static const char suite[] = "/tmp/faults.yaml";

static void need_root_and_v2(void)
{
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2");
}

static void write_suite(void)
{
	FILE *f = fopen(suite, "w");

	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void find_run(const char *folder, char *path, size_t size)
{
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	for (const struct dirent *d; (d = readdir(dir));)
		if (d->d_name[0] == '2')
			snprintf(path, size, "%s/%s", folder, d->d_name);
	closedir(dir);
}

/* Number of whole rows in a file; a row that is broken fails the test. */
static unsigned rows_of(const char *dir, const char *file)
{
	char path[512];
	struct csv_reader *c = NULL;
	const struct csv_field *fields;
	struct err e = {""};
	unsigned n = 0;
	int r;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	if (csv_open(path, &c, &e) < 0)
		fail_msg("%s", e.text);
	while ((r = csv_next(c, &fields, &e)) > 0)
		n++;
	if (r < 0)
		fail_msg("%s", e.text);
	csv_free(c);
	return n;
}

static void test_full_disk(void **state)
{
	struct proc p;
	char dir[300] = "";

	(void)state;
	need_root_and_v2();
	write_suite();
	mkdir("/tmp/full", 0700);
	assert_int_equal(mount("tmpfs", "/tmp/full", "tmpfs", 0, "size=64k"), 0);
	p = PROC("cgbench", "run", "--no-plots", "--results", "/tmp/full", suite);
	assert_int_equal(p.code, EXIT_INCONCLUSIVE);
	assert_non_null(strstr(p.output, "No space left on device"));
	proc_free(&p);
	find_run("/tmp/full", dir, sizeof(dir));
	assert_true(rows_of(dir, "trials.csv") > 0);
	assert_true(rows_of(dir, "results.csv") > 0);
	assert_int_equal(groups_left(), 0);
	assert_int_equal(umount("/tmp/full"), 0);
}

static void test_unwritable_directory(void **state)
{
	struct proc p;

	(void)state;
	need_root_and_v2();
	write_suite();
	p = PROC("cgbench", "run", "--no-plots", "--results", "/proc/nothing", suite);
	assert_int_not_equal(p.code, 0);
	assert_non_null(strstr(p.output, "/proc/nothing"));
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
}

static pid_t start_run(const char *results)
{
	const char *argv[] = {"cgbench",   "run",   "--no-plots", "--quiet",
			      "--results", results, suite,        NULL};

	return proc_start(argv);
}

/* Writes to files that were removed succeed: that nobody will find the rows has to be noticed. */
static void test_vanished_directory(void **state)
{
	pid_t pid;
	int status;
	struct proc p;

	(void)state;
	need_root_and_v2();
	write_suite();
	pid = start_run("/tmp/vanish");
	while (access("/tmp/vanish", F_OK) < 0 && waitpid(pid, &status, WNOHANG) == 0)
		usleep(100000);
	sleep(1);
	p = PROC("rm", "-rf", "/tmp/vanish");
	proc_free(&p);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 0);
	assert_int_equal(groups_left(), 0);
}

/* Until a trial is through; how long a run takes to begin depends on the machine. */
static void await_rows(const char *folder, char *dir, size_t size)
{
	char path[512];
	struct stat st;

	for (int i = 0; i < 300; i++) {
		usleep(100000);
		*dir = '\0';
		if (access(folder, F_OK) == 0)
			find_run(folder, dir, size);
		snprintf(path, sizeof(path), "%s/trials.csv", dir);
		if (*dir && stat(path, &st) == 0 && st.st_size > 0 &&
		    rows_of(dir, "trials.csv") > 0)
			return;
	}
	fail_msg("no trial in %s after 30 s", folder);
}

/* Ctrl-C: rows kept, groups removed, and --resume does the rest, each trial once. */
static void test_interrupt_and_resume(void **state)
{
	char dir[300] = "";
	pid_t pid;
	int status;
	unsigned done;
	struct proc p;

	(void)state;
	need_root_and_v2();
	write_suite();
	p = PROC("rm", "-rf", "/tmp/resume");
	proc_free(&p);
	pid = start_run("/tmp/resume");
	await_rows("/tmp/resume", dir, sizeof(dir));
	kill(pid, SIGINT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_INCONCLUSIVE);
	assert_int_equal(groups_left(), 0);
	done = rows_of(dir, "trials.csv");
	assert_true(done > 0 && done < 20);
	p = PROC("cgbench", "run", "--no-plots", "--quiet", "--resume", dir, suite);
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
	assert_int_equal(rows_of(dir, "trials.csv"), 20);
	p = PROC("cgbench", "run", "--no-plots", "--seed", "9", "--resume", dir, suite);
	assert_int_equal(p.code, EXIT_USAGE);
	assert_non_null(strstr(p.output, "seed: 0 | 9"));
	proc_free(&p);
}

static void test_second_run_waits_its_turn(void **state)
{
	pid_t pid;
	struct proc p;

	(void)state;
	need_root_and_v2();
	write_suite();
	pid = start_run("/tmp/first");
	sleep(2);
	p = PROC("cgbench", "run", "--no-plots", "--results", "/tmp/second", suite);
	assert_int_equal(p.code, EXIT_CANNOT);
	assert_non_null(strstr(p.output, "another cgbench run is measuring on CPU 0"));
	proc_free(&p);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(groups_left(), 0);
}

const struct CMUnitTest tests_live_faults[] = {
	cmocka_unit_test(test_full_disk),
	cmocka_unit_test(test_unwritable_directory),
	cmocka_unit_test(test_vanished_directory),
	cmocka_unit_test(test_interrupt_and_resume),
	cmocka_unit_test(test_second_run_waits_its_turn),
	{0},
};

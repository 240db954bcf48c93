/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups without a kernel: a folder of files stands for a group, and the I/O table for faults. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/array.h"
#include "cgroup/cgfile.h"
#include "cgroup/cgrp.h"
#include "cgroup/members.h"
#include "cgroup/sweep.h"
#include "tests/test.h"
#include "trial/sampler.h"

static struct io_ops faulty; /* what the fake calls fall back on */
static int fault_errno, faults_left;

static int make_folder(char path[static 64])
{
	int fd;

	snprintf(path, 64, "/tmp/cgbench-unit-XXXXXX");
	assert_non_null(mkdtemp(path));
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	return fd;
}

static void make_file(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static ssize_t failing_write(int fd, const void *bytes, size_t n)
{
	if (faults_left-- > 0) {
		errno = fault_errno;
		return -1;
	}
	return write(fd, bytes, n);
}

static ssize_t short_write(int fd, const void *bytes, size_t n)
{
	return write(fd, bytes, n / 2);
}

static int failing_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	if (faults_left-- > 0) {
		errno = fault_errno;
		return -1;
	}
	return openat(dirfd, path, flags, mode);
}

/* No descriptor left is an error; only what is not there is not there. */
static void test_what_counts_as_absent(void **state)
{
	static const struct {
		int code;
		bool absent;
	} rows[] = {
		{ENOENT, true}, {ENODEV, true},  {EOPNOTSUPP, true}, {EMFILE, false},
		{EIO, false},   {EACCES, false}, {ENOMEM, false},
	};
	char path[64];
	int dir = make_folder(path);
	const struct cgrp group = {.path = path, .fd = dir}, *groups[] = {&group};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct trial_plan plan = {0};
		struct sampler *s = NULL;
		struct err e = {""};
		char *text = NULL;
		int sampled;
		faulty = *io();
		faulty.openat = failing_openat;
		fault_errno = rows[i].code;
		faults_left = 1000;
		io_replace(&faulty);
		assert_int_equal(cgfile_read(dir, path, "cpu.stat", &text, &e), -rows[i].code);
		sampled = sampler_open(groups, 1, &plan, &s, &e);
		io_replace(NULL);
		assert_int_equal(cgfile_is_absent(-rows[i].code), rows[i].absent);
		assert_int_equal(sampled, rows[i].absent ? 0 : -rows[i].code);
		sampler_close(s);
	}
	close(dir);
	rmdir(path);
}

/* An errno becomes a diagnosis: the file, the value, the likely cause. */
static void test_write_faults(void **state)
{
	static const struct {
		const char *call, *file;
		int fault, faults, result;
		const char *says; /* NULL: no error */
	} rows[] = {
		{"open", "memory.max", EACCES, 1, -EACCES, "run as root, or in a subtree"},
		{"open", "memory.max", ENOENT, 1, -ENOENT, "controller 'memory' is not available"},
		{"open", "cgroup.kill", ENOENT, 1, -ENOENT, "grp/cgroup.kill: No such file"},
		{"open", "memory.max", EINTR, 3, 0, NULL},
		{"write", "memory.max", EINTR, 3, 0, NULL},
		{"write", "memory.max", EINVAL, 1, -EINVAL,
		 "value '64M': cannot write grp/memory.max"},
		{"write", "cgroup.subtree_control", EBUSY, 1, -EBUSY,
		 "holds processes or children"},
		{"write", "cpuset.cpus", ENOSPC, 1, -ENOSPC, "no CPUs or nodes left"},
		{"write", "memory.max", ENOSPC, 1, -ENOSPC, "No space left"},
		{"short", "memory.max", 0, 0, -EIO, "value '64M'"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char path[64];
		struct err e = {""};
		int dir = make_folder(path), r;
		make_file(dir, rows[i].file, "");
		faulty = *io();
		fault_errno = rows[i].fault;
		faults_left = rows[i].faults;
		if (strcmp(rows[i].call, "open") == 0)
			faulty.openat = failing_openat;
		else
			faulty.write =
				strcmp(rows[i].call, "short") == 0 ? short_write : failing_write;
		io_replace(&faulty);
		r = cgfile_write(dir, "grp", rows[i].file, "64M", &e);
		io_replace(NULL);
		if (r != rows[i].result || (rows[i].says && !strstr(e.text, rows[i].says)))
			fail_msg("row %zu: %d '%s', expected %d '%s'", i, r, e.text, rows[i].result,
				 rows[i].says ? rows[i].says : "");
		unlinkat(dir, rows[i].file, 0);
		close(dir);
		rmdir(path);
	}
}

static void test_read_has_no_limit(void **state)
{
	char path[64], *big = malloc(100001), *text = NULL;
	struct err e = {""};
	int dir = make_folder(path);

	(void)state;
	memset(big, 'x', 100000);
	big[100000] = '\0';
	make_file(dir, "memory.stat", big);
	assert_int_equal(cgfile_read(dir, "grp", "memory.stat", &text, &e), 0);
	assert_string_equal(text, big);
	free(text);
	text = big;
	assert_int_equal(cgfile_read(dir, "grp", "memory.peak", &text, &e), -ENOENT);
	assert_ptr_equal(text, big); /* untouched */
	assert_non_null(strstr(e.text, "or this kernel has no memory.peak"));
	unlinkat(dir, "memory.stat", 0);
	close(dir);
	rmdir(path);
	free(big);
}

static void test_whole_words(void **state)
{
	(void)state;
	assert_true(cgfile_has_word("cpu memory pids\n", "pids"));
	assert_true(cgfile_has_word("cpu\n", "cpu"));
	assert_false(cgfile_has_word("cpuset memory\n", "cpu"));
	assert_false(cgfile_has_word("", "cpu"));
	assert_false(cgfile_has_word("\n", "cpu"));
}

static int count_groups(int dir)
{
	return faccessat(dir, "cgbench-1-2", F_OK, 0) == 0;
}

/* A fake tree: cgroup.events says empty, so that nothing is waited for. rmdir of a cgroup ignores
 * its files; here they are removed with it. */
static int unlinkat_with_files(int dirfd, const char *path, int flags)
{
	static const char *const files[] = {"cgroup.kill", "cgroup.events"};

	if (faults_left-- > 0) {
		errno = fault_errno;
		return -1;
	}
	for (size_t i = 0; i < array_len(files); i++) {
		char name[300];
		snprintf(name, sizeof(name), "%s/%s", path, files[i]);
		unlinkat(dirfd, name, 0);
	}
	return unlinkat(dirfd, path, flags);
}

static int fake_group(int parent, const char *name)
{
	int fd;

	assert_int_equal(mkdirat(parent, name, 0700), 0);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	make_file(fd, "cgroup.kill", "");
	make_file(fd, "cgroup.events", "populated 0\nfrozen 0\n");
	return fd;
}

static void test_destroy_tree(void **state)
{
	static const struct {
		int fault, faults, result, left;
	} rows[] = {
		{0, 0, 0, 0},
		{EBUSY, 5, 0, 0},           /* a group stays busy for a moment */
		{EBUSY, 100000, -EBUSY, 1}, /* and not for ever */
		{EACCES, 1, -EACCES, 1},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char path[64], command[128];
		struct err e = {""};
		int dir = make_folder(path), run = fake_group(dir, "cgbench-1-2");
		int trial = fake_group(run, "t1"), subject = fake_group(trial, "subject");
		faulty = *io();
		faulty.unlinkat = unlinkat_with_files;
		fault_errno = rows[i].fault;
		faults_left = rows[i].faults;
		io_replace(&faulty);
		assert_int_equal(cgrp_destroy_tree(dir, "cgbench-1-2", &e), rows[i].result);
		io_replace(NULL);
		assert_int_equal(count_groups(dir), rows[i].left);
		close(subject);
		close(trial);
		close(run);
		close(dir);
		snprintf(command, sizeof(command), "rm -rf %s", path);
		assert_int_equal(system(command), 0);
	}
	assert_int_equal(cgrp_destroy_tree(AT_FDCWD, "/nonexistent/cgbench-1-2", NULL), 0);
}

/* Only names of ours whose process is gone, or is another one by now. */
static void test_dead_names(void **state)
{
	char proc[64], own[SWEEP_NAME_MAX], stat[128];
	struct err e = {""};
	int dir = make_folder(proc), pid;

	(void)state;
	assert_int_equal(mkdirat(dir, "77", 0700), 0);
	pid = openat(dir, "77", O_RDONLY | O_DIRECTORY);
	/* A program may call itself anything. */
	make_file(pid, "stat", "77 (a) (b 1 2) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 0 0\n");
	assert_false(sweep_is_dead("cgbench-77-4242", proc));
	assert_true(sweep_is_dead("cgbench-77-4243", proc));
	assert_true(sweep_is_dead("cgbench-78-4242", proc));
	assert_false(sweep_is_dead("cgbench-77-4242.leaf", proc));
	assert_true(sweep_is_dead("cgbench-78-4242.leaf", proc));
	assert_false(sweep_is_dead("cgbench-78-4242x", proc));
	assert_false(sweep_is_dead("cgbench-78", proc));
	assert_false(sweep_is_dead("cgbench--1-5", proc));
	assert_false(sweep_is_dead("system.slice", proc));
	assert_false(sweep_is_dead("xcgbench-78-4242", proc));
	assert_int_equal(sweep_own_name(own, &e), 0);
	snprintf(stat, sizeof(stat), "cgbench-%d-", getpid());
	assert_memory_equal(own, stat, strlen(stat));
	assert_false(sweep_is_dead(own, "/proc"));
	unlinkat(pid, "stat", 0);
	close(pid);
	unlinkat(dir, "77", AT_REMOVEDIR);
	close(dir);
	rmdir(proc);
}

static void make_process(int proc, const char *pid, const char *group, char state)
{
	char text[128];
	int dir;

	assert_int_equal(mkdirat(proc, pid, 0700), 0);
	dir = openat(proc, pid, O_RDONLY | O_DIRECTORY);
	snprintf(text, sizeof(text), "1:cpu:/\n0::/%s\n", group);
	make_file(dir, "cgroup", text);
	make_file(dir, "comm", "a) (b\n");
	snprintf(text, sizeof(text), "%s (a) (b) %c 1 2\n", pid, state);
	make_file(dir, "stat", text);
	make_file(dir, "wchan", state == 'D' ? "do_exit" : "0");
	close(dir);
}

/* Who still holds a group: those in it and below, and in no group whose name only resembles it. */
static void test_members(void **state)
{
	char proc[64], text[128], small[20];
	int dir = make_folder(proc);

	(void)state;
	make_process(dir, "7", "x/run/t1", 'D');
	make_process(dir, "8", "run/t10", 'R');
	make_process(dir, "9", "over/rerun/t1", 'R');
	members_tell(proc, "run/t1", text, sizeof(text));
	assert_string_equal(text, "7 a) (b (D, in do_exit)");
	members_tell(proc, "run/t2", text, sizeof(text));
	assert_string_equal(text, "nobody in /proc");
	members_tell(proc, "run/t1", small, sizeof(small));
	assert_int_equal(strlen(small), sizeof(small) - 1);
	for (char pid[] = "10"; pid[1] < '6'; pid[1]++)
		make_process(dir, pid, "run/t1/a", 'R');
	members_tell(proc, "run/t1", text, sizeof(text));
	assert_non_null(strstr(text, " and 3 more"));
	close(dir);
}

const struct CMUnitTest tests_unit_cgroup[] = {
	cmocka_unit_test(test_what_counts_as_absent),
	cmocka_unit_test(test_write_faults),
	cmocka_unit_test(test_read_has_no_limit),
	cmocka_unit_test(test_whole_words),
	cmocka_unit_test(test_destroy_tree),
	cmocka_unit_test(test_dead_names),
	cmocka_unit_test(test_members),
	{0},
};

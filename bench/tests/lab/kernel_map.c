/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel map of two kernels: drawn, kept, made again with the same bytes; and killed. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { TEST_TIMEOUT_SEC = 1500 };

/* Runs the script for one part of the smoke suite; returns what it printed. */
static char *kernel_map(const char *out, const char *option)
{
	const char *argv[] = {"scripts/kernel-map",
			      "--kernels",
			      "6.1 6.12",
			      "--out",
			      out,
			      "smoke:1",
			      option,
			      NULL,
			      NULL,
			      NULL,
			      NULL};
	size_t n = option ? 7 : 6;
	struct proc p;

	argv[n++] = "--";
	argv[n++] = "--filter";
	argv[n++] = "part=cpu";
	argv[n] = NULL;
	p = proc_run(argv);
	printf("%s", p.output);
	if (p.code == 77 || strstr(p.output, "exit 77 is from the lab"))
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	assert_int_equal(p.code, 0);
	return p.output;
}

static void read_file(const char *folder, const char *name, char *text, size_t size)
{
	char path[128];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void test_two_kernels(void **state)
{
	static char text[256 * 1024], first[256 * 1024];
	char folder[] = "/tmp/cgbench-map-XXXXXX";
	struct proc p;
	char *output;
	(void)state;

	test_timeout(TEST_TIMEOUT_SEC);
	assert_non_null(mkdtemp(folder));
	free(kernel_map(folder, NULL));
	read_file(folder, "smoke.csv", first, sizeof(first));
	assert_non_null(strstr(first, ",kernel,previous,"));
	assert_non_null(strstr(first, ",6.1."));
	assert_non_null(strstr(first, ",6.12."));
	read_file(folder, "smoke.png", text, sizeof(text));
	assert_memory_equal(text, "\x89PNG", 4);
	read_file(folder, "smoke.svg", text, sizeof(text));
	assert_non_null(strstr(text, "What did each kernel change?"));
	/* What is there is used again, and gives the same map. */
	output = kernel_map(folder, NULL);
	assert_non_null(strstr(output, "smoke on 6.1: kept"));
	assert_non_null(strstr(output, "smoke on 6.12: kept"));
	free(output);
	/* Made again, it has the same bytes. */
	output = kernel_map(folder, "--again");
	assert_non_null(strstr(output, "2 runs made again: every byte is the same"));
	free(output);
	read_file(folder, "smoke.csv", text, sizeof(text));
	assert_string_equal(text, first);
	p = PROC("rm", "-rf", folder);
	proc_free(&p);
}

/* Processes below one, nearest first. */
struct family {
	pid_t pids[256];
	size_t n;
};

static void add_children(struct family *f, pid_t of)
{
	char path[64];
	FILE *file;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", of, of);
	file = fopen(path, "r");
	while (file && f->n < array_len(f->pids) && fscanf(file, "%d", &child) == 1)
		f->pids[f->n++] = child;
	if (file)
		fclose(file);
}

static struct family family_of(pid_t pid)
{
	struct family f = {0};

	add_children(&f, pid);
	for (size_t i = 0; i < f.n; i++)
		add_children(&f, f.pids[i]);
	return f;
}

static bool is_guest(pid_t pid)
{
	char path[64], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return strncmp(name, "qemu-system", 11) == 0;
}

static size_t count_guests(const struct family *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += is_guest(f->pids[i]);
	return n;
}

static size_t count_alive(const struct family *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += kill(f->pids[i], 0) == 0 || errno == EPERM;
	return n;
}

/* Starts a script, waits until both of its guests run, and ends the script with the signal. */
static void end_with(const char *const *argv, int sig)
{
	struct family f = {0};
	pid_t pid = proc_start(argv);
	int status;

	for (int i = 0; count_guests(&f) < 2; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
				test_skip("%s cannot run here", argv[0]);
			fail_msg("%s ended before its guests ran", argv[0]);
		}
		assert_true(i < 6000);
		usleep(50000);
		f = family_of(pid);
	}
	assert_int_equal(kill(pid, sig), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (int i = 0; i < 200 && count_alive(&f); i++)
		usleep(50000);
	if (count_alive(&f))
		fail_msg("%s: %zu of %zu processes outlive signal %d", argv[0], count_alive(&f),
			 f.n, sig);
}

static void test_ended_with_its_guests(void **state)
{
	char folder[] = "/tmp/cgbench-map-XXXXXX", out[sizeof(folder) + 8];
	const char *const map[] = {"scripts/kernel-map",
				   "--kernels",
				   "6.1 6.12",
				   "--jobs",
				   "2",
				   "--out",
				   folder,
				   "smoke:1",
				   "--",
				   "--repeats",
				   "500",
				   NULL};
	const char *const run[] = {"scripts/lab-run", "--jobs",    "2", "--out", out,
				   "smoke",           "--repeats", "9", NULL};
	(void)state;

	test_timeout(TEST_TIMEOUT_SEC);
	assert_non_null(mkdtemp(folder));
	snprintf(out, sizeof(out), "%s/run", folder);
	end_with(map, SIGTERM);
	end_with(map, SIGKILL);
	end_with(run, SIGTERM);
	end_with(run, SIGKILL);
	assert_int_equal(rmdir(folder), 0);
}

const struct CMUnitTest tests_lab_kernel_map[] = {
	cmocka_unit_test(test_two_kernels),
	cmocka_unit_test(test_ended_with_its_guests),
	{0},
};

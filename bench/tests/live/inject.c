/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each system call of `run` and `exec` fails once. A tracer counts the calls of a run that goes
 * well; then it makes one call fail in each of as many runs, and lets go. Whatever failed: no
 * group, process or enabled controller is left, no CSV file ends in half a row, and a run that ends
 * with 0 has every row that the good one had.
 *
 * Of each call the first, a middle or the last occurrence fails, and with one of the errors, in
 * turn. CGBENCH_INJECT in the environment wants more: "some" all three occurrences, "all" every
 * occurrence with every error.
 */
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

enum { CALLS_MAX = 512, SHOWN_MAX = 20, HANG_SEC = 60, TIMEOUT_SEC = 3600 };

static const char suite[] = "/tmp/inject.yaml";
static const char results[] = "/tmp/inject";
static const char output[] = "/tmp/inject.out";

static const char yaml[] = "suite: inject\n"
			   "question: What is left when a system call fails?\n"
			   "duration: 2s\n"
			   "sample_every: 500ms\n"
			   "groups:\n"
			   "  - name: parent\n"
			   "    limits: {cpu.max: 50ms 100ms}\n"
			   "    children:\n"
			   "      - name: subject\n"
			   "        limits: {memory.max: 64M, pids.max: 16}\n"
			   "        run: {workload: spin, threads: 1}\n"
			   "actions:\n"
			   "  - {at: 1s, group: parent, write: {cpu.max: 80ms 100ms}}\n";

static const struct {
	int code;
	const char *name;
} errors[] = {
	{EMFILE, "EMFILE"}, {ENOSPC, "ENOSPC"}, {EIO, "EIO"}, {EINTR, "EINTR"}, {ENOMEM, "ENOMEM"},
};

struct scene {
	const char *name;
	const char *const *argv;
	const char *files; /* a pattern of the files that it leaves; NULL: it prints them */
	unsigned counts[CALLS_MAX]; /* of each system call, by number */
	int rows;                   /* of the run that went well */
	unsigned calls, points, absorbed, failed;
};

static struct scene scenes[] = {
	{.name = "run",
	 .argv = (const char *const[]){"cgbench", "run", "--no-plots", "--quiet", "--results",
				       results, suite, NULL},
	 .files = "/tmp/inject/*/*.csv"},
	/* --all: how many rows are zero, and so not shown, is chance. */
	{.name = "exec",
	 .argv = (const char *const[]){"cgbench", "exec", "--all", "--limit", "pids.max=8",
				       "--limit", "memory.max=64M", "--", "/bin/true", NULL}},
};

/* The call that fails; a number of -1: none does. */
struct fault {
	long number;
	unsigned when; /* its n-th occurrence */
	int error;
};

static void write_suite(void)
{
	FILE *f = fopen(suite, "w");

	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* ---- the tracer ---- */

static _Noreturn void exec_traced(const char *const *argv)
{
	if (freopen("/dev/null", "r", stdin) && freopen(output, "w", stdout) &&
	    dup2(STDOUT_FILENO, STDERR_FILENO) >= 0 && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0) {
		alarm(HANG_SEC);
		execvp(argv[0], (char *const *)argv);
	}
	_exit(127);
}

/* At the entry of a call: it is not made. */
static void skip_call(pid_t pid)
{
	struct user_regs_struct regs;

	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &regs), 0);
	regs.orig_rax = (unsigned long long)-1;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &regs), 0);
}

/* At its exit: that is what it returns. */
static void return_error(pid_t pid, int error)
{
	struct user_regs_struct regs;

	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &regs), 0);
	regs.rax = (unsigned long long)-error;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &regs), 0);
}

/*
 * Whether this is the entry of the call that is to fail; counts entries. What comes before the
 * first munmap is the loader's: it lets go of ld.so.cache when it has found every library.
 */
static bool is_due(pid_t pid, const struct fault *f, unsigned counts[CALLS_MAX])
{
	struct user_regs_struct regs;

	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &regs), 0);
	assert_true(regs.orig_rax < CALLS_MAX);
	if (!counts[SYS_munmap] && regs.orig_rax != SYS_munmap)
		return false;
	return ++counts[regs.orig_rax] == f->when && (long)regs.orig_rax == f->number;
}

/* From stop to stop until the fault is done, or the process has ended; its status. */
static int follow(pid_t pid, const struct fault *f, unsigned counts[CALLS_MAX])
{
	bool entry = true, due = false;
	int status;
	long sig = 0;

	for (;;) {
		if (ptrace(due && entry ? PTRACE_DETACH : PTRACE_SYSCALL, pid, 0L, sig) < 0)
			assert_int_equal(errno, ESRCH);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status))
			return status;
		sig = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
		if (sig)
			continue;
		if (entry && (due = is_due(pid, f, counts)))
			skip_call(pid);
		else if (due)
			return_error(pid, f->error);
		entry = !entry;
	}
}

/* Runs the scene's command; returns its exit code, or -N for signal N. */
static int run_traced(const struct scene *s, const struct fault *f, unsigned counts[CALLS_MAX])
{
	struct proc p = PROC("rm", "-rf", results);
	int status;
	pid_t pid;

	proc_free(&p);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		exec_traced(s->argv);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status)); /* at its exec */
	assert_int_equal(
		ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	status = follow(pid, f, counts);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- what is left ---- */

/* Rows of a file, or -1 when it does not end with a whole one. */
static int rows_of(const char *path)
{
	struct csv_reader *reader = NULL;
	const struct csv_field *fields;
	struct err e = {""};
	int rows = 0, r = csv_open(path, &reader, &e);

	/* A file whose header could not be written is empty. */
	if (r < 0)
		return access(path, R_OK) == 0 && !strstr(e.text, "header") ? -1 : 0;
	while ((r = csv_next(reader, &fields, &e)) > 0)
		rows++;
	if (r < 0 || csv_truncated(reader))
		rows = -1;
	csv_free(reader);
	return rows;
}

static int count_lines(const char *path)
{
	FILE *f = fopen(path, "r");
	int lines = 0, c;

	assert_non_null(f);
	while ((c = fgetc(f)) != EOF)
		lines += c == '\n';
	fclose(f);
	return lines;
}

/* How many rows the results have; -1: a file ends in half a row. What `exec` has, it prints. */
static int count_rows(const struct scene *s)
{
	int rows = 0;
	glob_t found;

	if (!s->files)
		return count_lines(output);
	if (glob(s->files, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int n = rows_of(found.gl_pathv[i]);
		/* How many samples there are depends on the time that strace takes. */
		if (n < 0 || !strstr(found.gl_pathv[i], "/s"))
			rows = n < 0 || rows < 0 ? -1 : rows + n;
	}
	globfree(&found);
	return rows;
}

static unsigned processes(void)
{
	char name[32];
	unsigned n = 0;
	glob_t found;

	if (glob("/proc/[0-9]*/comm", 0, NULL, &found) != 0)
		fail_msg("no /proc");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *f = fopen(found.gl_pathv[i], "r");
		if (f && fgets(name, sizeof(name), f))
			n += strncmp(name, "cgwork", 6) == 0 || strncmp(name, "cgbench", 7) == 0;
		if (f)
			fclose(f);
	}
	globfree(&found);
	return n;
}

static void controllers(char text[static 256])
{
	FILE *f = fopen("/sys/fs/cgroup/cgroup.subtree_control", "r");

	assert_non_null(f);
	text[fread(text, 1, 255, f)] = '\0';
	fclose(f);
}

/* The guardian ends after its harness; a second is plenty. */
static bool nothing_left(void)
{
	for (int i = 0; i < 20; i++) {
		if (groups_left() == 0 && processes() == 0)
			return true;
		usleep(50000);
	}
	return false;
}

/* What is wrong after a run in which a call failed; NULL: nothing. */
static const char *judge(struct scene *s, int code, const char *enabled)
{
	int rows = count_rows(s);
	char now[256];

	if (!nothing_left())
		return "groups or processes are left";
	controllers(now);
	if (strcmp(now, enabled) != 0)
		return "cgroup.subtree_control is not what it was";
	if (rows < 0)
		return "half a row";
	if (code == -SIGALRM)
		return "it hangs";
	if (code < 0)
		return "it was killed";
	if (code != 0)
		return NULL;
	s->absorbed++;
	return rows < s->rows ? "exit 0, and rows are missing" : NULL;
}

/* ---- the sweep ---- */

static void show(const struct scene *s, const char *what)
{
	struct proc p = PROC("sh", "-c", "cat /tmp/inject.out; cat /tmp/inject/*/trials.csv 2>&-");

	printf("%s%s", what, s->failed < SHOWN_MAX ? p.output : "");
	fflush(stdout);
	proc_free(&p);
	p = PROC("cgbench", "clean");
	proc_free(&p);
}

static void inject(struct scene *s, long number, unsigned when, size_t error, const char *enabled)
{
	const struct fault fault = {number, when, errors[error].code};
	unsigned counts[CALLS_MAX] = {0};
	char what[256];
	int code = run_traced(s, &fault, counts);
	const char *wrong = judge(s, code, enabled);

	s->points++;
	if (!wrong)
		return;
	snprintf(what, sizeof(what), "%s: system call %ld, %u of %u, %s: %s (exit %d)\n", s->name,
		 number, when, s->counts[number], errors[error].name, wrong, code);
	show(s, what);
	s->failed++;
}

/* Of a call that occurs n times; `how` is what CGBENCH_INJECT says, "" without it. */
static void inject_call(struct scene *s, long number, const char *how, const char *enabled)
{
	unsigned n = s->counts[number], when[] = {1, n / 2 + 1, n};
	size_t k = s->calls++;

	if (strcmp(how, "all") == 0) {
		for (unsigned i = 0; i < n * array_len(errors); i++)
			inject(s, number, i / array_len(errors) + 1, i % array_len(errors),
			       enabled);
	} else if (strcmp(how, "some") == 0) {
		for (size_t i = 0; i < array_len(when); i++)
			if (i == 0 || when[i] > when[i - 1])
				inject(s, number, when[i], s->points % array_len(errors), enabled);
	} else {
		inject(s, number, when[k % array_len(when)], k % array_len(errors), enabled);
	}
}

/*
 * The clocks that are asked for exist, which is all that their reading can fail for; brk tells a
 * failure by the break that it returns, not by an error.
 */
static bool can_fail(long number)
{
	return number != SYS_exit_group && number != SYS_exit && number != SYS_rt_sigreturn &&
	       number != SYS_clock_gettime && number != SYS_brk;
}

static void sweep(struct scene *s)
{
	const char *how = getenv("CGBENCH_INJECT");
	const struct fault none = {.number = -1};
	char enabled[256];
	int code;

	test_timeout(TIMEOUT_SEC);
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2");
	write_suite();
	controllers(enabled);
	code = run_traced(s, &none, s->counts);
	if (code != 0)
		show(s, "it does not run\n");
	assert_int_equal(code, 0);
	s->rows = count_rows(s);
	assert_true(s->rows > 0);
	for (long number = 0; number < CALLS_MAX; number++)
		if (s->counts[number] && can_fail(number))
			inject_call(s, number, how ? how : "", enabled);
	printf("%s: %u system calls, %u points, %u absorbed, %u wrong\n", s->name, s->calls,
	       s->points, s->absorbed, s->failed);
	assert_true(s->points > 30);
	assert_int_equal(s->failed, 0);
}

static void test_run(void **state)
{
	(void)state;
	sweep(&scenes[0]);
}

static void test_exec(void **state)
{
	(void)state;
	sweep(&scenes[1]);
}

const struct CMUnitTest tests_live_inject[] = {
	cmocka_unit_test(test_run),
	cmocka_unit_test(test_exec),
	{0},
};

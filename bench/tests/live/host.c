/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host: what is borrowed from the host is lent, and given back on every path: a trial's end, a
 * signal, SIGKILL of the harness, and of harness and guardian both. Trials are short and many, so
 * that kills at moments spread by a fixed generator hit the taking and the giving back as well.
 */
#include <dirent.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

enum { KILLS = 24, DOUBLE_KILLS = 12, MOMENT_MIN_MSEC = 10, MOMENT_MAX_MSEC = 1500 };
enum { PATIENCE_MSEC = 10000, LOOK_MSEC = 10, STATE_MAX = 16384 };

#define HOST                                                              \
	"host:\n"                                                         \
	"  swap: 32M\n"                                                   \
	"  disk: {size: 32M}\n"                                           \
	"  sysctl: {vm.swappiness: 10, kernel.core_pattern: /tmp/core}\n" \
	"  iocost: {qos: enable=1}\n"                                     \
	"  cgroup2: [favordynmods]\n"
#define PARTITION "limits: {cpuset.cpus: \"1\", cpuset.cpus.partition: isolated}, "

#define LENT                                             \
	"suite: lent\n"                                  \
	"question: Is it there, and is it given back?\n" \
	"duration: 200ms\n"                              \
	"repeats: 500\n" HOST "groups:\n"                \
	"  - {name: g, " PARTITION "run: {workload: "

/* Where there is sched_ext, the scheduler is borrowed, too. */
static const char *lent(void)
{
	return access("/sys/kernel/sched_ext/state", F_OK) == 0 ? LENT "scx}}\n" : LENT "spin}}\n";
}

/* A file's text, or as much as there is room for. */
static void append_file(char *state, const char *path)
{
	size_t used = strlen(state);
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(state + used, 1, STATE_MAX - used - 1, f) : 0;

	state[used + n] = '\0';
	if (f)
		fclose(f);
}

/* Names in a folder, but for those that a module brings once and for all. */
static void append_names(char *state, const char *path, const char *but)
{
	DIR *dir = opendir(path);

	for (const struct dirent *d; dir && (d = readdir(dir));) {
		size_t used = strlen(state);
		if (d->d_name[0] != '.' && strncmp(d->d_name, but, strlen(but)) != 0)
			snprintf(state + used, STATE_MAX - used, "%s\n", d->d_name);
	}
	if (dir)
		closedir(dir);
}

/* Names of extended attributes. */
static void append_attributes(char *state, const char *path)
{
	char names[4096];
	ssize_t n = listxattr(path, names, sizeof(names));

	assert_true(n >= 0);
	for (const char *a = names; a < names + n; a += strlen(a) + 1) {
		size_t used = strlen(state);
		snprintf(state + used, STATE_MAX - used, "%s\n", a);
	}
}

/* All that a run here can change of the host. */
static void look(char state[static STATE_MAX])
{
	static const char *const files[] = {
		"/proc/swaps",
		"/proc/mounts",
		"/proc/sys/vm/swappiness",
		"/proc/sys/kernel/core_pattern",
		"/sys/fs/cgroup/cpuset.cpus.effective",
		"/sys/fs/cgroup/cpuset.cpus.isolated",
		"/sys/fs/cgroup/io.cost.qos",
		"/sys/kernel/sched_ext/state",
		"/sys/fs/cgroup/cgroup.subtree_control",
	};

	*state = '\0';
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		append_file(state, files[i]);
	append_names(state, "/sys/block", "loop");
	append_names(state, "/run/cgbench", "-");
	append_attributes(state, "/sys/fs/cgroup");
}

static void write_suite(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static bool has_begun(void)
{
	glob_t found;
	bool begun = glob("/tmp/k/*/host.csv", 0, NULL, &found) == 0;

	globfree(&found);
	return begun;
}

/* Comes back when its first trial is about to borrow: what is before that, and long, is not hit. */
static pid_t start_run(void)
{
	const char *argv[] = {"cgbench", "run",    "--no-plots",     "--quiet", "--results",
			      "/tmp/k",  "--json", "/tmp/lent.yaml", NULL};
	struct proc p = PROC("rm", "-rf", "/tmp/k");
	pid_t pid;
	int waited = 0;

	proc_free(&p);
	pid = proc_start(argv);
	for (; !has_begun() && waited < PATIENCE_MSEC; waited += LOOK_MSEC)
		usleep(LOOK_MSEC * 1000);
	assert_true(waited < PATIENCE_MSEC);
	return pid;
}

static useconds_t moment(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return ((useconds_t)(*random >> 33) % (MOMENT_MAX_MSEC - MOMENT_MIN_MSEC) +
		MOMENT_MIN_MSEC) *
	       1000;
}

static void need_lab(void)
{
	if (!getenv("CGBENCH_LAB"))
		test_skip("it changes the host: in a lab only");
	if (access("/sys/devices/system/cpu/cpu1", F_OK) != 0)
		test_skip("a partition needs a second CPU");
}

/* How much of two texts is the same. */
static size_t same(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* Waits until everything is as it was. */
static void assert_as_before(const char *before, const char *what, int i)
{
	static char now[STATE_MAX];

	for (int waited = 0; waited < PATIENCE_MSEC; waited += LOOK_MSEC) {
		look(now);
		if (strcmp(now, before) == 0 && !groups_left() && !proc_named("cgbench", 0))
			return;
		usleep(LOOK_MSEC * 1000);
	}
	fail_msg("%s %d: %u groups, %u processes; behind what is as before, the host was\n%s\n"
		 "and is\n%s",
		 what, i, groups_left(), proc_named("cgbench", 0), before + same(before, now),
		 now + same(before, now));
}

/* One trial with everything: what the program saw is in host.csv's words and its own. */
static void test_lent_and_returned(void **state)
{
	static char before[STATE_MAX];
	struct suite_run r;
	(void)state;

	need_lab();
	look(before);
	r = suite_run("suite: lent-once\n"
		      "question: Is it there?\n"
		      "duration: 3s\n" HOST "groups:\n"
		      "  - name: g\n"
		      "    limits: {cpuset.cpus: \"1\", cpuset.cpus.partition: isolated}\n"
		      "    run:\n"
		      "      exec:\n"
		      "        - sh\n"
		      "        - -c\n"
		      "        - >\n"
		      "          echo swaps $(grep -c zram /proc/swaps) >> $0;\n"
		      "          echo mounts $(grep -c $CGBENCH_SCRATCH /proc/mounts) >> $0;\n"
		      "          echo swappiness $(cat /proc/sys/vm/swappiness) >> $0;\n"
		      "          echo dynmods $(grep -c favordynmods /proc/mounts) >> $0;\n"
		      "          exec sleep 1000\n"
		      "        - \"@report\"\n",
		      NULL);
	assert_int_equal(r.code, 0);
	assert_string_equal(run_trial_text(&r, "status"), "ok");
	assert_true(run_value(&r, "g", "own.swaps", NULL, NULL) == 1);
	assert_true(run_value(&r, "g", "own.mounts", NULL, NULL) == 1);
	assert_true(run_value(&r, "g", "own.swappiness", NULL, NULL) == 10);
	assert_true(run_value(&r, "g", "own.dynmods", NULL, NULL) == 1);
	suite_run_free(&r);
	assert_as_before(before, "run", 0);
}

/* The harness dies, and the guardian gives all back. */
static void test_harness_killed(void **state)
{
	static char before[STATE_MAX];
	uint64_t random = 1;
	(void)state;

	need_lab();
	test_timeout(900);
	look(before);
	write_suite("/tmp/lent.yaml", lent());
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = start_run();
		usleep(moment(&random));
		assert_int_not_equal(waitpid(pid, NULL, WNOHANG), pid);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		assert_as_before(before, "kill", i);
	}
}

/* Both die: what is left is given back by `cgbench clean`, and every other time by the next run. */
static void test_both_killed(void **state)
{
	static char before[STATE_MAX], left[STATE_MAX];
	unsigned dirty = 0;
	uint64_t random = 2;
	(void)state;

	need_lab();
	test_timeout(900);
	look(before);
	write_suite("/tmp/lent.yaml", lent());
	for (int i = 0; i < DOUBLE_KILLS; i++) {
		pid_t pid = start_run();
		usleep(moment(&random));
		kill(pid, SIGSTOP); /* so that it does not see its guardian go */
		proc_named("cgbench-guard", SIGKILL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		look(left);
		dirty += strcmp(left, before) != 0;
		if (i % 2) {
			pid = start_run();
			usleep(MOMENT_MIN_MSEC * 1000);
			kill(pid, SIGTERM);
			waitpid(pid, NULL, 0);
		} else {
			struct proc p = PROC("cgbench", "clean");
			assert_int_equal(p.code, 0);
			proc_free(&p);
		}
		assert_as_before(before, "double kill", i);
	}
	assert_true(dirty > DOUBLE_KILLS / 2);
}

static const char beside[] =
	"suite: beside\n"
	"question: Are the controllers of two runs there until both have ended?\n"
	"duration: 200ms\n"
	"repeats: %d\n"
	"groups: [{name: g, limits: {cpu.max: 50%% 20ms}, run: {workload: spin}}]\n"
	"expect: [{metric: cpu.usage_cpus, group: g, min: 0.3, max: 0.6}]\n";

static pid_t start_beside(const char *cpu, const char *suite)
{
	const char *argv[] = {"taskset", "-c",        cpu,       "cgbench", "run", "--no-plots",
			      "--quiet", "--results", "/tmp/be", suite,     NULL};

	return proc_start(argv);
}

/* Each ends many times while the other goes on, at any moment of it. */
static void test_two_runs_at_once(void **state)
{
	static char before[STATE_MAX];
	int status, ended = 0;
	pid_t longer;
	char text[1024];
	(void)state;

	need_lab();
	look(before);
	snprintf(text, sizeof(text), beside, 20);
	write_suite("/tmp/long.yaml", text);
	snprintf(text, sizeof(text), beside, 1);
	write_suite("/tmp/short.yaml", text);
	longer = start_beside("0", "/tmp/long.yaml");
	while (waitpid(longer, &status, WNOHANG) == 0) {
		pid_t shorter = start_beside("1", "/tmp/short.yaml");
		int code;
		assert_int_equal(waitpid(shorter, &code, 0), shorter);
		assert_int_equal(code, 0);
		ended++;
	}
	assert_int_equal(status, 0);
	assert_true(ended > 1);
	assert_as_before(before, "two runs", ended);
}

/* Ctrl-C in mid trial, and a trial that fails. */
static void test_stopped(void **state)
{
	static char before[STATE_MAX];
	uint64_t random = 3;
	(void)state;

	need_lab();
	look(before);
	write_suite("/tmp/lent.yaml", lent());
	for (int i = 0; i < 4; i++) {
		pid_t pid = start_run();
		usleep(moment(&random));
		kill(pid, i % 2 ? SIGINT : SIGTERM);
		waitpid(pid, NULL, 0);
		assert_as_before(before, "signal", i);
	}
}

/* What cannot be lent is not taken by half: the trial is skipped, with the reason. */
static void test_what_is_not_there(void **state)
{
	static char before[STATE_MAX];
	struct suite_run r;
	(void)state;

	need_lab();
	look(before);
	r = suite_run("suite: none\n"
		      "question: q\n"
		      "duration: 1s\n"
		      "host: {swap: 16M, sysctl: {vm.no_such_thing: 1}}\n"
		      "groups: [{name: g, run: {workload: spin}}]\n",
		      NULL);
	assert_string_equal(run_trial_text(&r, "status"), "skipped");
	assert_non_null(strstr(run_trial_text(&r, "reason"), "/proc/sys/vm/no_such_thing"));
	suite_run_free(&r);
	assert_as_before(before, "skip", 0);
}

const struct CMUnitTest tests_live_host[] = {
	cmocka_unit_test(test_lent_and_returned),
	cmocka_unit_test(test_what_is_not_there),
	cmocka_unit_test(test_stopped),
	cmocka_unit_test(test_harness_killed),
	cmocka_unit_test(test_both_killed),
	cmocka_unit_test(test_two_runs_at_once),
	{0},
};

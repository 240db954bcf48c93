/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program does to a trial by ending, leaving or being clumsy: told as it was. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

/* run: the rest of the group. */
static struct suite_run run_group(const char *duration, const char *rest)
{
	char yaml[1024];

	snprintf(yaml, sizeof(yaml),
		 "suite: endings\nquestion: How does it end?\nduration: %s\n"
		 "groups:\n  - name: subject\n    %s\n",
		 duration, rest);
	return suite_run(yaml, NULL);
}

static const struct {
	const char *duration, *rest, *status, *reason;
} rows[] = {
	{"1s", "run: {exec: [sh, -c, \"echo what broke >&2; exit 1\"]}", "failed",
	 "sh ended with code 1 instead of 0"},
	{"1s", "run: {exec: [sh, -c, \"echo what broke >&2; exit 1\"]}", "failed", ": what broke"},
	{"4s", "run: {exec: [sh, -c, \"(while :; do :; done) & exit 0\"]}", "failed",
	 "ended early, with code 0"},
	{"2s", "run: {exec: [sh, -c, \"sleep 1\"], ends: true}", "ok", ""},
	{"2s", "run: {exec: [sh, -c, \"sleep 1; exit 3\"], ends: true, exit: 3}", "ok", ""},
	{"2s", "run: {exec: [sh, -c, \"sleep 1; exit 4\"], ends: true, exit: any}", "ok", ""},
	{"2s", "run: {exec: [sh, -c, \"sleep 1; kill -SEGV $$\"]}", "failed", "signal 11"},
	{"2s", "run: {exec: [sh, -c, \"sleep 1; kill -KILL $$\"]}", "failed", "signal 9"},
	{"2s",
	 "limits: {memory.max: 8M, memory.swap.max: 0}\n"
	 "    run: {exec: [sh, -c, \"exec tail /dev/zero\"]}",
	 "ok", ""},
	{"2s",
	 "run: {exec: [sh, -c, \"sleep 60\"]}\nactions: [{at: 1s, group: subject, kill: true}]",
	 "ok", ""},
	{"1s", "run: {exec: [sh, -c, \"echo $$ > /sys/fs/cgroup/cgroup.procs; sleep 60\"]}",
	 "failed", "left its group for /"},
	{"1s",
	 "run: {exec: [sh, -c, \"(echo 0 > /sys/fs/cgroup/cgroup.procs; exec sleep 70) & sleep "
	 "60\"]}",
	 "failed", "had left its group for /"},
	{"1s",
	 "limits: {cpu.max: 20ms 100ms}\n"
	 "    run: {exec: [sh, -c, \"echo max > /sys/fs/cgroup/$(cut -d: -f3 /proc/self/cgroup)/"
	 "cpu.max; sleep 60\"]}",
	 "unenforced", "without an action"},
	/* As crun, runc and systemd do. */
	{"1s",
	 "run: {exec: [sh, -c, \"d=/sys/fs/cgroup/$(cut -d: -f3 /proc/self/cgroup)/a/b; mkdir -p "
	 "$d; echo $$ > $d/cgroup.procs; sleep 60\"]}",
	 "ok", ""},
	{"1s", "run: {exec: [\"yes\"]}", "ok", ""},
	/* What is frozen never gets ready. */
	{"1s", "limits: {cgroup.freeze: 1}\n    run: {workload: spin}\ntimeout: 3s", "timeout",
	 "its timeout is 3.000 s"},
};

static void test_endings(void **state)
{
	struct proc p;

	(void)state;
	test_timeout(300);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct suite_run r = run_group(rows[i].duration, rows[i].rest);
		if (strcmp(run_trial_text(&r, "status"), rows[i].status) != 0 ||
		    !strstr(run_trial_text(&r, "reason"), rows[i].reason))
			fail_msg("%s: expected %s '%s'", rows[i].rest, rows[i].status,
				 rows[i].reason);
		assert_int_equal(r.code, strcmp(rows[i].status, "ok") == 0 ? 0 : EXIT_INCONCLUSIVE);
		assert_int_equal(groups_left(), 0);
		suite_run_free(&r);
	}
	p = PROC("pidof", "sleep", "yes");
	assert_int_not_equal(p.code, 0); /* no stray outlives its trial */
	proc_free(&p);
}

/* The window's length is the harness's word: one that slept through it gives no verdict. */
static void test_a_stopped_harness_is_told(void **state)
{
	static const char yaml[] = "suite: stopped\nquestion: Is a late harness told?\n"
				   "duration: 8s\ngroups:\n  - name: subject\n"
				   "    limits: {cpu.max: 20ms 100ms}\n    run: {workload: spin}\n"
				   "expect: [{metric: cpu.usage_error, within: 50%}]\n";
	const char *argv[] = {"cgbench",   "run",          "--no-plots",        "--quiet",
			      "--results", "/tmp/stopped", "/tmp/stopped.yaml", NULL};
	struct proc p;
	FILE *f = fopen("/tmp/stopped.yaml", "w");
	pid_t pid;
	int status;

	(void)state;
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2");
	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
	pid = proc_start(argv);
	sleep(4);
	kill(pid, SIGSTOP);
	sleep(9);
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), EXIT_INCONCLUSIVE);
	p = PROC("sh", "-c", "cat /tmp/stopped/*/trials.csv");
	assert_non_null(strstr(p.output, ",disturbed,\"the window took")
				?: strstr(p.output, ",disturbed,the window took"));
	proc_free(&p);
	/* Numbers, and no verdict. */
	p = PROC("sh", "-c", "grep cpu.usage_error /tmp/stopped/*/results.csv");
	assert_non_null(strstr(p.output, ",disturbed,subject,cpu.usage_error,%,"));
	assert_null(strstr(p.output, ",pass"));
	assert_null(strstr(p.output, ",fail"));
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
}

/* `ulimit -f`: an error, and what was there before stays. */
static void test_file_size_limit(void **state)
{
	struct proc p;

	(void)state;
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2");
	p = PROC("sh", "-c",
		 "printf 'suite: f\\nquestion: q\\nduration: 100ms\\nrepeats: 400\\ngroups:\\n- "
		 "name: g\\n  run: {workload: spin}\\n' > /tmp/fsize.yaml; ulimit -f 1600; cgbench "
		 "run "
		 "--quiet --no-plots --results /tmp/fsize /tmp/fsize.yaml");
	printf("%s", p.output);
	assert_int_equal(p.code, EXIT_INCONCLUSIVE);
	assert_non_null(strstr(p.output, "File too large"));
	proc_free(&p);
	assert_int_equal(groups_left(), 0);
}

/* What was ignored when the harness started stays ignored in what it starts. */
static void test_nohup_is_handed_on(void **state)
{
	struct proc p;

	(void)state;
	if (geteuid() != 0 || !groups_have_controller("cpu"))
		test_skip("needs root and cgroup v2");
	p = PROC("sh", "-c",
		 "trap '' HUP; exec cgbench exec -o /dev/null -- sh -c 'kill -HUP $$; echo alive'");
	assert_int_equal(p.code, 0);
	assert_non_null(strstr(p.output, "alive"));
	proc_free(&p);
}

const struct CMUnitTest tests_live_endings[] = {
	cmocka_unit_test(test_endings),
	cmocka_unit_test(test_a_stopped_harness_is_told),
	cmocka_unit_test(test_file_size_limit),
	cmocka_unit_test(test_nohup_is_handed_on),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

/* Half the time at 20%, half at 80%: the usage is in between, so the write took effect in time. */
static void test_write(void **state)
{
	struct suite_run r =
		suite_run("suite: write\n"
			  "question: Does a quota that is changed take effect?\n"
			  "duration: 4s\n"
			  "groups:\n"
			  "  - name: subject\n"
			  "    limits: {cpu.max: 20ms 100ms}\n"
			  "    run: {workload: spin, threads: 1}\n"
			  "actions:\n"
			  "  - {at: 2s, group: subject, write: {cpu.max: 80ms 100ms}}\n"
			  "expect:\n"
			  "  - {metric: cpu.usage_error, within: 6%}\n",
			  NULL);

	(void)state;
	assert_int_equal(r.code, 0);
	assert_true(fabs(run_column(&r, "expected", "subject", "cpu.usage_usec", NULL, NULL) -
			 2e6) < 0.05 * 2e6);
	suite_run_free(&r);
}

/* Frozen for half of the time, a hog uses half of it; and a frozen group can be removed. */
static void test_freeze(void **state)
{
	struct suite_run r = suite_run("suite: freeze\n"
				       "question: Does a frozen group stand still?\n"
				       "duration: 4s\n"
				       "groups:\n"
				       "  - name: thawed\n"
				       "    run: {workload: spin, threads: 1}\n"
				       "  - name: frozen\n"
				       "    run: {workload: duty, busy: 1ms, idle: 9ms}\n"
				       "actions:\n"
				       "  - {at: 1s, group: thawed, freeze: true}\n"
				       "  - {at: 1s, group: frozen, freeze: true}\n"
				       "  - {at: 3s, group: thawed, thaw: true}\n",
				       NULL);
	double usage;

	(void)state;
	assert_int_equal(r.code, 0);
	usage = run_value(&r, "thawed", "cpu.usage_usec", NULL, NULL);
	assert_true(usage > 1.7e6 && usage < 2.1e6);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

static void test_move(void **state)
{
	struct suite_run r = suite_run("suite: move\n"
				       "question: Is a task held by the group it is moved to?\n"
				       "duration: 4s\n"
				       "groups:\n"
				       "  - name: free\n"
				       "    run: {workload: spin, threads: 1}\n"
				       "  - name: held\n"
				       "    limits: {cpu.max: 20ms 100ms}\n"
				       "actions:\n"
				       "  - {at: 2s, group: free, move: held}\n",
				       NULL);
	double held;

	(void)state;
	assert_int_equal(r.code, 0);
	held = run_value(&r, "held", "cpu.usage_usec", NULL, NULL);
	assert_true(held > 0.9 * 0.4e6 && held < 1.1 * 0.4e6);
	suite_run_free(&r);
}

/* An action that the kernel refuses is told with its time, file and value. */
static void test_refused_action(void **state)
{
	struct suite_run r =
		suite_run("suite: refused\n"
			  "question: Is a refused action told?\n"
			  "duration: 2s\n"
			  "groups:\n"
			  "  - name: subject\n"
			  "    limits: {cpuset.cpus: \"0\"}\n"
			  "    run: {workload: spin, threads: 1}\n"
			  "actions:\n"
			  "  - {at: 1s, group: subject, write: {cpuset.cpus: \"999\"}}\n",
			  NULL);

	(void)state;
	assert_int_equal(r.code, EXIT_INCONCLUSIVE);
	assert_string_equal(run_trial_text(&r, "status"), "failed");
	assert_non_null(strstr(run_trial_text(&r, "reason"), "action at 1.000 s"));
	assert_non_null(strstr(run_trial_text(&r, "reason"), "cpuset.cpus"));
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

/* A command in a group and one outside, each over and over; both leave what they were to leave. */
static void test_commands(void **state)
{
	struct suite_run r =
		suite_run("suite: commands\n"
			  "question: Do commands run where they should?\n"
			  "duration: 2s\n"
			  "groups:\n"
			  "  - {name: subject, run: {workload: duty, busy: 1ms, idle: 99ms}}\n"
			  "actions:\n"
			  "  - {at: 200ms, every: 500ms, run: [sh, -c, 'cat /proc/self/cgroup >> "
			  "/tmp/where']}\n"
			  "  - {at: 300ms, group: subject, run: [sh, -c, 'cat /proc/self/cgroup >> "
			  "/tmp/where']}\n",
			  NULL);
	char line[4096];
	unsigned outside = 0, inside = 0;
	FILE *f = fopen("/tmp/where", "r");

	(void)state;
	assert_int_equal(r.code, 0);
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		outside += strstr(line, "/t1/errands.own\n") != NULL;
		inside += strstr(line, "/t1/subject\n") != NULL;
	}
	fclose(f);
	unlink("/tmp/where");
	assert_int_equal(outside, 4);
	assert_int_equal(inside, 1);
	assert_int_equal(groups_left(), 0);
	suite_run_free(&r);
}

static void test_commands_that_fail(void **state)
{
	static const struct {
		const char *command, *reason;
	} rows[] = {
		{"[sh, -c, 'echo first; echo last; exit 3']", "sh ended with code 3: first|last"},
		{"[sh, -c, 'kill -USR1 $$']", "sh was ended by signal 10"},
		{"[/no/such/program]",
		 "action at 1.000 s: cannot execute /no/such/program: No such file"},
		{"[sh, -c, 'sleep 100 & sleep 100']", "sh had not ended when the window did"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char yaml[1024];
		struct suite_run r;
		snprintf(yaml, sizeof(yaml),
			 "suite: failing\n"
			 "question: Is a command that fails told?\n"
			 "duration: 2s\n"
			 "groups:\n"
			 "  - {name: subject, run: {workload: duty, busy: 1ms, idle: 99ms}}\n"
			 "actions:\n"
			 "  - {at: 1s, run: %s}\n",
			 rows[i].command);
		r = suite_run(yaml, NULL);
		assert_int_equal(r.code, EXIT_INCONCLUSIVE);
		assert_string_equal(run_trial_text(&r, "status"), "failed");
		if (!strstr(run_trial_text(&r, "reason"), rows[i].reason))
			fail_msg("%s: %s", rows[i].command, run_trial_text(&r, "reason"));
		assert_int_equal(groups_left(), 0);
		suite_run_free(&r);
	}
}

/* memory.reclaim is no limit; and the kernel's refusal is told with its errno. */
static void test_files(void **state)
{
	static const struct {
		const char *file, *reason;
	} rows[] = {
		{"memory.reclaim: \"0\"", ""},
		{"cgroup.type: nonsense", "cgroup.type: Invalid argument"},
		{"memory.nothing: \"1\"", "memory.nothing"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char yaml[1024];
		struct suite_run r;
		snprintf(yaml, sizeof(yaml),
			 "suite: file\n"
			 "question: Is a file written?\n"
			 "duration: 1s\n"
			 "groups:\n"
			 "  - {name: subject, run: {workload: duty, busy: 1ms, idle: 99ms}}\n"
			 "actions:\n"
			 "  - {at: 500ms, group: subject, file: {%s}}\n",
			 rows[i].file);
		r = suite_run(yaml, NULL);
		assert_int_equal(r.code, *rows[i].reason ? EXIT_INCONCLUSIVE : 0);
		if (!strstr(run_trial_text(&r, "reason"), rows[i].reason))
			fail_msg("%s: %s", rows[i].file, run_trial_text(&r, "reason"));
		suite_run_free(&r);
	}
}

static void test_oom_score(void **state)
{
	struct suite_run r = suite_run(
		"suite: score\n"
		"question: Has a program the score that it was given?\n"
		"duration: 1s\n"
		"groups:\n"
		"  - name: subject\n"
		"    oom_score_adj: -321\n"
		"    run: {exec: [sh, -c, 'read s < /proc/self/oom_score_adj; test $s = -321 && "
		"exec sleep 9']}\n",
		NULL);

	(void)state;
	assert_int_equal(r.code, 0);
	suite_run_free(&r);
}

/* Fields 19 and 41 of proc_pid_stat(5), after the name: nice and policy. */
static void test_sched(void **state)
{
	struct suite_run r = suite_run(
		"suite: sched\n"
		"question: Has a program the policy and the niceness that it was given?\n"
		"duration: 1s\n"
		"groups:\n"
		"  - name: nice\n"
		"    nice: 7\n"
		"    sched: batch\n"
		"    run: {exec: [sh, -c, 'set -- $(sed \"s/.*) //\" /proc/self/stat); "
		"shift 16; test $1 = 7 && shift 22 && test $1 = 3 && exec sleep 9']}\n"
		"  - name: rt\n"
		"    sched: rr:5\n"
		"    run: {exec: [sh, -c, 'set -- $(sed \"s/.*) //\" /proc/self/stat); "
		"shift 37; test $1 = 5 && test $2 = 2 && exec sleep 9']}\n"
		"  - {name: ours, nice: 3, run: {workload: duty, busy: 1ms, idle: 99ms}}\n",
		NULL);

	(void)state;
	if (strstr(run_trial_text(&r, "reason"), "CAP_SYS_NICE"))
		test_skip("not allowed to be real-time");
	assert_int_equal(r.code, 0);
	suite_run_free(&r);
}

/* Whatever the suite does: afterwards the CPUs are as they were. */
static void test_hotplug(void **state)
{
	struct suite_run r = suite_run("suite: hotplug\n"
				       "question: Does a hog survive a CPU that comes and goes?\n"
				       "duration: 3s\n"
				       "sample_every: 100ms\n"
				       "groups:\n"
				       "  - {name: subject, run: {workload: spin}}\n"
				       "actions:\n"
				       "  - {at: 200ms, every: 400ms, cpu_offline: 1}\n"
				       "  - {at: 400ms, every: 400ms, until: 2s, cpu_online: 1}\n",
				       (const char *[]){"--allow-cpu-hotplug", NULL});

	(void)state;
	if (access("/sys/devices/system/cpu/cpu1/online", W_OK) != 0)
		test_skip("no second CPU that could go off line");
	assert_int_equal(r.code, 0);
	assert_string_equal(run_trial_text(&r, "status"), "ok");
	assert_int_equal(sysconf(_SC_NPROCESSORS_ONLN), sysconf(_SC_NPROCESSORS_CONF));
	suite_run_free(&r);
}

static void test_hotplug_is_refused(void **state)
{
	const char *lab = getenv("CGBENCH_LAB");
	struct suite_run r;
	(void)state;

	unsetenv("CGBENCH_LAB");
	r = suite_run("suite: refused\n"
		      "question: Is a machine of other people's left alone?\n"
		      "duration: 1s\n"
		      "groups:\n"
		      "  - {name: subject, run: {workload: spin}}\n"
		      "actions:\n"
		      "  - {at: 100ms, cpu_offline: 1}\n",
		      NULL);
	if (lab)
		setenv("CGBENCH_LAB", lab, 1);
	assert_string_equal(run_trial_text(&r, "status"), "skipped");
	assert_non_null(strstr(run_trial_text(&r, "reason"), "--allow-cpu-hotplug"));
	suite_run_free(&r);
}

/* The hog would run for a minute; the trial ends with what its suite says. */
static void test_ends(void **state)
{
	static const char *const rows[] = {
		"end: {exit: short}\n",
		"end: {empty: family}\n",
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char yaml[1024];
		struct suite_run r;
		double usec;
		snprintf(yaml, sizeof(yaml),
			 "suite: ends\n"
			 "question: What ends the trial?\n"
			 "duration: 60s\n"
			 "groups:\n"
			 "  - {name: hog, run: {workload: duty, busy: 1ms, idle: 99ms}}\n"
			 "  - name: family\n"
			 "    children: [{name: short, run: {exec: [sleep, \"2\"]}}]\n"
			 "%s",
			 rows[i]);
		r = suite_run(yaml, NULL);
		assert_int_equal(r.code, 0);
		usec = strtod(run_trial_text(&r, "duration_usec"), NULL);
		if (usec < 1.9e6 || usec > 4e6)
			fail_msg("%s: %.0f us", rows[i], usec);
		suite_run_free(&r);
	}
}

/*
 * A hundred groups come, hold a process that uses memory, and go. None stays behind, dying, but
 * what a CPU's charge stock still names: it keeps its last group until that CPU charges another,
 * and a stock without pages is not drained (drain_all_stock()).
 */
static void test_dying_groups(void **state)
{
	struct suite_run r = suite_run(
		"suite: dying\n"
		"question: Does the kernel forget groups that are gone?\n"
		"duration: 20s\n"
		"sample_every: 1s\n"
		"groups:\n"
		"  - name: parent\n"
		"    children: [{name: keeper, run: {workload: duty, busy: 1ms, idle: 99ms}}]\n"
		"actions:\n"
		"  - at: 500ms\n"
		"    run:\n"
		"      - sh\n"
		"      - -ec\n"
		"      - |\n"
		"        cd /sys/fs/cgroup$(sed s,^0::,, /proc/self/cgroup)/../parent\n"
		"        for i in $(seq 100); do\n"
		"          mkdir g$i\n"
		"          sh -c \"echo 0 > g$i/cgroup.procs; head -c 100000 /dev/zero | wc -c\"\n"
		"          until rmdir g$i 2> /dev/null; do sleep 0.01; done\n"
		"        done\n"
		"read:\n"
		"  - {name: dying, file: cgroup.stat, key: nr_dying_descendants, take: end}\n"
		"  - {name: alive, file: cgroup.stat, key: nr_descendants, take: after}\n",
		NULL);

	(void)state;
	test_timeout(300);
	assert_string_equal(run_trial_text(&r, "reason"), "");
	assert_true(run_value(&r, "parent", "read.alive", NULL, NULL) == 1);
	assert_true(run_value(&r, "parent", "read.dying", NULL, NULL) <=
		    sysconf(_SC_NPROCESSORS_ONLN));
	suite_run_free(&r);
}

const struct CMUnitTest tests_live_actions[] = {
	cmocka_unit_test(test_ends),
	cmocka_unit_test(test_dying_groups),
	cmocka_unit_test(test_commands),
	cmocka_unit_test(test_commands_that_fail),
	cmocka_unit_test(test_files),
	cmocka_unit_test(test_oom_score),
	cmocka_unit_test(test_sched),
	cmocka_unit_test(test_hotplug),
	cmocka_unit_test(test_hotplug_is_refused),
	cmocka_unit_test(test_write),
	cmocka_unit_test(test_freeze),
	cmocka_unit_test(test_move),
	cmocka_unit_test(test_refused_action),
	{0},
};

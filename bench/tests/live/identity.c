/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As whom a workload runs: what it says itself, what was recorded, and what cannot be had. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

static void need_root_and_v2(void)
{
	if (geteuid() != 0 || !groups_have_controller("pids"))
		test_skip("needs root and cgroup v2");
}

/* Said by the program, and not by who started it. */
static const char who[] = "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Max processes)' "
			  "/proc/self/status /proc/self/limits | tr '\\t' ' '; echo pid $$";

static void expect_said(const char *as, const char *const *words)
{
	struct proc p =
		PROC("cgbench", "exec", "-o", "/dev/null", "--as", as, "--", "sh", "-c", who);

	for (; *words; words++)
		if (!strstr(p.output, *words))
			fail_msg("as %s: no '%s' in: %s", as, *words, p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
}

static void test_a_program_is_what_was_asked(void **state)
{
	(void)state;
	need_root_and_v2();
	expect_said("nobody", (const char *[]){"Uid: 65534", "CapEff: 0000000000000000", NULL});
	expect_said("1000:7 caps=none+sys_nice no_new_privs",
		    (const char *[]){"Uid: 1000", "CapEff: 0000000000800000",
				     "CapBnd: 0000000000800000", "NoNewPrivs: 1", NULL});
	expect_said("root caps=container rlimit.nproc=99",
		    (const char *[]){"Uid: 0", "CapEff: 00000000a80425fb", "99", NULL});
	expect_said("nobody ns=pid,mount,net,ipc,uts,cgroup",
		    (const char *[]){"pid 1\n", "Uid: 65534", NULL});
	assert_int_equal(groups_left(), 0);
}

/* As a rootless container: root within, nobody outside. */
static void test_a_user_namespace(void **state)
{
	struct proc p;

	(void)state;
	need_root_and_v2();
	p = PROC("cgbench", "exec", "-o", "/dev/null", "--as", "nobody", "--ns",
		 "user,mount,cgroup", "--", "sh", "-c",
		 "id -u; tr -s ' ' < /proc/self/uid_map; cat /proc/self/cgroup");
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	assert_non_null(strstr(p.output, "0\n 0 65534 1\n0::/\n"));
	proc_free(&p);
}

static const char joined[] =
	"suite: joined\n"
	"question: Does a second workload see the first one's processes?\n"
	"duration: 500ms\n"
	"groups:\n"
	"  - {name: first, as: \"ns=pid,net,mount\", limits: {pids.max: 8},\n"
	"     run: {workload: spin}}\n"
	"  - {name: second, as: \"root caps=container+sys_admin join=first:pid,net,mount\",\n"
	"     limits: {pids.max: 9},\n"
	"     run: {exec: [sh, -c, 'test $$ != 1 && grep -q cgwork /proc/1/comm && exec sleep "
	"9']}}\n"
	"  - {name: third, run: {workload: spin}}\n";

static void test_namespaces_of_another(void **state)
{
	struct suite_run r;

	(void)state;
	need_root_and_v2();
	r = suite_run(joined, (const char *[]){"--as", "nobody", NULL});
	printf("%s%s\n", r.output, run_trial_text(&r, "reason"));
	assert_int_equal(r.code, 0);
	assert_true(run_value(&r, "second", "identity.joined", NULL, NULL) == 3);
	assert_true(run_value(&r, "second", "identity.caps", NULL, NULL) == 15);
	assert_true(run_value(&r, "second", "identity.ns_pid", NULL, NULL) ==
		    run_value(&r, "first", "identity.ns_pid", NULL, NULL));
	assert_true(run_value(&r, "first", "identity.apart", NULL, NULL) == 3);
	assert_true(run_value(&r, "third", "identity.uid", NULL, NULL) == 65534);
	assert_true(run_value(&r, "third", "identity.apart", NULL, NULL) == 0);
	suite_run_free(&r);
	assert_int_equal(groups_left(), 0);
}

/* No suite is wrong for what a host refuses. */
static void test_what_cannot_be_had(void **state)
{
	struct suite_run r;

	(void)state;
	need_root_and_v2();
	r = suite_run("suite: refused\n"
		      "question: Is what cannot be had told?\n"
		      "duration: 200ms\n"
		      "groups:\n"
		      "  - {name: g, as: \"ns=user,net rlimit.nofile=unlimited\",\n"
		      "     run: {workload: spin}}\n",
		      NULL);
	assert_string_equal(run_trial_text(&r, "status"), "skipped");
	assert_non_null(strstr(run_trial_text(&r, "reason"), "the host refuses its rlimits"));
	suite_run_free(&r);
	assert_int_equal(groups_left(), 0);
}

const struct CMUnitTest tests_live_identity[] = {
	cmocka_unit_test(test_a_program_is_what_was_asked),
	cmocka_unit_test(test_a_user_namespace),
	cmocka_unit_test(test_namespaces_of_another),
	cmocka_unit_test(test_what_cannot_be_had),
	{0},
};

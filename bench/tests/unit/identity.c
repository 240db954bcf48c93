/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As whom a workload runs: the line of words, and where a wrong word is. */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "model/identity.h"
#include "suite/expand.h"
#include "tests/test.h"
#include "trial/filter.h"

#define BIT(cap) (UINT64_C(1) << (cap))

static struct identity parsed(const char *text)
{
	struct identity id;
	struct err e = {""};

	if (identity_parse(text, &id, NULL, &e) < 0)
		fail_msg("%s: %s", text, e.text);
	return id;
}

static void test_users(void **state)
{
	static const struct {
		const char *text;
		unsigned uid, gid;
	} cases[] = {{"nobody", 65534, 65534},
		     {"root", 0, 0},
		     {"1000", 1000, 1000},
		     {"1000:7", 1000, 7}};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct identity id = parsed(cases[i].text);
		assert_true(id.has_user);
		assert_int_equal(id.uid, cases[i].uid);
		assert_int_equal(id.gid, cases[i].gid);
		assert_false(id.has_caps);
	}
	assert_false(parsed("ns=net").has_user);
}

static void test_capabilities(void **state)
{
	(void)state;
	assert_int_equal(parsed("root caps=none").caps, 0);
	assert_true(parsed("root caps=all").caps == UINT64_MAX);
	assert_int_equal(parsed("caps=none+sys_admin+sys_nice").caps,
			 BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_NICE));
	/* Docker's documented default: 14 capabilities. */
	assert_int_equal(parsed("caps=container").caps, 0xa80425fb);
	assert_int_equal(parsed("caps=container+net_admin").caps, 0xa80425fb | BIT(CAP_NET_ADMIN));
}

static void test_namespaces_and_the_rest(void **state)
{
	struct identity id = parsed("nobody ns=mount,cgroup join=first:pid,net no_new_privs "
				    "rlimit.nproc=64 rlimit.memlock=8M");

	(void)state;
	assert_int_equal(id.own, CLONE_NEWNS | CLONE_NEWCGROUP);
	assert_int_equal(id.joined, CLONE_NEWPID | CLONE_NEWNET);
	assert_string_equal(id.join_name, "first");
	assert_true(id.no_new_privs);
	assert_int_equal(id.n_rlimits, 2);
	assert_int_equal(id.rlimits[0].resource, RLIMIT_NPROC);
	assert_int_equal(id.rlimits[0].value, 64);
	assert_int_equal(id.rlimits[1].value, 8 << 20);
}

static void test_wrong_words(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *says;
	} cases[] = {
		{"", 0, "expected whom to run as"},
		{"nobody nobody", 7, "'nobody': a second user"},
		{"no-such-user", 0, "'no-such-user' is no user of this host"},
		{"root caps=everything", 5, "caps: 'everything'; expected none, container or all"},
		{"root caps=sys_admin", 5, "expected none, container or all"},
		{"root caps=none+cap_sys_admin", 5, "caps: 'cap_sys_admin'"},
		{"root caps=", 5, "caps: expected caps=..."},
		{"ns=pid,disk", 0, "ns: 'disk'; expected pid, mount, net"},
		{"root ns=pid ns=net", 12, "ns: is there twice"},
		{"join=pid", 0, "join: 'pid'; expected GROUP:pid,net"},
		{"ns=pid join=a:pid", 7, "a namespace is both its own"},
		{"join=a:user", 0, "a user namespace cannot be joined"},
		{"seccomp=none", 0, "seccomp: 'none'; expected container"},
		{"no_new_privs=1", 0, "no_new_privs: it has no value"},
		{"rlimit.frogs=1", 0, "rlimit: 'frogs'; expected a limit of getrlimit(2)"},
		{"rlimit.nproc=many", 0, "rlimit.nproc: 'many'; expected a number"},
		{"rlimit.nproc=1 rlimit.nproc=2", 15, "rlimit.nproc: is there twice"},
		{"root color=red", 5, "'color=': expected caps=, ns=, join=, seccomp= or "},
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct identity id;
		struct err e = {""};
		size_t at = 0;
		assert_int_equal(identity_parse(cases[i].text, &id, &at, &e), -EINVAL);
		if (!strstr(e.text, cases[i].says) || at != cases[i].at)
			fail_msg("'%s': %s (at %zu)", cases[i].text, e.text, at);
	}
}

#define HEAD "suite: s\nquestion: q\n"

static int expand(const char *text, const char *as, struct suite **suite, struct plan **plan,
		  struct err *e)
{
	int r = suite_parse("t.yaml", text, strlen(text), suite, e);

	return r < 0 ? r : plan_expand(*suite, &(struct plan_options){.as = as}, plan, e);
}

/* A group's own word counts, then the run's; a parent in which nothing runs has none. */
static void test_groups_of_a_suite(void **state)
{
	static const char text[] =
		HEAD "axes: {who: [nobody, \"root caps=none\"]}\n"
		     "groups:\n"
		     "- {name: a, as: \"${who}\", run: {workload: spin}}\n"
		     "- {name: b, as: \"join=a:pid,net\", run: {workload: spin}}\n"
		     "- {name: c, children: [{name: d, run: {workload: spin}}]}\n";
	struct suite *suite = NULL;
	struct plan *p = NULL;
	struct err e = {""};

	(void)state;
	if (expand(text, "1000", &suite, &p, &e) < 0)
		fail_msg("%s", e.text);
	if (!p)
		return; /* not reached: fail_msg goes on elsewhere */
	assert_int_equal(p->n_trials, 2);
	assert_int_equal(p->trials[0].groups[0].identity.uid, 65534);
	assert_true(p->trials[1].groups[0].identity.has_caps);
	assert_int_equal(p->trials[0].groups[1].identity.joined, CLONE_NEWPID | CLONE_NEWNET);
	assert_int_equal(p->trials[0].groups[1].identity.join_group, 0);
	assert_null(p->trials[0].groups[2].identity.text);
	assert_int_equal(p->trials[0].groups[3].identity.uid, 1000);
	plan_free(p);
	suite_free(suite);
}

static void test_faults_have_a_place(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{HEAD "groups: [{name: g, as: nobody caps=some, run: {workload: spin}}]\n",
		 "t.yaml:3:31: caps: 'some'"},
		{HEAD "groups: [{name: g, as: \"join=h:pid\", run: {workload: spin}}]\n",
		 "t.yaml:3:24: "},
		{HEAD "groups:\n- {name: h, children: [{name: i, run: {workload: spin}}]}\n"
		      "- {name: g, as: \"join=h:pid\", run: {workload: spin}}\n",
		 "t.yaml:5:17: join: nothing runs in group 'h'"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct suite *suite = NULL;
		struct plan *p = NULL;
		struct err e = {""};
		assert_int_equal(expand(cases[i].text, NULL, &suite, &p, &e), -EINVAL);
		if (!strstr(e.text, cases[i].says))
			fail_msg("%s", e.text);
		suite_free(suite);
	}
}

/* Two calls that the profile refuses, and one that it lets a container with CAP_SYS_ADMIN do. */
static int filtered(uint64_t caps)
{
	struct sock_fprog filter = {0};
	struct err e = {""};
	int status;
	pid_t pid;

	if (filter_build(caps, &filter, &e) < 0)
		fail_msg("%s", e.text);
	pid = fork();
	if (pid == 0) {
		bool keys, space;
		if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 || filter_install(&filter))
			_exit(99);
		keys = syscall(SYS_keyctl, 0, 0, 0) < 0 && errno == EPERM;
		/* Of no kind at all: allowed to anybody, where the call is. */
		space = unshare(0) < 0 && errno == EPERM;
		_exit(keys | space << 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(filter.filter);
	return WEXITSTATUS(status);
}

static void test_a_containers_filter(void **state)
{
	(void)state;
	assert_int_equal(filtered(0), 3);
	assert_int_equal(filtered(BIT(CAP_SYS_ADMIN)), 1);
	assert_true(parsed("root seccomp=container").seccomp);
}

const struct CMUnitTest tests_unit_identity[] = {
	cmocka_unit_test(test_users),
	cmocka_unit_test(test_capabilities),
	cmocka_unit_test(test_namespaces_and_the_rest),
	cmocka_unit_test(test_wrong_words),
	cmocka_unit_test(test_a_containers_filter),
	cmocka_unit_test(test_groups_of_a_suite),
	cmocka_unit_test(test_faults_have_a_place),
	{0},
};

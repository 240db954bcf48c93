/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refusals of a real kernel, at the parent of the group that the command is in. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/proc.h"
#include "tests/support/suite_run.h"
#include "tests/test.h"

static const char set_up[] =
	"set -e; cd /sys/fs/cgroup; echo '+memory +pids' > cgroup.subtree_control; mkdir -p "
	"why/leaf\n"
	"echo '+memory +pids' > why/cgroup.subtree_control; echo 6 > why/pids.max\n"
	"echo 32M > why/memory.max; echo $$ > why/leaf/cgroup.procs; set +e\n";

static const char tear_down[] = "\necho $$ > /sys/fs/cgroup/cgroup.procs; rmdir why/leaf why\n";

static struct proc ask(const char *question)
{
	char script[1024];

	if (geteuid() != 0 || !groups_have_controller("pids"))
		test_skip("needs root and cgroup v2");
	snprintf(script, sizeof(script), "%s%s%s", set_up, question, tear_down);
	return PROC("sh", "-c", script);
}

static void test_a_refused_fork(void **state)
{
	struct proc p = ask("cgbench why -- sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done'");

	(void)state;
	if (!strstr(p.output, "pids.max of why (6) was met") || !strstr(p.output, "EAGAIN"))
		fail_msg("%s", p.output);
	proc_free(&p);
}

static void test_a_kill(void **state)
{
	struct proc p = ask("cgbench why -- sh -c 'a=x; while :; do a=$a$a; done'");

	(void)state;
	if (!strstr(p.output, "the OOM killer ended 1 process of why/leaf") ||
	    !strstr(p.output, "memory.max of why (32M) was met"))
		fail_msg("%s", p.output);
	proc_free(&p);
}

const struct CMUnitTest tests_live_why[] = {
	cmocka_unit_test(test_a_refused_fork),
	cmocka_unit_test(test_a_kill),
	{0},
};

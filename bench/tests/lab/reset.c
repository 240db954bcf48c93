/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest's end: by its reset, whatever its CPUs are doing. */
#include <string.h>

#include "cgbench/exit.h"
#include "tests/support/proc.h"
#include "tests/test.h"

/* Ample for a boot, and not for ever: the lab ends a guest that does not. */
#define TIMEOUT_SEC "300"
enum { CASE_TIMEOUT_SEC = 400 };

static void test_a_busy_cpu_does_not_hold_up_the_end(void **state)
{
	struct proc p;

	(void)state;
	test_timeout(CASE_TIMEOUT_SEC);
	p = PROC("scripts/lab", "--kernel", "6.12", "--cpus", "2", "--timeout", TIMEOUT_SEC, "--",
		 "sh", "-c", "taskset -c 1 sh -c 'while :; do :; done' & sleep 1");
	if (p.code == EXIT_CANNOT)
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	if (p.code != 0 || strstr(p.output, "did not end"))
		fail_msg("exit code %d: %s", p.code, p.output);
	proc_free(&p);
}

const struct CMUnitTest tests_lab_reset[] = {
	cmocka_unit_test(test_a_busy_cpu_does_not_hold_up_the_end),
	{0},
};

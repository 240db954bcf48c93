/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A victim and its neighbour on a real kernel: on the victim's own CPU the neighbour takes half of
 * it, which the run names; on another core, at ordinary limits, nothing that counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/lab.h"
#include "tests/test.h"

/* What a neighbour that wants all it can get costs, by where it is: that, and the budget, come in.
 */
static const char suite[] =
	"suite: s\n"
	"question: q\n"
	"duration: 1s\n"
	"groups:\n"
	"  - {name: victim, place: {cpus: 1}, run: {workload: spin}}\n"
	"  - name: hog\n"
	"    start: 500ms\n"
	"    place: {cpus: 1, beside: victim, where: %s}\n"
	"    run: {workload: spin}\n"
	"actions: [{at: 495ms, segment: beside}]\n"
	"expect: [{metric: victim.cpu_wait_pct, group: victim, min: %s, max: %s}]\n";

static void run_beside(const char *where, const char *min, const char *max, const char *says)
{
	char *output = NULL, text[1024], command[2048];
	int code;

	snprintf(text, sizeof(text), suite, where, min, max);
	snprintf(command, sizeof(command),
		 "cat >s.yaml <<'END'\n%sEND\ncgbench run s.yaml --no-plots --results /out", text);
	code = lab_run(&(struct lab){.kernel = "6.12", .cpus = "2"}, command, &output);
	if (code != 0 || !strstr(output, says))
		fail_msg("exit code %d: %s", code, output);
	free(output);
}

static void test_a_neighbour_on_the_same_cpu_is_named(void **state)
{
	(void)state;
	run_beside("same-cpu", "45", "55", "of its throughput to CPU time: it waited for a CPU");
}

/* Its throughput would be no measure: emulated CPUs take turns. */
static void test_nobody_waits_for_a_neighbour_on_another_core(void **state)
{
	(void)state;
	run_beside("other-core", "0", "3", "budgets: 1 met");
}

const struct CMUnitTest tests_lab_victims[] = {
	cmocka_unit_test(test_a_neighbour_on_the_same_cpu_is_named),
	cmocka_unit_test(test_nobody_waits_for_a_neighbour_on_another_core),
	{0},
};

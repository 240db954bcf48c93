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

static const char same_cpu[] =
	"suite: s\n"
	"question: q\n"
	"duration: 1s\n"
	"groups:\n"
	"  - {name: victim, place: {cpus: 1}, run: {workload: spin}}\n"
	"  - name: hog\n"
	"    start: 500ms\n"
	"    place: {cpus: 1, beside: victim, where: same-cpu}\n"
	"    run: {workload: spin}\n"
	"actions: [{at: 495ms, segment: beside}]\n"
	"expect: [{metric: victim.loss_pct, group: victim, min: 45, max: 52}]\n";

static const char other_core[] =
	"cgbench run victims --quiet --no-plots --results /out --filter part=levels "
	"--filter level=ordinary --filter antagonist=cpu-hogs --filter victim=cpu";

static void test_a_neighbour_on_the_same_cpu_is_named(void **state)
{
	char *output = NULL, command[1024];
	int code;

	(void)state;
	snprintf(command, sizeof(command),
		 "cat >s.yaml <<'END'\n%sEND\ncgbench run s.yaml --no-plots --results /out",
		 same_cpu);
	code = lab_run(&(struct lab){.kernel = "6.12", .cpus = "2"}, command, &output);
	if (code != 0 || !strstr(output, "of its throughput to CPU time: it waited for a CPU"))
		fail_msg("exit code %d: %s", code, output);
	free(output);
}

static void test_a_neighbour_on_another_core_costs_next_to_nothing(void **state)
{
	char *output = NULL;
	int code = lab_run(&(struct lab){.kernel = "6.12", .cpus = "3"}, other_core, &output);

	(void)state;
	if (code != 0)
		fail_msg("exit code %d: %s", code, output);
	free(output);
}

const struct CMUnitTest tests_lab_victims[] = {
	cmocka_unit_test(test_a_neighbour_on_the_same_cpu_is_named),
	cmocka_unit_test(test_a_neighbour_on_another_core_costs_next_to_nothing),
	{0},
};

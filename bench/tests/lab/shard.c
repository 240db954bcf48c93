/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shards on a real kernel: within one guest they make every trial once; with a boot for every trial
 * they merge into the bytes of the run without shards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "tests/support/lab.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { TEST_TIMEOUT_SEC = 1500 };

static const char in_one_guest[] =
	"set -e\n"
	"run() { cgbench run smoke --no-plots --quiet \"$@\"; }\n"
	"some='--filter part=cpu --filter part=actions --filter part=memory-kill'\n"
	"run $some --shard 1/2 --results one\n"
	"run $some --shard 2/2 --results two\n"
	"cut -d, -f4 one/*/trials.csv two/*/trials.csv | sort -n | uniq -c\n"
	"if cgbench merge -o merged one/*; then exit 9; fi\n"
	"cgbench merge -o merged one/* two/*\n"
	/* Going on with another shard's directory would mix two. */
	"if run $some --shard 2/2 --resume one/*; then exit 9; fi\n"
	/* The same matrix, from the merged directory alone. */
	"cgbench rerun merged -- --quiet --no-plots --results again\n"
	/* From the suite's name to the metric's. */
	"cut -d, -f2-9 merged/results.csv > a\n"
	"cut -d, -f2-9 again/*/results.csv > b\n"
	"cmp a b\n"
	"test \"$(wc -l < merged/trials.csv)\" = 4\n";

static void test_in_one_guest(void **state)
{
	const struct lab lab = {.kernel = "6.12", .cpus = "1"};
	char *output = NULL;
	(void)state;

	assert_int_equal(lab_run(&lab, in_one_guest, &output), 0);
	assert_non_null(strstr(output, "1 of the 3 trials are in none of the runs: 2;"));
	assert_non_null(strstr(output, "shard: 1/2 | 2/2"));
	assert_non_null(strstr(output, "environment: as it was"));
}

static void lab_run_script(const char *to, const char *shard)
{
	struct proc p =
		PROC("scripts/lab-run", "--out", to, "--shard", shard, "--lab", "--kernel 6.12",
		     "smoke", "--filter", "part=cpu", "--filter", "part=memory-kill");

	printf("%s", p.output);
	if (p.code == 77)
		test_skip("%.*s", (int)strcspn(p.output, "\n"), p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
}

static void test_fresh_boots(void **state)
{
	static const char *const files[] = {"results.csv", "trials.csv", "samples.csv",
					    "stalls.csv", "host.json"};
	char folder[] = "/tmp/cgbench-shard-XXXXXX", command[256];
	struct proc p;
	(void)state;

	test_timeout(TEST_TIMEOUT_SEC);
	assert_non_null(mkdtemp(folder));
	snprintf(command, sizeof(command), "%s/whole", folder);
	lab_run_script(command, "1/1");
	snprintf(command, sizeof(command), "%s/part-1", folder);
	lab_run_script(command, "1/2");
	snprintf(command, sizeof(command), "%s/part-2", folder);
	lab_run_script(command, "2/2");
	snprintf(command, sizeof(command),
		 "${CGBENCH_BUILD:-build}/cgbench merge -o %s/merged %s/part-2 %s/part-1", folder,
		 folder, folder);
	p = PROC("sh", "-c", command);
	printf("%s", p.output);
	assert_int_equal(p.code, 0);
	proc_free(&p);
	for (size_t i = 0; i < array_len(files); i++) {
		snprintf(command, sizeof(command), "cmp %s/whole/%s %s/merged/%s", folder, files[i],
			 folder, files[i]);
		p = PROC("sh", "-c", command);
		if (p.code)
			fail_msg("%s", p.output);
		proc_free(&p);
	}
	p = PROC("rm", "-rf", folder);
	proc_free(&p);
}

const struct CMUnitTest tests_lab_shard[] = {
	cmocka_unit_test(test_in_one_guest),
	cmocka_unit_test(test_fresh_boots),
	{0},
};

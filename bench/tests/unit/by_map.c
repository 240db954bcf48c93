/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of an axis: what its tiles say of three kernels whose changes are known. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "compare/by_map.h"
#include "tests/test.h"

enum { KERNELS = 3, CELLS = 3, TEXT_MAX = 16384 };

#define INPUTS                                                                         \
	"\"cgbench_digest\": \"b\", \"cgwork_digest\": \"w\", \"lab_inputs\": \"i\", " \
	"\"command_digest\": \"c\""

static const char *const kernels[KERNELS] = {"6.1.0", "6.12.5", "7.0.1"};

/* A metric's value in each cell on each kernel; NULL: the kernel does not have it. */
static const struct {
	const char *metric, *unit;
	const char *value[KERNELS][CELLS];
} rows[] = {
	{"cpu.usage_usec",
	 "usec",
	 {{"100", "200", "300"}, {"110", "220", "330"}, {"110", "220", "330"}}},
	{"harness.cpu_usec",
	 "usec",
	 {{"100", "100", "100"}, {"100", "100", "150"}, {"100", "100", "150"}}},
	{"pids.events_max", "count", {{"0", "0", "0"}, {"0", "0", "0"}, {"7", "7", "7"}}},
	{"kill.left", "count", {{NULL, NULL, NULL}, {"0", NULL, NULL}, {"0", NULL, NULL}}},
};

static void write_text(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void write_run(const char *dir, unsigned kernel)
{
	char results[TEXT_MAX] = "run,suite,part,trial,cell,repeat,status,group,metric,unit,value,"
				 "expected,error_pct,verdict,quota\n";
	char trials[TEXT_MAX] = "run,suite,part,trial,cell,repeat,status,reason,quota\n";
	char host[256], command[256];

	snprintf(command, sizeof(command), "mkdir -p %s", dir);
	assert_int_equal(system(command), 0);
	for (unsigned c = 0; c < CELLS; c++) {
		size_t n = strlen(trials);
		snprintf(trials + n, sizeof(trials) - n, "r,small,,%u,%u,1,ok,,%u%%\n", c + 1,
			 c + 1, 10 * (c + 1));
		for (size_t i = 0; i < array_len(rows); i++) {
			n = strlen(results);
			if (rows[i].value[kernel][c])
				snprintf(results + n, sizeof(results) - n,
					 "r,small,,%u,%u,1,ok,subject,%s,%s,%s,,,,%u%%\n", c + 1,
					 c + 1, rows[i].metric, rows[i].unit,
					 rows[i].value[kernel][c], 10 * (c + 1));
		}
	}
	snprintf(host, sizeof(host),
		 "{\"kernel\": \"%s\", \"lab\": \"exact\", \"suite_digest\": \"x\", " INPUTS "}",
		 kernels[kernel]);
	write_text(dir, "host.json", host);
	write_text(dir, "results.csv", results);
	write_text(dir, "trials.csv", trials);
}

/* Compares three runs by kernel and writes the map; returns its CSV. */
static void draw(const char *folder, char text[static TEXT_MAX])
{
	static const struct compare_options options = {
		.level = COMPARE_LEVEL, .share = COMPARE_SHARE, .margin = COMPARE_MARGIN};
	struct dataset *d = NULL;
	struct run *runs[KERNELS];
	struct by *by = NULL;
	struct err e = {""};
	char path[128];
	size_t n;
	FILE *f;

	assert_int_equal(dataset_new(&d, &e), 0);
	for (unsigned k = 0; k < KERNELS; k++) {
		snprintf(path, sizeof(path), "%s/run-%u", folder, k);
		write_run(path, k);
		if (run_load(d, path, &runs[k], &e) < 0)
			fail_msg("%s", e.text);
	}
	if (by_compare(d, runs, KERNELS, "kernel", NULL, &options, &by, &e) < 0)
		fail_msg("%s", e.text);
	snprintf(path, sizeof(path), "%s/map", folder);
	/* The table is written before the picture, which needs gnuplot. */
	by_map_write(d, by, runs[0]->host, path, &e);
	by_free(by);
	for (unsigned k = 0; k < KERNELS; k++)
		run_free(runs[k]);
	dataset_free(d);
	snprintf(path, sizeof(path), "%s/map.csv", folder);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, TEXT_MAX - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void test_table(void **state)
{
	static const char *const lines[] = {
		"suite,part,group,metric,unit,kernel,previous,value,cells,moved,gained,lost,scale,"
		"change,direction,largest_change,largest_where\n",
		/* Every cell moved by as much. */
		"small,,subject,cpu.usage_usec,usec,6.1.0,,200,3,0,0,0,,,,,\n",
		"small,,subject,cpu.usage_usec,usec,6.12.5,6.1.0,220,3,3,0,0,percent,10,neither,"
		"10,",
		"small,,subject,cpu.usage_usec,usec,7.0.1,6.12.5,220,3,0,0,0,percent,0,same,,\n",
		/* One of three did; the middle one did not. */
		"harness.cpu_usec,usec,6.12.5,6.1.0,100,3,1,0,0,percent,0,same,50,small "
		"quota=30%\n",
		/* From nothing: in units, since there is no percentage of 0. */
		"pids.events_max,count,7.0.1,6.12.5,7,3,3,0,0,unit,7,",
		/* Not there before, and in one cell now. */
		"kill.left,count,6.1.0,,,0,0,0,0,,,,,\n",
		"kill.left,count,6.12.5,6.1.0,0,0,0,1,0,,,,,\n",
		"kill.left,count,7.0.1,6.12.5,0,1,0,0,0,percent,0,same,,\n",
	};
	char folder[] = "/tmp/cgbench-by-map-XXXXXX", text[TEXT_MAX], command[64];
	(void)state;

	assert_non_null(mkdtemp(folder));
	draw(folder, text);
	for (size_t i = 0; i < array_len(lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no '%s' in\n%s", lines[i], text);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

const struct CMUnitTest tests_unit_by_map[] = {cmocka_unit_test(test_table), {0}};

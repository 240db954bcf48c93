/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run's directory from a trial that was made by hand: golden rows, and what faults leave of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "record/run_dir.h"
#include "tests/test.h"

enum { TRIALS = 3 };

/* A matrix of one axis with three cells; one group each; times in round numbers. */
struct fixture {
	char folder[64];
	struct plan plan;
	struct trial_plan trials[TRIALS];
	struct group_plan group;
	struct expect_plan expect;
	const char *axis_names[1];
	const char *axis_values[TRIALS][1];
};

static void fixture_make(struct fixture *f)
{
	static const char *const values[TRIALS] = {"5%", "20%, \"half\"", "50%"};

	memset(f, 0, sizeof(*f));
	strcpy(f->folder, "/tmp/cgbench-unit-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->group.name = (char *)"subject";
	f->group.parent = -1;
	f->expect = (struct expect_plan){.metric = (char *)"cpu.usage_cpus",
					 .within_pct = NAN,
					 .min = 0.1,
					 .max = 0.3,
					 .equals = NAN};
	f->axis_names[0] = "quota";
	for (unsigned i = 0; i < TRIALS; i++) {
		f->axis_values[i][0] = values[i];
		f->trials[i] = (struct trial_plan){.trial = i + 1,
						   .cell = i + 1,
						   .repeat = 1,
						   .axis_values = f->axis_values[i],
						   .groups = &f->group,
						   .n_groups = 1,
						   .expects = &f->expect,
						   .n_expects = 1};
	}
	f->plan = (struct plan){.suite = "golden",
				.digest = "abc",
				.source = "suite: golden\n",
				.source_bytes = strlen("suite: golden\n"),
				.axis_names = f->axis_names,
				.n_axes = 1,
				.trials = f->trials,
				.n_trials = TRIALS,
				.n_cells = TRIALS,
				.seed = 7};
}

static void fixture_end(struct fixture *f)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", f->folder);
	assert_int_equal(system(command), 0);
}

/* What the trial left: a second at 20% of a CPU, one stall, one sample. */
struct result {
	struct trial_data data;
	struct group_data group;
	struct snapshot_file before, after;
	struct sample sample;
};

static void result_make(struct result *r, const struct fixture *f, unsigned trial)
{
	memset(r, 0, sizeof(*r));
	r->before = (struct snapshot_file){"cpu.stat", (char *)"usage_usec 100\n"};
	r->after = (struct snapshot_file){"cpu.stat", (char *)"usage_usec 200100\n"};
	r->sample = (struct sample){1010000500, 0, "memory.current", 4096};
	r->group = (struct group_data){.plan = &f->group,
				       .opened_nsec = 1000000000,
				       .before = {.nsec = 1000000000, .files = &r->before, .n = 1},
				       .after = {.nsec = 2000000000, .files = &r->after, .n = 1},
				       .cpus = {3},
				       .n_cpus = 1};
	r->data = (struct trial_data){.plan = &f->trials[trial],
				      .begin_nsec = 900000000,
				      .open_nsec = 1000000000,
				      .close_nsec = 2000000000,
				      .setup_nsec = 100000000,
				      .teardown_nsec = 2500000,
				      .harness_cpu_nsec = 1234567,
				      .samples_taken = 1,
				      .sampler_nsec = 99000,
				      .groups = &r->group,
				      .n_groups = 1,
				      .samples = &r->sample,
				      .n_samples = 1};
}

/* Evaluates and writes, as `run` does. */
static int add(struct run_dir *d, const struct trial_data *t, struct tally *tally, struct err *e)
{
	struct evaluation v = {0};
	int r = evaluate(t, &v, e);

	if (r == 0)
		r = run_dir_add(d, t, &v, e);
	*tally = v.tally;
	evaluation_free(&v);
	return r;
}

static struct run_dir *create(const struct fixture *f)
{
	struct run_dir *d = NULL;
	json_t *host = json_pack("{s:s}", "kernel", "6.12");
	struct err e = {""};

	if (run_dir_create(f->folder, &f->plan, host, &d, &e) < 0)
		fail_msg("%s", e.text);
	json_decref(host);
	return d;
}

static void read_file(const char *dir, const char *name, char *buf, size_t size)
{
	char path[512];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
}

static void assert_file(const char *dir, const char *name, const char *rest)
{
	char text[8192];

	read_file(dir, name, text, sizeof(text));
	/* The header is part of it; the run's name has the time in it and is cut out. */
	assert_string_equal(text, rest);
}

static void test_golden(void **state)
{
	struct fixture f;
	struct result r;
	struct tally tally = {0};
	struct err e = {""};
	struct run_dir *d;
	char expected[4096], dir[300];
	const char *id;

	(void)state;
	fixture_make(&f);
	d = create(&f);
	snprintf(dir, sizeof(dir), "%s", run_dir_path(d));
	id = strrchr(dir, '/') + 1;
	result_make(&r, &f, 1);
	assert_int_equal(add(d, &r.data, &tally, &e), 0);
	assert_int_equal(run_dir_close(d, &e), 0);
	assert_int_equal(tally.pass, 1);
	assert_int_equal(tally.fail + tally.missing + tally.unresolved, 0);
	snprintf(expected, sizeof(expected),
		 "run,suite,part,trial,cell,repeat,status,reason,start_usec,duration_usec,setup_"
		 "usec,"
		 "teardown_usec,samples,samples_lost,sampler_cost_usec,harness_cpu_usec,placement,"
		 "ran_on,quota\n"
		 "%s,golden,,2,2,1,ok,,1000000,1000000,100000,2500,1,0,99,1234.567,subject=3,,"
		 "\"20%%, \"\"half\"\"\"\n",
		 id);
	assert_file(dir, "trials.csv", expected);
	assert_file(dir, "samples.csv",
		    "trial,group,t_usec,metric,value\n2,subject,10000.5,memory.current,4096\n");
	assert_file(dir, "stalls.csv", "trial,group,thread,start_usec,length_usec\n");
	snprintf(
		expected, sizeof(expected),
		"run,suite,part,trial,cell,repeat,status,group,metric,unit,value,expected,error_"
		"pct,"
		"verdict,quota\n"
		"%1$s,golden,,2,2,1,ok,subject,cpu.usage_usec,usec,200000,,,,\"20%%, "
		"\"\"half\"\"\"\n"
		"%1$s,golden,,2,2,1,ok,subject,cpu.usage_cpus,cpus,0.2,,,pass,\"20%%, "
		"\"\"half\"\"\"\n"
		"%1$s,golden,,2,2,1,ok,,harness.setup_usec,usec,100000,,,,\"20%%, \"\"half\"\"\"\n",
		id);
	char text[8192];
	read_file(dir, "results.csv", text, sizeof(text));
	assert_memory_equal(text, expected, strlen(expected));
	fixture_end(&f);
}

/* A trial that is not ok has a row that says why, and no numbers. */
static void test_no_numbers(void **state)
{
	struct fixture f;
	struct result r;
	struct tally tally = {0};
	struct err e = {""};
	struct run_dir *d;
	char dir[300], text[4096];

	(void)state;
	fixture_make(&f);
	d = create(&f);
	snprintf(dir, sizeof(dir), "%s", run_dir_path(d));
	result_make(&r, &f, 0);
	r.data.status = TRIAL_UNENFORCED;
	strcpy(r.data.reason, "cpu.max: wrote '1', reads back '2'");
	assert_int_equal(add(d, &r.data, &tally, &e), 0);
	assert_int_equal(run_dir_close(d, &e), 0);
	read_file(dir, "results.csv", text, sizeof(text));
	assert_int_equal(strchr(text, '\n') - text + 1, strlen(text)); /* the header alone */
	read_file(dir, "trials.csv", text, sizeof(text));
	assert_non_null(strstr(text, ",unenforced,\"cpu.max: wrote '1', reads back '2'\","));
	fixture_end(&f);
}

/* How a program ended is kept, also where it made the trial fail. */
static void test_programs(void **state)
{
	static char *argv[] = {(char *)"make", NULL};
	struct fixture f;
	struct result r;
	struct tally tally = {0};
	struct err e = {""};
	struct run_dir *d;
	char dir[300];

	(void)state;
	fixture_make(&f);
	f.group.run.argv = argv;
	d = create(&f);
	snprintf(dir, sizeof(dir), "%s", run_dir_path(d));
	result_make(&r, &f, 0);
	r.data.status = TRIAL_FAILED;
	r.group.exited = true;
	r.group.exit_status = 2 << 8;
	r.group.exit_nsec = 1500000000;
	r.group.usage.ru_utime.tv_usec = 70;
	r.group.usage.ru_maxrss = 3;
	r.group.tail = (char *)"no rule\n";
	assert_int_equal(add(d, &r.data, &tally, &e), 0);
	assert_int_equal(run_dir_close(d, &e), 0);
	assert_file(dir, "programs.csv",
		    "trial,group,program,exit_code,signal,ended_usec,user_usec,system_usec,"
		    "maxrss_bytes,output\n"
		    "1,subject,make,2,,500000,70,0,3072,\"no rule\n\"\n");
	fixture_end(&f);
}

/* A budget for a metric that the trial did not yield is not a budget that was met. */
static void test_missing_metric(void **state)
{
	struct fixture f;
	struct result r;
	struct tally tally = {0};
	struct err e = {""};
	struct run_dir *d;

	(void)state;
	fixture_make(&f);
	f.expect.metric = (char *)"memory.peak_bytes";
	d = create(&f);
	result_make(&r, &f, 0);
	assert_int_equal(add(d, &r.data, &tally, &e), 0);
	assert_int_equal(tally.missing, 1);
	assert_int_equal(tally.pass, 0);
	assert_int_equal(run_dir_close(d, &e), 0);
	fixture_end(&f);
}

static void test_judge(void **state)
{
	static const struct {
		double within, min, max, equals, value, expected, error;
		bool unresolved;
		enum verdict verdict;
	} rows[] = {
		{3, NAN, NAN, NAN, 2.9, NAN, NAN, false,
		 VERDICT_PASS}, /* a % without expectation */
		{3, NAN, NAN, NAN, -3.1, NAN, NAN, false, VERDICT_FAIL},
		{3, NAN, NAN, NAN, 50, 49, 2.04, false, VERDICT_PASS},
		{NAN, NAN, NAN, 1, 1, NAN, NAN, false, VERDICT_PASS},
		{NAN, NAN, NAN, 1, 2, NAN, NAN, false, VERDICT_FAIL},
		{5, NAN, NAN, 100, 104, NAN, NAN, false, VERDICT_PASS}, /* of what it equals */
		{5, NAN, NAN, 100, 94, 94, 0, false, VERDICT_FAIL},
		{5, NAN, NAN, -100, -104, NAN, NAN, false, VERDICT_PASS},
		{NAN, 0, 5, NAN, 5, NAN, NAN, false, VERDICT_PASS},
		{NAN, 0, 5, NAN, 5.1, NAN, NAN, false, VERDICT_FAIL},
		{NAN, 0, 5, NAN, -0.1, NAN, NAN, false, VERDICT_FAIL},
		{3, NAN, NAN, NAN, 99, NAN, NAN, true, VERDICT_UNRESOLVED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expect_plan x = {.metric = (char *)"m",
					.within_pct = rows[i].within,
					.min = rows[i].min,
					.max = rows[i].max,
					.equals = rows[i].equals};
		struct trial_plan plan = {.expects = &x, .n_expects = 1};
		struct trial_data t = {.plan = &plan};
		struct value v = {.metric = "m",
				  .unit = "%",
				  .value = rows[i].value,
				  .expected = rows[i].expected,
				  .error_pct = rows[i].error,
				  .unresolved = rows[i].unresolved};
		if (evaluate_judge(&t, "g", &v) != rows[i].verdict)
			fail_msg("row %zu: %s", i, verdict_name(evaluate_judge(&t, "g", &v)));
	}
	assert_int_equal(evaluate_judge(&(struct trial_data){.plan = &(struct trial_plan){0}}, "g",
					&(struct value){.unit = "%"}),
			 VERDICT_NONE);
}

static size_t bytes_left; /* of the fake disk */

static ssize_t filling_write(int fd, const void *bytes, size_t n)
{
	if (bytes_left == 0) {
		errno = ENOSPC;
		return -1;
	}
	n = n < bytes_left ? n : bytes_left;
	bytes_left -= n;
	return write(fd, bytes, n);
}

/* At every size of disk: an error that names the directory, and only whole rows behind it. */
static void test_full_disk(void **state)
{
	struct io_ops full = *io();
	struct fixture f;
	unsigned full_disks = 0;

	(void)state;
	full.write = filling_write;
	fixture_make(&f);
	for (size_t size = 1; size < 4000; size += 211) {
		struct result r;
		struct tally tally = {0};
		struct err e = {""};
		struct run_dir *d = create(&f);
		char dir[300], text[16384];
		int result;
		snprintf(dir, sizeof(dir), "%s", run_dir_path(d));
		bytes_left = size;
		io_replace(&full);
		result_make(&r, &f, 0);
		result = add(d, &r.data, &tally, &e);
		for (unsigned i = 1; result == 0 && i < TRIALS; i++) {
			result_make(&r, &f, i);
			result = add(d, &r.data, &tally, &e);
		}
		io_replace(NULL);
		run_dir_close(d, NULL);
		if (result == 0)
			break;
		full_disks++;
		assert_int_equal(result, -ENOSPC);
		assert_non_null(strstr(e.text, dir));
		read_file(dir, "results.csv", text, sizeof(text));
		assert_int_equal(text[strlen(text) - 1], '\n');
	}
	assert_true(full_disks >= 5);
	fixture_end(&f);
}

/* A run that stopped in the middle of a trial goes on without what that trial left. */
static void test_resume(void **state)
{
	struct fixture f;
	struct result r;
	struct tally tally = {0};
	struct err e = {""};
	struct run_dir *d;
	char dir[300], text[16384], path[400];
	FILE *file;

	(void)state;
	fixture_make(&f);
	d = create(&f);
	snprintf(dir, sizeof(dir), "%s", run_dir_path(d));
	result_make(&r, &f, 0);
	assert_int_equal(add(d, &r.data, &tally, &e), 0);
	assert_int_equal(run_dir_close(d, &e), 0);
	snprintf(path, sizeof(path), "%s/samples.csv", dir);
	file = fopen(path, "a");
	assert_true(fputs("2,subject,1,memory.current,1\n2,subj", file) >= 0);
	fclose(file);
	assert_int_equal(run_dir_resume(dir, &f.plan, &d, &e), 0);
	assert_true(run_dir_has(d, 1));
	assert_false(run_dir_has(d, 2));
	result_make(&r, &f, 1);
	assert_int_equal(add(d, &r.data, &tally, &e), 0);
	assert_int_equal(run_dir_close(d, &e), 0);
	assert_file(dir, "samples.csv",
		    "trial,group,t_usec,metric,value\n1,subject,10000.5,memory.current,4096\n"
		    "2,subject,10000.5,memory.current,4096\n");
	read_file(dir, "trials.csv", text, sizeof(text));
	assert_null(strstr(strstr(text, "\nrun") ? strstr(text, "\nrun") + 1 : "", "run,suite"));
	f.plan.seed = 8;
	assert_int_equal(run_dir_resume(dir, &f.plan, &d, &e), -EINVAL);
	assert_non_null(strstr(e.text, "its seed is 7, this one's is 8"));
	f.plan.seed = 7;
	f.plan.digest = "other";
	assert_int_equal(run_dir_resume(dir, &f.plan, &d, &e), -EINVAL);
	assert_non_null(strstr(e.text, "its suite_digest is abc, this one's is other"));
	fixture_end(&f);
}

static void test_unwritable(void **state)
{
	struct fixture f;
	struct run_dir *d = NULL;
	struct err e = {""};
	json_t *host = json_object();

	(void)state;
	fixture_make(&f);
	assert_int_equal(run_dir_create("/proc/nothing/here", &f.plan, host, &d, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/proc/nothing"));
	assert_null(d);
	json_decref(host);
	fixture_end(&f);
}

const struct CMUnitTest tests_unit_run_dir[] = {
	cmocka_unit_test(test_golden),
	cmocka_unit_test(test_no_numbers),
	cmocka_unit_test(test_programs),
	cmocka_unit_test(test_missing_metric),
	cmocka_unit_test(test_judge),
	cmocka_unit_test(test_full_disk),
	cmocka_unit_test(test_resume),
	cmocka_unit_test(test_unwritable),
	{0},
};

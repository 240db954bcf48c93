/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/suite_run.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "cgbench/exit.h"
#include "cgroup/cgfile.h"
#include "tests/support/proc.h"
#include "tests/test.h"

static const char folder[] = "/tmp/cgbench-test";

/* The directory is in the command's own last line, "results: DIR". */
static void find_dir(struct suite_run *r)
{
	const char *line = strstr(r->output, "results: ");

	*r->dir = '\0';
	if (line)
		snprintf(r->dir, sizeof(r->dir), "%.*s", (int)strcspn(line + 9, "\n"), line + 9);
}

struct suite_run suite_run(const char *yaml, const char *const *options)
{
	const char *argv[32] = {"cgbench", "run", "--no-plots", "--results", folder};
	char path[PATH_MAX];
	struct suite_run r = {0};
	struct proc p;
	size_t n = 5;
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/cgbench-test-%d.yaml", getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(yaml, f) >= 0);
	assert_int_equal(fclose(f), 0);
	while (options && *options)
		argv[n++] = *options++;
	argv[n] = path;
	p = proc_run(argv);
	printf("%s", p.output);
	r.code = p.code;
	r.output = p.output;
	if (r.code == EXIT_CANNOT && !strstr(r.output, "results: "))
		test_skip("%.*s", (int)strcspn(r.output, "\n"), r.output);
	find_dir(&r);
	return r;
}

void suite_run_free(struct suite_run *r)
{
	free(r->output);
}

static bool field_matches(struct csv_reader *c, const struct csv_field *fields, const char *column,
			  const char *value)
{
	int i = csv_column(c, column);

	return i >= 0 && csv_field_is(&fields[i], value);
}

double run_column(const struct suite_run *r, const char *column, const char *group,
		  const char *metric, const char *axis, const char *axis_value)
{
	char path[PATH_MAX + 16];
	struct csv_reader *c = NULL;
	const struct csv_field *fields;
	struct err e = {""};
	double value = NAN;

	snprintf(path, sizeof(path), "%s/results.csv", r->dir);
	if (csv_open(path, &c, &e) < 0)
		fail_msg("%s", e.text);
	while (csv_next(c, &fields, &e) > 0) {
		if (!field_matches(c, fields, "group", group) ||
		    !field_matches(c, fields, "metric", metric) ||
		    (axis && !field_matches(c, fields, axis, axis_value)))
			continue;
		csv_field_number(&fields[csv_column(c, column)], &value);
		break;
	}
	csv_free(c);
	return value;
}

double run_value(const struct suite_run *r, const char *group, const char *metric, const char *axis,
		 const char *axis_value)
{
	return run_column(r, "value", group, metric, axis, axis_value);
}

const char *run_trial_text(const struct suite_run *r, const char *column)
{
	static char text[1024];
	char path[PATH_MAX + 16];
	struct csv_reader *c = NULL;
	const struct csv_field *fields;
	struct err e = {""};
	int i;

	snprintf(path, sizeof(path), "%s/trials.csv", r->dir);
	if (csv_open(path, &c, &e) < 0)
		fail_msg("%s", e.text);
	i = csv_column(c, column);
	assert_true(i >= 0);
	*text = '\0';
	if (csv_next(c, &fields, &e) > 0)
		snprintf(text, sizeof(text), "%.*s", (int)fields[i].len, fields[i].str);
	csv_free(c);
	return text;
}

bool groups_have_controller(const char *name)
{
	char list[512] = "";
	FILE *f = fopen("/sys/fs/cgroup/cgroup.controllers", "r");

	if (!f || !fgets(list, sizeof(list), f))
		*list = '\0';
	if (f)
		fclose(f);
	return cgfile_has_word(list, name);
}

unsigned groups_left(void)
{
	DIR *dir = opendir("/sys/fs/cgroup");
	unsigned n = 0;

	assert_non_null(dir);
	for (const struct dirent *d; (d = readdir(dir));)
		n += strncmp(d->d_name, "cgbench-", 8) == 0;
	closedir(dir);
	return n;
}

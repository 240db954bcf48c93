/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What somebody else may have put where cgbench reads and writes: pipes that nobody writes to, and
 * links that lead elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/artifact.h"
#include "base/csv.h"
#include "base/draft.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "tests/support/plotrun.h"
#include "tests/support/proc.h"
#include "tests/test.h"

enum { LINE_MAX_BYTES = 4096 };

/* Runs a line of sh; $CGBENCH is the program, $DIR the folder of this test. */
static struct proc sh(const char *dir, const char *line)
{
	setenv("CGBENCH", proc_cgbench(), 1);
	setenv("DIR", dir, 1);
	return PROC("sh", "-c", line);
}

static void must(const char *dir, const char *line)
{
	struct proc p = sh(dir, line);

	if (p.code != 0)
		fail_msg("%s: exit code %d: %s", line, p.code, p.output);
	proc_free(&p);
}

/* Each reader of each file, with nobody at the other end: it ends, and is no pass. */
static void test_pipes_are_refused(void **state)
{
	static const char *const rows[][2] = {
		{"s.yaml", "check \"$DIR/s.yaml\""},
		{"h.db", "history log --db \"$DIR/h.db\""},
		{"run/results.csv", "compare \"$DIR/run\" \"$DIR/run\""},
		{"run/host.json", "compare \"$DIR/run\" \"$DIR/run\""},
		{"run/trials.csv", "compare \"$DIR/run\" \"$DIR/run\""},
		{"run/host.json", "rerun --dry-run \"$DIR/run\""},
		{"run/suite.yaml", "rerun --dry-run \"$DIR/run\""},
		{"run/results.csv", "history add --db \"$DIR/new.db\" \"$DIR/run\""},
	};
	char *dir = plotrun_folder(), line[LINE_MAX_BYTES];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct proc p;
		snprintf(line, sizeof(line),
			 "rm -rf \"$DIR/run\" && cp -r bench/tests/fixtures/runs/quota-only "
			 "\"$DIR/run\" && rm -f \"$DIR/%s\" && mkfifo \"$DIR/%s\"",
			 rows[i][0], rows[i][0]);
		must(dir, line);
		snprintf(line, sizeof(line), "timeout 10 \"$CGBENCH\" %s", rows[i][1]);
		p = sh(dir, line);
		if (p.code == 0 || p.code >= 124 || !strstr(p.output, "not a regular file"))
			fail_msg("%s: exit code %d: %s", line, p.code, p.output);
		proc_free(&p);
	}
	plotrun_remove(dir);
}

/* A plot goes on without what it cannot read; it must not wait for it. */
static void test_plots_and_reports_do_not_wait(void **state)
{
	static const char *const files[] = {"stalls.csv", "samples.csv", "suite.yaml", "host.json"};
	char *dir = plotrun_folder(), line[LINE_MAX_BYTES];
	(void)state;

	for (size_t i = 0; i < array_len(files); i++) {
		snprintf(line, sizeof(line),
			 "rm -rf \"$DIR/run\" && cp -r bench/tests/fixtures/runs/quota-only "
			 "\"$DIR/run\" && rm -f \"$DIR/run/%s\" && mkfifo \"$DIR/run/%s\" && "
			 "for c in 'plot' 'report -o page.html'; do "
			 "(cd \"$DIR\" && timeout 20 \"$CGBENCH\" $c run); "
			 "[ $? != 124 ] || exit 1; done",
			 files[i], files[i]);
		must(dir, line);
	}
	plotrun_remove(dir);
}

/* Whoever owns a run's folder must not have root write elsewhere. */
static void test_plots_follow_no_links(void **state)
{
	char *dir = plotrun_folder();
	struct proc p;
	(void)state;

	must(dir, "cp -r bench/tests/fixtures/runs/quota-only \"$DIR/run\" && "
		  "mkdir \"$DIR/run/plots\" && echo precious >\"$DIR/precious\" && "
		  "for f in usage-error.png usage-error.svg usage-error.metric.tsv "
		  "usage-error.metric.tsv.new usage-error.metric.set.new; do "
		  "ln -s ../../precious \"$DIR/run/plots/$f\"; done && "
		  "\"$CGBENCH\" plot \"$DIR/run\"; grep -qx precious \"$DIR/precious\" && "
		  "test -f \"$DIR/run/plots/usage-error.metric.tsv\" && "
		  "! test -L \"$DIR/run/plots/usage-error.metric.tsv\" && "
		  "test -z \"$(ls -d \"$DIR\"/run/plots/.draft* 2>/dev/null)\"");
	must(dir, "rm -r \"$DIR/run/plots\" && mkdir \"$DIR/elsewhere\" && "
		  "ln -s ../elsewhere \"$DIR/run/plots\"");
	p = sh(dir, "\"$CGBENCH\" plot \"$DIR/run\"");
	assert_int_equal(p.code, 2);
	assert_non_null(strstr(p.output, "cannot draw into"));
	proc_free(&p);
	must(dir, "rmdir \"$DIR/elsewhere\"");
	plotrun_remove(dir);
}

static void test_reports_follow_no_links(void **state)
{
	static const char *const refused[] = {"null", "link.html", "pipe"};
	char *dir = plotrun_folder(), line[LINE_MAX_BYTES];
	(void)state;

	must(dir, "cp -r bench/tests/fixtures/runs/quota-only \"$DIR/run\" && "
		  "echo precious >\"$DIR/precious\" && ln -s precious \"$DIR/page.html.new\" && "
		  "ln -s precious \"$DIR/link.html\" && mkfifo \"$DIR/pipe\" && "
		  "ln -s /dev/null \"$DIR/null\" && "
		  "timeout 20 \"$CGBENCH\" report \"$DIR/run\" -o \"$DIR/page.html\" && "
		  "grep -qx precious \"$DIR/precious\" && grep -q '<html' \"$DIR/page.html\"");
	for (size_t i = 0; i < array_len(refused); i++) {
		struct proc p;
		snprintf(line, sizeof(line),
			 "timeout 20 \"$CGBENCH\" report \"$DIR/run\" -o \"$DIR/%s\"", refused[i]);
		p = sh(dir, line);
		if (p.code == 0 || p.code >= 124 || !strstr(p.output, "no regular file"))
			fail_msg("%s: exit code %d: %s", refused[i], p.code, p.output);
		proc_free(&p);
	}
	must(dir, "grep -qx precious \"$DIR/precious\" && test -L \"$DIR/null\"");
	plotrun_remove(dir);
}

/* Rows go to a run's own files, and never through a link that was put there. */
static void test_rows_follow_no_links(void **state)
{
	char *dir = plotrun_folder();
	scope_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct csv_writer *w = NULL;
	struct err e = {""};
	(void)state;

	assert_true(fd >= 0);
	assert_int_equal(symlinkat("precious", fd, "results.csv"), 0);
	assert_int_equal(csv_create(fd, "results.csv", false, &w, &e), -ELOOP);
	assert_int_equal(csv_create(fd, "results.csv", true, &w, &e), -ELOOP);
	assert_int_equal(faccessat(fd, "precious", F_OK, 0), -1);
	plotrun_remove(dir);
}

static void test_a_draft_leaves_nothing(void **state)
{
	char *dir = plotrun_folder();
	scope_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct draft d = {.fd = -1};
	struct err e = {""};
	(void)state;

	draft_end(&d);
	for (int commits = 0; commits < 2; commits++) {
		assert_int_equal(draft_begin(fd, &d, &e), 0);
		assert_int_equal(artifact_write(d.fd, "a", "1", 1, &e), 0);
		assert_int_equal(faccessat(fd, "a", F_OK, 0), -1);
		if (commits)
			assert_int_equal(draft_commit(&d, &e), 0);
		draft_end(&d);
		draft_end(&d);
	}
	assert_int_equal(faccessat(fd, "a", F_OK, 0), 0);
	assert_int_equal(unlinkat(fd, "a", 0), 0);
	assert_int_equal(rmdir(dir), 0); /* nothing else was there */
	free(dir);
}

const struct CMUnitTest tests_unit_input[] = {
	cmocka_unit_test(test_pipes_are_refused),
	cmocka_unit_test(test_plots_and_reports_do_not_wait),
	cmocka_unit_test(test_plots_follow_no_links),
	cmocka_unit_test(test_reports_follow_no_links),
	cmocka_unit_test(test_rows_follow_no_links),
	cmocka_unit_test(test_a_draft_leaves_nothing),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: runs, told to people: a page that needs nothing but itself, or LaTeX for a paper. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/artifact.h"
#include "base/options.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "report/report.h"

struct options {
	struct words runs;
	const char *html, *latex;
};

static const struct option_row rows[] = {
	{"output", 'o', "FILE", "Write the page to FILE (report.html); -: to standard output",
	 INTO(OPTION_TEXT, struct options, html)},
	{"latex", 0, "FILE", "Write tables and numbers as LaTeX macros to FILE",
	 INTO(OPTION_TEXT, struct options, latex)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	.operands_offset = offsetof(struct options, runs),
	.missing = "which run? a directory that `cgbench run` made",
	.operands = "RUN...",
	.doc = "Tell what runs came to, in one page of HTML that works without a network.\v"
	       "The page has the questions, the verdicts, the plots, tables that sort and filter, "
	       "the environment, the limits of validity and the commands that make the runs again. "
	       "Plots that are missing or older than the rows are drawn, which needs gnuplot; "
	       "nothing in the runs is changed.\n\n"
	       "With --latex, \\input{FILE} gives each number as \\cgbench{KEY} and each table as "
	       "\\cgbenchtable{KEY}; the file begins with how to use it. Then no page is written "
	       "unless -o asks for one.\n\n"
	       "EXAMPLES\n"
	       "  cgbench report results/runs/ID\n"
	       "  cgbench report results/runs/*-6.1 results/runs/*-6.12 -o kernels.html\n"
	       "  cgbench report results/runs/ID --latex numbers.tex\n\n"
	       "Exit codes: 0 written, 2 usage or no such run, 3 a run has no trial, or the file "
	       "cannot be written.",
};

static int write_out(const char *path, const char *text, size_t n, struct err *e)
{
	if (strcmp(path, "-") != 0)
		return artifact_write(AT_FDCWD, path, text, n, e);
	fwrite(text, 1, n, stdout); /* main() tells what did not get there */
	return 0;
}

static int write_as(const struct report *r, const char *path,
		    int (*render)(const struct report *, char **, size_t *, struct err *),
		    struct err *e)
{
	scope_free char *text = NULL;
	size_t n;
	int s = path ? render(r, &text, &n, e) : 0;

	if (s < 0 || !path)
		return s;
	s = write_out(path, text, n, e);
	if (s == 0 && strcmp(path, "-") != 0)
		printf("%s\n", path);
	return s;
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct report report;
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = report_load(o.runs.v, o.runs.n, &report, &e);
	free(o.runs.v);
	if (r < 0) {
		fprintf(stderr, "cgbench report: %s\n", e.text);
		return r == -ENODATA ? EXIT_INCONCLUSIVE : EXIT_USAGE;
	}
	r = write_as(&report, o.html, report_html, &e);
	if (r == 0)
		r = write_as(&report, o.latex, report_latex, &e);
	report_clear(&report);
	if (r < 0)
		fprintf(stderr, "cgbench report: %s\n", e.text);
	return r < 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
}

const struct command command_report = {.name = "report",
				       .summary = "tell what runs came to, as one page or LaTeX",
				       .order = 76,
				       .run = run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: runs, told to people: a page that needs nothing but itself, or LaTeX for a paper. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/artifact.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "report/report.h"

enum { RUNS_MAX = 64, KEY_LATEX = 256 };

struct options {
	const char *runs[RUNS_MAX];
	size_t n_runs;
	const char *html, *latex;
};

static const struct argp_option option_table[] = {
	{"output", 'o', "FILE", 0, "Write the page to FILE (report.html); -: to standard output",
	 0},
	{"latex", KEY_LATEX, "FILE", 0, "Write tables and numbers as LaTeX macros to FILE", 0},
	{0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->html = arg;
		return 0;
	case KEY_LATEX:
		o->latex = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->n_runs == RUNS_MAX)
			argp_error(state, "more than %d runs: '%s'", RUNS_MAX, arg);
		o->runs[o->n_runs++] = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which run? a directory that `cgbench run` made");
		return 0;
	case ARGP_KEY_END:
		if (!o->html && !o->latex)
			o->html = "report.html";
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "RUN...",
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

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	r = report_load(o.runs, o.n_runs, &report, &e);
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

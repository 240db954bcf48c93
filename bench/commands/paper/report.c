/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper report: what runs of papers came to, in the terminal, as Markdown or as LaTeX. */
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "cgbench/exit.h"
#include "commands/paper/verbs.h"
#include "paper/present.h"

struct options {
	struct words dirs;
	bool markdown, latex;
};

static const struct option_row rows[] = {
	{"markdown", 0, NULL, "A table of all of them, a row for each run",
	 INTO(OPTION_FLAG, struct options, markdown)},
	{"latex", 0, NULL, "A tabular for each, and its citation as BibTeX",
	 INTO(OPTION_FLAG, struct options, latex)},
	{0},
};

static void check_options(void *options, const struct argp_state *state)
{
	const struct options *o = options;

	if (o->markdown && o->latex)
		argp_error(state, "--markdown and --latex both want stdout; give one of them");
}

static const struct command_line arguments = {
	.rows = rows,
	.check = check_options,
	.operands = "DIR...",
	.operands_offset = offsetof(struct options, dirs),
	.missing = "which runs? directories that `cgbench paper run` made",
	.doc = "Show what runs of papers came to: published, expected here, measured, verdict.\v"
	       "Everything is computed again from the directories.\n\n"
	       "Exit codes: 0 all are reproduced or fixed since, 1 one differs, 2 usage or no such "
	       "run, 3 one is inconclusive, 77 all are infeasible here.",
};

enum exit_code paper_code(enum paper_verdict v)
{
	switch (v) {
	case PAPER_DIFFERS:
		return EXIT_GATE;
	case PAPER_INCONCLUSIVE:
		return EXIT_INCONCLUSIVE;
	case PAPER_INFEASIBLE:
		return EXIT_CANNOT;
	case PAPER_REPRODUCED:
	case PAPER_FIXED:
		break;
	}
	return EXIT_PASS;
}

static int show(const struct options *o, const struct outcome *v, size_t n, struct err *e)
{
	int r = 0;

	if (o->markdown)
		r = present_markdown(v, n, stdout, e);
	for (size_t i = 0; r == 0 && !o->markdown && i < n; i++) {
		if (i)
			putchar('\n');
		if (o->latex)
			present_latex(&v[i], stdout);
		else
			r = present_table(&v[i], e);
	}
	return r;
}

static enum exit_code code_of(const struct outcome *v, size_t n)
{
	size_t found[EXIT_CANNOT + 1] = {0};

	for (size_t i = 0; i < n; i++)
		found[paper_code(v[i].verdict)]++;
	if (found[EXIT_GATE])
		return EXIT_GATE;
	if (found[EXIT_INCONCLUSIVE])
		return EXIT_INCONCLUSIVE;
	return found[EXIT_PASS] ? EXIT_PASS : EXIT_CANNOT;
}

static int run(int argc, char **argv)
{
	struct options o = {.markdown = false};
	struct outcome *v = NULL;
	struct err e = {""};
	size_t n = 0;
	int code, r = 0;

	options_parse(&arguments, argc, argv, &o);
	v = calloc(o.dirs.n, sizeof(*v));
	if (!v)
		r = err_no_memory(&e);
	for (; r == 0 && n < o.dirs.n; n += r == 0)
		r = outcome_load(o.dirs.v[n], &v[n], &e);
	if (r == 0)
		r = show(&o, v, n, &e);
	if (r < 0)
		fprintf(stderr, "cgbench paper report: %s\n", e.text);
	code = r < 0 ? EXIT_USAGE : (int)code_of(v, n);
	for (size_t i = 0; i < n; i++)
		outcome_free(&v[i]);
	free(v);
	free(o.dirs.v);
	return code;
}

const struct paper_verb paper_report = {"report", "what runs of papers came to", run};

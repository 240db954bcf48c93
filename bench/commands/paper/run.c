/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper run: `cgbench run`, of papers/NAME; what it says and exits with at its end is run's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/exit.h"
#include "command.h"
#include "commands/paper/verbs.h"

extern const struct command command_run;

static int usage(FILE *out, int code)
{
	fputs("Usage: cgbench paper run NAME [OPTION of `cgbench run`...]\n"
	      "Run a paper: its suite into a directory of its own, then the table of published, "
	      "expected here,\nmeasured and verdict, which paper.csv keeps.\n\n"
	      "  cgbench paper run serverless-stalls --quick\n"
	      "  cgbench paper run quota-overshoot --repeats 20 --results /var/tmp/runs\n\n"
	      "Exit codes: 0 reproduced or fixed since, 1 it differs or a budget was missed, 2 "
	      "usage or suite\nerror, 3 inconclusive, 77 infeasible here.\n",
	      out);
	return code;
}

static int run(int argc, char **argv)
{
	char path[PATH_MAX], program[] = "cgbench run", *name;
	int code;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0))
		return usage(stdout, EXIT_PASS);
	if (argc < 2 || argv[1][0] == '-')
		return usage(stderr, EXIT_USAGE);
	paper_suite(argv[1], path);
	name = argv[1];
	argv[0] = program;
	argv[1] = path;
	code = command_run.run(argc, argv);
	argv[1] = name;
	return code;
}

const struct paper_verb paper_run = {"run", "run a paper, and say what became of its claims", run};

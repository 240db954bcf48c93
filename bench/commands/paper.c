/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper: published experiments, run again. One file below commands/paper/ is one verb. */
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "command.h"
#include "commands/paper/verbs.h"

static const struct paper_verb *const verbs[] = {&paper_list, &paper_show, &paper_run,
						 &paper_report, &paper_pack};

static int usage(FILE *out, int code)
{
	fputs("Usage: cgbench paper VERB ...\n"
	      "Published experiments on the limits of groups, run again with one command.\n\n",
	      out);
	for (size_t i = 0; i < array_len(verbs); i++)
		fprintf(out, "  %-7s %s\n", verbs[i]->name, verbs[i]->summary);
	fputs("\n`cgbench paper VERB --help` tells more. Exit codes: those of `cgbench run`; 1 is "
	      "also for a\nclaim that differs, 77 for a paper that cannot be had here.\n",
	      out);
	return code;
}

/* The caller's line is as it was when the verb is done. */
static int call(const struct paper_verb *verb, int argc, char **argv, char *program)
{
	char *word = argv[0];
	int code;

	argv[0] = program;
	code = verb->run(argc, argv);
	argv[0] = word;
	return code;
}

static int run(int argc, char **argv)
{
	char program[64];

	if (argc < 2)
		return usage(stderr, EXIT_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)
		return usage(stdout, EXIT_PASS);
	for (size_t i = 0; i < array_len(verbs); i++) {
		if (strcmp(argv[1], verbs[i]->name) != 0)
			continue;
		snprintf(program, sizeof(program), "cgbench paper %s", verbs[i]->name);
		return call(verbs[i], argc - 1, argv + 1, program);
	}
	fprintf(stderr, "cgbench paper: no verb '%s'; `cgbench paper --help` lists them\n",
		argv[1]);
	return EXIT_USAGE;
}

const struct command command_paper = {
	.name = "paper", .summary = "published experiments, run again", .order = 62, .run = run};

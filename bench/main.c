/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgbench: how exactly, and how safely, does this kernel hold a workload to its limits?
 *
 * The modules, in the order in which a run passes through them:
 *
 *	commands/   one file a subcommand: parse options, call the rest, print, choose the exit code
 *	suite/      suite: YAML -> struct suite, with places; expand: suite -> typed trials (pure)
 *	host/       root: /sys and /proc, re-rootable; topology: hwloc; facts: host.json; doctor
 *	cgroup/     cgrp: groups by libcgroup; knob: the table of limits; sweep: what dead runs left
 *	trial/      trial: the order of steps; spawn, sampler, guardian
 *	model/      the data: plan, trial data, theory, values; includes nothing above it (pure)
 *	metrics/    one file a group of metrics: (snapshots, page, samples) -> values (pure)
 *	evaluate/   trial data -> values and verdicts, for `run` and `exec` alike (pure)
 *	record/     row: the columns; run_dir: the directory that a run leaves; only writes
 *	runs/       the reader of run directories (pure); merge: several runs to one
 *	stats/      statistics (pure)
 *	plot/       one file a kind of plot; chart: data and script for gnuplot
 *	compare/    compare: verdicts; by: one axis drawn out; gate; one file an export format
 *	history/    months of runs in SQLite, and where they changed
 *	report/     one HTML page, or LaTeX; page.css and page.js are built in
 *	base/       errors, units, CSV, YAML, interface files, histograms, shipped files
 *
 * All but host/, cgroup/, trial/ and record/ is pure, needs no root, is tested on fixtures.
 */
#include <stdio.h>
#include <string.h>

#include "cgbench/exit.h"
#include "command.h"

#define X(name) extern const struct command command_##name;
#include "commands.def"
#undef X

const struct command *const commands[] = {
#define X(name) &command_##name,
#include "commands.def"
#undef X
	NULL,
};

/* Prints the table in its `order`, which is unique a command. */
static void help(FILE *out)
{
	fputs("Usage: cgbench COMMAND [OPTION...] [ARGUMENT...]\n"
	      "How exactly, and how safely, does this kernel hold a workload to its limits?\n\n",
	      out);
	for (int last = -1;;) {
		const struct command *next = NULL;
		for (size_t i = 0; commands[i]; i++)
			if (commands[i]->order > last &&
			    (!next || commands[i]->order < next->order))
				next = commands[i];
		if (!next)
			break;
		fprintf(out, "  %-10s %s\n", next->name, next->summary);
		last = next->order;
	}
	fputs("\nThings to try first:\n"
	      "  cgbench doctor                                  what this host can measure\n"
	      "  cgbench exec --limit cpu.max='20% 100ms' -- CMD one command under a limit\n"
	      "  cgbench run default                             three questions, CSV and plots\n\n"
	      "Exit codes: 0 pass, 1 a gate failed, 2 usage or suite error, 3 inconclusive,\n"
	      "77 cannot run here.  `cgbench COMMAND --help` tells more.\n",
	      out);
}

int main(int argc, char **argv)
{
	char program[64];

	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_PASS;
	}
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(argv[1], commands[i]->name) != 0)
			continue;
		snprintf(program, sizeof(program), "cgbench %s", commands[i]->name);
		argv[1] = program;
		return commands[i]->run(argc - 1, argv + 1);
	}
	fprintf(stderr, "cgbench: no command '%s'; `cgbench --help` lists them\n", argv[1]);
	return EXIT_USAGE;
}

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
 *	exec/       one command under limits, or a series of runs
 *	evaluate/   trial data -> values and verdicts, for `run` and `exec` alike (pure)
 *	record/     row: the columns; row_reader: who reads them; run_dir: what a run leaves
 *	runs/       the reader of run directories (pure); merge: several runs to one
 *	stats/      statistics (pure)
 *	plot/       one file a kind of plot; chart: data and script for gnuplot
 *	compare/    compare: verdicts; by: one axis drawn out; gate; one file an export format
 *	history/    months of runs in SQLite, and where they changed
 *	paper/      what a publication claims, held against a run: outcome, tables, archive
 *	why/        which limit binds or refused, from a group's files and those above (pure)
 *	report/     one HTML page, or LaTeX; page.css and page.js are built in
 *	base/       errors, units, CSV, YAML, interface files, histograms, shipped files
 *
 * All but host/, cgroup/, trial/, exec/ and record/ is pure, needs no root, is tested on fixtures.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/version.h"
#include "cgbench/array.h"
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

/* By `order`; two commands of one order stand side by side, by name. */
static int by_order(const void *a, const void *b)
{
	const struct command *x = *(const struct command *const *)a;
	const struct command *y = *(const struct command *const *)b;

	return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
				    : strcmp(x->name, y->name);
}

static void help(FILE *out)
{
	const struct command *sorted[array_len(commands)];
	size_t n = array_len(commands) - 1;

	memcpy(sorted, commands, sizeof(sorted));
	qsort(sorted, n, sizeof(sorted) / array_len(sorted), by_order);
	fputs("Usage: cgbench COMMAND [OPTION...] [ARGUMENT...]\n"
	      "How exactly, and how safely, does this kernel hold a workload to its limits?\n\n",
	      out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "  %-10s %s\n", sorted[i]->name, sorted[i]->summary);
	fputs("\nThings to try first:\n"
	      "  cgbench doctor                             what this host can measure\n"
	      "  cgbench exec -l cpu.max='20% 100ms' -- CMD   one command under a limit\n"
	      "  cgbench run default                        three questions, CSV and plots\n\n"
	      "Exit codes: 0 pass, 1 a gate failed, 2 usage or suite error, 3 inconclusive,\n"
	      "77 cannot run here.  `cgbench COMMAND --help` tells more; so does man cgbench.\n",
	      out);
}

/*
 * Whatever a command, or argp's --help, printed to stdout: a full disk or a closed descriptor is
 * told here, once for all, and ends with no 0.
 */
static void close_stdout(int status, void *unused)
{
	bool failed = ferror(stdout) != 0;

	(void)unused;
	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return;
	fprintf(stderr, "cgbench: cannot write to stdout%s%s\n", errno ? ": " : "",
		errno ? strerror(errno) : "; what it shows is not whole");
	_exit(status ? status : EXIT_INCONCLUSIVE);
}

/*
 * A stream that the caller closed would become the next file that is opened, and a message would
 * land in results.csv. What takes its place can be neither read nor written.
 */
static void fill_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int no_command(const char *word)
{
	struct nearest near = {.word = word};
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; commands[i]; i++)
		nearest_offer(&near, commands[i]->name);
	fprintf(stderr, "cgbench: no command '%s'%s; `cgbench --help` lists them\n", word,
		nearest_hint(&near, hint));
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	char program[64];

	fill_streams();
	on_exit(close_stdout, NULL);
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_PASS;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		version_print(stdout);
		return EXIT_PASS;
	}
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(argv[1], commands[i]->name) != 0)
			continue;
		snprintf(program, sizeof(program), "cgbench %s", commands[i]->name);
		argv[1] = program;
		return commands[i]->run(argc - 1, argv + 1);
	}
	return no_command(argv[1]);
}

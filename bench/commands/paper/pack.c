/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper pack: a run of a paper as one file. */
#include <errno.h>
#include <stdio.h>

#include "base/options.h"
#include "cgbench/exit.h"
#include "commands/paper/verbs.h"
#include "paper/pack.h"

struct options {
	const char *dir, *out;
};

static const struct option_row rows[] = {
	{"out", 'o', "FILE", "Write the archive there (PAPER.tar)",
	 INTO(OPTION_TEXT, struct options, out)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	.operands = "DIR",
	.one = "directory",
	.operands_offset = offsetof(struct options, dir),
	.missing = "which run? a directory that `cgbench paper run` made",
	.doc = "Pack a run of a paper into a tar, from which another machine can run it again.\v"
	       "Suite, published values, results, host.json, plots; SHA256SUMS; REPRODUCE.md, "
	       "which says how, and in which lab. The same directory gives the same bytes.\n\n"
	       "Exit codes: 0, 2 for no run of a paper or a file that is there, 77 without tar.",
};

static int run(int argc, char **argv)
{
	struct outcome outcome = {.data = NULL};
	char name[PATH_MAX];
	struct options o = {0};
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = outcome_load(o.dir, &outcome, &e);
	if (r == 0) {
		snprintf(name, sizeof(name), "%s.tar", outcome.of.suite->name.str);
		r = pack_run(&outcome, o.dir, o.out ? o.out : name, &e);
		if (r == 0)
			printf("%s\n", o.out ? o.out : name);
	}
	outcome_free(&outcome);
	if (r < 0)
		fprintf(stderr, "cgbench paper pack: %s\n", e.text);
	return r == -ENOSYS ? EXIT_CANNOT : r < 0 ? EXIT_USAGE : EXIT_PASS;
}

const struct paper_verb paper_pack = {"pack", "a run of a paper as an archive", run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: the shards of a matrix become one run. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "base/output.h"
#include "cgbench/exit.h"
#include "command.h"
#include "runs/merge.h"

struct options {
	const char *to;
	struct words runs;
	bool partial, json;
};

static const struct option_row rows[] = {
	{"output", 'o', "DIR", "The merged run's directory, to be made",
	 INTO(OPTION_TEXT, struct options, to)},
	{"partial", 0, NULL, "Trials of the matrix may be missing",
	 INTO(OPTION_FLAG, struct options, partial)},
	{"json", 0, NULL, "Print the outcome as JSON", INTO(OPTION_FLAG, struct options, json)},
	{0},
};

static void check(void *options, const struct argp_state *state)
{
	const struct options *o = options;

	if (!o->to)
		argp_error(state, "where to? Name a new directory with -o DIR");
}

static const struct command_line arguments = {
	.rows = rows,
	.operands_offset = offsetof(struct options, runs),
	.missing = "which runs? Name their directories",
	.check = check,
	.operands = "-o DIR RUN...",
	.doc = "Put the runs of shards, made on one host or on many like ones, together into one "
	       "run.\v"
	       "Refuses runs that differ in the suite, in what was asked for (seed, repeats, "
	       "filters, --stall-min), or in a fact of the host that matters (kernel, CPU model, "
	       "topology, ...), and says in which; trials that two of them have; and, without "
	       "--partial, trials that none has. A fact of host.json in which they may differ, and "
	       "do, is null in the merged run. The merged rows are in the order in which one run "
	       "would have written them, under the earliest run's name. Start times are each "
	       "host's own.\n\n"
	       "EXAMPLES\n"
	       "  cgbench run memory-max --shard 1/2 --results shards    on one host\n"
	       "  cgbench run memory-max --shard 2/2 --results shards    on the other\n"
	       "  cgbench merge -o merged shards/*\n\n"
	       "Exit codes: 0 merged, 2 usage, or a run that cannot be read, 3 refused.",
};

static void print_outcome(const struct options *o, const struct merge_outcome *m)
{
	json_t *j;

	if (!o->json) {
		printf("%zu runs merged, %zu trials", m->parts, m->trials);
		if (m->missing)
			printf(", %zu missing", m->missing);
		printf("\nresults: %s\n", o->to);
		return;
	}
	j = json_pack("{s:s, s:I, s:I, s:I}", "directory", o->to, "runs", (json_int_t)m->parts,
		      "trials", (json_int_t)m->trials, "missing", (json_int_t)m->missing);
	output_json(j, NULL);
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct merge_outcome outcome;
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = merge_runs(o.runs.v, o.runs.n, o.to, o.partial, &outcome, &e);
	if (r == 0)
		print_outcome(&o, &outcome);
	else
		fprintf(stderr, "cgbench merge: %s\n", e.text);
	free(o.runs.v);
	if (r == 0)
		return EXIT_PASS;
	return r == -EPERM ? EXIT_INCONCLUSIVE : EXIT_USAGE;
}

const struct command command_merge = {.name = "merge",
				      .summary = "put the runs of shards together into one",
				      .order = 66,
				      .run = run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge: the shards of a matrix become one run. */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "command.h"
#include "runs/merge.h"

struct options {
	const char *to;
	const char **runs;
	size_t n_runs;
	bool partial, json;
};

enum { KEY_PARTIAL = 256, KEY_JSON };

static const struct argp_option option_table[] = {
	{"output", 'o', "DIR", 0, "The merged run's directory, to be made", 0},
	{"partial", KEY_PARTIAL, NULL, 0, "Trials of the matrix may be missing", 0},
	{"json", KEY_JSON, NULL, 0, "Print the outcome as JSON", 0},
	{0},
};

static int add_run(struct options *o, const char *dir)
{
	const char **slot = array_push(o->runs, o->n_runs);

	if (!slot)
		return ENOMEM;
	*slot = dir;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->to = arg;
		return 0;
	case KEY_PARTIAL:
		o->partial = true;
		return 0;
	case KEY_JSON:
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		return add_run(o, arg);
	case ARGP_KEY_END:
		if (o->n_runs == 0)
			argp_error(state, "which runs? Name their directories");
		if (!o->to)
			argp_error(state, "where to? Name a new directory with -o DIR");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "-o DIR RUN...",
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
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct merge_outcome outcome;
	struct err e = {""};
	int r;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	r = merge_runs(o.runs, o.n_runs, o.to, o.partial, &outcome, &e);
	if (r == 0)
		print_outcome(&o, &outcome);
	else
		fprintf(stderr, "cgbench merge: %s\n", e.text);
	free(o.runs);
	if (r == 0)
		return EXIT_PASS;
	return r == -EPERM ? EXIT_INCONCLUSIVE : EXIT_USAGE;
}

const struct command command_merge = {.name = "merge",
				      .summary = "put the runs of shards together into one",
				      .order = 66,
				      .run = run};

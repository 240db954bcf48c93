/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history: runs over months: what changed, when, and whether somebody knows why. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/options.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "cgbench/units.h"
#include "command.h"
#include "commands/history/verb.h"

enum { GATE_RUNS = 10, DOC_MAX = 4096, PROGRAM_MAX = 64 };

static const char default_path[] = "results/history.db";

static const struct history_verb *const verbs[] = {
	&history_verb_add,  &history_verb_log,  &history_verb_changes,
	&history_verb_mark, &history_verb_plot,
};

/* ---- options ---- */

static void take_gate(void *options, const char *arg, const struct argp_state *state)
{
	struct history_options *o = options;
	uint64_t n = GATE_RUNS;
	struct err e;

	if (arg && unit_parse(UNIT_COUNT, arg, &n, &e) < 0)
		argp_error(state, "--gate: %s", e.text);
	if (n == 0)
		argp_error(state, "--gate: must be more than 0");
	o->gate = (size_t)n;
}

static void take_remove(void *options, const char *arg, const struct argp_state *state)
{
	struct history_options *o = options;
	uint64_t n = 0;
	struct err e;

	if (unit_parse(UNIT_COUNT, arg, &n, &e) < 0)
		argp_error(state, "--remove: %s", e.text);
	o->unmark = (int64_t)n;
}

#define H(kind_, field) INTO(kind_, struct history_options, field)

/* Each option with the verbs that take it. */
static const struct {
	struct option_row row;
	unsigned verbs;
} option_table[] = {
	{{"db", 0, "FILE",
	  "The history [$CGBENCH_HISTORY, else results/history.db]; on a local file system",
	  H(OPTION_TEXT, db)},
	 HISTORY_ADD | HISTORY_LOG | HISTORY_CHANGES | HISTORY_MARK | HISTORY_PLOT},
	{{"json", 'j', NULL, "Print JSON", H(OPTION_FLAG, json)},
	 HISTORY_ADD | HISTORY_LOG | HISTORY_CHANGES | HISTORY_MARK},
	{{"date", 0, "DATE",
	  "The runs' place in the history [when they began; for exact runs, whose clock always "
	  "begins at the same moment, now]",
	  H(OPTION_TEXT, date)},
	 HISTORY_ADD},
	{{"label", 0, "TEXT", "What was measured, such as a commit", H(OPTION_TEXT, label)},
	 HISTORY_ADD},
	{{"allow", 0, "FACT",
	  "Join runs of hosts that differ in FACT of host.json; give it with every run of the "
	  "series; may be given again",
	  H(OPTION_WORDS, allow)},
	 HISTORY_ADD},
	{{"replace", 0, NULL,
	  "Take a run that is there with other results for the same run, and these for better",
	  H(OPTION_FLAG, replace)},
	 HISTORY_ADD},
	{{"series", 0, "GLOB", "Only series of this name, in which * also matches / [*]",
	  H(OPTION_TEXT, filter.series)},
	 HISTORY_CHANGES | HISTORY_MARK | HISTORY_PLOT},
	{{"kernel", 0, "GLOB", "Only runs on this kernel", H(OPTION_TEXT, filter.kernel)},
	 HISTORY_LOG | HISTORY_CHANGES | HISTORY_PLOT},
	{{"suite", 0, "GLOB", "Only runs of this suite", H(OPTION_TEXT, filter.suite)},
	 HISTORY_LOG | HISTORY_CHANGES | HISTORY_PLOT},
	{{"since", 0, "RUN|DATE", "Only changes since then", H(OPTION_TEXT, since)},
	 HISTORY_CHANGES},
	{{"gate", 0, "[N]",
	  "Exit 1 when something got worse in the last N runs of a series [10] and no mark says "
	  "that this is known",
	  OPTION_OWN, .take = take_gate},
	 HISTORY_CHANGES},
	{{"significance", 0, "P",
	  "The chance that all series together, unchanged, raise any alarm [0.01]",
	  H(OPTION_NUMBER, find.significance), .min = 1e-12, .max = 0.5},
	 HISTORY_CHANGES | HISTORY_PLOT},
	{{"min-change", 0, "PERCENT", "Leave out smaller changes [0]",
	  H(OPTION_NUMBER, find.percent_min), .max = 1e9},
	 HISTORY_CHANGES | HISTORY_PLOT},
	{{"remove", 0, "MARK", "Remove the mark of this number", OPTION_OWN, .take = take_remove},
	 HISTORY_MARK},
	{{"out", 0, "DIR", "Draw into DIR [results/history]", H(OPTION_TEXT, out)}, HISTORY_PLOT},
	{{"all", 0, NULL, "Draw series without changes too", H(OPTION_FLAG, all)}, HISTORY_PLOT},
};

/* ---- errors ---- */

/* What another command line mends is a usage error; anything else means that there is no verdict.
 */
enum exit_code history_report(const char *verb, int r, const struct err *e)
{
	fprintf(stderr, "cgbench history %s: %s\n", verb, e->text);
	return r == -ENOENT || r == -EINVAL || r == -EEXIST || r == -ENAMETOOLONG
		       ? EXIT_USAGE
		       : EXIT_INCONCLUSIVE;
}

/* ---- verbs ---- */

static void help(FILE *out)
{
	fputs("Usage: cgbench history VERB [OPTION...] [ARGUMENT...]\n"
	      "Runs over months: what changed, when, and whether somebody knows why.\n\n",
	      out);
	for (size_t i = 0; i < array_len(verbs); i++)
		fprintf(out, "  %-8s %-16s %s\n", verbs[i]->name, verbs[i]->args,
			verbs[i]->summary);
	fputs("\nThe history is one file, $CGBENCH_HISTORY or results/history.db; --db names "
	      "another.\n\n"
	      "EXAMPLES\n"
	      "  cgbench history add results/runs/*      put runs into it\n"
	      "  cgbench history changes --gate          did something get worse of late?\n"
	      "  cgbench history mark 93 \"new kernel\"   known, fails no gate any more\n\n"
	      "`cgbench history VERB --help` tells more.\n",
	      out);
}

static const struct history_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < array_len(verbs); i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static void parse(const struct history_verb *v, int argc, char **argv, struct history_options *o)
{
	struct option_row rows[array_len(option_table) + 1] = {{0}};
	char doc[DOC_MAX], program[PROGRAM_MAX];
	const struct command_line line = {.rows = rows,
					  .operands = v->args,
					  .operands_offset = offsetof(struct history_options, args),
					  .doc = doc};
	size_t n = 0;

	for (size_t i = 0; i < array_len(option_table); i++)
		if (option_table[i].verbs & v->options)
			rows[n++] = option_table[i].row;
	snprintf(doc, sizeof(doc), "%c%s.\v%s", v->summary[0] - 'a' + 'A', v->summary + 1, v->more);
	snprintf(program, sizeof(program), "cgbench history %s", v->name);
	argv[0] = program;
	options_parse(&line, argc, argv, o);
}

/* The folder of a history that is about to be made; what is wrong with it, opening tells. */
static void make_folder(const char *path)
{
	char copy[PATH_MAX];

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) < sizeof(copy))
		mkdir(dirname(copy), 0777);
}

static int open_and_run(const struct history_verb *v, struct history_context *c, struct err *e)
{
	const char *path = c->options->db;
	int r;

	if (v->creates)
		make_folder(path);
	r = history_open(path, v->creates, &c->h, e);
	if (r == -ENOENT && !v->creates)
		return err_context(e, r, "no history yet (`cgbench history add RUN` makes it)");
	return r < 0 ? r : v->run(c, e);
}

static enum exit_code run_verb(const struct history_verb *v, const struct history_options *o)
{
	struct history_context c = {.options = o};
	struct err e = {""};
	int r;

	if (o->args.n < v->args_min || (!v->args[0] && o->args.n)) {
		fprintf(stderr, "cgbench history %s: expected %s; --help tells more\n", v->name,
			v->args[0] ? v->args : "no argument");
		return EXIT_USAGE;
	}
	r = open_and_run(v, &c, &e);
	history_close(c.h);
	return r < 0 ? history_report(v->name, r, &e) : c.code;
}

static int run(int argc, char **argv)
{
	const char *given = getenv("CGBENCH_HISTORY");
	struct history_options o = {.db = given && given[0] ? given : default_path};
	const char *name = argc > 1 ? argv[1] : "";
	const struct history_verb *v = find_verb(name);

	if (v) {
		enum exit_code code;
		parse(v, argc - 1, argv + 1, &o);
		code = run_verb(v, &o);
		free(o.args.v);
		free(o.allow.v);
		return code;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
		help(stdout);
		return EXIT_PASS;
	}
	if (name[0])
		fprintf(stderr, "cgbench history: no verb '%s'\n", name);
	help(stderr);
	return EXIT_USAGE;
}

const struct command command_history = {
	.name = "history",
	.summary = "runs over months: what changed, and when",
	.order = 80,
	.run = run,
};

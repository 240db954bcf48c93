/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history: runs over months: what changed, when, and whether somebody knows why. */
#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "command.h"
#include "commands/history/verb.h"

enum { GATE_RUNS = 10, DOC_MAX = 4096, PROGRAM_MAX = 64 };

static const char default_path[] = "results/history.db";

static const struct history_verb *const verbs[] = {
	&history_verb_add,  &history_verb_log,  &history_verb_changes,
	&history_verb_mark, &history_verb_plot,
};

/* ---- options ---- */

enum {
	KEY_DB = 256,
	KEY_DATE,
	KEY_LABEL,
	KEY_ALLOW,
	KEY_REPLACE,
	KEY_SERIES,
	KEY_KERNEL,
	KEY_SUITE,
	KEY_SINCE,
	KEY_GATE,
	KEY_SIGNIFICANCE,
	KEY_MIN_CHANGE,
	KEY_REMOVE,
	KEY_OUT,
	KEY_ALL,
};

/* Each option with the verbs that take it. */
static const struct {
	struct argp_option option;
	unsigned verbs;
} option_table[] = {
	{{"db", KEY_DB, "FILE", 0,
	  "The history [$CGBENCH_HISTORY, else results/history.db]; on a local file system", 0},
	 HISTORY_ADD | HISTORY_LOG | HISTORY_CHANGES | HISTORY_MARK | HISTORY_PLOT},
	{{"json", 'j', NULL, 0, "Print JSON", 0},
	 HISTORY_ADD | HISTORY_LOG | HISTORY_CHANGES | HISTORY_MARK},
	{{"date", KEY_DATE, "DATE", 0,
	  "The runs' place in the history [when they began; for exact runs, whose clock always "
	  "begins at the same moment, now]",
	  0},
	 HISTORY_ADD},
	{{"label", KEY_LABEL, "TEXT", 0, "What was measured, such as a commit", 0}, HISTORY_ADD},
	{{"allow", KEY_ALLOW, "FACT", 0,
	  "Join runs of hosts that differ in FACT of host.json; give it with every run of the "
	  "series; may be given again",
	  0},
	 HISTORY_ADD},
	{{"replace", KEY_REPLACE, NULL, 0,
	  "Take a run that is there with other results for the same run, and these for better", 0},
	 HISTORY_ADD},
	{{"series", KEY_SERIES, "GLOB", 0,
	  "Only series of this name, in which * also matches / [*]", 0},
	 HISTORY_CHANGES | HISTORY_MARK | HISTORY_PLOT},
	{{"kernel", KEY_KERNEL, "GLOB", 0, "Only runs on this kernel", 0},
	 HISTORY_LOG | HISTORY_CHANGES | HISTORY_PLOT},
	{{"suite", KEY_SUITE, "GLOB", 0, "Only runs of this suite", 0},
	 HISTORY_LOG | HISTORY_CHANGES | HISTORY_PLOT},
	{{"since", KEY_SINCE, "RUN|DATE", 0, "Only changes since then", 0}, HISTORY_CHANGES},
	{{"gate", KEY_GATE, "N", OPTION_ARG_OPTIONAL,
	  "Exit 1 when something got worse in the last N runs of a series [10] and no mark says "
	  "that this is known",
	  0},
	 HISTORY_CHANGES},
	{{"significance", KEY_SIGNIFICANCE, "P", 0,
	  "The chance that all series together, unchanged, raise any alarm [0.01]", 0},
	 HISTORY_CHANGES | HISTORY_PLOT},
	{{"min-change", KEY_MIN_CHANGE, "PERCENT", 0, "Leave out smaller changes [0]", 0},
	 HISTORY_CHANGES | HISTORY_PLOT},
	{{"remove", KEY_REMOVE, "MARK", 0, "Remove the mark of this number", 0}, HISTORY_MARK},
	{{"out", KEY_OUT, "DIR", 0, "Draw into DIR [results/history]", 0}, HISTORY_PLOT},
	{{"all", KEY_ALL, NULL, 0, "Draw series without changes too", 0}, HISTORY_PLOT},
};

static double parse_number(const char *name, const char *text, double min, double max,
			   const struct argp_state *state)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= min && value <= max))
		argp_error(state, "--%s '%s': expected a number from %g to %g", name, text, min,
			   max);
	return value;
}

static size_t parse_count(const char *name, const char *text, const struct argp_state *state)
{
	double value = parse_number(name, text, 1, 1e9, state);

	if (value != (double)(size_t)value)
		argp_error(state, "--%s '%s': expected a whole number", name, text);
	return (size_t)value;
}

static void add_allow(struct history_options *o, const char *fact, const struct argp_state *state)
{
	if (o->n_allow == HISTORY_ALLOW_MAX)
		argp_error(state, "more than %d times --allow", HISTORY_ALLOW_MAX);
	o->allow[o->n_allow++] = fact;
}

static error_t parse_filter(int key, const char *arg, struct history_options *o)
{
	switch (key) {
	case KEY_SERIES:
		o->filter.series = arg;
		return 0;
	case KEY_KERNEL:
		o->filter.kernel = arg;
		return 0;
	case KEY_SUITE:
		o->filter.suite = arg;
		return 0;
	case KEY_SINCE:
		o->since = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_numbers(int key, char *arg, const struct argp_state *state,
			     struct history_options *o)
{
	switch (key) {
	case KEY_GATE:
		o->gate = arg ? parse_count("gate", arg, state) : GATE_RUNS;
		return 0;
	case KEY_SIGNIFICANCE:
		o->find.significance = parse_number("significance", arg, 1e-12, 0.5, state);
		return 0;
	case KEY_MIN_CHANGE:
		o->find.percent_min = parse_number("min-change", arg, 0, 1e9, state);
		return 0;
	case KEY_REMOVE:
		o->unmark = (int64_t)parse_count("remove", arg, state);
		return 0;
	default:
		return parse_filter(key, arg, o);
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct history_options *o = state->input;

	switch (key) {
	case KEY_DB:
		o->db = arg;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case KEY_REPLACE:
		o->replace = true;
		return 0;
	case KEY_ALL:
		o->all = true;
		return 0;
	case KEY_DATE:
		o->date = arg;
		return 0;
	case KEY_LABEL:
		o->label = arg;
		return 0;
	case KEY_ALLOW:
		add_allow(o, arg, state);
		return 0;
	case KEY_OUT:
		o->out = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->args = state->argv + state->next;
		o->n_args = (size_t)(state->argc - state->next);
		return 0;
	default:
		return parse_numbers(key, arg, state, o);
	}
}

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
	struct argp_option options[array_len(option_table) + 1] = {{0}};
	char doc[DOC_MAX], program[PROGRAM_MAX];
	struct argp argp = {
		.options = options, .parser = parse_option, .args_doc = v->args, .doc = doc};
	size_t n = 0;

	for (size_t i = 0; i < array_len(option_table); i++)
		if (option_table[i].verbs & v->options)
			options[n++] = option_table[i].option;
	snprintf(doc, sizeof(doc), "%c%s.\v%s", v->summary[0] - 'a' + 'A', v->summary + 1, v->more);
	snprintf(program, sizeof(program), "cgbench history %s", v->name);
	argv[0] = program;
	argp_parse(&argp, argc, argv, 0, NULL, o);
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

	if (o->n_args < v->args_min || (!v->args[0] && o->n_args)) {
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
		argp_err_exit_status = EXIT_USAGE;
		parse(v, argc - 1, argv + 1, &o);
		return run_verb(v, &o);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot: pictures of a run directory, from its CSV files alone, so that old runs can be drawn again.
 */
#include <argp.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "plot/plot.h"

enum { NAMES_MAX = 64, KEY_JSON = 256 };

struct options {
	const char *dir, *into;
	const char *only[NAMES_MAX + 1];
	size_t n_only;
	bool json;
};

static const struct argp_option option_table[] = {
	{"into", 'o', "FOLDER", 0, "Draw into FOLDER (DIR/plots)", 0},
	{"json", KEY_JSON, NULL, 0, "Print what became of each plot as JSON", 0},
	{0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->into = arg;
		return 0;
	case KEY_JSON:
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!o->dir)
			o->dir = arg;
		else if (o->n_only < NAMES_MAX)
			o->only[o->n_only++] = arg;
		else
			argp_error(state, "more than %d plots: '%s'", NAMES_MAX, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which run? a directory that `cgbench run` made");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "DIR [PLOT...]",
	.doc = "Draw the plots of the run in DIR, or those named, as PNG and as SVG.\v"
	       "Reads nothing but the run's directory; the numbers behind each picture lie beside "
	       "it (.tsv). A plot that the run has no numbers for is skipped, and the reason "
	       "printed. A plot is a gnuplot script that names the tables it needs; a file more in "
	       "the folder of scripts is a plot more.\n\n"
	       "EXAMPLES\n"
	       "  cgbench plot results/runs/ID\n"
	       "  cgbench plot results/runs/ID usage-error stalls --into figures\n\n"
	       "Exit codes: 0 drawn, 2 usage or no such run, 3 a plot failed or the run has no "
	       "trial, 77 gnuplot is not installed.",
};

static void print_text(const struct plots *plots)
{
	for (size_t i = 0; i < plots->n; i++) {
		const struct plot *p = &plots->v[i];
		printf("%-8s %s%s%s\n", plot_outcome_name(p->outcome), p->name,
		       p->why[0] ? ": " : "", p->why);
	}
}

static void print_json(const struct plots *plots)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plots->n; i++) {
		const struct plot *p = &plots->v[i];
		json_array_append_new(list,
				      json_pack("{ss,ss,ss}", "plot", p->name, "outcome",
						plot_outcome_name(p->outcome), "reason", p->why));
	}
	json_dumpf(list, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(list);
}

static enum exit_code code_of(int r, const struct plots *plots)
{
	if (r == -ENOSYS)
		return EXIT_CANNOT;
	if (r == -ENODATA)
		return EXIT_INCONCLUSIVE;
	if (r < 0)
		return EXIT_USAGE;
	for (size_t i = 0; i < plots->n; i++)
		if (plots->v[i].outcome == PLOT_FAILED)
			return EXIT_INCONCLUSIVE;
	return EXIT_PASS;
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct plots plots = {0};
	struct err e = {""};
	enum exit_code code;
	int r;

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	r = plot_draw(o.dir, &(struct plot_options){.into = o.into, .only = o.only}, &plots, &e);
	if (plots.note[0])
		fprintf(stderr, "cgbench plot: %s\n", plots.note);
	if (r < 0)
		fprintf(stderr, "cgbench plot: %s\n", e.text);
	else if (o.json)
		print_json(&plots);
	else
		print_text(&plots);
	code = code_of(r, &plots);
	free(plots.v);
	return (int)code;
}

const struct command command_plot = {
	.name = "plot", .summary = "draw a run's plots, PNG and SVG", .order = 70, .run = run};

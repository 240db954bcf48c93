/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot: pictures of a run directory, from its CSV files alone, so that old runs can be drawn again.
 */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "base/output.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "plot/plot.h"

struct options {
	struct words names; /* of the run, and then of plots */
	const char *into;
	bool json;
};

static const struct option_row rows[] = {
	{"into", 'o', "FOLDER", "Draw into FOLDER (DIR/plots)",
	 INTO(OPTION_TEXT, struct options, into)},
	{"json", 0, NULL, "Print what became of each plot as JSON",
	 INTO(OPTION_FLAG, struct options, json)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	.operands_offset = offsetof(struct options, names),
	.missing = "which run? a directory that `cgbench run` made",
	.operands = "DIR [PLOT...]",
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
	output_json(list, NULL);
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

	options_parse(&arguments, argc, argv, &o);
	r = plot_draw(o.names.v[0], &(struct plot_options){.into = o.into, .only = o.names.v + 1},
		      &plots, &e);
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
	free(o.names.v);
	return (int)code;
}

const struct command command_plot = {
	.name = "plot", .summary = "draw a run's plots, PNG and SVG", .order = 70, .run = run};

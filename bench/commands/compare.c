/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare: one run against another, or along an axis; and a verdict that can be trusted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "compare/request.h"

static const struct option_row rows[] = {
	{"by", 0, "AXIS",
	 "Along an axis of the suite within one run, or along a fact of host.json (kernel) over "
	 "many: each value against the one before it",
	 INTO(OPTION_TEXT, struct compare_request, by), .group = 1},
	{"map", 0, "PREFIX",
	 "With --by: what each value changed, as PREFIX.csv, PREFIX.png and PREFIX.svg",
	 INTO(OPTION_TEXT, struct compare_request, map), .group = 1},
	{"aa", 0, NULL,
	 "Both are the same thing (one run is split in two): measure the noise, and warn where "
	 "--max-regress, or else --margin, is below it",
	 INTO(OPTION_FLAG, struct compare_request, aa), .group = 1},
	{0},
};

static void check_runs(void *options, const struct argp_state *state)
{
	const struct compare_request *q = options;

	if (q->by && q->aa)
		argp_error(state, "--by and --aa do not go together");
	if (!q->by && q->runs.n > 2)
		argp_error(state, "%zu runs: expected BASE and HEAD, or --by AXIS", q->runs.n);
	if (q->map && !q->by)
		argp_error(state, "--map draws what --by compares; say along which axis");
	if (q->by && q->n_exports > 0)
		argp_error(state, "--export has no format for --by; use --csv or --json");
}

/* The formats are a table of their own, so the help is put together when it is asked for. */
static char *filter_help(int key, const char *text, void *input)
{
	scope_free char *formats = NULL;
	char *all;
	(void)input;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	formats = compare_request_exports_help();
	return asprintf(&all, "%s\nEXPORTS\n%s", text, formats ? formats : "") < 0 ? (char *)text
										   : all;
}

static const struct command_line arguments = {
	.rows = rows,
	.more = compare_request_rows,
	.operands_offset = offsetof(struct compare_request, runs),
	.missing = "which runs? Name their directories",
	.check = check_runs,
	.help_filter = filter_help,
	.operands = "[BASE] HEAD\n--by AXIS RUN...\n--aa RUN [RUN]",
	.doc = "Compare the run HEAD with BASE: what improved, regressed, or stayed the same.\v"
	       "A run is a directory that `cgbench run` left, or a folder of such, which are taken "
	       "together. Without BASE, HEAD is judged by its suite's budgets alone. Values are "
	       "matched by suite, axis values, group and metric; which way is worse is the "
	       "metric's (`cgbench list metrics`). Runs of unlike hosts are refused, naming what "
	       "differs, unless allowed. Runs of the exact lab are compared exactly. In CHANGE, a "
	       "metric of which nearer to its expected value is better shows the change of its "
	       "error, in points.\n\n"
	       "EXAMPLES\n"
	       "  cgbench compare base head                       what is different\n"
	       "  cgbench compare --gate --max-regress 5 --metric 'latency.*' base head\n"
	       "                                                  for CI: exit code 0, 1 or 3\n"
	       "  cgbench compare --allow kernel old new          two kernels on one host\n"
	       "  cgbench compare --by kernel runs/*              what each kernel changed\n"
	       "  cgbench compare --by quota RUN                  along an axis of the suite\n"
	       "  cgbench compare --aa --max-regress 5 RUN        is this host quiet enough?\n"
	       "  cgbench compare --gate --export junit=report.xml --export markdown=summary.md "
	       "\\\n"
	       "      base head\n\n"
	       "Exit codes: 0 compared (with --gate: passed), 1 the gate failed, 2 usage, or a run "
	       "that cannot be read, 3 unlike hosts, or nothing was compared (with --gate: not "
	       "decided).\n",
};

static int run(int argc, char **argv)
{
	struct compare_request q scope(compare_request_free) = compare_request_new();
	enum exit_code code = EXIT_PASS;
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &q);
	r = compare_request_answer(&q, &code, &e);
	if (r == 0)
		return code;
	fprintf(stderr, "cgbench compare: %s\n", e.text);
	return r == -EPERM ? EXIT_INCONCLUSIVE : EXIT_USAGE;
}

const struct command command_compare = {.name = "compare",
					.summary =
						"one run against another: verdicts, gates, exports",
					.order = 72,
					.run = run};

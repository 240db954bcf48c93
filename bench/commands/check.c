/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: whether suite files say something that can be run, and where not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/options.h"
#include "cgbench/exit.h"
#include "command.h"
#include "paper/claim.h"
#include "suite/caution.h"
#include "suite/describe.h"
#include "suite/expand.h"
#include "suite/family.h"

struct options {
	struct words files;
};

static const struct command_line arguments = {
	.operands_offset = offsetof(struct options, files),
	.missing = "which suite? `cgbench list suites` shows those that ship",
	.operands = "SUITE...",
	.doc = "Check suites: files, or names of those that ship with cgbench.\v"
	       "Every cell is spelled out, every value parsed and every name resolved; nothing is "
	       "made or run. A fault is one line, FILE:LINE:COLUMN: what it is and what was "
	       "expected, the first of each file.\n\n"
	       "WHAT A SUITE CAN EXPECT\n"
	       "  {metric: cpu.usage_error, within: 3%}\n"
	       "      of theory; or min, max, equals (then within is the distance from that)\n"
	       "  {that: \"b:work.ops / a:work.ops\", equals: 2, within: 5%, name: twice}\n"
	       "      GROUP:METRIC with + - * / ( ), sum min max mean count abs ratio share;\n"
	       "      globs in brackets: sum(leaf*:work.ops)\n"
	       "  read: [{name: slab, file: memory.stat, key: slab, take: peak}]\n"
	       "      any file as read.slab; take: before, after, end, delta, peak, sample;\n"
	       "      key: KEY, \"LINE KEY\" or \"* KEY\"; as: number, list, lines\n"
	       "  own: {p99: ms}\n"
	       "      a program's lines `NAME VALUE [UNIT]` in @report are own.NAME\n"
	       "  when: period == 100ms and not has cpu.stat.local\n"
	       "      on a part, an exclusion or a budget; also: or, feature NAME, online N "
	       "(CPUs), ( )\n"
	       "  zip: [[quota, threads]]\n"
	       "      axes whose values go together\n"
	       "  paper: {id: P0, title: ..., cite: {...}, cells: {...}, claims: [{...}]}\n"
	       "      what a publication claims; README.md, \"Papers\", has all of it\n"
	       "\n"
	       "EXAMPLES\n"
	       "  cgbench check my.yaml\n"
	       "  cgbench check default suites/*.yaml\n\n"
	       "Exit codes: 0 all are right, 2 one is not.",
};

static int check_claims(const struct suite *s, struct err *e)
{
	struct claims_of_suite c = {.suite = NULL};
	int r = claims_of(s, NULL, &c, e);

	claims_unload(&c);
	return r;
}

static int check(const char *file, struct err *e)
{
	char takes[DESCRIBE_DURATION_MAX];
	struct suite *suite = NULL;
	struct plan *plan = NULL;
	int r = suite_load(file, &suite, e);

	if (r == 0)
		r = plan_expand(suite, &(struct plan_options){0}, &plan, e);
	if (r == 0 && suite->paper.id.str)
		r = check_claims(suite, e);
	if (r == 0)
		caution_print(file, plan);
	if (r == 0)
		printf("%s: ok: %u cells, %zu trials, about %s\n", file, plan->n_cells,
		       plan->n_trials, describe_duration(plan_usec(plan), takes));
	plan_free(plan);
	suite_free(suite);
	return r;
}

/* A word may stand for several: each is checked, whatever the others are. */
static enum exit_code check_named(const char *word)
{
	enum exit_code code = EXIT_PASS;
	struct err e = {""};
	char **names = NULL;
	size_t n = 0;

	if (family_names(word, &names, &n, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < n; i++) {
		if (check(names[i], &e) == 0)
			continue;
		fprintf(stderr, "%s\n", e.text);
		code = EXIT_USAGE;
	}
	suite_names_free(names, n);
	return code;
}

static int run(int argc, char **argv)
{
	enum exit_code code = EXIT_PASS;
	struct options o = {0};

	options_parse(&arguments, argc, argv, &o);
	for (size_t i = 0; i < o.files.n; i++)
		if (check_named(o.files.v[i]) != EXIT_PASS)
			code = EXIT_USAGE;
	free(o.files.v);
	return code;
}

const struct command command_check = {.name = "check",
				      .summary = "check suite files, with file:line:column",
				      .order = 30,
				      .run = run};

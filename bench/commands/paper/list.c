/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper list: the papers that ship, and how many claims each has. */
#include <stdio.h>
#include <string.h>

#include "base/options.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "commands/paper/verbs.h"
#include "suite/suite.h"

static const struct command_line arguments = {
	.doc = "List the published experiments that ship with cgbench.\v"
	       "Exit codes: 0, or 2 for a suite that is broken.",
};

const char *paper_suite(const char *name, char buf[static PATH_MAX])
{
	snprintf(buf, PATH_MAX, "%s%s", strpbrk(name, "/.") ? "" : "papers/", name);
	return buf;
}

static int add(struct table *t, const char *name, struct err *e)
{
	struct suite *s = NULL;
	char claims[16];
	int r = suite_load(name, &s, e);

	if (r < 0)
		return r;
	snprintf(claims, sizeof(claims), "%zu", s->paper.n_claims);
	r = table_add(t,
		      (const char *const[]){s->paper.id.str, s->name.str, s->paper.title.str,
					    s->paper.cite_where.str, s->paper.cite_year.str,
					    s->paper.infeasible.str ? "infeasible" : claims},
		      e);
	suite_free(s);
	return r;
}

/* P2 before P11. */
static int list_papers(struct err *e)
{
	static const struct table_column columns[] = {{.name = "ID"},
						      {.name = "PAPER"},
						      {.name = "WHAT WAS FOUND", .wraps = true},
						      {.name = "WHERE", .wraps = true},
						      {.name = "YEAR"},
						      {.name = "CLAIMS", .number = true}};
	struct table *t = NULL;
	char **names = NULL;
	size_t n = 0;
	int r = suite_paper_names(&names, &n, e);

	if (r < 0)
		return r;
	r = table_new(columns, array_len(columns), &t, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add(t, names[i], e);
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	suite_names_free(names, n);
	return r;
}

static int run(int argc, char **argv)
{
	struct err e = {""};
	char none;

	options_parse(&arguments, argc, argv, &none);
	if (list_papers(&e) == 0)
		return EXIT_PASS;
	fprintf(stderr, "cgbench paper list: %s\n", e.text);
	return EXIT_USAGE;
}

const struct paper_verb paper_list = {"list", "the papers that ship", run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paper show: whose a paper is, its page, and its claims beside what was published. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "commands/paper/verbs.h"
#include "paper/claim.h"
#include "suite/suite_page.h"

struct options {
	const char *paper;
};

static const struct command_line arguments = {
	.operands = "NAME",
	.one = "paper",
	.operands_offset = offsetof(struct options, paper),
	.missing = "which paper? `cgbench paper list` shows those that ship",
	.doc = "Show a paper: its page, whose it is, and what it claims.\v"
	       "Exit codes: 0, or 2 for a wrong name or a suite that is broken.",
};

static const char *holds(const struct claim_spec *c, char *buf, size_t size)
{
	const struct {
		const char *word;
		const struct text *t;
	} bounds[] = {{"within", &c->within}, {"of", &c->of},   {"apart", &c->apart},
		      {"equals", &c->equals}, {"min", &c->min}, {"max", &c->max}};
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < array_len(bounds) && n < size; i++)
		if (bounds[i].t->str)
			n += (size_t)snprintf(buf + n, size - n, "%s%s %s", n ? " " : "",
					      bounds[i].word, bounds[i].t->str);
	return buf;
}

static int add_claim(struct table *t, const struct claim *c, struct err *e)
{
	char published[64] = "", bounds[256];

	if (c->published)
		snprintf(published, sizeof(published), "%.6g", c->published->value);
	return table_add(t,
			 (const char *const[]){c->spec->name.str, published, c->unit,
					       c->spec->infeasible.str ?: c->spec->measured.str,
					       c->spec->infeasible.str
						       ? "infeasible"
						       : holds(c->spec, bounds, sizeof(bounds)),
					       c->spec->role.str ?: "effect"},
			 e);
}

static int show_claims(const struct suite *s, const struct claims *claims, struct err *e)
{
	static const struct table_column columns[] = {{.name = "CLAIM", .wraps = true},
						      {.name = "PUBLISHED", .number = true},
						      {.name = "UNIT"},
						      {.name = "MEASURED", .wraps = true},
						      {.name = "HOLDS WHEN", .wraps = true},
						      {.name = "ROLE"}};
	const struct paper_spec *p = &s->paper;
	struct table *t = NULL;
	int r = table_new(columns, array_len(columns), &t, e);

	printf("%s: %s\n%s%s\"%s\", %s%s%s%s%s\n", p->id.str, p->title.str,
	       p->cite_author.str ?: "", p->cite_author.str ? ", " : "", p->cite_title.str,
	       p->cite_where.str, p->cite_year.str ? ", " : "", p->cite_year.str ?: "",
	       p->cite_url.str ? ", " : "", p->cite_url.str ?: "");
	if (p->scaled.str)
		printf("scaled: %s\n", p->scaled.str);
	if (p->infeasible.str)
		printf("infeasible here: %s\n", p->infeasible.str);
	putchar('\n');
	for (size_t i = 0; r == 0 && i < claims->n; i++)
		r = add_claim(t, &claims->v[i], e);
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	return r;
}

static int show(const char *name, struct err *e)
{
	char path[PATH_MAX];
	struct claims_of_suite of = {.suite = NULL};
	int r = claims_load(paper_suite(name, path), NULL, &of, e);

	if (r == 0)
		r = suite_page_print(path, e);
	if (r == 0)
		r = show_claims(of.suite, &of.claims, e);
	claims_unload(&of);
	return r;
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {""};

	options_parse(&arguments, argc, argv, &o);
	if (show(o.paper, &e) == 0)
		return EXIT_PASS;
	fprintf(stderr, "cgbench paper show: %s\n", e.text);
	return EXIT_USAGE;
}

const struct paper_verb paper_show = {"show", "a paper's page and claims", run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/paper_spec.h"

#include <errno.h>
#include <string.h>

#include "cgbench/array.h"
#include "suite/schema.h"

const char *const paper_roles[] = {"effect", "fault", "fixed", NULL};
const char *const paper_takes[] = {"median", "mean", "min", "max", NULL};

static const char an_expression[] = "an expression such as \"subject:cpu.usage_usec / 1000\"";

static const struct field cells_fields[] = {{0}};

static const struct schema cells_schema = {
	.noun = "cells",
	.expected = "a mapping such as {threads: 1, quota: 20%}",
	.size = sizeof(struct cells_spec),
	.fields = cells_fields,
	.name_offset = offsetof(struct cells_spec, name),
	.takes_others = true,
	.others_offset = offsetof(struct cells_spec, terms),
};

static const struct field published_fields[] = {
	{.key = "experiment",
	 .offset = offsetof(struct claim_spec, experiment),
	 .expected = "what stands in the column 'experiment'"},
	{.key = "condition",
	 .offset = offsetof(struct claim_spec, condition),
	 .expected = "what stands in the column 'condition'"},
	{.key = "metric",
	 .required = true,
	 .offset = offsetof(struct claim_spec, published),
	 .expected = "what stands in the column 'metric'"},
	{0},
};

static const struct schema published_schema = {
	.noun = "'published'",
	.expected = "a mapping such as {experiment: after, condition: 105MB, metric: usec_per_MB}",
	.fields = published_fields,
};

static const struct field claim_fields[] = {
	{.key = "name",
	 .required = true,
	 .offset = offsetof(struct claim_spec, name),
	 .expected = "a few words, such as 105 MB"},
	{.key = "says",
	 .offset = offsetof(struct claim_spec, says),
	 .expected = "what the authors say, in a sentence"},
	{.key = "role",
	 .offset = offsetof(struct claim_spec, role),
	 .expected = "effect, fault or fixed"},
	{.key = "published", .kind = FIELD_RECORD, .of = &published_schema},
	{.key = "cell",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct claim_spec, cell),
	 .expected = "a mapping such as {threads: 1, quota: 20%}"},
	{.key = "host",
	 .kind = FIELD_PAIRS,
	 .offset = offsetof(struct claim_spec, host),
	 .expected = "a mapping such as {hz: 250, fair_scheduler: EEVDF}"},
	{.key = "take",
	 .offset = offsetof(struct claim_spec, take),
	 .expected = "median, mean, min or max"},
	{.key = "measured",
	 .required = true,
	 .unless = "infeasible",
	 .offset = offsetof(struct claim_spec, measured),
	 .expected = an_expression},
	{.key = "expected",
	 .offset = offsetof(struct claim_spec, expected),
	 .expected = "a number or an expression"},
	{.key = "unit",
	 .offset = offsetof(struct claim_spec, unit),
	 .expected = "a unit such as ms"},
	{.key = "of",
	 .offset = offsetof(struct claim_spec, of),
	 .expected = "expected or published"},
	{.key = "within",
	 .offset = offsetof(struct claim_spec, within),
	 .expected = "a percentage such as 20%"},
	{.key = "apart",
	 .offset = offsetof(struct claim_spec, apart),
	 .expected = "how far away it may be, as a number"},
	{.key = "equals", .offset = offsetof(struct claim_spec, equals), .expected = "a number"},
	{.key = "min", .offset = offsetof(struct claim_spec, min), .expected = "a number"},
	{.key = "max", .offset = offsetof(struct claim_spec, max), .expected = "a number"},
	{.key = "infeasible",
	 .offset = offsetof(struct claim_spec, infeasible),
	 .expected = "why it cannot be had here, and what it would need"},
	{.key = "x",
	 .offset = offsetof(struct claim_spec, x),
	 .expected = "a number on the plot's x axis"},
	{.key = "series",
	 .offset = offsetof(struct claim_spec, series),
	 .expected = "the name of a line in the plot"},
	{0},
};

static const struct schema claim_schema = {
	.noun = "a claim",
	.expected =
		"a mapping such as {name: twice, measured: \"b:work.ops / a:work.ops\", min: 2}",
	.size = sizeof(struct claim_spec),
	.fields = claim_fields,
};

#define CITE(key_, required_, expected_)                                                    \
	{                                                                                   \
		.key = #key_, .required = (required_),                                      \
		.offset = offsetof(struct paper_spec, cite_##key_), .expected = (expected_) \
	}

static const struct field cite_fields[] = {
	CITE(key, true, "a BibTeX key such as down2019high"),
	CITE(title, true, "the title"),
	CITE(where, true, "a conference, a journal, a mailing list or a repository"),
	CITE(author, false, "the authors, as BibTeX has them: A. Name and B. Name"),
	CITE(year, false, "a year such as 2019"),
	CITE(type, false, "a kind of BibTeX, such as inproceedings; misc is the default"),
	CITE(url, false, "an address, or a commit"),
	{0},
};

static const struct schema cite_schema = {
	.noun = "'cite'",
	.expected =
		"a mapping with key, title, where, and what is known of author, year, type and url",
	.fields = cite_fields,
};

static const struct field plot_fields[] = {
	{.key = "x",
	 .required = true,
	 .offset = offsetof(struct paper_spec, plot_x),
	 .expected = "what the x axis says, such as 'quota, ms'"},
	{.key = "y",
	 .required = true,
	 .offset = offsetof(struct paper_spec, plot_y),
	 .expected = "what the y axis says, such as 'stall, ms'"},
	{.key = "log",
	 .offset = offsetof(struct paper_spec, plot_log),
	 .expected = "which axes are logarithmic: x, y or xy"},
	{0},
};

static const struct schema plot_schema = {
	.noun = "'plot'",
	.expected = "a mapping such as {x: \"memory, MB\", y: \"time, ms\", log: y}",
	.fields = plot_fields,
};

static const struct field paper_fields[] = {
	{.key = "id",
	 .required = true,
	 .offset = offsetof(struct paper_spec, id),
	 .expected = "a short name such as P1"},
	{.key = "title",
	 .required = true,
	 .offset = offsetof(struct paper_spec, title),
	 .expected = "what was found, in a few words"},
	{.key = "cite", .kind = FIELD_RECORD, .required = true, .of = &cite_schema},
	{.key = "scaled",
	 .offset = offsetof(struct paper_spec, scaled),
	 .expected = "what was divided by what, and why the effect survives it"},
	{.key = "infeasible",
	 .offset = offsetof(struct paper_spec, infeasible),
	 .expected = "why it cannot be had here, and what it would need"},
	{.key = "plot", .kind = FIELD_RECORD, .of = &plot_schema},
	{.key = "cells",
	 .kind = FIELD_NAMED,
	 .of = &cells_schema,
	 .offset = offsetof(struct paper_spec, cells),
	 .count_offset = offsetof(struct paper_spec, n_cells),
	 .expected = "a mapping such as {one: {threads: 1}, eight: {threads: 8}}"},
	{.key = "claims",
	 .kind = FIELD_RECORDS,
	 .required = true,
	 .of = &claim_schema,
	 .offset = offsetof(struct paper_spec, claims),
	 .count_offset = offsetof(struct paper_spec, n_claims),
	 .expected = "a list of claims"},
	{0},
};

const struct schema paper_schema = {
	.noun = "'paper'",
	.expected = "a mapping with id, title, cite and claims",
	.size = sizeof(struct paper_spec),
	.fields = paper_fields,
};

/* One of a few words, or nothing. */
static int check_word(const struct suite *s, const struct text *t, const char *const *words,
		      const char *expected, struct err *e)
{
	for (size_t i = 0; t->str && words[i]; i++)
		if (strcmp(words[i], t->str) == 0)
			return 0;
	return t->str ? suite_fault(s, t, e, "'%s'; expected %s", t->str, expected) : 0;
}

static int check_reference(const struct suite *s, const struct claim_spec *c, struct err *e)
{
	const struct text *bound = c->within.str ? &c->within : &c->apart;
	bool is_published = c->of.str && strcmp(c->of.str, "published") == 0;

	if (c->of.str && !bound->str)
		return suite_fault(s, &c->of, e,
				   "'of' says what within and apart are counted "
				   "from; neither is here");
	if (c->of.str && !(is_published ? &c->published : &c->expected)->str)
		return suite_fault(s, &c->of, e, "claim '%s' has no '%s'", c->name.str, c->of.str);
	if (bound->str && !c->equals.str && !c->expected.str && !c->published.str)
		return suite_fault(s, bound, e,
				   "within what of what? Expected 'equals', 'expected' or "
				   "'published' beside it");
	return 0;
}

static int check_claim(const struct suite *s, const struct claim_spec *c, struct err *e)
{
	static const char *const of[] = {"expected", "published", NULL};
	int r = check_word(s, &c->role, paper_roles, "effect, fault or fixed", e);

	if (r == 0)
		r = check_word(s, &c->take, paper_takes, "median, mean, min or max", e);
	if (r == 0)
		r = check_word(s, &c->of, of, "expected or published", e);
	if (r < 0 || c->infeasible.str)
		return r;
	if (!c->within.str && !c->apart.str && !c->equals.str && !c->min.str && !c->max.str)
		return suite_fault(s, &c->name, e,
				   "claim '%s' can never fail; expected within, apart, equals, min "
				   "or max",
				   c->name.str);
	return check_reference(s, c, e);
}

static bool is_word(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_")] == '\0';
}

int paper_spec_check(const struct suite *s, struct err *e)
{
	const struct paper_spec *p = &s->paper;
	int r = 0;

	for (size_t i = 0; i < p->n_cells; i++)
		if (!is_word(p->cells[i].name.str))
			return suite_fault(s, &p->cells[i].name, e,
					   "'%s' is no name for cells; expected letters, digits "
					   "and _",
					   p->cells[i].name.str);
	for (size_t i = 0; r == 0 && i < p->n_claims; i++) {
		r = check_claim(s, &p->claims[i], e);
		for (size_t j = 0; r == 0 && j < i; j++)
			if (strcmp(p->claims[i].name.str, p->claims[j].name.str) == 0)
				r = suite_fault(s, &p->claims[i].name, e,
						"claim '%s' is there twice; first in line %d",
						p->claims[i].name.str, p->claims[j].name.line);
	}
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/ktap.h"

#include <string.h>

/* Depths are few: a suite, and a family of them. */
static const char indents[] = "        ";

static const char *indent(const struct ktap *k)
{
	return indents + sizeof(indents) - 1 - 2 * (size_t)k->depth;
}

/* A '#' in a description would begin a directive. */
static void put_plain(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(*text == '#' || *text == '\n' ? ' ' : *text, out);
}

void ktap_begin(struct ktap *k, FILE *out, unsigned depth, const char *name, size_t cases)
{
	*k = (struct ktap){.out = out, .depth = depth};
	fprintf(out, "%sKTAP version 1\n", indent(k));
	if (name)
		fprintf(out, "%s# Subtest: %s\n", indent(k), name);
	fprintf(out, "%s1..%zu\n", indent(k), cases);
	fflush(out);
}

void ktap_diagnostic(const struct ktap *k, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		fprintf(k->out, "%s# %.*s\n", indent(k), (int)n, text);
		text += n + (text[n] == '\n');
	}
}

void ktap_line(struct ktap *k, bool ok, const char *name, const char *skip)
{
	fprintf(k->out, "%s%s %u - ", indent(k), ok ? "ok" : "not ok", ++k->number);
	put_plain(k->out, name);
	if (skip) {
		fputs(" # SKIP ", k->out);
		put_plain(k->out, skip);
	}
	fputc('\n', k->out);
	fflush(k->out);
}

void ktap_case(struct ktap *k, const struct case_result *c)
{
	enum case_state state = case_state(c);
	bool skipped = state == CASE_UNSUPPORTED || state == CASE_UNRESOLVED;

	for (size_t i = 0; i < c->n_notes; i++)
		ktap_diagnostic(k, c->notes[i]);
	ktap_line(k, skipped || state == CASE_HOLDS, c->name,
		  skipped ? (c->says ? c->says : case_state_name(state)) : NULL);
}

void ktap_skip_all(FILE *out, const char *why)
{
	fputs("KTAP version 1\n1..0 # SKIP ", out);
	put_plain(out, why);
	fputc('\n', out);
	fflush(out);
}

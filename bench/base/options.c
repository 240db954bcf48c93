/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/options.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/exit.h"
#include "cgbench/units.h"

enum { ROWS_MAX = 64, ARG_MAX_BYTES = 32, KEY_FIRST = 0x1000 };

/* A row, and the options that it is about. */
struct use {
	const struct option_row *row;
	void *options;
};

struct parsing {
	const struct command_line *line;
	void *options;
	struct use uses[ROWS_MAX];
	char args[ROWS_MAX][ARG_MAX_BYTES]; /* without the brackets of what may be left out */
	struct argp_option argp[ROWS_MAX + 1];
	size_t n;
};

int words_add(struct words *w, const char *word)
{
	const char **grown = reallocarray(w->v, w->n + 2, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	w->v = grown;
	w->v[w->n++] = word;
	w->v[w->n] = NULL;
	return 0;
}

static double number(const struct option_row *r, const char *text, const struct argp_state *state)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !(v >= r->min && v <= r->max))
		argp_error(state, "--%s %s: expected a number from %g to %g", r->name, text, r->min,
			   r->max);
	return v;
}

static unsigned whole(const struct option_row *r, const char *text, const struct argp_state *state)
{
	double v = number(r, text, state);

	if (v != floor(v))
		argp_error(state, "--%s %s: expected a whole number", r->name, text);
	return (unsigned)v;
}

static uint64_t usec(const struct option_row *r, const char *text, const struct argp_state *state)
{
	uint64_t v = 0;
	struct err e;

	if (unit_parse(UNIT_USEC, text, &v, &e) < 0)
		argp_error(state, "--%s: %s", r->name, e.text);
	else if (v == 0 && r->min > 0)
		argp_error(state, "--%s: must be more than 0", r->name);
	return v;
}

static error_t take(const struct use *u, char *arg, const struct argp_state *state)
{
	const struct option_row *r = u->row;
	void *field = (char *)u->options + r->offset;

	switch (r->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)field = arg ? arg : "-";
		return 0;
	case OPTION_WORDS:
		return -words_add(field, arg);
	case OPTION_NUMBER:
		*(double *)field = number(r, arg, state);
		return 0;
	case OPTION_UNSIGNED:
		*(unsigned *)field = whole(r, arg, state);
		return 0;
	case OPTION_USEC:
		*(uint64_t *)field = usec(r, arg, state);
		return 0;
	case OPTION_OWN:
		r->take(u->options, arg, state);
		return 0;
	}
	return 0;
}

static error_t take_operand(const struct parsing *p, char *arg, const struct argp_state *state)
{
	const struct command_line *line = p->line;
	void *field = (char *)p->options + line->operands_offset;

	if (!line->operands)
		argp_error(state, "takes no argument, not '%s'", arg);
	else if (line->take_operand)
		line->take_operand(p->options, arg, state);
	else if (!line->one)
		return -words_add(field, arg);
	else if (*(const char **)field)
		argp_error(state, "one %s at a time, not also '%s'", line->one, arg);
	else
		*(const char **)field = arg;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const struct parsing *p = state->input;

	for (size_t i = 0; i < p->n; i++)
		if (p->argp[i].key == key)
			return take(&p->uses[i], arg, state);
	if (key == ARGP_KEY_ARG && !p->line->command)
		return take_operand(p, arg, state);
	if (key == ARGP_KEY_ARGS)
		*(char ***)((char *)p->options + p->line->operands_offset) =
			state->argv + state->next;
	if (key == ARGP_KEY_NO_ARGS && p->line->missing)
		argp_error(state, "%s", p->line->missing);
	if (key == ARGP_KEY_END && p->line->check)
		p->line->check(p->options, state);
	return key == ARGP_KEY_NO_ARGS || key == ARGP_KEY_END || key == ARGP_KEY_ARGS
		       ? 0
		       : ARGP_ERR_UNKNOWN;
}

static void add_rows(struct parsing *p, const struct option_row *rows, void *options)
{
	for (; rows && rows->name && p->n < ROWS_MAX; rows++, p->n++) {
		bool may = rows->arg && rows->arg[0] == '[';
		char *arg = p->args[p->n];
		if (rows->arg)
			snprintf(arg, ARG_MAX_BYTES, "%s", rows->arg + may);
		arg[strcspn(arg, may ? "]" : "")] = '\0';
		p->uses[p->n] = (struct use){rows, options};
		p->argp[p->n] =
			(struct argp_option){.name = rows->name,
					     .key = rows->key ? rows->key : KEY_FIRST + (int)p->n,
					     .arg = rows->arg ? arg : NULL,
					     .flags = may ? OPTION_ARG_OPTIONAL : 0,
					     .doc = rows->help,
					     .group = rows->group};
	}
}

void options_parse(const struct command_line *line, int argc, char **argv, void *options)
{
	struct parsing p = {.line = line, .options = options};
	struct argp argp = {.options = p.argp,
			    .parser = parse,
			    .args_doc = line->usage ? line->usage : line->operands,
			    .doc = line->doc,
			    .help_filter = line->help_filter};

	add_rows(&p, line->rows, options);
	add_rows(&p, line->more, (char *)options + line->more_offset);
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, line->flags, NULL, &p);
}

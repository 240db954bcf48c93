/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell_when: conditions, `period == 100ms and not has cpu.max.burst`. The axes of the cell decide
 * what they can; files, features and CPUs stay open until there is a kernel to ask.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "suite/cell.h"

enum { DEPTH_MAX = 16, TERMS_MAX = 64 };

struct parser {
	const struct cell *cell;
	const struct text *from;
	const char *text, *at;
	unsigned depth, terms;
	struct err *e;
};

static int fault(const struct parser *p, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fault(const struct parser *p, const char *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (p->e)
		vsnprintf(p->e->text, sizeof(p->e->text), fmt, ap);
	va_end(ap);
	return cell_fault_within(p->cell, p->from, (size_t)(at - p->text), p->e);
}

static void skip_space(struct parser *p)
{
	p->at += strspn(p->at, " \t\n");
}

/* Takes a word if it is the next one. */
static bool take(struct parser *p, const char *word)
{
	size_t n = strlen(word);

	skip_space(p);
	if (strncmp(p->at, word, n) != 0 || (p->at[n] && !strchr(" \t\n()", p->at[n])))
		return false;
	p->at += n;
	return true;
}

/* Takes what goes on until a space, a bracket or one of `ends`; or what stands in quotes. */
static int take_word(struct parser *p, const char *ends, const char *expected, const char **out)
{
	const char *from, *quote;
	size_t n;

	skip_space(p);
	from = p->at;
	quote = *from && strchr("'\"", *from) ? strchr(from + 1, *from) : NULL;
	n = strcspn(from, " \t\n()");
	if (strcspn(from, ends) < n)
		n = strcspn(from, ends);
	if (!quote && n == 0)
		return fault(p, from, "expected %s", expected);
	p->at = quote ? quote + 1 : from + n;
	*out = quote ? arena_text(p->cell->arena, from + 1, (size_t)(quote - from) - 1)
		     : arena_text(p->cell->arena, from, n);
	return *out ? 0 : err_set(p->e, -ENOMEM, "out of memory for conditions");
}

static int make(struct parser *p, const struct condition *like, const struct condition **out)
{
	struct condition *c = arena_array(p->cell->arena, 1, sizeof(*c));

	if (!c)
		return err_set(p->e, -ENOMEM, "out of memory for conditions");
	*c = *like;
	*out = c;
	return 0;
}

static int unknown_axis(struct parser *p, const char *at, const char *name)
{
	const struct part *part = p->cell->part;
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < part->n_axes; i++)
		nearest_offer(&near, part->axes[i].name.str);
	return fault(p, at,
		     "there is no axis '%s'%s; expected AXIS == VALUE, has FILE, feature NAME, "
		     "online N or lab",
		     name, nearest_hint(&near, hint));
}

static bool is_value(const struct axis *a, const char *value)
{
	for (size_t i = 0; i < a->values.n; i++)
		if (strcmp(a->values.v[i].str, value) == 0)
			return true;
	return false;
}

static int compare(struct parser *p, size_t axis, const struct condition **out)
{
	const struct axis *a = &p->cell->part->axes[axis];
	const char *value = "", *at;
	bool equal;
	int r;

	skip_space(p);
	if (strncmp(p->at, "==", 2) != 0 && strncmp(p->at, "!=", 2) != 0)
		return fault(p, p->at, "expected == or != behind the axis '%s'", a->name.str);
	equal = *p->at == '=';
	p->at += 2;
	skip_space(p);
	at = p->at;
	r = take_word(p, "", "a value of the axis, in quotes if it has spaces", &value);
	if (r < 0)
		return r;
	if (!is_value(a, value))
		return fault(p, at, "axis '%s' has no value '%s'", a->name.str, value);
	bool same = strcmp(a->values.v[p->cell->choice[axis]].str, value) == 0;
	return make(p, &(struct condition){.kind = CONDITION_KNOWN, .value = same == equal}, out);
}

static int read_axis(struct parser *p, const struct condition **out)
{
	const struct part *part = p->cell->part;
	const char *name = "", *at = p->at;
	int r = take_word(p, "=!", "AXIS == VALUE, has FILE, feature NAME, online N or lab", &name);

	if (r < 0)
		return r;
	for (size_t i = 0; i < part->n_axes; i++)
		if (strcmp(part->axes[i].name.str, name) == 0)
			return compare(p, i, out);
	return unknown_axis(p, at, name);
}

static int read_probe(struct parser *p, enum condition_kind kind, const struct condition **out)
{
	const char *name = "", *at;
	int r;

	skip_space(p);
	at = p->at;
	r = take_word(p, "",
		      kind == CONDITION_FILE ? "an interface file such as cpu.stat.local"
					     : "a feature such as memory_recursiveprot",
		      &name);
	if (r < 0)
		return r;
	if (kind == CONDITION_FILE && !cell_is_file(name))
		return fault(p, at,
			     "'%s' is no interface file of a group; expected one such as "
			     "cpu.stat.local",
			     name);
	return make(p, &(struct condition){.kind = kind, .name = name}, out);
}

static int read_cpus(struct parser *p, const struct condition **out)
{
	char text[UNIT_TEXT_MAX + 8];
	const char *name = "", *at;
	uint64_t n;
	int r;

	skip_space(p);
	at = p->at;
	r = take_word(p, "", "how many CPUs, such as 2", &name);
	if (r < 0)
		return r;
	if (unit_parse(UNIT_COUNT, name, &n, NULL) < 0 || n == 0)
		return fault(p, at, "'%s' is no number of CPUs; expected one such as 2", name);
	snprintf(text, sizeof(text), "%llu CPUs", (unsigned long long)n);
	name = arena_text(p->cell->arena, text, strlen(text));
	if (!name)
		return err_set(p->e, -ENOMEM, "out of memory for conditions");
	return make(p, &(struct condition){.kind = CONDITION_CPUS, .name = name}, out);
}

static int read_or(struct parser *p, const struct condition **out);

static int read_bracket(struct parser *p, const struct condition **out)
{
	const char *open = p->at++;
	int r = read_or(p, out);

	if (r < 0)
		return r;
	skip_space(p);
	if (*p->at != ')')
		return fault(p, open, "expected ')' for this bracket");
	p->at++;
	return 0;
}

/* Whatever nests comes through here. */
static int read_term(struct parser *p, const struct condition **out)
{
	const struct condition *a = NULL;
	int r;

	skip_space(p);
	if (++p->depth > DEPTH_MAX || ++p->terms > TERMS_MAX)
		return fault(p, p->at, "more than %d terms, or nested more than %d deep", TERMS_MAX,
			     DEPTH_MAX);
	if (take(p, "not")) {
		r = read_term(p, &a);
		if (r == 0)
			r = make(p, &(struct condition){.kind = CONDITION_NOT, .a = a}, out);
	} else if (take(p, "has")) {
		r = read_probe(p, CONDITION_FILE, out);
	} else if (take(p, "feature")) {
		r = read_probe(p, CONDITION_FEATURE, out);
	} else if (take(p, "lab")) {
		r = make(p, &(struct condition){.kind = CONDITION_LAB, .name = "lab"}, out);
	} else if (take(p, "online")) {
		r = read_cpus(p, out);
	} else {
		r = *p->at == '(' ? read_bracket(p, out) : read_axis(p, out);
	}
	p->depth--;
	return r;
}

static int read_joined(struct parser *p, const char *word, enum condition_kind kind,
		       int (*operand)(struct parser *p, const struct condition **out),
		       const struct condition **out)
{
	const struct condition *a = NULL, *b = NULL;
	int r = operand(p, &a);

	while (r == 0 && take(p, word)) {
		r = operand(p, &b);
		if (r == 0)
			r = make(p, &(struct condition){.kind = kind, .a = a, .b = b}, &a);
	}
	if (r == 0)
		*out = a;
	return r;
}

static int read_and(struct parser *p, const struct condition **out)
{
	return read_joined(p, "and", CONDITION_AND, read_term, out);
}

static int read_or(struct parser *p, const struct condition **out)
{
	return read_joined(p, "or", CONDITION_OR, read_and, out);
}

int cell_when(const struct cell *c, const struct text *t, const struct condition **out,
	      struct err *e)
{
	struct parser p = {.cell = c, .from = t, .e = e};
	int r;

	*out = NULL;
	if (!t->str)
		return 0;
	r = cell_text(c, t, &p.text, e);
	if (r < 0)
		return r;
	p.at = p.text;
	r = read_or(&p, out);
	skip_space(&p);
	if (r == 0 && *p.at)
		r = fault(&p, p.at, "expected 'and', 'or' or the end, and not '%s'", p.at);
	return r;
}

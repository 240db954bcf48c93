/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/cell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"

enum { REFERENCE_MAX = 64 };

#define MSEC UINT64_C(1000)
#define HOUR (3600 * USEC_PER_SEC)
#define DAY  (24 * HOUR)

/* What a trial may take beyond its window: slow tear-downs under emulation, not a hang. */

static const char opening[] = "${";

/* An "${axis}" within a text. */
struct reference {
	char name[REFERENCE_MAX];
	const char *end; /* behind it */
};

static bool read_reference(const char *at, struct reference *r)
{
	const char *name = at + strlen(opening), *close = strchr(name, '}');
	size_t n = close ? (size_t)(close - name) : 0;

	if (!close || n == 0 || n >= sizeof(r->name))
		return false;
	memcpy(r->name, name, n);
	r->name[n] = '\0';
	r->end = close + 1;
	return true;
}

/* The next reference in a text, or NULL; one that is escaped by a second $ is none. */
static const char *next_reference(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, opening)) && at > text && at[-1] == '$')
		at += strlen(opening);
	return at;
}

static int find_axis(const struct cell *c, const char *name)
{
	for (size_t i = 0; i < c->part->n_axes; i++)
		if (strcmp(c->part->axes[i].name.str, name) == 0)
			return (int)i;
	return -1;
}

static const struct text *axis_value(const struct cell *c, size_t axis)
{
	return &c->part->axes[axis].values.v[c->choice[axis]];
}

static int unknown_axis(const struct cell *c, const struct text *t, const char *name, struct err *e)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < c->part->n_axes; i++)
		nearest_offer(&near, c->part->axes[i].name.str);
	return suite_fault(c->suite, t, e, "'%s': there is no axis '%s'%s", t->str, name,
			   nearest_hint(&near, hint));
}

/* Literal text, in which "$${" stands for "${". */
static void put_literal(FILE *f, const char *from, const char *to)
{
	for (; from < to; from++)
		if (strncmp(from, "$${", 3) != 0 || from + 3 > to)
			fputc(*from, f);
}

static int expand(const struct cell *c, const struct text *t, FILE *f, struct err *e)
{
	const char *from = t->str, *at;

	while ((at = next_reference(from))) {
		struct reference r;
		int axis;
		if (!read_reference(at, &r))
			return suite_fault(c->suite, t, e,
					   "'%s': expected ${axis}; a plain ${ is written $${",
					   t->str);
		axis = find_axis(c, r.name);
		if (axis < 0)
			return unknown_axis(c, t, r.name, e);
		c->used[axis] = true;
		put_literal(f, from, at);
		fputs(axis_value(c, (size_t)axis)->str, f);
		from = r.end;
	}
	put_literal(f, from, from + strlen(from));
	return 0;
}

int cell_text(const struct cell *c, const struct text *t, const char **out, struct err *e)
{
	scope_free char *text = NULL;
	size_t size = 0;
	FILE *f;
	int r;

	if (!strstr(t->str, opening)) {
		*out = t->str;
		return 0;
	}
	f = open_memstream(&text, &size);
	if (!f)
		return err_sys(e, "%s", c->suite->path);
	r = expand(c, t, f, e);
	if (fclose(f) != 0 && r == 0)
		r = err_sys(e, "%s", c->suite->path);
	if (r < 0)
		return r;
	*out = arena_text(c->arena, text, size);
	return *out ? 0 : err_set(e, -ENOMEM, "%s: out of memory", c->suite->path);
}

/* " (from '${quota} 100ms', quota=2O% in line 7)": the fault may be where the value was typed. */
static void add_origin(const struct cell *c, const struct text *t, struct err *e)
{
	size_t used = strlen(e->text);
	struct reference r;
	int axis;

	if (!next_reference(t->str))
		return;
	used += (size_t)snprintf(e->text + used, sizeof(e->text) - used, " (from '%s'", t->str);
	for (const char *at = t->str; (at = next_reference(at)) && read_reference(at, &r);
	     at = r.end) {
		axis = find_axis(c, r.name);
		if (axis >= 0 && used < sizeof(e->text))
			used += (size_t)snprintf(e->text + used, sizeof(e->text) - used,
						 ", %s=%s in line %d", r.name,
						 axis_value(c, (size_t)axis)->str,
						 axis_value(c, (size_t)axis)->line);
	}
	if (used < sizeof(e->text))
		snprintf(e->text + used, sizeof(e->text) - used, ")");
}

int cell_fault(const struct cell *c, const struct text *t, struct err *e, const char *fmt, ...)
{
	struct err inner;
	va_list ap;

	if (!e)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(inner.text, sizeof(inner.text), fmt, ap);
	va_end(ap);
	suite_fault(c->suite, t, e, "%s", inner.text);
	add_origin(c, t, e);
	return -EINVAL;
}

int cell_fault_here(const struct cell *c, const struct text *t, struct err *e)
{
	struct err inner;

	if (!e)
		return -EINVAL;
	inner = *e;
	return cell_fault(c, t, e, "%s", inner.text);
}

/* The column of a text's first letter, behind a quote; 0: it does not stand so in the file. */
static int column_of(const struct suite *s, const struct text *t)
{
	const char *line = s->source, *end = s->source + s->source_bytes, *at;
	size_t n = strlen(t->str);

	for (int i = 1; line && i < t->line; i++) {
		line = memchr(line, '\n', (size_t)(end - line));
		line = line ? line + 1 : NULL;
	}
	if (!line || end - line < t->column)
		return 0;
	at = line + t->column - 1;
	at += *at == '"' || *at == '\'';
	return (size_t)(end - at) >= n && memcmp(at, t->str, n) == 0 ? (int)(at - line) + 1 : 0;
}

int cell_fault_within(const struct cell *c, const struct text *t, size_t offset, struct err *e)
{
	int column = next_reference(t->str) ? 0 : column_of(c->suite, t);
	struct text place = *t;

	if (column)
		place.column = column + (int)offset;
	return cell_fault_here(c, &place, e);
}

static int check_bounds(const struct cell *c, const struct quantity *q, const struct text *t,
			uint64_t value, struct err *e)
{
	char is[UNIT_TEXT_MAX], low[UNIT_TEXT_MAX], high[UNIT_TEXT_MAX];

	if (value >= q->min && value <= q->max)
		return 0;
	return cell_fault(c, t, e, "%s: %s is out of range; expected %s to %s", q->what,
			  unit_format(q->kind, value, is), unit_format(q->kind, q->min, low),
			  unit_format(q->kind, q->max, high));
}

int cell_number(const struct cell *c, const struct quantity *q, const struct text *t,
		uint64_t *value, struct err *e)
{
	const char *text = "";
	uint64_t v;
	int r;

	if (!t->str) {
		*value = q->fallback;
		return 0;
	}
	r = cell_text(c, t, &text, e);
	if (r < 0)
		return r;
	r = unit_parse(q->kind, text, &v, e);
	if (r < 0) {
		err_context(e, r, "%s", q->what);
		return cell_fault_here(c, t, e);
	}
	r = check_bounds(c, q, t, v, e);
	if (r == 0)
		*value = v;
	return r;
}

int cell_moment(const struct cell *c, const char *what, const struct text *t,
		uint64_t duration_usec, uint64_t *usec, struct err *e)
{
	const struct quantity q = {.what = what, .kind = UNIT_USEC, .max = DAY};
	char at[UNIT_TEXT_MAX], end[UNIT_TEXT_MAX];
	uint64_t v = 0;
	int r = cell_number(c, &q, t, &v, e);

	if (r < 0)
		return r;
	if (v >= duration_usec)
		return cell_fault(c, t, e, "%s: %s is not before the end of the trial, %s", what,
				  unit_format(UNIT_USEC, v, at),
				  unit_format(UNIT_USEC, duration_usec, end));
	*usec = v;
	return 0;
}

int cell_times(const struct cell *c, struct trial_plan *out, struct err *e)
{
	static const struct quantity duration = {"duration", UNIT_USEC, 10 * USEC_PER_SEC, MSEC,
						 DAY};
	static const struct quantity warmup = {"warmup", UNIT_USEC, 0, 0, HOUR};
	static const struct quantity every = {"sample_every", UNIT_USEC, 10 * MSEC, 100, HOUR};
	struct quantity timeout = {.what = "timeout", .kind = UNIT_USEC, .max = 2 * DAY};
	const struct part *p = c->part;
	int r = cell_number(c, &duration, &p->duration, &out->duration_usec, e);

	if (r == 0)
		r = cell_number(c, &warmup, &p->warmup, &out->warmup_usec, e);
	if (r == 0)
		r = cell_number(c, &every, &p->sample_every, &out->sample_every_usec, e);
	if (r < 0)
		return r;
	/* It is for what hangs: shorter than the trial itself it would end every one. */
	timeout.min = out->warmup_usec + out->duration_usec;
	timeout.fallback = 0; /* none */
	return cell_number(c, &timeout, &p->timeout, &out->timeout_usec, e);
}

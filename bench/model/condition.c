/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/condition.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"

static const struct probe *find(const struct condition *c, const struct probes *known)
{
	for (size_t i = 0; i < known->n; i++)
		if (known->v[i].of->kind == c->kind && strcmp(known->v[i].of->name, c->name) == 0)
			return &known->v[i];
	return NULL;
}

static enum truth not(enum truth t) {
	return t == TRUTH_OPEN  ? t
	       : t == TRUTH_YES ? TRUTH_NO
				: TRUTH_YES;
}

static enum truth both(enum truth a, enum truth b)
{
	if (a == TRUTH_NO || b == TRUTH_NO)
		return TRUTH_NO;
	return a == TRUTH_OPEN || b == TRUTH_OPEN ? TRUTH_OPEN : TRUTH_YES;
}

enum truth condition_truth(const struct condition *c, const struct probes *known)
{
	const struct probe *p;

	if (!c)
		return TRUTH_YES;
	switch (c->kind) {
	case CONDITION_KNOWN:
		return c->value ? TRUTH_YES : TRUTH_NO;
	case CONDITION_NOT:
		return not(condition_truth(c->a, known));
	case CONDITION_AND:
		return both(condition_truth(c->a, known), condition_truth(c->b, known));
	case CONDITION_OR: /* de Morgan */
		return not(
			both(not(condition_truth(c->a, known)), not(condition_truth(c->b, known))));
	case CONDITION_FILE:
	case CONDITION_FEATURE:
	case CONDITION_LAB:
	case CONDITION_CPUS:
		break;
	}
	p = find(c, known);
	return !p ? TRUTH_OPEN : p->there ? TRUTH_YES : TRUTH_NO;
}

static bool is_probed(const struct condition *c)
{
	return c->kind == CONDITION_FILE || c->kind == CONDITION_FEATURE ||
	       c->kind == CONDITION_LAB || c->kind == CONDITION_CPUS;
}

int condition_probe(const struct condition *c,
		    bool (*look)(const struct condition *of, void *context), void *context,
		    struct probes *known, struct err *e)
{
	struct probe *slot;
	int r;

	if (!c)
		return 0;
	if (!is_probed(c)) {
		r = condition_probe(c->a, look, context, known, e);
		return r < 0 ? r : condition_probe(c->b, look, context, known, e);
	}
	if (find(c, known))
		return 0;
	slot = array_push(known->v, known->n);
	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for conditions");
	*slot = (struct probe){.of = c, .there = look(c, context)};
	return 0;
}

static void say(const struct condition *c, const struct probes *known, char *buf, size_t size)
{
	const struct probe *p;
	size_t used = strlen(buf);

	if (!c)
		return;
	if (!is_probed(c)) {
		say(c->a, known, buf, size);
		say(c->b, known, buf, size);
		return;
	}
	p = find(c, known);
	if (p && used < size)
		snprintf(buf + used, size - used, "%s%s%s", used ? ", " : "", p->there ? "" : "no ",
			 c->name);
}

const char *condition_found(const struct condition *c, const struct probes *known, char *buf,
			    size_t size)
{
	buf[0] = '\0';
	say(c, known, buf, size);
	return buf;
}

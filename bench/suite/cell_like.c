/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell_like: a group and what its templates say. The group's own word counts first; two templates
 * that say the same thing are a fault, as nobody could tell which of them is meant.
 *
 *	templates: {busy: {run: {workload: spin}}, tight: {limits: {pids.max: 16}}}
 *	groups:    [{name: subject, like: [busy, tight]}]
 */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/array.h"
#include "suite/cell.h"
#include "suite/format.h"

static const struct field_of_group {
	const char *key;
	size_t offset; /* of a struct text */
} fields[] = {
	{"oom_score_adj", offsetof(struct group_spec, oom_score_adj)},
	{"sched", offsetof(struct group_spec, sched)},
	{"as", offsetof(struct group_spec, as)},
	{"nice", offsetof(struct group_spec, nice)},
	{"start", offsetof(struct group_spec, start)},
	{"place: cpus", offsetof(struct group_spec, cpus)},
	{"place: where", offsetof(struct group_spec, where)},
	{"place: beside", offsetof(struct group_spec, beside)},
	{"run: workload", offsetof(struct group_spec, workload)},
	{"run: threads", offsetof(struct group_spec, threads)},
	{"run: exit", offsetof(struct group_spec, exit)},
	{"run: ends", offsetof(struct group_spec, ends)},
};

static struct text *text_at(const struct group_spec *g, size_t offset)
{
	return (struct text *)((char *)g + offset);
}

static int no_template(const struct cell *c, const struct text *t, const char *name, struct err *e)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];

	for (size_t i = 0; i < c->part->n_templates; i++)
		nearest_offer(&near, c->part->templates[i].name.str);
	return cell_fault(c, t, e, "there is no template '%s'%s", name, nearest_hint(&near, hint));
}

static int find(const struct cell *c, const struct text *t, const struct group_spec **out,
		struct err *e)
{
	const char *name = "";
	int r = cell_text(c, t, &name, e);

	for (size_t i = 0; r == 0 && i < c->part->n_templates; i++) {
		if (strcmp(c->part->templates[i].name.str, name) != 0)
			continue;
		*out = &c->part->templates[i];
		return 0;
	}
	return r < 0 ? r : no_template(c, t, name, e);
}

static int twice(const struct cell *c, const struct text *t, const char *key,
		 const struct text *first, struct err *e)
{
	return cell_fault(c, t, e,
			  "two templates of one group say '%s'; the other does in line %d. Say it "
			  "in the group, or in one of them",
			  key, first->line);
}

static const struct pair *find_pair(const struct pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (strcmp(pairs->v[i].key.str, key) == 0)
			return &pairs->v[i];
	return NULL;
}

/* own: what the group itself says; to: that, and what the templates before this one have said. */
static int merge_pairs(const struct cell *c, const struct pairs *own, const struct pairs *from,
		       struct pairs *to, struct err *e)
{
	struct pairs all = {.v = arena_array(c->arena, to->n + from->n, sizeof(*all.v))};

	if (!all.v)
		return err_no_memory(e);
	for (size_t i = 0; i < to->n; i++)
		all.v[all.n++] = to->v[i];
	for (size_t i = 0; i < from->n; i++) {
		const struct pair *p = &from->v[i], *there = find_pair(to, p->key.str);
		if (there && !find_pair(own, p->key.str))
			return twice(c, &p->key, p->key.str, &there->key, e);
		if (!there)
			all.v[all.n++] = *p;
	}
	*to = all;
	return 0;
}

static int merge(const struct cell *c, const struct group_spec *own, const struct group_spec *from,
		 struct group_spec *to, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < array_len(fields); i++) {
		const struct text *said = text_at(from, fields[i].offset);
		struct text *there = text_at(to, fields[i].offset);
		if (said->str && there->str && !text_at(own, fields[i].offset)->str)
			return twice(c, said, fields[i].key, there, e);
		if (said->str && !there->str)
			*there = *said;
	}
	if (from->exec.n && to->exec.n && !own->exec.n)
		return twice(c, &from->exec.v[0], "run: exec", &to->exec.v[0], e);
	if (!to->exec.n)
		to->exec = from->exec;
	r = merge_pairs(c, &own->limits, &from->limits, &to->limits, e);
	return r < 0 ? r : merge_pairs(c, &own->params, &from->params, &to->params, e);
}

int cell_like(const struct cell *c, const struct group_spec *own, struct group_spec *out,
	      struct err *e)
{
	const struct group_spec *from = NULL;
	int r = 0;

	*out = *own;
	for (size_t i = 0; r == 0 && i < own->like.n; i++) {
		r = find(c, &own->like.v[i], &from, e);
		if (r == 0)
			r = merge(c, own, from, out, e);
	}
	if (r < 0 || !own->like.n)
		return r;
	return format_check_run(c->suite, c->part, (size_t)(own - c->part->groups), out, e);
}

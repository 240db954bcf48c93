/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell_groups: the groups of a trial, their names and who is below whom. `count` puts alike groups
 * beside each other, `depth` below each other; children are in each of them, at the bottom. Names
 * are numbered through, so that every group has its own:
 *
 *	- name: box                 box1           box2
 *	  count: 2                   +- leaf1       +- leaf3
 *	  children:                  |   +- leaf2   |   +- leaf4
 *	    - {name: leaf, depth: 2}
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "suite/cell.h"

enum { NAME_MAX_BYTES = 80 };

/* What one group of the suite comes to. */
struct family {
	uint64_t count, depth; /* of each of its parents; of each of these */
	size_t chains;         /* in all */
	unsigned *bottoms; /* the lowest of each chain, as they are made: its children's parents */
	bool numbered;
};

static int size_family(const struct cell *c, struct family *all, size_t spec, size_t *total,
		       struct err *e)
{
	static const struct quantity count = {"count", UNIT_COUNT, 1, 1, SUITE_GROUPS_MAX},
				     depth = {"depth", UNIT_COUNT, 1, 1, SUITE_GROUPS_MAX};
	const struct group_spec *from = &c->part->groups[spec];
	struct family *f = &all[spec];
	int r = cell_number(c, &count, &from->count, &f->count, e);

	if (r == 0)
		r = cell_number(c, &depth, &from->depth, &f->depth, e);
	if (r < 0)
		return r;
	f->chains = (from->parent < 0 ? 1 : all[from->parent].chains) * f->count;
	f->numbered = from->count.str || from->depth.str ||
		      (from->parent >= 0 && all[from->parent].numbered);
	*total += f->chains * f->depth;
	if (*total > SUITE_GROUPS_MAX)
		return cell_fault(c, &from->name, e, "%zu groups; expected at most %d", *total,
				  SUITE_GROUPS_MAX);
	f->bottoms = arena_array(c->arena, f->chains, sizeof(*f->bottoms));
	return f->bottoms ? 0 : err_set(e, -ENOMEM, "out of memory for groups");
}

static int name_group(const struct cell *c, const struct family *f, const char *base, size_t number,
		      struct group_plan *to, struct err *e)
{
	char name[NAME_MAX_BYTES];

	if (f->numbered)
		snprintf(name, sizeof(name), "%s%zu", base, number);
	else
		snprintf(name, sizeof(name), "%s", base);
	to->name = arena_text(c->arena, name, strlen(name));
	return to->name ? 0 : err_set(e, -ENOMEM, "out of memory for groups");
}

/* Limits are everywhere in a chain; what runs, and where and when, is at its bottom. */
static int add_chain(const struct cell *c, struct family *f, size_t chain,
		     const struct group_plan *alike, struct trial_plan *out, struct err *e)
{
	const struct group_spec *from = &c->part->groups[alike->spec];
	int parent = alike->parent, r = 0;

	for (size_t level = 0; r == 0 && level < f->depth; level++) {
		struct group_plan *g = &out->groups[out->n_groups];
		*g = *alike;
		if (level + 1 < f->depth) {
			g->run = (struct run_plan){0};
			g->place = (struct place_plan){0};
			g->start_usec = 0;
			g->oom_score_adj = 0;
			g->sched = (struct sched_plan){0};
			g->identity = (struct identity){0};
		}
		g->parent = parent;
		r = name_group(c, f, from->name.str, chain * f->depth + level + 1, g, e);
		parent = (int)out->n_groups++;
	}
	f->bottoms[chain] = (unsigned)parent;
	return r;
}

static int add_family(const struct cell *c, struct family *all, size_t spec, struct trial_plan *out,
		      struct err *e)
{
	const struct group_spec *from = &c->part->groups[spec];
	struct group_plan alike = {.spec = (unsigned)spec, .parent = -1};
	int r = cell_one_group(c, from, &alike, e);

	for (size_t chain = 0; r == 0 && chain < all[spec].chains; chain++) {
		if (from->parent >= 0)
			alike.parent = (int)all[from->parent].bottoms[chain / all[spec].count];
		r = add_chain(c, &all[spec], chain, &alike, out, e);
	}
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct group_plan *const *)a)->name,
		      (*(const struct group_plan *const *)b)->name);
}

/* A number behind a name may make it another group's. */
static int check_names(const struct cell *c, const struct trial_plan *t, struct err *e)
{
	const struct group_plan **sorted = arena_array(c->arena, t->n_groups, sizeof(*sorted));

	if (!sorted)
		return err_set(e, -ENOMEM, "out of memory for groups");
	for (size_t i = 0; i < t->n_groups; i++)
		sorted[i] = &t->groups[i];
	qsort(sorted, t->n_groups, sizeof(*sorted), by_name);
	for (size_t i = 1; i < t->n_groups; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			return cell_fault(c, &c->part->groups[sorted[i]->spec].name, e,
					  "with their numbers, two groups are called '%s'",
					  sorted[i]->name);
	return 0;
}

int cell_groups(const struct cell *c, struct trial_plan *out, struct err *e)
{
	size_t n = c->part->n_groups, total = 0;
	struct family *all = arena_array(c->arena, n, sizeof(*all));
	int r = 0;

	if (!all)
		return err_set(e, -ENOMEM, "out of memory for groups");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = size_family(c, all, i, &total, e);
	if (r < 0)
		return r;
	out->groups = arena_array(c->arena, total, sizeof(*out->groups));
	if (!out->groups)
		return err_set(e, -ENOMEM, "out of memory for groups");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_family(c, all, i, out, e);
	return r < 0 ? r : check_names(c, out, e);
}

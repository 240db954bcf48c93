/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell_actions: what happens while a trial runs, in the order of time. One action of the suite is
 * one of each group that it names, of each limit or file, and at each time of its series.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "suite/cell.h"

enum { ACTIONS_MAX = 20000, SEGMENT_NAME_MAX = 24 };

/* While they are collected. */
struct acts {
	const struct cell *c;
	struct action_plan *v;
	size_t n;
};

/* Processes live in leaves (cgroup-v2.rst, "No Internal Process Constraint"). */
static bool is_leaf(const struct trial_plan *t, unsigned group)
{
	for (size_t i = 0; i < t->n_groups; i++)
		if (t->groups[i].parent == (int)group)
			return false;
	return true;
}

static int add(struct acts *all, struct action_plan *a, struct err *e)
{
	struct action_plan *slot;

	if (all->n == ACTIONS_MAX)
		return cell_fault(all->c, &all->c->part->actions[a->spec].at, e,
				  "the trial has more than %d actions", ACTIONS_MAX);
	slot = array_push(all->v, all->n);
	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for actions");
	*slot = *a;
	a->segment = NULL; /* it begins with the first of those that are alike */
	return 0;
}

static int add_move(struct acts *all, const struct action_spec *from, struct action_plan *a,
		    struct err *e)
{
	const struct cell *c = all->c;
	const struct trial_plan *t = c->trial;
	int r = cell_group(c, &from->to, &a->to, e);

	if (r < 0)
		return r;
	if (a->to == a->group)
		return cell_fault(c, &from->to, e, "group '%s' is moved to itself",
				  t->groups[a->to].name);
	if (!is_leaf(t, a->group))
		return cell_fault(
			c, &from->group, e,
			"group '%s' has children, and so no processes that could be moved",
			t->groups[a->group].name);
	if (!is_leaf(t, a->to))
		return cell_fault(c, &from->to, e,
				  "group '%s' has children, and so takes no processes",
				  t->groups[a->to].name);
	return add(all, a, e);
}

static int add_writes(struct acts *all, const struct action_spec *from, struct action_plan *a,
		      struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->write.n; i++) {
		r = cell_limit(all->c, &from->write.v[i], &a->write, e);
		if (r == 0)
			r = add(all, a, e);
	}
	return r;
}

static int check_file(const struct cell *c, const struct text *name, struct err *e)
{
	if (strchr(name->str, '/') || !strchr(name->str, '.') || name->str[0] == '.')
		return cell_fault(c, name, e,
				  "'%s' is no file of a group; expected a name such as "
				  "memory.reclaim",
				  name->str);
	if (knob_find(name->str))
		return cell_fault(c, name, e,
				  "'%s' is a limit; expected write: {%s: ...}, which is read back",
				  name->str, name->str);
	return 0;
}

static int add_files(struct acts *all, const struct action_spec *from, struct action_plan *a,
		     struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->file.n; i++) {
		a->file = from->file.v[i].key.str;
		r = check_file(all->c, &from->file.v[i].key, e);
		if (r == 0)
			r = cell_text(all->c, &from->file.v[i].value, &a->text, e);
		if (r == 0)
			r = add(all, a, e);
	}
	return r;
}

static bool takes_no_group(const struct action_spec *from)
{
	return from->verb == ACTION_CPU_OFFLINE || from->verb == ACTION_CPU_ONLINE ||
	       from->verb == ACTION_NOTHING;
}

static int check_group(const struct cell *c, const struct action_spec *from, struct err *e)
{
	if (from->group.str && takes_no_group(from))
		return cell_fault(c, &from->group, e,
				  from->verb == ACTION_NOTHING
					  ? "a segment is of the whole trial, and not of a group"
					  : "a CPU is of the machine, and not of a group");
	if (!from->group.str && !takes_no_group(from) && from->verb != ACTION_RUN)
		return cell_fault(c, &from->at, e,
				  "the action lacks 'group'; expected a group's name");
	return 0;
}

/* What is about no group, or may be. */
static int add_without(struct acts *all, const struct action_spec *from, struct action_plan *a,
		       struct err *e)
{
	static const struct quantity number = {"CPU", UNIT_COUNT, 0, 0, CPU_SETSIZE - 1};
	uint64_t cpu = 0;
	int r = 0;

	if (from->verb == ACTION_RUN)
		r = cell_argv(all->c, &from->run, &a->argv, e);
	else if (from->verb != ACTION_NOTHING)
		r = cell_number(all->c, &number,
				from->verb == ACTION_CPU_ONLINE ? &from->online : &from->offline,
				&cpu, e);
	a->cpu = (unsigned)cpu;
	a->group = ACTION_NO_GROUP;
	return r < 0 || from->group.str ? r : add(all, a, e);
}

static int add_once(struct acts *all, const struct action_spec *from, struct action_plan *a,
		    struct err *e)
{
	unsigned *groups;
	size_t n = 0;
	int r = check_group(all->c, from, e);

	if (r == 0 && (takes_no_group(from) || from->verb == ACTION_RUN))
		r = add_without(all, from, a, e);
	if (r < 0 || !from->group.str)
		return r;
	r = cell_matching(all->c, &from->group, &groups, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		a->group = groups[i];
		if (a->verb == ACTION_WRITE)
			r = add_writes(all, from, a, e);
		else if (a->verb == ACTION_FILE)
			r = add_files(all, from, a, e);
		else if (a->verb == ACTION_MOVE)
			r = add_move(all, from, a, e);
		else
			r = add(all, a, e);
	}
	return r;
}

/* Metrics are told apart by it: METRIC@NAME. */
static int segment(const struct acts *all, const struct text *t, struct action_plan *to,
		   struct err *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	if (!t->str)
		return 0;
	if (strspn(t->str, allowed) != strlen(t->str) || strlen(t->str) > SEGMENT_NAME_MAX)
		return cell_fault(all->c, t, e,
				  "'%s' is no name of a segment; expected at most %d of a-z, 0-9 "
				  "and _",
				  t->str, SEGMENT_NAME_MAX);
	if (strcmp(t->str, SEGMENT_START) == 0)
		return cell_fault(all->c, t, e,
				  "'" SEGMENT_START "' is the time before the first segment");
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].segment && strcmp(all->v[i].segment, t->str) == 0)
			return cell_fault(all->c, t, e, "segment '%s' begins twice", t->str);
	to->segment = t->str;
	return 0;
}

/* When the action is due: once, or at a->at_usec and every a->every_usec to a->last_usec. */
static int times(const struct cell *c, const struct action_spec *from, struct action_plan *a,
		 struct err *e)
{
	static const struct quantity every = {"every", UNIT_USEC, 0, 1000, UINT64_MAX};
	uint64_t end = c->trial->duration_usec;
	int r = cell_moment(c, "at", &from->at, end, &a->at_usec, e);

	if (r == 0)
		r = cell_number(c, &every, &from->every, &a->every_usec, e);
	a->last_usec = end - 1;
	if (r < 0 || !from->until.str)
		return r;
	if (!from->every.str)
		return cell_fault(c, &from->until, e,
				  "'until' ends a series; expected 'every' too");
	r = cell_moment(c, "until", &from->until, end, &a->last_usec, e);
	if (r == 0 && a->last_usec < a->at_usec)
		return cell_fault(c, &from->until, e, "'until' is before 'at'");
	return r;
}

static int add_series(struct acts *all, const struct action_spec *from, struct err *e)
{
	struct action_plan a = {.verb = from->verb,
				.spec = (unsigned)(from - all->c->part->actions)};
	int r = times(all->c, from, &a, e);

	if (r == 0)
		r = segment(all, &from->segment, &a, e);
	if (r == 0)
		r = add_once(all, from, &a, e);
	a.again = true;
	while (r == 0 && a.every_usec && a.last_usec - a.at_usec >= a.every_usec) {
		a.at_usec += a.every_usec;
		r = add_once(all, from, &a, e);
	}
	return r;
}

static int by_time(const void *a, const void *b)
{
	const struct action_plan *x = *(const struct action_plan *const *)a,
				 *y = *(const struct action_plan *const *)b;

	if (x->at_usec != y->at_usec)
		return x->at_usec < y->at_usec ? -1 : 1;
	return x < y ? -1 : 1; /* those of one time keep the order of the file */
}

static int sort_out(const struct acts *all, struct trial_plan *out, struct err *e)
{
	scope_free const struct action_plan **sorted = calloc(all->n + 1, sizeof(*sorted));

	out->actions = arena_array(all->c->arena, all->n, sizeof(*out->actions));
	if (!sorted || !out->actions)
		return err_set(e, -ENOMEM, "out of memory for actions");
	for (size_t i = 0; i < all->n; i++)
		sorted[i] = &all->v[i];
	qsort(sorted, all->n, sizeof(*sorted), by_time);
	for (; out->n_actions < all->n; out->n_actions++)
		out->actions[out->n_actions] = *sorted[out->n_actions];
	return 0;
}

int cell_actions(const struct cell *c, struct trial_plan *out, struct err *e)
{
	struct acts all = {.c = c};
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->part->n_actions; i++)
		r = add_series(&all, &c->part->actions[i], e);
	if (r == 0)
		r = sort_out(&all, out, e);
	free(all.v);
	return r;
}

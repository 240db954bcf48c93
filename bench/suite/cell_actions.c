/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_actions: what happens while a trial runs, in the order of time. */
#include <errno.h>

#include "cgbench/clock.h"
#include "suite/cell.h"

/* Processes live in leaves (cgroup-v2.rst, "No Internal Process Constraint"). */
static bool is_leaf(const struct trial_plan *t, unsigned group)
{
	for (size_t i = 0; i < t->n_groups; i++)
		if (t->groups[i].parent == (int)group)
			return false;
	return true;
}

static int move(const struct cell *c, const struct action_spec *from, const struct trial_plan *t,
		struct action_plan *to, struct err *e)
{
	int r = cell_group(c, &from->to, &to->to, e);

	if (r < 0)
		return r;
	if (to->to == to->group)
		return cell_fault(c, &from->to, e, "group '%s' is moved to itself",
				  t->groups[to->to].name);
	if (!is_leaf(t, to->group))
		return cell_fault(
			c, &from->group, e,
			"group '%s' has children, and so no processes that could be moved",
			t->groups[to->group].name);
	if (!is_leaf(t, to->to))
		return cell_fault(c, &from->to, e,
				  "group '%s' has children, and so takes no processes",
				  t->groups[to->to].name);
	return 0;
}

/* Later actions stay behind earlier ones; those of one time keep the order of the file. */
static void sort_in(struct trial_plan *t, const struct action_plan *a)
{
	size_t i = t->n_actions++;

	for (; i > 0 && t->actions[i - 1].at_usec > a->at_usec; i--)
		t->actions[i] = t->actions[i - 1];
	t->actions[i] = *a;
}

static int writes(const struct cell *c, const struct action_spec *from, struct action_plan *a,
		  struct trial_plan *t, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < from->write.n; i++) {
		r = cell_limit(c, &from->write.v[i], &a->write, e);
		if (r == 0)
			sort_in(t, a);
	}
	return r;
}

static int action(const struct cell *c, const struct action_spec *from, struct trial_plan *t,
		  struct err *e)
{
	struct action_plan a = {.verb = from->verb, .spec = (unsigned)(from - c->part->actions)};
	int r = cell_moment(c, "at", &from->at, t->duration_usec, &a.at_usec, e);

	if (r == 0)
		r = cell_group(c, &from->group, &a.group, e);
	if (r == 0 && a.verb == ACTION_WRITE)
		return writes(c, from, &a, t, e);
	if (r == 0 && a.verb == ACTION_MOVE)
		r = move(c, from, t, &a, e);
	if (r == 0)
		sort_in(t, &a);
	return r;
}

int cell_actions(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct part *p = c->part;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < p->n_actions; i++)
		n += p->actions[i].verb == ACTION_WRITE ? p->actions[i].write.n : 1;
	out->actions = arena_array(c->arena, n, sizeof(*out->actions));
	if (!out->actions)
		return err_set(e, -ENOMEM, "out of memory for actions");
	for (size_t i = 0; r == 0 && i < p->n_actions; i++)
		r = action(c, &p->actions[i], out, e);
	return r;
}

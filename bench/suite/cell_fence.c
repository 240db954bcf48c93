/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cell_fence: a bomb runs only below a pids.max and a memory.max, its own or those of a group above
 * it, from the first moment of the trial to its last. What is asked for is checked here; that it
 * holds is proved by the trial, which reads it back.
 */
#include <errno.h>
#include <string.h>

#include "cgbench/array.h"
#include "suite/cell.h"

static const char *const fences[] = {"pids.max", "memory.max"};

static bool is_bomb(const struct group_plan *g)
{
	return g->run.workload && g->run.workload->needs & WORKLOAD_FENCED;
}

static bool has_limit(const struct group_plan *g, const char *knob)
{
	for (size_t i = 0; i < g->n_limits; i++)
		if (strcmp(g->limits[i].knob->name, knob) == 0 && !g->limits[i].value.is_max)
			return true;
	return false;
}

/* The fence that a process in this group would lack, or NULL. */
static const char *missing_fence(const struct trial_plan *t, unsigned group)
{
	for (size_t f = 0; f < array_len(fences); f++) {
		int g = (int)group;
		while (g >= 0 && !has_limit(&t->groups[g], fences[f]))
			g = t->groups[g].parent;
		if (g < 0)
			return fences[f];
	}
	return NULL;
}

static bool is_above(const struct trial_plan *t, unsigned above, unsigned group)
{
	for (int g = (int)group; g >= 0; g = t->groups[g].parent)
		if (g == (int)above)
			return true;
	return false;
}

static bool opens_fence(const struct action_plan *a)
{
	if (a->verb != ACTION_WRITE || !a->write.value.is_max)
		return false;
	for (size_t f = 0; f < array_len(fences); f++)
		if (strcmp(a->write.knob->name, fences[f]) == 0)
			return true;
	return false;
}

/* Every group that the bomb's processes are in at some time, as actions move them along. */
static void find_homes(const struct trial_plan *t, unsigned bomb, bool *homes)
{
	unsigned now = bomb;

	homes[bomb] = true;
	for (size_t i = 0; i < t->n_actions; i++) {
		const struct action_plan *a = &t->actions[i];
		if (a->verb == ACTION_MOVE && a->group == now)
			homes[now = a->to] = true;
	}
}

static int check_home(const struct cell *c, const struct trial_plan *t, unsigned bomb,
		      unsigned home, struct err *e)
{
	const struct text *name = &c->part->groups[bomb].name;
	const char *workload = t->groups[bomb].run.workload->name, *missing;
	const char *where = t->groups[home].name;

	missing = missing_fence(t, home);
	if (missing && home == bomb)
		return cell_fault(c, name, e,
				  "group '%s' runs %s, a bomb, without %s; expected pids.max and "
				  "memory.max, and not max, on it or on a group above it",
				  name->str, workload, missing);
	if (missing)
		return cell_fault(
			c, name, e,
			"group '%s' runs %s, a bomb, and is moved to '%s', which has no %s "
			"on it or on a group above it",
			name->str, workload, where, missing);
	for (size_t i = 0; i < t->n_actions; i++)
		if (opens_fence(&t->actions[i]) && is_above(t, t->actions[i].group, home))
			return cell_fault(
				c, name, e,
				"group '%s' runs %s, a bomb, and an action sets %s of '%s' "
				"to max; its fence stays up until the trial is over",
				name->str, workload, t->actions[i].write.knob->name,
				t->groups[t->actions[i].group].name);
	return 0;
}

static int check_bomb(const struct cell *c, const struct trial_plan *t, unsigned bomb,
		      struct err *e)
{
	bool *homes = arena_array(c->arena, t->n_groups, sizeof(*homes));
	int r = 0;

	if (!homes)
		return err_set(e, -ENOMEM, "out of memory for groups");
	find_homes(t, bomb, homes);
	for (unsigned g = 0; r == 0 && g < t->n_groups; g++)
		if (homes[g])
			r = check_home(c, t, bomb, g, e);
	return r;
}

int cell_fence(const struct cell *c, const struct trial_plan *t, struct err *e)
{
	int r = 0;

	for (unsigned g = 0; r == 0 && g < t->n_groups; g++)
		if (is_bomb(&t->groups[g]))
			r = check_bomb(c, t, g, e);
	return r;
}

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

/* By these a bomb gets out of its fence, or its group loses the files that fence it. */
static const char *const ways_out[] = {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control"};

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

static bool is_fence(const struct knob *k)
{
	for (size_t f = 0; f < array_len(fences); f++)
		if (strcmp(k->name, fences[f]) == 0)
			return true;
	return false;
}

/* The limit that set-up gives the group, and that the action would raise; or NULL. */
static const struct limit_plan *raised(const struct trial_plan *t, const struct action_plan *a)
{
	const struct group_plan *g;

	if (a->verb != ACTION_WRITE || !is_fence(a->write.knob))
		return NULL;
	g = &t->groups[a->group];
	for (size_t i = 0; i < g->n_limits; i++)
		if (g->limits[i].knob == a->write.knob &&
		    knob_tighter(a->write.knob, &g->limits[i].value, &a->write.value))
			return &g->limits[i];
	return NULL;
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
	const struct text *name = &c->part->groups[t->groups[bomb].spec].name;
	const char *workload = t->groups[bomb].run.workload->name, *missing;
	const char *where = t->groups[home].name;

	missing = missing_fence(t, home);
	if (missing && home == bomb)
		return cell_fault(c, name, e,
				  "group '%s' runs %s, a bomb, without %s; expected pids.max and "
				  "memory.max, and not max, on it or on a group above it",
				  where, workload, missing);
	if (missing)
		return cell_fault(
			c, name, e,
			"group '%s' runs %s, a bomb, and is moved to '%s', which has no %s "
			"on it or on a group above it",
			t->groups[bomb].name, workload, where, missing);
	return 0;
}

/* Where the suite says what the action writes. */
static const struct text *place_of(const struct cell *c, const struct action_plan *a)
{
	const struct action_spec *spec = &c->part->actions[a->spec];

	for (size_t i = 0; i < spec->write.n; i++)
		if (strcmp(spec->write.v[i].key.str, a->write.knob->name) == 0)
			return &spec->write.v[i].value;
	return &spec->at;
}

static int check_actions(const struct cell *c, const struct trial_plan *t, unsigned bomb,
			 unsigned home, struct err *e)
{
	for (size_t i = 0; i < t->n_actions; i++) {
		const struct action_plan *a = &t->actions[i];
		const struct limit_plan *limit = raised(t, a);
		char was[KNOB_TEXT_MAX], is[KNOB_TEXT_MAX];
		if (limit && is_above(t, a->group, home))
			return cell_fault(
				c, place_of(c, a), e,
				"raises %s of group '%s' from %s to %s; group '%s' runs %s, a "
				"bomb, and its fence stays as it is until the trial is over",
				limit->knob->name, t->groups[a->group].name,
				knob_format(limit->knob, &limit->value, was),
				knob_format(limit->knob, &a->write.value, is), t->groups[bomb].name,
				t->groups[bomb].run.workload->name);
	}
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
	for (unsigned g = 0; r == 0 && g < t->n_groups; g++) {
		if (!homes[g])
			continue;
		r = check_home(c, t, bomb, g, e);
		if (r == 0)
			r = check_actions(c, t, bomb, g, e);
	}
	return r;
}

/* What a command writes cannot be known; that it names a fence, or a way out, can. */
static int check_command(const struct cell *c, const struct text *word, struct err *e)
{
	const char *name = NULL;

	for (size_t i = 0; i < array_len(fences) && !name; i++)
		name = strstr(word->str, fences[i]) ? fences[i] : NULL;
	for (size_t i = 0; i < array_len(ways_out) && !name; i++)
		name = strstr(word->str, ways_out[i]) ? ways_out[i] : NULL;
	if (!name)
		return 0;
	return cell_fault(
		c, word, e,
		"a command of a trial that runs a bomb names %s: the bomb's fence stays as "
		"it is until the trial is over",
		name);
}

static int check_files(const struct cell *c, const struct action_spec *a, struct err *e)
{
	for (size_t i = 0; i < a->file.n; i++)
		for (size_t w = 0; w < array_len(ways_out); w++)
			if (strcmp(a->file.v[i].key.str, ways_out[w]) == 0)
				return cell_fault(c, &a->file.v[i].key, e,
						  "a trial that runs a bomb writes no %s: the bomb "
						  "stays in its fence",
						  ways_out[w]);
	for (size_t i = 0; i < a->run.n; i++)
		if (check_command(c, &a->run.v[i], e) < 0)
			return -EINVAL;
	return 0;
}

int cell_fence(const struct cell *c, const struct trial_plan *t, struct err *e)
{
	bool bombs = false;
	int r = 0;

	for (unsigned g = 0; r == 0 && g < t->n_groups; g++) {
		if (!is_bomb(&t->groups[g]))
			continue;
		bombs = true;
		r = check_bomb(c, t, g, e);
	}
	for (size_t i = 0; r == 0 && bombs && i < c->part->n_actions; i++)
		r = check_files(c, &c->part->actions[i], e);
	return r;
}

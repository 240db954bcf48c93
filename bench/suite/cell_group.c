/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_group: what one group of a trial is: its limits, its place, and what runs in it. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/clock.h"
#include "suite/cell.h"

int cell_limit(const struct cell *c, const struct pair *p, struct limit_plan *out, struct err *e)
{
	const char *text;
	int r;

	if (knob_find_or_say(p->key.str, &out->knob, e) < 0)
		return cell_fault_here(c, &p->key, e);
	r = cell_text(c, &p->value, &text, e);
	if (r == 0 && knob_parse(out->knob, text, &out->value, e) < 0)
		return cell_fault_here(c, &p->value, e);
	return r;
}

static int limits(const struct cell *c, const struct group_spec *from, struct group_plan *to,
		  struct err *e)
{
	int r = 0;

	to->limits = arena_array(c->arena, from->limits.n, sizeof(*to->limits));
	if (!to->limits)
		return err_set(e, -ENOMEM, "out of memory for limits");
	for (; r == 0 && to->n_limits < from->limits.n; to->n_limits++)
		r = cell_limit(c, &from->limits.v[to->n_limits], &to->limits[to->n_limits], e);
	return r;
}

/* The other one has to have its CPUs first. */
static int place_beside_group(const struct cell *c, const struct group_spec *from,
			      struct place_plan *to, struct err *e)
{
	const char *where;
	int r;

	if (!from->where.str)
		return cell_fault(c, &from->beside, e,
				  "'beside' without 'where'; expected {cpus: 1, beside: GROUP, "
				  "where: other-core}");
	r = cell_group(c, &from->beside, &to->beside, e);
	if (r == 0)
		r = cell_text(c, &from->where, &where, e);
	if (r == 0 && place_relation_parse(where, &to->relation, e) < 0)
		return cell_fault_here(c, &from->where, e);
	if (r == 0 && !c->trial->groups[to->beside].place.cpus)
		return cell_fault(c, &from->beside, e, "group '%s' has no 'place' to be beside",
				  c->trial->groups[to->beside].name);
	return r;
}

static int place(const struct cell *c, const struct group_spec *from, struct place_plan *to,
		 struct err *e)
{
	static const struct quantity cpus = {"place: cpus", UNIT_COUNT, 0, 1, CPU_SETSIZE};
	const char *where;
	uint64_t n;
	int r = cell_number(c, &cpus, &from->cpus, &n, e);

	if (r < 0)
		return r;
	*to = (struct place_plan){.cpus = (unsigned)n, .where = PLACE_ANY};
	if (from->beside.str)
		return place_beside_group(c, from, to, e);
	if (!from->where.str)
		return 0;
	r = cell_text(c, &from->where, &where, e);
	if (r == 0 && place_parse(where, &to->where, &to->node, e) < 0)
		return cell_fault_here(c, &from->where, e);
	return r;
}

static int find_workload(const struct cell *c, const struct text *t, const struct workload **out,
			 struct err *e)
{
	struct nearest near = {.word = NULL};
	char hint[NEAREST_HINT_MAX];
	const char *name;
	int r = cell_text(c, t, &name, e);

	if (r < 0)
		return r;
	*out = workload_find(name);
	if (*out)
		return 0;
	near.word = name;
	for (size_t i = 0; workloads[i]; i++)
		nearest_offer(&near, workloads[i]->name);
	return cell_fault(c, t, e,
			  "workload '%s' is unknown%s; `cgbench list workloads` shows them", name,
			  nearest_hint(&near, hint));
}

static int unknown_param(const struct cell *c, const struct workload *w, const struct text *key,
			 struct err *e)
{
	struct nearest near = {.word = key->str};
	char hint[NEAREST_HINT_MAX];

	nearest_offer(&near, "threads");
	for (const struct param *p = w->params; p && p->name; p++)
		nearest_offer(&near, p->name);
	return cell_fault(
		c, key, e,
		"workload '%s' has no parameter '%s'%s; `cgbench list workloads` shows them",
		w->name, key->str, nearest_hint(&near, hint));
}

static const struct pair *find_pair(const struct pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (strcmp(pairs->v[i].key.str, key) == 0)
			return &pairs->v[i];
	return NULL;
}

static bool has_param(const struct workload *w, const char *name)
{
	for (const struct param *p = w->params; p && p->name; p++)
		if (strcmp(p->name, name) == 0)
			return true;
	return false;
}

static int param(const struct cell *c, const struct workload *w, const struct param *p,
		 const struct pair *given, uint64_t *value, struct err *e)
{
	const char *text;
	int r;

	if (!given) {
		r = param_parse(p, p->fallback, value, e);
		return r < 0 ? err_context(e, r, "the default of %s", w->name) : 0;
	}
	r = cell_text(c, &given->value, &text, e);
	if (r == 0 && param_parse(p, text, value, e) < 0)
		return cell_fault_here(c, &given->value, e);
	return r;
}

static int params(const struct cell *c, const struct group_spec *from, struct run_plan *to,
		  struct err *e)
{
	const struct workload *w = to->workload;
	int r = 0;

	for (size_t i = 0; i < from->params.n; i++)
		if (!has_param(w, from->params.v[i].key.str))
			return unknown_param(c, w, &from->params.v[i].key, e);
	for (size_t i = 0; r == 0 && w->params && w->params[i].name; i++)
		r = param(c, w, &w->params[i], find_pair(&from->params, w->params[i].name),
			  &to->params[i], e);
	return r;
}

int cell_argv(const struct cell *c, const struct texts *from, char ***out, struct err *e)
{
	char **argv = arena_array(c->arena, from->n + 1, sizeof(*argv));
	const char *text = "";
	int r = 0;

	if (!argv)
		return err_no_memory(e);
	for (size_t i = 0; r == 0 && i < from->n; i++) {
		r = cell_text(c, &from->v[i], &text, e);
		if (r == 0 && i == 0 && !*text)
			return cell_fault(c, &from->v[i], e, "the program's name is empty");
		if (r == 0)
			argv[i] = arena_text(c->arena, text, strlen(text));
		if (r == 0 && !argv[i])
			r = err_no_memory(e);
	}
	if (r == 0)
		*out = argv;
	return r;
}

static int ends(const struct cell *c, const struct text *t, bool *out, struct err *e)
{
	const char *text;
	int r = t->str ? cell_text(c, t, &text, e) : 0;

	if (r < 0 || !t->str)
		return r;
	*out = strcmp(text, "true") == 0;
	if (!*out && strcmp(text, "false") != 0)
		return cell_fault(c, t, e, "ends: '%s'; expected true or false", text);
	return 0;
}

/* How a program has to end: with 0, and not before the window does, unless the suite says. */
static int ending(const struct cell *c, const struct group_spec *from, struct run_plan *to,
		  struct err *e)
{
	static const struct quantity code = {"exit", UNIT_COUNT, 0, 0, 255};
	const char *text = "";
	uint64_t n;
	int r = from->exit.str ? cell_text(c, &from->exit, &text, e) : 0;

	if (r == 0)
		r = ends(c, &from->ends, &to->ends, e);
	if (r == 0 && strcmp(text, "any") == 0) {
		to->exit_code = RUN_EXIT_ANY;
		return 0;
	}
	if (r == 0)
		r = cell_number(c, &code, &from->exit, &n, e);
	if (r == 0)
		to->exit_code = (int)n;
	return r;
}

static int run(const struct cell *c, const struct group_spec *from, struct run_plan *to,
	       struct err *e)
{
	static const struct quantity threads = {"threads", UNIT_COUNT, 1, 1, PAGE_THREADS_MAX};
	uint64_t n = 0;
	int r;

	if (from->exec.n) {
		to->fills_report = true;
		r = cell_argv(c, &from->exec, &to->argv, e);
		return r < 0 ? r : ending(c, from, to, e);
	}
	if (!from->workload.str)
		return 0;
	r = find_workload(c, &from->workload, &to->workload, e);
	if (r == 0)
		r = cell_number(c, &threads, &from->threads, &n, e);
	if (r < 0)
		return r;
	to->threads = (unsigned)n;
	to->ends = to->workload->ends;
	return params(c, from, to, e);
}

/* The only numbers of a suite that may be below 0 (proc(5), sched(7)). */
static int below_zero(const struct cell *c, const char *what, const struct text *t, int min,
		      int max, int *out, struct err *e)
{
	const char *text;
	char *end;
	long v;
	int r = t->str ? cell_text(c, t, &text, e) : 0;

	if (r < 0 || !t->str)
		return r;
	v = strtol(text, &end, 10);
	if (!*text || *end || v < min || v > max)
		return cell_fault(c, t, e, "%s: '%s'; expected %d to %d", what, text, min, max);
	*out = (int)v;
	return 0;
}

static int sched(const struct cell *c, const struct group_spec *from, struct sched_plan *to,
		 struct err *e)
{
	const char *text;
	int r = below_zero(c, "nice", &from->nice, -20, 19, &to->nice, e);

	if (r < 0 || !from->sched.str)
		return r;
	r = cell_text(c, &from->sched, &text, e);
	if (r == 0 && sched_plan_parse(text, to, e) < 0)
		return cell_fault_here(c, &from->sched, e);
	return r;
}

/* The other one has to run when this one starts. */
static int join(const struct cell *c, const struct text *t, struct identity *id, struct err *e)
{
	struct text name = {id->join_name, t->line, t->column};
	const struct run_plan *run;
	int r = cell_group(c, &name, &id->join_group, e);

	if (r < 0)
		return r;
	run = &c->trial->groups[id->join_group].run;
	return run->workload || run->argv
		       ? 0
		       : cell_fault(c, t, e, "join: nothing runs in group '%s'", id->join_name);
}

/* What the group says, or else what the whole run was asked to be. */
static int identity(const struct cell *c, const struct group_spec *from, struct group_plan *to,
		    struct err *e)
{
	const char *text = c->as;
	size_t at = 0;
	int r = from->as.str ? cell_text(c, &from->as, &text, e) : 0;

	if (r < 0 || !text || (!from->exec.n && !from->workload.str))
		return r;
	if (identity_parse(text, &to->identity, &at, e) < 0)
		return from->as.str ? cell_fault_within(c, &from->as, at, e)
				    : err_context(e, -EINVAL, "--as");
	return to->identity.joined ? join(c, &from->as, &to->identity, e) : 0;
}

int cell_one_group(const struct cell *c, const struct group_spec *own, struct group_plan *to,
		   struct err *e)
{
	struct group_spec all;
	const struct group_spec *from = &all;
	int r = cell_like(c, own, &all, e);

	if (r == 0)
		r = cell_moment(c, "start", &from->start, c->trial->duration_usec, &to->start_usec,
				e);
	if (r == 0)
		r = below_zero(c, "oom_score_adj", &from->oom_score_adj, -1000, 1000,
			       &to->oom_score_adj, e);
	if (r == 0)
		r = sched(c, from, &to->sched, e);
	if (r == 0)
		r = identity(c, from, to, e);
	if (r == 0)
		r = limits(c, from, to, e);
	if (r == 0)
		r = place(c, from, &to->place, e);
	return r < 0 ? r : run(c, from, &to->run, e);
}

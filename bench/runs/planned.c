/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/planned.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int planned_load(const char *dir, struct planned *out, struct err *e)
{
	struct planned i = {0};
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof(path), "%s/suite.yaml", dir) >= (int)sizeof(path))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", dir);
	r = suite_load(path, &i.suite, e);
	if (r == 0)
		r = plan_expand(i.suite, &(struct plan_options){0}, &i.plan, e);
	if (r < 0) {
		planned_clear(&i);
		return r;
	}
	*out = i;
	return 0;
}

void planned_clear(struct planned *i)
{
	plan_free(i->plan);
	suite_free(i->suite);
	*i = (struct planned){0};
}

static const char *value_or_empty(const char *s)
{
	return s ? s : "";
}

static bool same_cell(const struct plan *plan, const struct trial_plan *p, const struct dataset *d,
		      uint32_t cell)
{
	if (strcmp(value_or_empty(p->part), value_or_empty(cell_axis(d, cell, AXIS_PART))) != 0)
		return false;
	for (size_t a = 0; a < plan->n_axes; a++) {
		uint32_t axis = dataset_axis(d, plan->axis_names[a]);
		if (axis == UINT32_MAX || strcmp(value_or_empty(cell_axis(d, cell, axis)),
						 value_or_empty(p->axis_values[a])) != 0)
			return false;
	}
	return true;
}

const struct trial_plan *planned_cell(const struct planned *p, const struct dataset *d,
				      uint32_t cell)
{
	for (size_t t = 0; p->plan && t < p->plan->n_trials; t++)
		if (same_cell(p->plan, &p->plan->trials[t], d, cell))
			return &p->plan->trials[t];
	return NULL;
}

const struct group_plan *planned_group(const struct trial_plan *p, const char *name)
{
	for (size_t g = 0; p && g < p->n_groups; g++)
		if (strcmp(p->groups[g].name, name) == 0)
			return &p->groups[g];
	return NULL;
}

double planned_limit(const struct group_plan *g, const char *knob)
{
	for (size_t i = 0; g && i < g->n_limits; i++)
		if (strcmp(g->limits[i].knob->name, knob) == 0)
			return g->limits[i].value.is_max ? NAN : (double)g->limits[i].value.number;
	return NAN;
}

double planned_kill_usec(const struct trial_plan *p, const char *group)
{
	for (size_t a = 0; p && a < p->n_actions; a++)
		if (p->actions[a].verb == ACTION_KILL &&
		    strcmp(p->groups[p->actions[a].group].name, group) == 0)
			return (double)p->actions[a].at_usec;
	return NAN;
}

bool planned_bounds(const struct trial_plan *p, const char *metric, double *low, double *high)
{
	for (size_t i = 0; p && i < p->n_expects; i++) {
		const struct expect_plan *x = &p->expects[i];
		if (strcmp(x->metric, metric) != 0)
			continue;
		*low = isnan(x->within_pct) ? x->min : -x->within_pct;
		*high = isnan(x->within_pct) ? x->max : x->within_pct;
		return !isnan(*low) || !isnan(*high);
	}
	return false;
}

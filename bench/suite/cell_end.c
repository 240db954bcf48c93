/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_end: what ends a trial before its time is over, as the suite says. */
#include "suite/cell.h"

static bool is_within(const struct trial_plan *t, int group, unsigned above)
{
	for (; group >= 0; group = t->groups[group].parent)
		if (group == (int)above)
			return true;
	return false;
}

int cell_end(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct part *p = c->part;
	const struct text *name = p->end_exit.str ? &p->end_exit : &p->end_empty;
	unsigned group = 0;
	int r = name->str ? cell_group(c, name, &group, e) : 0;

	if (r < 0 || !name->str)
		return r;
	if (p->end_exit.str && p->end_empty.str)
		return cell_fault(c, &p->end_empty, e,
				  "'end' has both exit and empty; expected one of them");
	if (p->end_exit.str && !out->groups[group].run.argv && !out->groups[group].run.workload)
		return cell_fault(c, name, e,
				  "group '%s' runs nothing whose end could be waited for",
				  out->groups[group].name);
	out->end = (struct end_plan){p->end_exit.str ? END_EXIT : END_EMPTY, group};
	/* To end early is what they are there for. */
	for (size_t i = 0; i < out->n_groups; i++)
		out->groups[i].run.ends |= is_within(out, (int)i, group);
	return 0;
}

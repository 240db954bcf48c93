/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/timeline.h"

#include <errno.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "model/trial_data.h"

int timeline_note(struct timeline *t, uint64_t nsec, const struct knob *k,
		  const struct knob_value *v, struct err *e)
{
	struct limit_change *c = array_push(t->v, t->n);

	if (!c)
		return err_set(e, -ENOMEM, "out of memory for limits");
	*c = (struct limit_change){nsec, k, *v};
	return 0;
}

void timeline_free(struct timeline *t)
{
	free(t->v);
	*t = (struct timeline){0};
}

const struct knob_value *timeline_own(const struct timeline *t, const struct knob *k, uint64_t nsec)
{
	for (size_t i = t->n; i-- > 0;)
		if (t->v[i].knob == k && t->v[i].nsec <= nsec)
			return &t->v[i].value;
	return NULL;
}

const struct knob_value *timeline_effective(const struct trial_data *t, unsigned group,
					    const struct knob *k, uint64_t nsec)
{
	const struct knob_value *best = timeline_own(&t->groups[group].timeline, k, nsec);

	if (!k || k->combine != KNOB_TIGHTEST)
		return best;
	for (int g = t->groups[group].plan->parent; g >= -1;
	     g = g < 0 ? -2 : t->groups[g].plan->parent) {
		const struct timeline *above = g < 0 ? &t->outside : &t->groups[g].timeline;
		const struct knob_value *v = timeline_own(above, k, nsec);
		if (v && (!best || knob_tighter(k, v, best)))
			best = v;
	}
	return best;
}

const struct knob_value *timeline_loosest(const struct trial_data *t, unsigned group,
					  const char *knob)
{
	const struct knob *k = knob_find(knob);
	const struct knob_value *loosest = timeline_effective(t, group, k, t->open_nsec);

	for (int g = (int)group; loosest && g >= 0; g = t->groups[g].plan->parent) {
		const struct timeline *line = &t->groups[g].timeline;
		for (size_t i = 0; i < line->n; i++) {
			const struct limit_change *c = &line->v[i];
			const struct knob_value *v;
			if (c->knob != k || c->nsec <= t->open_nsec || c->nsec >= t->close_nsec)
				continue;
			v = timeline_effective(t, group, k, c->nsec);
			if (knob_tighter(k, loosest, v))
				loosest = v;
		}
	}
	return loosest;
}

bool timeline_frozen(const struct trial_data *t, unsigned group, uint64_t nsec)
{
	const struct knob *k = knob_find("cgroup.freeze");

	for (int g = (int)group; g >= 0; g = t->groups[g].plan->parent) {
		const struct knob_value *v = timeline_own(&t->groups[g].timeline, k, nsec);
		if (v && v->number)
			return true;
	}
	return false;
}

unsigned timeline_home(const struct trial_data *t, unsigned group, uint64_t nsec)
{
	for (size_t i = 0; i < t->n_moves && t->moves[i].nsec <= nsec; i++)
		if (t->moves[i].from == group)
			group = t->moves[i].to;
	return group;
}

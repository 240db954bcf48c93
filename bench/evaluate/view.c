/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/view.h"

#include <errno.h>
#include <stdlib.h>

size_t view_segments(const struct trial_data *t)
{
	return t->n_marks ? t->n_marks + 1 : 0;
}

void view_free(struct view *v)
{
	free(v->trial.groups);
	free(v->cpu);
	*v = (struct view){0};
}

static int copy(const struct trial_data *t, struct view *v, struct err *e)
{
	*v = (struct view){.trial = *t};
	v->trial.groups = calloc(t->n_groups + 1, sizeof(*v->trial.groups));
	v->cpu = calloc(t->n_groups + 1, sizeof(*v->cpu));
	if (!v->trial.groups || !v->cpu)
		return err_set(e, -ENOMEM, "out of memory for values");
	for (size_t g = 0; g < t->n_groups; g++) {
		v->trial.groups[g] = t->groups[g];
		v->trial.groups[g].cpu = &v->cpu[g];
	}
	return 0;
}

/* A segment ends where the next one begins, and the last one with the window. */
static void narrow(const struct trial_data *t, size_t number, struct view *v)
{
	bool first = number == 0, last = number == t->n_marks;

	v->segment = first ? SEGMENT_START : t->marks[number - 1].name;
	if (!first)
		v->trial.open_nsec = t->marks[number - 1].nsec;
	if (!last)
		v->trial.close_nsec = t->marks[number].nsec;
	for (size_t g = 0; g < t->n_groups; g++) {
		const struct group_data *from = &t->groups[g];
		struct group_data *to = &v->trial.groups[g];
		if (!first) {
			to->before = from->marks[number - 1];
			to->base = from->marks[number - 1].page;
		}
		if (!last) {
			to->after = from->marks[number];
			to->last = from->marks[number].page;
		}
	}
}

static int finish(const struct trial_data *t, struct view *v, int r, struct err *e)
{
	/* By the whole trial's clock: a quota's periods do not begin anew with a segment. */
	if (r == 0)
		r = cpu_theory(t, v->trial.open_nsec, v->trial.close_nsec, v->cpu, e);
	if (r < 0)
		view_free(v);
	return r;
}

int view_whole(const struct trial_data *t, struct view *out, struct err *e)
{
	return finish(t, out, copy(t, out, e), e);
}

int view_segment(const struct trial_data *t, size_t number, struct view *out, struct err *e)
{
	int r = copy(t, out, e);

	if (r == 0)
		narrow(t, number, out);
	return finish(t, out, r, e);
}

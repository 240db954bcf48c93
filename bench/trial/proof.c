/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/proof.h"

#include <errno.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgroup/cgfile.h"

/* The effective values of these are recorded whether or not the suite sets them. */
static const char *const usual_knobs[] = {"cpu.max",         "memory.max", "memory.high",
					  "memory.swap.max", "pids.max",   "cgroup.freeze"};

/* Its own value as it reads back; a file that this kernel lacks is not noted. */
static int note_limit(struct live *l, unsigned group, const struct knob *k, struct err *e)
{
	struct timeline *line = &l->data->groups[group].timeline;
	struct knob_value own;
	int r;

	if (timeline_own(line, k, TIMELINE_LAST))
		return 0;
	r = cgrp_read_knob(&l->groups[group].cgrp, k, &own, e);
	if (r < 0)
		return cgfile_is_absent(r) ? 0 : r;
	return timeline_note(line, now_nsec(), k, &own, e);
}

/* What the groups above the trial allow: the run's root, the host's own. */
static int note_outside(struct live *l, const struct knob *k, struct err *e)
{
	struct knob_value room;
	int r;

	if (k->combine != KNOB_TIGHTEST || timeline_own(&l->data->outside, k, TIMELINE_LAST))
		return 0;
	r = cgrp_effective(l->env->base, l->env->run_root, k, &room, e);
	if (r < 0)
		return cgfile_is_absent(r) ? 0 : r;
	return timeline_note(&l->data->outside, now_nsec(), k, &room, e);
}

static int note_both(struct live *l, unsigned group, const struct knob *k, struct err *e)
{
	int r = note_outside(l, k, e);

	return r < 0 ? r : note_limit(l, group, k, e);
}

/*
 * Every limit is read back, and nothing outside of the suite may be tighter. That a group's limit
 * is above its parent's in the suite is for the suite to say: what holds is recorded.
 */
static int prove_limit(struct live *l, unsigned group, const struct limit_plan *asked,
		       struct err *e)
{
	const char *name = l->plan->groups[group].name, *file = asked->knob->name;
	const struct knob_value *room = timeline_own(&l->data->outside, asked->knob, TIMELINE_LAST);
	struct knob_value got;
	char want[KNOB_TEXT_MAX], have[KNOB_TEXT_MAX];
	int r;

	knob_format(asked->knob, &asked->value, want);
	r = cgrp_read_knob(&l->groups[group].cgrp, asked->knob, &got, e);
	if (cgfile_is_absent(r))
		return live_outcome(l, TRIAL_UNENFORCED, "%s", e->text);
	if (r < 0)
		return r;
	if (!knob_same(asked->knob, &asked->value, &got))
		return live_outcome(l, TRIAL_UNENFORCED, "%s: %s: wrote '%s', reads back '%s'",
				    name, file, want, knob_format(asked->knob, &got, have));
	if (room && knob_tighter(asked->knob, room, &got))
		return live_outcome(l, TRIAL_UNENFORCED,
				    "%s: %s: asked for '%s', but a group above allows only '%s'",
				    name, file, want, knob_format(asked->knob, room, have));
	return 0;
}

int proof_at_setup(struct live *l, unsigned group, struct err *e)
{
	const struct group_plan *plan = &l->plan->groups[group];
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(usual_knobs); i++)
		r = note_both(l, group, knob_find(usual_knobs[i]), e);
	for (size_t i = 0; r == 0 && i < plan->n_limits; i++)
		r = note_both(l, group, plan->limits[i].knob, e);
	for (size_t i = 0; r == 0 && l->data->status == TRIAL_OK && i < plan->n_limits; i++)
		r = prove_limit(l, group, &plan->limits[i], e);
	return r;
}

int proof_write(struct live *l, unsigned group, const struct knob *k,
		const struct knob_value *asked, struct err *e)
{
	const struct cgrp *g = &l->groups[group].cgrp;
	char want[KNOB_TEXT_MAX], have[KNOB_TEXT_MAX];
	struct knob_value got;
	int r = cgfile_write(g->fd, g->path, k->name, knob_format(k, asked, want), e);
	uint64_t when = now_nsec();

	if (r == 0)
		r = cgrp_read_knob(g, k, &got, e);
	if (r == 0)
		r = timeline_note(&l->data->groups[group].timeline, when, k, &got, e);
	if (r == 0 && !knob_same(k, asked, &got))
		return live_outcome(
			l, TRIAL_UNENFORCED, "%s: %s: an action wrote '%s', reads back '%s'",
			l->plan->groups[group].name, k->name, want, knob_format(k, &got, have));
	return r;
}

/* Whether the group's timeline has a later word on the same file. */
static bool is_last(const struct timeline *line, size_t i)
{
	for (size_t j = i + 1; j < line->n; j++)
		if (line->v[j].knob == line->v[i].knob)
			return false;
	return true;
}

static int prove_again(struct live *l, unsigned group, const struct limit_change *last)
{
	const char *name = l->plan->groups[group].name;
	char was[KNOB_TEXT_MAX], is[KNOB_TEXT_MAX];
	struct err why = {""};
	struct knob_value now;

	if (cgrp_read_knob(&l->groups[group].cgrp, last->knob, &now, &why) < 0)
		return live_outcome(l, TRIAL_UNENFORCED, "%s: at the window's end: %s", name,
				    why.text);
	knob_format(last->knob, &last->value, was);
	knob_format(last->knob, &now, is);
	if (strcmp(was, is) == 0)
		return 0;
	return live_outcome(l, TRIAL_UNENFORCED,
			    "%s: %s was '%s' and is '%s' at the window's end, without an action",
			    name, last->knob->name, was, is);
}

/* The groups above are not ours: somebody may have written there while we measured. */
static int prove_outside(struct live *l, const struct limit_change *last)
{
	char was[KNOB_TEXT_MAX], is[KNOB_TEXT_MAX];
	struct knob_value now;

	if (cgrp_effective(l->env->base, l->env->run_root, last->knob, &now, NULL) < 0 ||
	    strcmp(knob_format(last->knob, &last->value, was), knob_format(last->knob, &now, is)) ==
		    0)
		return 0;
	return live_outcome(l, TRIAL_UNENFORCED,
			    "a group above: %s was '%s' and is '%s' at the window's end",
			    last->knob->name, was, is);
}

int proof_at_close(struct live *l)
{
	const struct timeline *outside = &l->data->outside;
	int r = 0;

	for (unsigned g = 0; r == 0 && g < l->plan->n_groups; g++) {
		const struct timeline *line = &l->data->groups[g].timeline;
		for (size_t i = 0; r == 0 && i < line->n && l->data->status == TRIAL_OK; i++)
			if (is_last(line, i))
				r = prove_again(l, g, &line->v[i]);
	}
	for (size_t i = 0; r == 0 && i < outside->n && l->data->status == TRIAL_OK; i++)
		r = prove_outside(l, &outside->v[i]);
	return r;
}

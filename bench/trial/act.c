/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/act.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgroup/cgfile.h"
#include "trial/borrow.h"
#include "trial/errand.h"
#include "trial/proof.h"

static int act_kill(struct live *l, const struct action_plan *a, struct err *e)
{
	return live_kill(l, a->group, e);
}

static int write_number(struct live *l, unsigned group, const char *knob, uint64_t n, struct err *e)
{
	return proof_write(l, group, knob_find(knob), &(struct knob_value){.number = n}, e);
}

static int act_freeze(struct live *l, const struct action_plan *a, struct err *e)
{
	struct group_data *data = &l->data->groups[a->group];

	data->freeze_nsec = now_nsec();
	data->frozen_nsec = 0;
	return write_number(l, a->group, "cgroup.freeze", 1, e);
}

static int act_thaw(struct live *l, const struct action_plan *a, struct err *e)
{
	return write_number(l, a->group, "cgroup.freeze", 0, e);
}

static int act_move(struct live *l, const struct action_plan *a, struct err *e)
{
	struct move *slot;
	int r = cgrp_move_all(&l->groups[a->group].cgrp, &l->groups[a->to].cgrp, e);

	if (r < 0)
		return r;
	slot = array_push(l->data->moves, l->data->n_moves);
	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for moves");
	*slot = (struct move){now_nsec(), a->group, a->to};
	return 0;
}

static int act_write(struct live *l, const struct action_plan *a, struct err *e)
{
	return proof_write(l, a->group, a->write.knob, &a->write.value, e);
}

static int act_file(struct live *l, const struct action_plan *a, struct err *e)
{
	const struct cgrp *g = &l->groups[a->group].cgrp;
	char text[KNOB_TEXT_MAX];

	if (strncmp(a->text, HOST_DISK " ", strlen(HOST_DISK " ")) != 0 || !*l->disk ||
	    strlen(a->text) >= sizeof(text))
		return cgfile_write(g->fd, g->path, a->file, a->text, e);
	snprintf(text, sizeof(text), "%s", a->text);
	borrow_name_disk(l, text);
	return cgfile_write(g->fd, g->path, a->file, text, e);
}

/* That it is allowed was asked before the trial was set up. */
static int act_cpu(struct live *l, const struct action_plan *a, struct err *e)
{
	return hotplug_set(l->env->hotplug, a->cpu, a->verb == ACTION_CPU_ONLINE, e);
}

/* The segment that it begins has been noted. */
static int act_nothing(struct live *l, const struct action_plan *a, struct err *e)
{
	(void)l;
	(void)a;
	(void)e;
	return 0;
}

static int (*const verbs[])(struct live *l, const struct action_plan *a, struct err *e) = {
	[ACTION_WRITE] = act_write,    [ACTION_FILE] = act_file,
	[ACTION_KILL] = act_kill,      [ACTION_FREEZE] = act_freeze,
	[ACTION_THAW] = act_thaw,      [ACTION_MOVE] = act_move,
	[ACTION_RUN] = errand_start,   [ACTION_CPU_OFFLINE] = act_cpu,
	[ACTION_CPU_ONLINE] = act_cpu, [ACTION_NOTHING] = act_nothing,
};

int act(struct live *l, const struct action_plan *a)
{
	struct err why = {""};

	if (verbs[a->verb](l, a, &why) < 0)
		return live_outcome(l, TRIAL_FAILED, "action at %.3f s: %s",
				    (double)a->at_usec / 1e6, why.text);
	return 0;
}

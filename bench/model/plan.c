/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plan.h"

#include <stdio.h>
#include <string.h>

const char *const disk_kinds[] = {[DISK_NULL_BLK] = "null_blk", [DISK_LOOP] = "loop", NULL};
const char *const swap_kinds[] = {[SWAP_ZRAM] = "zram", [SWAP_NULL_BLK] = "null_blk", NULL};

bool plan_has_segment(const struct trial_plan *t, const char *name)
{
	bool any = false;

	for (size_t i = 0; i < t->n_actions; i++) {
		if (!t->actions[i].segment)
			continue;
		any = true;
		if (strcmp(t->actions[i].segment, name) == 0)
			return true;
	}
	return any && strcmp(name, SEGMENT_START) == 0;
}

const char *plan_label(const struct plan *plan, const struct trial_plan *t,
		       char buf[static PLAN_LABEL_MAX])
{
	size_t used = (size_t)snprintf(buf, PLAN_LABEL_MAX, "%.60s", t->part ? t->part : "");

	for (size_t a = 0; a < plan->n_axes && used < PLAN_LABEL_MAX; a++)
		if (t->axis_values[a])
			used += (size_t)snprintf(buf + used, PLAN_LABEL_MAX - used, "%s%s=%s",
						 used ? " " : "", plan->axis_names[a],
						 t->axis_values[a]);
	if (used < PLAN_LABEL_MAX)
		snprintf(buf + used, PLAN_LABEL_MAX - used, "%srepeat %u", used ? " " : "",
			 t->repeat);
	return buf;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/plan.h"

#include <string.h>

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

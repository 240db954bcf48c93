/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/caution.h"

#include <stdio.h>
#include <string.h>

#include "cgbench/scope.h"

enum { SWAPS_BYTES = 4096 };

static const struct knob_value *limit_of(const struct group_plan *g, const char *knob)
{
	for (size_t i = 0; i < g->n_limits; i++)
		if (strcmp(g->limits[i].knob->name, knob) == 0)
			return &g->limits[i].value;
	return NULL;
}

static bool swap_is_open(const struct trial_plan *t, size_t group)
{
	for (int g = (int)group; g >= 0; g = t->groups[g].parent)
		if (limit_of(&t->groups[g], "memory.swap.max"))
			return false;
	return true;
}

int caution_open_swap(const struct trial_plan *t)
{
	for (size_t g = 0; g < t->n_groups; g++) {
		const struct knob_value *max = limit_of(&t->groups[g], "memory.max");
		if (max && !max->is_max && swap_is_open(t, g))
			return (int)g;
	}
	return -1;
}

bool caution_has_swap(const char *text)
{
	const char *second = strchr(text, '\n');

	return second && second[1];
}

static bool host_has_swap(void)
{
	scope_file FILE *f = fopen("/proc/swaps", "re");
	char text[SWAPS_BYTES] = "";

	return f && fread(text, 1, sizeof(text) - 1, f) > 0 && caution_has_swap(text);
}

void caution_print(const char *suite, const struct plan *plan)
{
	bool swap = host_has_swap();
	const char *told = NULL;

	for (size_t i = 0; i < plan->n_trials; i++) {
		const struct trial_plan *t = &plan->trials[i];
		const char *part = t->part ? t->part : "";
		int g = swap || (t->host && t->host->swap_bytes) ? caution_open_swap(t) : -1;
		if (g < 0 || (told && strcmp(told, part) == 0))
			continue;
		told = part;
		fprintf(stderr,
			"%s: warning: %s%sgroup %s has memory.max and leaves swap open, of which "
			"there is some: it may have more than that. Set memory.swap.max: 0, a "
			"limit, or max to say that this is meant\n",
			suite, part, *part ? ": " : "", t->groups[g].name);
	}
}

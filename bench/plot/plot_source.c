/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/plot_source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct plot_source plot_sources[] = {
	{"metric", plot_build_metric},
	{"phases", plot_build_phases},
	{"samples", plot_build_samples},
	{"timeline", plot_build_timeline},
	{"stalls", plot_build_stalls},
	{"theory", plot_build_theory},
	{"groups", plot_build_groups},
	{"high", plot_build_high},
	{"heat", plot_build_heat},
	{"paper", plot_build_paper},
	{0},
};

const struct plot_source *plot_source_find(const char *name)
{
	for (const struct plot_source *s = plot_sources; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

const char *plot_arg(const struct plot_args *a, const char *name, const char *fallback)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->name[i], name) == 0)
			return a->value[i];
	return fallback;
}

const char *plot_label(const struct plot_input *in, const struct run_trial *trial,
		       char buf[static CHART_TEXT_MAX])
{
	const struct cell *c = &in->d->cells[trial->cell];
	size_t used = 0;

	for (size_t i = 0; i < c->n && used < CHART_TEXT_MAX; i++) {
		const struct axis_value *v = &in->d->axis_values[c->first + i];
		if (v->axis >= AXIS_FIRST)
			used += (size_t)snprintf(buf + used, CHART_TEXT_MAX - used, "%s%s %s",
						 used ? ", " : "",
						 dataset_text(in->d, in->d->axes[v->axis]),
						 dataset_text(in->d, v->text));
	}
	if (used == 0)
		snprintf(buf, CHART_TEXT_MAX, "cell %u", trial->cell_number);
	return buf;
}

const struct trial_plan *plot_planned(const struct plot_input *in, const struct run_trial *trial)
{
	return planned_cell(in->planned, in->d, trial->cell);
}

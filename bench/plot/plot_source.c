/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/plot_source.h"

#include <string.h>

const struct plot_source plot_sources[] = {
	{"metric", plot_build_metric},   {"phases", plot_build_phases},
	{"samples", plot_build_samples}, {"timeline", plot_build_timeline},
	{"stalls", plot_build_stalls},   {0},
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

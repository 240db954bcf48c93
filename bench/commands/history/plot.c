/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot: series over time, with their changes. */
#include <stdio.h>

#include "cgbench/scope.h"
#include "commands/history/verb.h"
#include "history/history_plot.h"

static const char default_plots[] = "results/history";

static bool has_change(const struct trend_changes *changes, const struct trend_series *s)
{
	for (size_t i = 0; i < changes->n; i++)
		if (changes->list[i].series == s)
			return true;
	return false;
}

static int run_plot(struct history_context *c, struct err *e)
{
	const char *folder = c->options->out ? c->options->out : default_plots;
	scope(trend_free_scope) struct trend *t = NULL;
	scope(trend_changes_clear) struct trend_changes changes = {0};
	size_t drawn = 0;
	int r = history_read_changes(c, &t, &changes, e);

	for (size_t i = 0; r == 0 && i < t->n_series; i++) {
		char name[HISTORY_PICTURE_MAX];
		if (!c->options->all && !has_change(&changes, &t->series[i]))
			continue;
		r = history_plot(t, &changes, &t->series[i], folder, e);
		if (r < 0)
			break;
		history_picture(&t->series[i], name);
		printf("%s/%s.png\n%s/%s.svg\n", folder, name, folder, name);
		drawn++;
	}
	if (r == 0 && drawn == 0)
		printf("nothing to draw: %zu series over %zu runs, %s\n", t->n_series, t->n_runs,
		       c->options->all ? "none of them asked for" : "none changed (--all)");
	return r;
}

const struct history_verb history_verb_plot = {
	.name = "plot",
	.args = "",
	.summary = "draw series over time, with their changes",
	.more = "One picture a series, as PNG and SVG, with the table that it was drawn from. "
		"Needs gnuplot.\n\n"
		"EXAMPLES\n"
		"  cgbench history plot\n"
		"  cgbench history plot --series '*/pids.peak' --all --out /tmp/pictures",
	.options = HISTORY_PLOT,
	.run = run_plot,
};

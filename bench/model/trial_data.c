/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/trial_data.h"

#include <stdlib.h>
#include <string.h>

static const char *const status_names[] = {
	[TRIAL_OK] = "ok",
	[TRIAL_UNENFORCED] = "unenforced",
	[TRIAL_SKIPPED] = "skipped",
	[TRIAL_TIMEOUT] = "timeout",
	[TRIAL_FAILED] = "failed",
	[TRIAL_DNR] = "dnr",
	[TRIAL_DISTURBED] = "disturbed",
};

const char *trial_status_name(enum trial_status s)
{
	return status_names[s];
}

bool trial_has_numbers(enum trial_status s)
{
	return s == TRIAL_OK || s == TRIAL_DISTURBED;
}

const char *snapshot_text(const struct snapshot *s, const char *file)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].name, file) == 0)
			return s->files[i].text;
	return NULL;
}

static void snapshot_free(struct snapshot *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->files[i].text);
	free(s->files);
	free(s->page);
	*s = (struct snapshot){0};
}

void trial_data_free(struct trial_data *t)
{
	for (size_t i = 0; i < t->n_groups; i++) {
		struct group_data *g = &t->groups[i];
		snapshot_free(&g->before);
		snapshot_free(&g->after);
		snapshot_free(&g->end);
		for (size_t m = 0; m < g->n_marks; m++)
			snapshot_free(&g->marks[m]);
		free(g->marks);
		timeline_free(&g->timeline);
		free(g->base);
		free(g->output);
		free(g->tail);
		free(g->identity);
		page_unmap(&g->page);
	}
	free(t->groups);
	free(t->samples);
	timeline_free(&t->outside);
	free(t->moves);
	for (size_t i = 0; i < t->n_host; i++) {
		free(t->host[i].what);
		free(t->host[i].path);
		free(t->host[i].before);
		free(t->host[i].during);
		free(t->host[i].after);
	}
	free(t->host);
	free(t->marks);
	free(t->probes.v);
	*t = (struct trial_data){0};
}

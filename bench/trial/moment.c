/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moment: live_snapshot() and live_mark(), what is read of every group at a moment of the trial. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgroup/cgfile.h"
#include "metrics/metric.h"
#include "trial/live.h"

static struct snapshot *snapshot_of(struct group_data *g, enum live_moment which)
{
	return which == LIVE_BEFORE ? &g->before : which == LIVE_AFTER ? &g->after : &g->end;
}

static int read_file(struct snapshot *s, const struct cgrp *g, const char *name, struct err *e)
{
	struct snapshot_file *file;
	int r;

	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return 0; /* two metrics want it */
	file = array_push(s->files, s->n);
	if (!file)
		return err_set(e, -ENOMEM, "out of memory for a snapshot");
	file->name = name;
	r = cgfile_read(g->fd, g->path, name, &file->text, e);
	if (r < 0)
		file->text = NULL;
	/* A file that is not there is no fault: its metrics have no row then. */
	return cgfile_is_absent(r) ? 0 : r;
}

/* Whether the suite's own file is read of this group at this moment. */
static bool wanted_at(const struct read_plan *r, unsigned group, enum live_moment which)
{
	static const bool wanted[][3] = {
		[TAKE_BEFORE] = {[LIVE_BEFORE] = true},
		[TAKE_AFTER] = {[LIVE_AFTER] = true},
		[TAKE_END] = {[LIVE_END] = true},
		[TAKE_DELTA] = {[LIVE_BEFORE] = true, [LIVE_AFTER] = true},
		[TAKE_SAMPLE] = {false},
	};

	return read_is_of(r, group) && wanted[r->take][which];
}

int live_snapshot(struct live *l, enum live_moment which, struct err *e)
{
	int r = 0;

	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		struct snapshot *s = snapshot_of(&l->data->groups[g], which);
		s->nsec = now_nsec();
		for (size_t m = 0; metric_groups[m]; m++)
			for (const char *const *f = metric_groups[m]->reads; r == 0 && f && *f; f++)
				r = read_file(s, &l->groups[g].cgrp, *f, e);
		for (size_t i = 0; r == 0 && i < l->plan->n_reads; i++)
			if (wanted_at(&l->plan->reads[i], g, which))
				r = read_file(s, &l->groups[g].cgrp, l->plan->reads[i].file, e);
	}
	return r;
}

void live_note_page(const struct live *l, unsigned group, struct page_base *to)
{
	const struct page *page = l->groups[group].page;

	to->nsec = now_nsec();
	for (unsigned t = 0; page && t < l->plan->groups[group].run.threads; t++) {
		to->ops[t] = atomic_load(&page->thread[t].ops);
		to->cpu_nsec[t] = page->thread[t].cpu_nsec;
	}
	for (unsigned c = 0; page && c < PAGE_COUNTERS_MAX; c++)
		to->counters[c] = atomic_load(&page->counters[c].value);
}

/* Of the files that are read, those that a segment's metrics need. */
static int mark_group(struct live *l, unsigned group, struct err *e)
{
	struct group_data *g = &l->data->groups[group];
	struct snapshot *s = array_push(g->marks, g->n_marks);
	int r = 0;

	if (!s)
		return err_set(e, -ENOMEM, "out of memory for a segment");
	s->nsec = now_nsec();
	for (size_t m = 0; metric_groups[m]; m++)
		for (const char *const *f = metric_groups[m]->reads;
		     metric_groups[m]->by_segment && r == 0 && f && *f; f++)
			r = read_file(s, &l->groups[group].cgrp, *f, e);
	for (size_t i = 0; r == 0 && i < l->plan->n_reads; i++)
		if (wanted_at(&l->plan->reads[i], group, LIVE_BEFORE) ||
		    wanted_at(&l->plan->reads[i], group, LIVE_AFTER))
			r = read_file(s, &l->groups[group].cgrp, l->plan->reads[i].file, e);
	if (r < 0 || !l->groups[group].page)
		return r;
	s->page = calloc(1, sizeof(*s->page));
	if (!s->page)
		return err_set(e, -ENOMEM, "out of memory for a segment");
	live_note_page(l, group, s->page);
	return 0;
}

int live_mark(struct live *l, const char *name, struct err *e)
{
	struct mark *slot = array_push(l->data->marks, l->data->n_marks);
	int r = 0;

	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for a segment");
	*slot = (struct mark){name, now_nsec()};
	for (unsigned g = 0; r == 0 && g < l->plan->n_groups; g++)
		r = mark_group(l, g, e);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/live.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "metrics/metric.h"
#include "trial/borrow.h"
#include "trial/capture.h"
#include "trial/errand.h"
#include "trial/partition.h"
#include "trial/strays.h"

enum { STOP_GRACE_USEC = 1000000, KILL_MAX_USEC = 10000000 };

int live_outcome(struct live *l, enum trial_status s, const char *fmt, ...)
{
	va_list ap;

	if (l->data->status != TRIAL_OK)
		return 0; /* the first cause is the one to tell */
	va_start(ap, fmt);
	vsnprintf(l->data->reason, sizeof(l->data->reason), fmt, ap);
	va_end(ap);
	l->data->status = s;
	return 0;
}

bool live_timed_out(struct live *l)
{
	uint64_t limit = l->plan->timeout_usec, took = now_nsec() - l->data->begin_nsec;

	if (!limit || took <= limit * NSEC_PER_USEC)
		return false;
	live_outcome(l, TRIAL_TIMEOUT, "the trial has taken %.3f s; its timeout is %.3f s",
		     (double)took / 1e9, (double)limit / 1e6);
	return true;
}

int live_open_gate(struct live *l, unsigned group, struct err *e)
{
	struct live_group *lg = &l->groups[group];

	if (lg->opened)
		return 0;
	lg->opened = true;
	l->data->groups[group].opened_nsec = now_nsec();
	if (lg->page)
		page_open(lg->page);
	if (lg->gate_fd >= 0 && write(lg->gate_fd, "g", 1) != 1 && errno != EPIPE)
		return err_sys(e, "cannot open the gate of %s", l->plan->groups[group].name);
	return 0;
}

void live_phase(struct live *l, enum page_phase phase)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->groups[g].page)
			page_set_phase(l->groups[g].page, phase);
}

int live_kill(struct live *l, unsigned group, struct err *e)
{
	struct group_data *data = &l->data->groups[group];

	data->kill_nsec = now_nsec();
	live_phase(l, PAGE_AFTER);
	return cgrp_kill(&l->groups[group].cgrp, e);
}

static void note_exit(struct live *l, pid_t pid, int status, const struct rusage *usage)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		struct group_data *data = &l->data->groups[g];
		if (l->groups[g].child.pid != pid || data->exited)
			continue;
		data->exited = true;
		data->exit_status = status;
		data->usage = *usage;
		data->exit_nsec = now_nsec();
	}
}

void live_reap(struct live *l)
{
	struct rusage usage;
	int status;
	pid_t pid;

	/* The guardian is a child too; it ends only after being dismissed, or after us. */
	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		note_exit(l, pid, status, &usage);
		errand_note_exit(l, pid, status);
	}
}

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

/* A bomb does not look at its gate, and a program has none: they are only killed. */
static bool stops_by_itself(const struct live *l, unsigned group)
{
	const struct run_plan *run = &l->plan->groups[group].run;

	return l->groups[group].page && !(run->workload->needs & WORKLOAD_FENCED) &&
	       !l->data->groups[group].exited;
}

/* Stopped workloads put their last counts into the page; a throttled one needs some periods. */
static void wait_stopped(struct live *l)
{
	uint64_t until = now_nsec() + STOP_GRACE_USEC * NSEC_PER_USEC;

	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		struct pollfd p = {.fd = l->groups[g].child.pidfd, .events = POLLIN};
		uint64_t now = now_nsec();
		if (!stops_by_itself(l, g) || now >= until)
			continue;
		struct timespec left = nsec_to_timespec(until - now);
		ppoll(&p, 1, &left, NULL);
		live_reap(l);
	}
}

static void stop_gates(struct live *l)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->groups[g].page)
			page_stop(l->groups[g].page);
}

/*
 * The pages are the workloads' to write, and what is read of them later has to stay as it is and
 * within its bounds: from here on they are copies.
 */
static int keep_pages(struct live *l, struct err *e)
{
	int r = 0;

	for (unsigned g = 0; r == 0 && g < l->plan->n_groups; g++) {
		const struct run_plan *run = &l->plan->groups[g].run;
		struct group_data *data = &l->data->groups[g];
		if (!l->groups[g].page)
			continue;
		r = page_keep(&l->groups[g].page, run->threads, run->workload->counters, e);
		data->page = l->groups[g].page;
	}
	return r;
}

/*
 * A hog that was killed in mid stall could not log it. (Of a workload that does not saturate nobody
 * knows whether it stalled or was in a long system call.)
 */
static void settle_pages(struct live *l)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		const struct group_data *data = &l->data->groups[g];
		uint64_t end = l->data->close_nsec;
		if (!l->groups[g].page || !l->plan->groups[g].run.workload->saturates)
			continue;
		if (data->exited && data->exit_nsec < end)
			end = data->exit_nsec;
		page_settle(l->groups[g].page, end);
	}
}

static bool populated(const struct cgrp *g)
{
	scope_free char *text = NULL;
	uint64_t value;

	return cgfile_read(g->fd, g->path, "cgroup.events", &text, NULL) == 0 &&
	       keyed_u64(text, "populated", &value) && value;
}

static int await_empty(struct live *l, unsigned group, struct err *e)
{
	struct group_data *data = &l->data->groups[group];
	int r = cgrp_wait_empty(&l->groups[group].cgrp, KILL_MAX_USEC, e);

	if (r == 0 && !data->empty_nsec)
		data->empty_nsec = now_nsec();
	return r;
}

/*
 * What an action killed may still be dying when the window closes, and is gone while others are
 * waited for: its moment is seen only by waiting for it first. What it does not end is killed
 * again.
 */
static void await_killed(struct live *l)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->data->groups[g].kill_nsec && !l->data->groups[g].empty_nsec)
			await_empty(l, g, NULL);
}

static int kill_group(struct live *l, unsigned group, struct err *e)
{
	struct group_data *data = &l->data->groups[group];
	const struct cgrp *g = &l->groups[group].cgrp;
	int r;

	if (g->fd < 0 || !populated(g))
		return 0;
	if (!data->kill_nsec)
		data->kill_nsec = now_nsec();
	r = cgrp_kill(g, e);
	return r == 0 ? await_empty(l, group, e) : r;
}

/* What a program printed or reported, for metrics that know its format, and its last words. */
static void keep_output(struct live *l, unsigned group)
{
	struct live_group *lg = &l->groups[group];
	struct group_data *data = &l->data->groups[group];

	data->output = capture_read(lg->report_fd, CAPTURE_KEPT_BYTES);
	data->reported = data->output != NULL;
	if (!data->output)
		data->output = capture_read(lg->output_fd, CAPTURE_KEPT_BYTES);
	data->tail = capture_text(lg->output_fd, CAPTURE_TAIL_BYTES);
}

int live_stop(struct live *l, struct err *e)
{
	int r = 0;

	stop_gates(l);
	await_killed(l);
	wait_stopped(l);
	for (unsigned g = l->plan->n_groups; r == 0 && g-- > 0;)
		r = kill_group(l, g, e);
	live_reap(l);
	strays_end(l);
	if (r == 0)
		r = keep_pages(l, e);
	settle_pages(l);
	if (r == 0)
		r = live_snapshot(l, LIVE_END, e);
	for (unsigned g = 0; g < l->plan->n_groups; g++)
		keep_output(l, g);
	return r;
}

static void close_group(struct live_group *lg)
{
	int *fds[] = {&lg->page_fd, &lg->gate_fd, &lg->output_fd, &lg->report_fd, &lg->events_fd};

	for (size_t i = 0; i < array_len(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	spawn_close(&lg->child);
	cgrp_close(&lg->cgrp);
}

static int end_groups(struct live *l, struct err *e)
{
	int r = 0;

	if (l->top.fd >= 0) {
		r = cgrp_kill(&l->top, e);
		if (r == 0)
			r = cgrp_wait_empty(&l->top, KILL_MAX_USEC, e);
	}
	if (r == 0)
		r = errand_end(l, e);
	for (unsigned g = l->plan->n_groups; g-- > 0;) {
		if (r == 0 && l->groups[g].cgrp.fd >= 0)
			r = cgrp_remove(&l->groups[g].cgrp, e);
		close_group(&l->groups[g]);
	}
	if (r == 0 && l->top.fd >= 0)
		r = cgrp_remove(&l->top, e);
	cgrp_close(&l->top);
	live_reap(l);
	return r;
}

int live_end(struct live *l, struct err *e)
{
	int r = l->env->hotplug ? hotplug_restore(l->env->hotplug, e) : 0;
	int ended = end_groups(l, r < 0 ? NULL : e), returned;

	r = r < 0 ? r : ended;
	if (r == 0)
		r = partition_undo(l, e);
	returned = borrow_return(l, r < 0 ? NULL : e);
	return r < 0 ? r : returned;
}

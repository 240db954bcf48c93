/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * teardown: live_stop() and live_end(), from workloads at work to nothing left: what they counted
 * is kept, their processes are gone, and the host is as it was.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "trial/borrow.h"
#include "trial/capture.h"
#include "trial/errand.h"
#include "trial/live.h"
#include "trial/partition.h"
#include "trial/strays.h"

enum { STOP_GRACE_USEC = 1000000, KILL_MAX_USEC = 10000000 };

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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * window: live_window(), the measured interval. One thread waits for whatever comes next: a
 * sample, a moment of the plan (a late start, an action, the end), or a process that ended.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/keyed.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "trial/act.h"
#include "trial/capture.h"
#include "trial/errand.h"
#include "trial/interrupt.h"
#include "trial/live.h"
#include "trial/proof.h"
#include "trial/sampler.h"
#include "trial/strays.h"

/* What an epoll event is about: a kind, and the group for the last two. */
enum wakeup { WAKE_SAMPLE, WAKE_MOMENT, WAKE_EXIT, WAKE_EVENTS, WAKE_ERRAND };

struct window {
	struct live *live;
	struct sampler *sampler;
	int epoll_fd, sample_fd, moment_fd;
	size_t next_action;
	size_t watched; /* of the errands that actions started */
	uint64_t end_nsec;
};

static uint64_t tag(enum wakeup s, unsigned group)
{
	return (uint64_t)group << 8 | s;
}

static int watch(const struct window *w, int fd, uint32_t events, uint64_t data, struct err *e)
{
	struct epoll_event ev = {.events = events, .data.u64 = data};

	if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return err_sys(e, "cannot watch a descriptor");
	return 0;
}

/* When the next late start is due; UINT64_MAX: none is left. */
static uint64_t next_start(const struct window *w, unsigned *group)
{
	const struct live *l = w->live;
	uint64_t first = UINT64_MAX;

	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		uint64_t at = l->data->open_nsec + l->plan->groups[g].start_usec * NSEC_PER_USEC;
		if (!l->groups[g].opened && at < first) {
			first = at;
			*group = g;
		}
	}
	return first;
}

static uint64_t next_action(const struct window *w)
{
	const struct live *l = w->live;

	if (w->next_action == l->plan->n_actions)
		return UINT64_MAX;
	return l->data->open_nsec + l->plan->actions[w->next_action].at_usec * NSEC_PER_USEC;
}

static int arm(const struct window *w, struct err *e)
{
	unsigned group;
	uint64_t at = w->end_nsec, start = next_start(w, &group), action = next_action(w);
	struct itimerspec when = {0};

	at = start < at ? start : at;
	at = action < at ? action : at;
	when.it_value = nsec_to_timespec(at);
	if (timerfd_settime(w->moment_fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		return err_sys(e, "cannot set a timer");
	return 0;
}

static int watch_errands(struct window *w, struct err *e)
{
	const struct live *l = w->live;
	int r = 0;

	for (; r == 0 && w->watched < l->n_errands; w->watched++)
		if (l->errands[w->watched].child.pidfd >= 0)
			r = watch(w, l->errands[w->watched].child.pidfd, EPOLLIN,
				  tag(WAKE_ERRAND, (unsigned)w->watched), e);
	return r;
}

/* An action may begin a segment; where everything stood before it is noted first. */
static int act_in_segment(struct live *l, const struct action_plan *a, struct err *e)
{
	int r = a->segment ? live_mark(l, a->segment, e) : 0;

	return r < 0 ? r : act(l, a);
}

/* Carries out all that is due; returns whether the window is over. */
static int moment(struct window *w, bool *over, struct err *e)
{
	struct live *l = w->live;
	uint64_t now = now_nsec(), spent;
	unsigned group = 0;
	int r = 0;

	if (read(w->moment_fd, &spent, sizeof(spent)) < 0 && errno != EAGAIN)
		return err_sys(e, "cannot read a timer");
	while (r == 0 && next_start(w, &group) <= now) {
		live_phase(l, PAGE_DURING);
		r = live_open_gate(l, group, e);
	}
	while (r == 0 && next_action(w) <= now && l->data->status == TRIAL_OK)
		r = act_in_segment(l, &l->plan->actions[w->next_action++], e);
	if (r == 0)
		r = watch_errands(w, e);
	*over = now >= w->end_nsec;
	return r < 0 ? r : arm(w, e);
}

static void trim_outputs(struct live *l)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->plan->groups[g].run.argv && !l->env->pass_streams)
			capture_trim(l->groups[g].output_fd, &l->groups[g].output_freed);
}

static int sample(struct window *w, struct err *e)
{
	uint64_t expirations = 0;

	if (read(w->sample_fd, &expirations, sizeof(expirations)) < 0 || expirations == 0)
		return 0;
	trim_outputs(w->live);
	return sampler_take(w->sampler, expirations - 1, w->live->data, e);
}

/*
 * cgroup.events has changed: after a freeze, the moment in which the last task stood still; after a
 * kill, the one in which the group became empty; and maybe what the trial ends with.
 */
static int noticed(struct live *l, unsigned group, bool *over, struct err *e)
{
	struct group_data *data = &l->data->groups[group];
	struct live_group *lg = &l->groups[group];
	const struct end_plan *end = &l->plan->end;
	char text[256];
	uint64_t populated, frozen;
	ssize_t n = pread(lg->events_fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return err_sys(e, "cannot read %s/cgroup.events", lg->cgrp.path);
	text[n] = '\0';
	if (!keyed_u64(text, "populated", &populated))
		return 0;
	if (data->freeze_nsec && !data->frozen_nsec && keyed_u64(text, "frozen", &frozen) && frozen)
		data->frozen_nsec = now_nsec();
	if (data->kill_nsec && !data->empty_nsec && !populated)
		data->empty_nsec = now_nsec();
	if (end->kind == END_EMPTY && end->group == group && lg->was_populated && !populated)
		*over = true;
	lg->was_populated |= populated != 0;
	return 0;
}

static bool first_process_ended(const struct live *l, unsigned group)
{
	return l->plan->end.kind == END_EXIT && l->plan->end.group == group &&
	       l->data->groups[group].exited;
}

/* Nothing runs and nothing is due any more: waiting for the end would measure an empty group. */
static bool all_ended(const struct window *w)
{
	const struct live *l = w->live;

	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->groups[g].child.pid > 0 && !l->data->groups[g].exited)
			return false;
	for (size_t i = 0; i < l->n_errands; i++)
		if (l->errands[i].child.pid > 0)
			return false;
	return w->next_action == l->plan->n_actions;
}

static int handle(struct window *w, uint64_t data, bool *over, struct err *e)
{
	unsigned group = (unsigned)(data >> 8);

	switch ((enum wakeup)(data & 0xff)) {
	case WAKE_SAMPLE:
		return sample(w, e);
	case WAKE_MOMENT:
		return moment(w, over, e);
	case WAKE_EVENTS:
		live_reap(w->live); /* a killed bomb's orphans are ours, and count until reaped */
		return noticed(w->live, group, over, e);
	case WAKE_ERRAND: /* its end closes the descriptor */
		live_reap(w->live);
		*over = *over || all_ended(w);
		return 0;
	case WAKE_EXIT:
		live_reap(w->live);
		/* A pidfd stays readable for ever: it has said what it had to say. */
		epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, w->live->groups[group].child.pidfd, NULL);
		*over = *over || all_ended(w) || first_process_ended(w->live, group);
		return 0;
	}
	return 0;
}

static int loop(struct window *w, struct err *e)
{
	bool over = false;
	int r = arm(w, e);

	while (r == 0 && !over && w->live->data->status == TRIAL_OK && !live_timed_out(w->live)) {
		struct epoll_event ev[16];
		int n = epoll_wait(w->epoll_fd, ev, (int)array_len(ev), 1000);
		if (interrupted())
			return err_set(e, -EINTR, "interrupted");
		if (n < 0 && errno != EINTR)
			return err_sys(e, "epoll_wait");
		for (int i = 0; r == 0 && i < n; i++)
			r = handle(w, ev[i].data.u64, &over, e);
	}
	return r;
}

static int open_sources(struct window *w, struct err *e)
{
	struct live *l = w->live;
	int r;

	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->sample_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	w->moment_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->epoll_fd < 0 || w->sample_fd < 0 || w->moment_fd < 0)
		return err_sys(e, "cannot make the window's timers");
	r = watch(w, w->sample_fd, EPOLLIN, tag(WAKE_SAMPLE, 0), e);
	if (r == 0)
		r = watch(w, w->moment_fd, EPOLLIN, tag(WAKE_MOMENT, 0), e);
	for (unsigned g = 0; r == 0 && g < l->plan->n_groups; g++) {
		bool over; /* not yet, whatever it says */
		if (l->plan->end.kind == END_EMPTY && l->plan->end.group == g)
			r = noticed(l, g, &over, e);
		if (r == 0)
			r = watch(w, l->groups[g].events_fd, EPOLLPRI, tag(WAKE_EVENTS, g), e);
		if (r == 0 && l->groups[g].child.pid > 0)
			r = watch(w, l->groups[g].child.pidfd, EPOLLIN, tag(WAKE_EXIT, g), e);
	}
	return r;
}

static int open_sampler(struct window *w, struct err *e)
{
	size_t n = w->live->plan->n_groups;
	scope_free const struct cgrp **groups = calloc(n ? n : 1, sizeof(*groups));

	if (!groups)
		return err_set(e, -ENOMEM, "out of memory for the sampler");
	for (size_t g = 0; g < n; g++)
		groups[g] = &w->live->groups[g].cgrp;
	return sampler_open(groups, n, w->live->plan, &w->sampler, e);
}

/* Whether some CPU is left to the harness by what runs. Nobody knows what a program or a bomb
 * wants. */
static bool a_cpu_is_free(const struct live *l)
{
	unsigned wanted = 0;

	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		const struct run_plan *run = &l->plan->groups[g].run;
		if (run->argv || (run->workload && run->workload->needs & WORKLOAD_FENCED))
			return false;
		wanted += run->threads;
	}
	return wanted < l->data->cpus_online;
}

static int choose_period(const struct window *w, struct err *e)
{
	uint64_t *usec = &w->live->data->sample_every_usec;

	*usec = w->live->plan->sample_every_usec;
	return a_cpu_is_free(w->live) ? 0 : sampler_period(w->sampler, *usec, usec, e);
}

static int start_sampling(const struct window *w, struct err *e)
{
	struct timespec every = nsec_to_timespec(w->live->data->sample_every_usec * NSEC_PER_USEC);
	struct itimerspec when = {.it_interval = every, .it_value = every};

	if (timerfd_settime(w->sample_fd, 0, &when, NULL) < 0)
		return err_sys(e, "cannot start sampling");
	return 0;
}

/* The gates of all groups that have no late start. */
static int open_gates(struct live *l, struct err *e)
{
	int r = 0;

	for (unsigned g = 0; r == 0 && g < l->plan->n_groups; g++)
		if (l->plan->groups[g].start_usec == 0)
			r = live_open_gate(l, g, e);
	return r;
}

/* With a warm-up the gates open before the window does, and what was done until then is noted. */
static int warm_up(struct live *l, struct err *e)
{
	uint64_t until = now_nsec() + l->plan->warmup_usec * NSEC_PER_USEC;
	int r;

	live_phase(l, PAGE_WARMUP);
	r = open_gates(l, e);
	while (r == 0 && now_nsec() < until) {
		struct timespec at = nsec_to_timespec(until);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		if (interrupted())
			return err_set(e, -EINTR, "interrupted");
	}
	live_phase(l, PAGE_BEFORE);
	return r;
}

/* What the pages count up to here belongs to the warm-up. */
static void note_base(struct live *l)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->groups[g].page)
			live_note_page(l, g, l->data->groups[g].base);
}

/* That the window was what it should have been: limits, gates, and who is where. */
static int prove(struct live *l)
{
	int r = 0;

	for (unsigned g = 0; g < l->plan->n_groups; g++)
		if (l->groups[g].page && l->groups[g].opened && page_is_meddled(l->groups[g].page))
			live_outcome(l, TRIAL_FAILED, "%s: something else closed its gate",
				     l->plan->groups[g].name);
	if (l->data->status == TRIAL_OK)
		r = proof_at_close(l);
	if (r == 0 && l->data->status == TRIAL_OK)
		strays_in_groups(l);
	return r;
}

static int measure(struct window *w, struct err *e)
{
	struct live *l = w->live;
	uint64_t cpu;
	int r = l->plan->warmup_usec ? warm_up(l, e) : 0;

	if (r == 0)
		r = choose_period(w, e);
	if (r == 0)
		r = live_snapshot(l, LIVE_BEFORE, e);
	if (r < 0)
		return r;
	note_base(l);
	cpu = clock_nsec(CLOCK_PROCESS_CPUTIME_ID);
	l->data->open_nsec = now_nsec();
	l->data->setup_nsec = l->data->open_nsec - l->data->begin_nsec;
	w->end_nsec = l->data->open_nsec + l->plan->duration_usec * NSEC_PER_USEC;
	r = start_sampling(w, e);
	if (r == 0)
		r = open_gates(l, e);
	if (r == 0)
		r = loop(w, e);
	live_reap(l); /* what has ended by now ended within the window */
	l->data->close_nsec = now_nsec();
	l->data->harness_cpu_nsec = clock_nsec(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	if (r == 0)
		r = live_snapshot(l, LIVE_AFTER, e);
	errand_stop(l);
	return r < 0 ? r : prove(l);
}

static void window_close(struct window *w)
{
	int fds[] = {w->epoll_fd, w->sample_fd, w->moment_fd};

	for (size_t i = 0; i < array_len(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	sampler_close(w->sampler);
}

int live_window(struct live *l, struct err *e)
{
	struct window w = {.live = l, .epoll_fd = -1, .sample_fd = -1, .moment_fd = -1};
	int r = open_sources(&w, e);

	if (r == 0)
		r = open_sampler(&w, e);
	if (r == 0)
		r = measure(&w, e);
	window_close(&w);
	return r;
}

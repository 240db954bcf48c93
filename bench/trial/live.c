/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/live.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgroup/cgrp.h"

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

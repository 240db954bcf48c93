/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "model/own_report.h"
#include "trial/ending.h"

static int prepare(struct live *l, const struct trial_env *env, const struct trial_plan *plan,
		   struct trial_data *data, struct err *e)
{
	*l = (struct live){.env = env,
			   .plan = plan,
			   .data = data,
			   .top = {.fd = -1},
			   .errands_group = {.fd = -1}};
	*data = (struct trial_data){.plan = plan,
				    .begin_nsec = now_nsec(),
				    .tick_usec = env->tick_usec,
				    .cpus_online = (unsigned)sysconf(_SC_NPROCESSORS_ONLN)};
	l->groups = calloc(plan->n_groups, sizeof(*l->groups));
	data->groups = calloc(plan->n_groups, sizeof(*data->groups));
	if (!l->groups || !data->groups) {
		free(l->groups);
		return err_set(e, -ENOMEM, "out of memory for a trial");
	}
	data->n_groups = plan->n_groups;
	for (unsigned g = 0; g < plan->n_groups; g++) {
		l->groups[g] = (struct live_group){.cgrp = {.fd = -1},
						   .child = {.pidfd = -1, .failed_fd = -1},
						   .page_fd = -1,
						   .gate_fd = -1,
						   .output_fd = -1,
						   .report_fd = -1,
						   .events_fd = -1};
		data->groups[g].plan = &plan->groups[g];
		data->groups[g].index = g;
	}
	return 0;
}

/* The CPUs that the threads saw themselves on, from their pages. */
static void note_cpus(struct group_data *g)
{
	for (unsigned t = 0; g->page && t < g->plan->run.threads; t++)
		for (unsigned cpu = 0; cpu < PAGE_CPUS_MAX && cpu < CPU_SETSIZE; cpu++)
			if (atomic_load(&g->page->thread[t].cpus_seen[cpu / 64]) >> cpu % 64 & 1)
				CPU_SET(cpu, &g->ran_on);
}

/* What a workload of ours, or exec in its place, says of itself. */
static int judge_group(struct live *l, unsigned g)
{
	const struct group_data *data = &l->data->groups[g];
	const char *name = l->plan->groups[g].name;
	char **argv = l->plan->groups[g].run.argv;
	struct err e;

	if (spawn_failure(&l->groups[g].child, argv ? argv[0] : l->env->cgwork, &e) < 0)
		return live_outcome(l, TRIAL_FAILED, "%s: %s", name, e.text);
	if (data->page && data->page->error[0])
		return live_outcome(l, data->page->unsupported ? TRIAL_SKIPPED : TRIAL_FAILED,
				    "%s: %s", name, data->page->error);
	if (data->reported && own_check(l->plan, data->output, &e) < 0)
		return live_outcome(l, TRIAL_FAILED, "%s: its report: %s", name, e.text);
	if (data->page && data->exited && !data->page->started_nsec && l->groups[g].opened)
		return live_outcome(l, TRIAL_DNR, "%s: ended before it did anything", name);
	return 0;
}

static void judge(struct live *l)
{
	char why[ENDING_TEXT_MAX];

	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		judge_group(l, g);
		if (ending_is_wrong(l->data, g, why))
			live_outcome(l, TRIAL_FAILED, "%s", why);
	}
	if (ending_is_late(l->data, why))
		live_outcome(l, TRIAL_DISTURBED, "%s", why);
}

static int steps(struct live *l, struct err *e)
{
	int r = live_setup(l, e);

	if (r < 0 || l->data->status != TRIAL_OK)
		return r;
	r = live_window(l, e);
	if (r == 0)
		r = live_stop(l, e);
	if (r == 0)
		judge(l);
	for (unsigned g = 0; g < l->data->n_groups; g++)
		note_cpus(&l->data->groups[g]);
	return r;
}

int trial_run(const struct trial_env *env, const struct trial_plan *plan, struct trial_data *data,
	      struct err *e)
{
	struct live l;
	struct err later = {""};
	uint64_t begin;
	int r = prepare(&l, env, plan, data, e), ended;

	if (r < 0)
		return r;
	r = steps(&l, e);
	begin = now_nsec();
	ended = live_end(&l, &later);
	data->teardown_nsec = now_nsec() - begin;
	free(l.groups);
	if (r == 0 && ended < 0) {
		*e = later;
		return ended;
	}
	return r;
}

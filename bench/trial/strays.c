/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/strays.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "cgroup/members.h"

/* A stray may have children, which become ours when it has died: so many rounds of killing. */
enum { ROUNDS = 100, PAUSE_USEC = 10000 };

/*
 * Whether a path is the group's or one below it: a program may make groups there, and its limits
 * are still over them. By the part from the run's root on, whose name nobody else has: what comes
 * before depends on the cgroup namespace.
 */
static bool is_below(const struct live *l, const char *path, const struct cgrp *g)
{
	const char *root = strrchr(l->env->run_root->path, '/');
	size_t before = root ? (size_t)(root + 1 - l->env->run_root->path) : 0;
	const char *own = g->path + before, *at = strstr(path, own);
	size_t n = strlen(own);

	return at && (at == path || at[-1] == '/') && (!at[n] || at[n] == '/');
}

void strays_in_groups(struct live *l)
{
	char path[PATH_MAX];

	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		unsigned home = timeline_home(l->data, g, TIMELINE_LAST);
		pid_t pid = l->groups[g].child.pid;
		if (pid > 0 && !l->data->groups[g].exited && members_group_of(pid, path) &&
		    !is_below(l, path, &l->groups[home].cgrp))
			live_outcome(l, TRIAL_FAILED, "%s: its process %d left its group for /%s",
				     l->plan->groups[g].name, pid, path);
	}
}

/* The children of the harness, to which orphans come (it is a subreaper): "12 34 ". */
static FILE *open_children(void)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/task/%d/children", getpid());
	return fopen(name, "re");
}

/* Kills what should not be there any more; returns how many there were. */
static unsigned kill_once(struct live *l)
{
	scope_file FILE *f = open_children();
	char path[PATH_MAX] = "";
	unsigned n = 0;
	int pid;

	while (f && fscanf(f, "%d", &pid) == 1) {
		/* What is still in the trial's groups has been killed, and is on its way out. */
		if (pid == l->env->guardian || !members_group_of(pid, path) ||
		    is_below(l, path, &l->top))
			continue;
		live_outcome(l, TRIAL_FAILED, "process %d had left its group for /%s", pid, path);
		kill(pid, SIGKILL);
		n++;
	}
	return n;
}

void strays_end(struct live *l)
{
	for (int i = 0; i < ROUNDS && kill_once(l); i++) {
		usleep(PAUSE_USEC);
		live_reap(l);
	}
}

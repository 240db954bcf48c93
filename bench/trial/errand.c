/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/errand.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "trial/capture.h"

/* No group of a suite has a dot in its name. */
static const char own_group[] = "errands.own";

enum { WORDS_MAX = 240 };

int errand_prepare(struct live *l, const char *const *controllers, struct err *e)
{
	for (size_t i = 0; i < l->plan->n_actions; i++)
		if (l->plan->actions[i].verb == ACTION_RUN &&
		    l->plan->actions[i].group == ACTION_NO_GROUP)
			return cgrp_create(l->env->base, &l->top, own_group, controllers, NULL, 0,
					   &l->errands_group, e);
	return 0;
}

int errand_start(struct live *l, const struct action_plan *a, struct err *e)
{
	const struct cgrp *where =
		a->group == ACTION_NO_GROUP ? &l->errands_group : &l->groups[a->group].cgrp;
	struct errand *slot = array_push(l->errands, l->n_errands);
	int r;

	if (!slot)
		return err_set(e, -ENOMEM, "out of memory for a command");
	*slot = (struct errand){.plan = a, .child = {.pidfd = -1, .failed_fd = -1}};
	slot->output_fd = capture_open(e);
	if (slot->output_fd < 0)
		return slot->output_fd;
	r = spawn_start(&(struct spawn){.cgroup_fd = where->fd,
					.files = &l->env->files,
					.program = a->argv[0],
					.argv = (const char *const *)a->argv,
					.gate_fd = -1,
					.output_fd = slot->output_fd},
			&slot->child, e);
	return r;
}

/* "action at 1.000 s: sh ended with code 3", and its last words. `name` is "" where `how` has it.
 */
static void fail(struct live *l, const struct errand *c, const char *name, const char *how)
{
	scope_free char *text = capture_text(c->output_fd, WORDS_MAX);
	size_t n = text ? strlen(text) : 0;

	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	for (char *p = text; p && *p; p++)
		*p = *p == '\n' ? '|' : *p;
	live_outcome(l, TRIAL_FAILED, "action at %.3f s: %.80s%s%s%s%s",
		     (double)c->plan->at_usec / 1e6, name, *name ? " " : "", how, n ? ": " : "",
		     n ? text : "");
}

static void judge(struct live *l, const struct errand *c, int status)
{
	struct err e;
	char how[128];

	if (spawn_failure(&c->child, c->plan->argv[0], &e) < 0) {
		fail(l, c, "", e.text);
		return;
	}
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "was ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(how, sizeof(how), "ended with code %d", WEXITSTATUS(status));
	else
		return;
	fail(l, c, c->plan->argv[0], how);
}

static void errand_close(struct errand *c)
{
	if (c->output_fd >= 0)
		close(c->output_fd);
	c->output_fd = -1;
	spawn_close(&c->child);
}

void errand_note_exit(struct live *l, pid_t pid, int status)
{
	for (size_t i = 0; i < l->n_errands; i++) {
		struct errand *c = &l->errands[i];
		if (c->child.pid != pid)
			continue;
		judge(l, c, status);
		errand_close(c);
	}
}

void errand_stop(struct live *l)
{
	for (size_t i = 0; i < l->n_errands; i++) {
		struct errand *c = &l->errands[i];
		if (c->child.pid <= 0)
			continue;
		fail(l, c, c->plan->argv[0], "had not ended when the window did");
		kill(c->child.pid, SIGKILL);
		waitpid(c->child.pid, NULL, 0);
		errand_close(c);
	}
	if (l->errands_group.fd >= 0)
		cgrp_kill(&l->errands_group, NULL);
}

int errand_end(struct live *l, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < l->n_errands; i++)
		errand_close(&l->errands[i]);
	free(l->errands);
	l->errands = NULL;
	l->n_errands = 0;
	if (l->errands_group.fd >= 0)
		r = cgrp_remove(&l->errands_group, e);
	return r;
}

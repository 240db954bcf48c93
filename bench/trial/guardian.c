/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "cgroup/subtree.h"
#include "trial/protect.h"

/* A Ctrl-C reaches the whole process group, and the guardian has to outlive it. */
static void leave_the_terminal(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

	setsid();
	for (size_t i = 0; i < array_len(ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "cgbench-guard");
	if (chdir("/") < 0)
		return; /* it only keeps a file system busy */
}

static void give_back(struct ledger *ledger)
{
	struct err e = {""};

	if (ledger_settle(ledger, &e) < 0)
		fprintf(stderr,
			"cgbench: the harness died, and left the host as it was not: %s\n"
			"cgbench: `cgbench clean` tries again\n",
			e.text);
	ledger_close(ledger);
}

static _Noreturn void guard(const struct cgrp_base *b, const char *name, struct leaf leaf,
			    struct hotplug *hotplug, struct ledger *ledger, int harness,
			    int dismissed)
{
	struct pollfd p[] = {{.fd = harness, .events = POLLIN},
			     {.fd = dismissed, .events = POLLIN}};
	struct err e = {""};
	char byte;
	int root, removed;

	leave_the_terminal();
	while (poll(p, array_len(p), -1) < 0 && errno == EINTR)
		;
	/* The byte decides, not the order of events: dismissal and death may be seen together. */
	if (read(dismissed, &byte, 1) == 1)
		_exit(0);
	if (hotplug_restore(hotplug, &e) < 0)
		fprintf(stderr, "cgbench: the harness died, and left a CPU as it was not: %s\n",
			e.text);
	/* A sweep that came now would get in the way, and its run would tell of an error. */
	root = openat(b->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root >= 0 && sweep_claim(root, &e) < 0)
		close(root); /* one is at it already: what it does is what is to be done */
	removed = cgrp_destroy_tree(b->fd, name, &e);
	give_back(ledger); /* once nothing of the run uses it any more */
	if (removed < 0 || subtree_restore(b, name, &e) < 0 || leaf_leave(b, &leaf, &e) < 0) {
		fprintf(stderr,
			"cgbench: the harness died, and its groups could not be removed: %s\n"
			"cgbench: `cgbench clean` tries again\n",
			e.text);
		_exit(1);
	}
	_exit(0);
}

int guardian_start(const struct cgrp_base *b, const char *name, const struct leaf *leaf,
		   struct hotplug *hotplug, struct ledger *ledger, struct guardian *out,
		   struct err *e)
{
	scope_fd int harness = (int)syscall(SYS_pidfd_open, getpid(), 0);
	int ends[2];
	pid_t pid;

	if (harness < 0)
		return err_sys(e, "cannot watch the harness: pidfd_open (Linux 5.3)");
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(e, "cannot make the guardian's pipe");
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		protect_from_oom();
		guard(b, name, *leaf, hotplug, ledger, harness, ends[0]);
	}
	close(ends[0]);
	if (pid < 0) {
		int r = err_sys(e, "cannot fork the guardian");
		close(ends[1]);
		return r;
	}
	*out = (struct guardian){.pid = pid, .dismiss_fd = ends[1]};
	return 0;
}

void guardian_dismiss(struct guardian *g)
{
	if (g->pid <= 0)
		return;
	/* When the write fails the guardian has died already: there is nobody to dismiss. */
	if (write(g->dismiss_fd, "q", 1) != 1)
		kill(g->pid, SIGKILL);
	close(g->dismiss_fd);
	while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*g = (struct guardian){.dismiss_fd = -1};
}

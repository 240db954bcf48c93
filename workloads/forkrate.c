/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * forkrate: makes a process and buries it, one after the other: a build or a shell script. One
 * operation is one child that was born and has ended. A fork that a limit refused is counted and
 * tried again; where that goes on, nothing gets done, which is what the number then says.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/workload.h"

enum { COUNTER_FORKS, COUNTER_FAILED };

static uint64_t forkrate_step(struct work *w)
{
	pid_t pid = fork();
	uint64_t start;

	if (pid == 0)
		_exit(0);
	atomic_fetch_add(&w->page->counters[pid < 0 ? COUNTER_FAILED : COUNTER_FORKS].value, 1);
	if (pid < 0)
		return 0;
	/* The child runs meanwhile: this thread has no stall. */
	start = now_nsec();
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	w->idle_nsec += now_nsec() - start;
	return 1;
}

const struct workload workload_forkrate = {
	.name = "forkrate",
	.summary = "makes a process and buries it, one after the other",
	.counters = {[COUNTER_FORKS] = "forks", [COUNTER_FAILED] = "forks_failed"},
	.step = forkrate_step,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crash: makes a child that dies of SIGSEGV, and buries it: a service that its manager starts again
 * and again. Where kernel.core_pattern names a program, the kernel starts that for each, outside of
 * every group of the service's (core(5)). The dump itself is kept to its headers, so that it fits
 * into a pipe which such a program may never read. One operation is one crash.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"

enum { COUNTER_CRASHES, COUNTER_DUMPS, COUNTER_FAILED };

/* Files of dumps nobody would want; a program's pipe leaves none. */
static int crash_setup(struct work *w, struct err *e)
{
	char first = 0;
	scope_fd int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &first, 1) != 1)
		return err_sys(e, "crash: cannot read /proc/sys/kernel/core_pattern");
	w->state = first == '|' ? w : NULL;
	return 0;
}

/* Ends by the default action, whatever handlers this process has. */
static _Noreturn void die(bool dump)
{
	rlim_t most = dump ? RLIM_INFINITY : 0;
	struct rlimit core = {.rlim_cur = most, .rlim_max = most};
	scope_fd int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1 || setrlimit(RLIMIT_CORE, &core) < 0)
		_exit(errno);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	_exit(0);
}

static void count(struct work *w, unsigned counter)
{
	atomic_fetch_add(&w->page->counters[counter].value, 1);
}

static uint64_t crash_step(struct work *w)
{
	pid_t pid = fork();
	uint64_t start;
	int status = 0;

	if (pid == 0)
		die(w->state);
	if (pid < 0) {
		count(w, COUNTER_FAILED);
		return 0;
	}
	/* The child runs meanwhile, and its dump is taken: this thread has no stall. */
	start = now_nsec();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	w->idle_nsec += now_nsec() - start;
	if (!WIFSIGNALED(status))
		work_fail(w, "crash: a child could not prepare its end (errno %d)",
			  WEXITSTATUS(status));
	count(w, COUNTER_CRASHES);
	if (WCOREDUMP(status))
		count(w, COUNTER_DUMPS);
	return 1;
}

const struct workload workload_crash = {
	.name = "crash",
	.summary = "makes a child that crashes, and buries it, one after the other",
	.counters = {[COUNTER_CRASHES] = "crashes",
		     [COUNTER_DUMPS] = "core_dumps",
		     [COUNTER_FAILED] = "forks_failed"},
	.setup = crash_setup,
	.step = crash_step,
};

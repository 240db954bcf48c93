/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape_reach: what a process may ask of the scheduler, and of processes and files outside its
 * group. Nothing is signalled, traced or written: whether it would be allowed is the answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "escape.h"

/* cpu.max does not bind real-time tasks (sched-bwc.rst is about the fair class). */
int escape_fifo(struct escape *x)
{
	(void)x;
	return sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}) < 0
		       ? errno
		       : 0;
}

int escape_niceness(struct escape *x)
{
	(void)x;
	return setpriority(PRIO_PROCESS, 0, -20) < 0 ? errno : 0;
}

/* A CPU of the machine that is not among those of its group. */
static int other_cpu(void)
{
	cpu_set_t have;
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (sched_getaffinity(0, sizeof(have), &have) < 0)
		return -1;
	for (int cpu = 0; cpu < n; cpu++)
		if (!CPU_ISSET(cpu, &have))
			return cpu;
	return -1;
}

int escape_affinity(struct escape *x)
{
	int cpu = other_cpu();
	cpu_set_t want;

	(void)x;
	if (cpu < 0)
		return ESCAPE_NOT_HERE;
	CPU_ZERO(&want);
	CPU_SET(cpu, &want);
	return sched_setaffinity(0, sizeof(want), &want) < 0 ? errno : 0;
}

int escape_rlimit(struct escape *x)
{
	struct rlimit r;

	(void)x;
	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return errno;
	r.rlim_max++;
	return setrlimit(RLIMIT_NOFILE, &r) < 0 ? errno : 0;
}

int escape_oom_score(struct escape *x)
{
	(void)x;
	return escape_write("/proc/self", "oom_score_adj", "-1000");
}

int escape_trace_other(struct escape *x)
{
	pid_t victim = escape_victim(x);

	if (victim <= 0)
		return ESCAPE_NOT_HERE;
	return ptrace(PTRACE_SEIZE, victim, NULL, NULL) < 0 ? errno : 0;
}

int escape_signal_other(struct escape *x)
{
	pid_t victim = escape_victim(x);

	if (victim <= 0)
		return ESCAPE_NOT_HERE;
	return kill(victim, 0) < 0 ? errno : 0;
}

int escape_kill_other(struct escape *x)
{
	char path[ESCAPE_PATH_MAX + 32];
	scope_fd int fd = -1;

	if (!*x->other)
		return ESCAPE_NOT_HERE;
	snprintf(path, sizeof(path), "%s/cgroup.kill", x->other);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

int escape_signal_harness(struct escape *x)
{
	if (x->harness <= 0)
		return ESCAPE_NOT_HERE;
	return kill(x->harness, 0) < 0 ? errno : 0;
}

/* What a core dump starts runs as root, outside every group. */
int escape_core_pattern(struct escape *x)
{
	scope_fd int fd = open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC);

	(void)x;
	return fd < 0 ? errno : 0;
}

/* Its poller is a thread that the kernel makes: whose task is it? It lives as long as the ring. */
int escape_io_uring(struct escape *x)
{
	struct io_uring_params p = {.flags = IORING_SETUP_SQPOLL};

	(void)x;
	return syscall(SYS_io_uring_setup, 8, &p) < 0 ? errno : 0;
}

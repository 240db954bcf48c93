/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape_limits: limits written by those that they bind. Who may is a matter of the files' owner
 * (cgroup-v2.rst, "Delegation Containment") and, in a cgroup namespace, of nsdelegate.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "escape.h"

int escape_write_own_pids(struct escape *x)
{
	return escape_lift(x, x->own, "pids.max");
}

int escape_write_own_memory(struct escape *x)
{
	return escape_lift(x, x->own, "memory.max");
}

int escape_write_own_cpu(struct escape *x)
{
	return escape_lift(x, x->own, "cpu.max");
}

int escape_write_parent(struct escape *x)
{
	return escape_lift(x, x->outer, "pids.max");
}

/* The mount's root has no limits; the run's is the first that has, and it outlives the trial. */
int escape_write_run(struct escape *x)
{
	return escape_lift(x, x->run, "pids.max");
}

static int make(const struct escape *x, const char *name, char *path)
{
	snprintf(path, ESCAPE_PATH_MAX, "%.8000s/%s", x->own, name);
	return mkdir(path, 0755) < 0 ? errno : 0;
}

/*
 * Its processes go to a leaf, its controllers to the leaf, and the leaf's limit above its own: that
 * is accepted, and the tighter of the two binds.
 */
int escape_child_above(struct escape *x)
{
	char leaf[ESCAPE_PATH_MAX], pid[16];
	int r = make(x, "leaf", leaf);

	snprintf(pid, sizeof(pid), "%d", getppid());
	if (r == 0)
		r = escape_write(leaf, "cgroup.procs", "0");
	if (r == 0)
		r = escape_write(leaf, "cgroup.procs", pid);
	if (r == 0)
		r = escape_write(x->own, "cgroup.subtree_control", "+pids");
	return r ?: escape_write(leaf, "pids.max", "max");
}

/* One more than cgroup.max.descendants allows. */
int escape_max_descendants(struct escape *x)
{
	long max = escape_number(x->own, "cgroup.max.descendants");
	char path[ESCAPE_PATH_MAX], name[32];
	int r = 0;

	if (max < 0)
		return ESCAPE_NOT_HERE;
	for (long i = 0; r == 0 && i <= max; i++) {
		snprintf(name, sizeof(name), "d%ld", i);
		r = make(x, name, path);
	}
	return r;
}

/* Without the controller there is no limit: it goes off where it was given, one level up. */
int escape_own_controllers(struct escape *x)
{
	char limit[64];
	int r;

	if (!*x->outer || !escape_read(x->own, "pids.max", limit, sizeof(limit)))
		return ESCAPE_NOT_HERE;
	r = escape_write(x->outer, "cgroup.subtree_control", "-pids");
	if (r)
		return r;
	escape_undo(x, x->outer, "cgroup.subtree_control", "+pids");
	escape_undo(x, x->own, "pids.max", limit);
	return 0;
}

/* A watcher that wakes ten times a second is paid for by the kernel's own thread. */
int escape_pressure(struct escape *x)
{
	return escape_write(x->own, "memory.pressure", "some 50000 500000");
}

static int v1_file(const struct escape *x, const char *file)
{
	char path[ESCAPE_PATH_MAX + 32];
	scope_fd int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", x->own, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ESCAPE_NOT_HERE : errno;
	return 0;
}

/* CVE-2022-0492: there is no such file on cgroup v2. */
int escape_v1_release_agent(struct escape *x)
{
	return v1_file(x, "release_agent");
}

int escape_v1_devices_allow(struct escape *x)
{
	return v1_file(x, "devices.allow");
}

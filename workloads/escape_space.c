/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * escape_space: by way of mounts and namespaces. All mounts are made in a mount namespace that ends
 * with the attempt; the limit is then written through what has come to be seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "escape.h"

static const char place[] = "/tmp";

/* Mounts of ours are nobody else's. */
static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return errno;
	return 0;
}

/* A fresh mount shows all of the cgroup namespace, and is writable. */
static int mount_and_write(struct escape *x)
{
	if (mount("cgroup2", place, "cgroup2", 0, NULL) < 0)
		return errno;
	if (!escape_find(x, x->harness))
		return ENOENT;
	return escape_lift(x, x->own, "pids.max");
}

int escape_mount_new(struct escape *x)
{
	return own_mounts() ?: mount_and_write(x);
}

/* Writable again, where a runtime has mounted it read-only; then its limit. */
int escape_remount(struct escape *x)
{
	int r = own_mounts();

	if (r)
		return r;
	if (mount(NULL, x->mount, NULL, MS_REMOUNT | MS_BIND, NULL) < 0)
		return errno;
	return escape_lift(x, x->own, "pids.max");
}

/* Under the mount that a runtime made is often the one that it hid. */
int escape_unmount(struct escape *x)
{
	int r = own_mounts();

	if (r)
		return r;
	for (int i = 0; i < 2; i++)
		if (umount2(x->mount, MNT_DETACH) < 0)
			return errno;
	if (!escape_find(x, x->harness))
		return 0;
	return escape_write(x->mount, "cgroup.procs", "0");
}

/* Its group is the namespace's root then: with nsdelegate, its limits are no longer its own. */
int escape_unshare_cgroup(struct escape *x)
{
	return unshare(CLONE_NEWCGROUP) < 0 ? errno : escape_lift(x, x->own, "pids.max");
}

static int map_root(uid_t uid)
{
	char text[32];

	snprintf(text, sizeof(text), "0 %u 1", uid);
	return escape_write("/proc/self", "setgroups", "deny")
		       ?: escape_write("/proc/self", "uid_map", text);
}

/* What any user may do where user namespaces are allowed. */
int escape_unshare_user(struct escape *x)
{
	uid_t uid = geteuid();
	int r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP) < 0)
		return errno;
	r = map_root(uid);
	return r ?: mount_and_write(x);
}

static int enter(const char *link, int flag)
{
	scope_fd int fd = open(link, O_RDONLY | O_CLOEXEC);

	return fd < 0 || setns(fd, flag) < 0 ? errno : 0;
}

/* Whose process 1 is depends on the PID namespace that it sees. */
int escape_setns_first(struct escape *x)
{
	int r = enter("/proc/1/ns/cgroup", CLONE_NEWCGROUP) ?: enter("/proc/1/ns/mnt", CLONE_NEWNS);

	if (r)
		return r;
	return escape_find(x, x->harness) ? escape_lift(x, x->own, "pids.max") : ENOENT;
}

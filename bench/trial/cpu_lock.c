/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/cpu_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "cgbench/array.h"

/*
 * Reading is enough to lock, so that runs of different users meet on the same file; and one that is
 * there is opened without O_CREAT, which a sticky folder refuses for files of others
 * (fs.protected_regular).
 */
static int open_lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 || errno != ENOENT ? fd : open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
}

/* The kernel lets go of a flock when its holder dies, SIGKILL included. */
static int take_one(const char *folder, int cpu, struct cpu_lock *l, struct err *e)
{
	char path[PATH_MAX];
	int fd, *slot;

	snprintf(path, sizeof(path), "%s/cgbench-cpu%d.lock", folder, cpu);
	fd = open_lock(path);
	if (fd < 0)
		return err_sys(e, "cannot open the lock of CPU %d: %s", cpu, path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int r = errno == EWOULDBLOCK ? err_set(e, -EBUSY,
						       "another cgbench run is measuring on CPU "
						       "%d; wait for it, or "
						       "give each run CPUs of its own with taskset",
						       cpu)
					     : err_sys(e, "cannot lock %s", path);
		close(fd);
		return r;
	}
	slot = array_push(l->fds, l->n);
	if (!slot) {
		close(fd);
		return err_set(e, -ENOMEM, "out of memory for locks");
	}
	*slot = fd;
	return 0;
}

int cpu_lock_take(const char *folder, struct cpu_lock *out, struct err *e)
{
	struct cpu_lock l = {0};
	cpu_set_t set;
	int r = 0;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return err_sys(e, "sched_getaffinity");
	for (int cpu = 0; r == 0 && cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			r = take_one(folder, cpu, &l, e);
	if (r < 0) {
		cpu_lock_release(&l);
		return r;
	}
	*out = l;
	return 0;
}

void cpu_lock_release(struct cpu_lock *l)
{
	for (size_t i = 0; i < l->n; i++)
		close(l->fds[i]);
	free(l->fds);
	*l = (struct cpu_lock){0};
}

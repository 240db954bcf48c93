/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_lock: two runs at once on one host would measure each other. A run holds a lock on every CPU
 * that it may use; runs that were given different CPUs (taskset) do not meet.
 */
#ifndef CGBENCH_CPU_LOCK_H
#define CGBENCH_CPU_LOCK_H

#include <stddef.h>

#include "cgbench/err.h"

struct cpu_lock {
	int *fds;
	size_t n;
};

/* -EBUSY names the CPU that another run holds. `folder`: where the lock files are. */
int cpu_lock_take(const char *folder, struct cpu_lock *out, struct err *e);
void cpu_lock_release(struct cpu_lock *l);

#endif

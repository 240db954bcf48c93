/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * partition: lets groups of a trial be partition roots (cgroup-v2.rst, "cpuset.cpus.partition").
 * A partition takes its CPUs from the partition above; between a group and the root of the
 * hierarchy there are the run's root and the trial's group, which have to let them through:
 *
 *	/                    6.7 and later: exclusive CPUs    before: all are partition roots, and
 *	 +- cgbench-PID-..   cpuset.cpus.exclusive = 1        cpuset.cpus = 1-3; one CPU is left to
 *	     +- t1           cpuset.cpus.exclusive = 1        whatever else the machine does
 *	         +- g        cpuset.cpus = 1, isolated
 *
 * Removing the group gives its CPUs back, whoever does it; so nothing has to be noted.
 */
#ifndef CGBENCH_PARTITION_H
#define CGBENCH_PARTITION_H

#include <sched.h>

#include "trial/live.h"

/*
 * When the trial's own group is there: opens the way. *taken: CPUs on which no group is to be
 * placed by topology. What cannot be is the trial's outcome.
 */
int partition_prepare(struct live *l, cpu_set_t *taken, struct err *e);

/* The same for a group of the suite between the trial and a partition; nothing for others. */
int partition_pass(struct live *l, unsigned group, struct err *e);

/* When the trial's groups are gone: the run's root is as it was. */
int partition_undo(struct live *l, struct err *e);

#endif

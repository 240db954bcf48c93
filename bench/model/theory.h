/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theory: what the kernel's documents promise, as numbers. */
#ifndef CGBENCH_THEORY_H
#define CGBENCH_THEORY_H

/*
 * CPU time that a quota allows in a window (sched-bwc.rst):
 * floor(T / period) * quota + min(T mod period, quota), at most T times the CPUs that can be used.
 */
double quota_allowed_usec(double window_usec, double quota_usec, double period_usec);

/* How long n busy CPUs stall in each period under a quota of q CPUs: period * (1 - q/n), or 0. */
double quota_stall_usec(double period_usec, double quota_cpus, double busy_cpus);

#endif

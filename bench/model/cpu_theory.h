/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpu_theory: the CPU time that each group of a trial should have used, from its timeline: quotas
 * as they were written, frozen and moved as it happened, alone or under an ancestor that binds.
 */
#ifndef CGBENCH_CPU_THEORY_H
#define CGBENCH_CPU_THEORY_H

#include "model/trial_data.h"

/*
 * One group in a stretch of time. NAN where theory cannot tell: the demand of a program of somebody
 * else's is not known, nor how siblings share what an ancestor allows them together, nor who wins
 * where more is wanted than there are CPUs.
 */
struct cpu_theory {
	double usage_usec;
	double allowed_usec;       /* what the quotas alone allow; NAN: for a time there was none */
	double periods, throttled; /* of the group's own quota, while it is what binds */
	bool limited;              /* a quota or a freezer had a say at some time of the trial */
	bool steady; /* one effective quota all the time, never frozen, nobody moved */
};

/*
 * Fills out[0 .. t->n_groups - 1] for the time between two moments of the window.
 *
 * A quota's pool is full when cpu.max is written, when the group wakes up after having been idle,
 * and once a period after that (sched-bwc.rst). When in real time a period begins the kernel does
 * not tell: each such beginning leaves theory uncertain by at most one quota. -ENOMEM.
 */
int cpu_theory(const struct trial_data *t, uint64_t from_nsec, uint64_t to_nsec,
	       struct cpu_theory *out, struct err *e);

#endif

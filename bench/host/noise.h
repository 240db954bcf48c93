/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * noise: what this host takes from a thread that wants nothing but its CPU: interrupts, other
 * threads, the hypervisor. A loop on each CPU reads the clock; two readings far apart are a gap.
 * No effect smaller than that can be told from the host itself.
 */
#ifndef CGBENCH_NOISE_H
#define CGBENCH_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

struct noise {
	unsigned cpu;
	uint64_t spun_nsec;    /* how long the loop ran */
	uint64_t step_nsec;    /* between two readings when nothing disturbs */
	uint64_t gaps;         /* readings at least 10 steps and 1 us apart */
	uint64_t lost_nsec;    /* the sum of these gaps */
	uint64_t longest_nsec; /* 0: there was none */
	uint64_t p99_nsec;     /* of the gaps' lengths */
};

/*
 * Spins on every CPU that this process may use, on all at once, for the time given. One row a CPU,
 * by number; the caller frees. Errors: -ENOMEM, -EAGAIN (no thread could be made).
 */
int noise_measure(uint64_t duration_nsec, struct noise **out, size_t *n, struct err *e);

/* The part of the time that was lost, 0 to 1. */
double noise_lost_share(const struct noise *n);

#endif

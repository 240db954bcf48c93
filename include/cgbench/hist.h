/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hist: a log-linear histogram of nanoseconds in fixed memory, so that it can live in the shared
 * page and be written without a system call. Each power of two is split into HIST_SUB buckets: a
 * value is known to within 1/HIST_SUB (1.6%). Values above HIST_MAX_NSEC go into the last bucket;
 * min, max and total are exact.
 */
#ifndef CGBENCH_HIST_H
#define CGBENCH_HIST_H

#include <stdint.h>

enum {
	HIST_SUB_BITS = 6,
	HIST_SUB = 1 << HIST_SUB_BITS,
	HIST_EXP_MAX = 40, /* 2^40 ns: 18 minutes */
	HIST_BUCKETS = (HIST_EXP_MAX - HIST_SUB_BITS + 2) * HIST_SUB,
};

struct hist {
	uint64_t count;
	uint64_t total_nsec;
	uint64_t min_nsec; /* meaningful when count > 0 */
	uint64_t max_nsec;
	uint32_t buckets[HIST_BUCKETS];
};

/* One writer at a time; the reader waits until the writer has ended. */
void hist_add(struct hist *h, uint64_t nsec);

/* The value at or below which `percent` (0 to 100) of the values lie; 0 when empty. */
uint64_t hist_percentile_nsec(const struct hist *h, double percent);

#endif

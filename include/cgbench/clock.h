/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock: one clock for harness, workloads and rows: CLOCK_MONOTONIC, in nanoseconds. */
#ifndef CGBENCH_CLOCK_H
#define CGBENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC  UINT64_C(1000000000)
#define NSEC_PER_MSEC UINT64_C(1000000)
#define NSEC_PER_USEC UINT64_C(1000)
#define USEC_PER_SEC  UINT64_C(1000000)

static inline uint64_t clock_nsec(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

static inline uint64_t now_nsec(void)
{
	return clock_nsec(CLOCK_MONOTONIC);
}

static inline struct timespec nsec_to_timespec(uint64_t nsec)
{
	return (struct timespec){.tv_sec = (time_t)(nsec / NSEC_PER_SEC),
				 .tv_nsec = (long)(nsec % NSEC_PER_SEC)};
}

#endif

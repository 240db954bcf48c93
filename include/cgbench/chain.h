/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chain: pure CPU work of a length that can be asked for. Each iteration needs the result of the
 * one before (xorshift64, Marsaglia 2003), so that it can be neither vectorised nor skipped, and
 * costs the same on every pass: no memory, no division, no branch but the loop's.
 */
#ifndef CGBENCH_CHAIN_H
#define CGBENCH_CHAIN_H

#include <stdint.h>

#include "cgbench/clock.h"
#include "cgbench/workload.h"

enum { CHAIN_TRIES = 5, CHAIN_FIRST = 64 };

/* About the length of a batch: short beside a tick and a stall, long beside a clock read. */
#define CHAIN_BATCH_NSEC (20 * NSEC_PER_USEC)

/* Not zero, which xorshift maps to itself; any other number will do. */
#define CHAIN_SEED UINT64_C(0x9e3779b97f4a7c15)

/* Advances x by that many iterations; the compiler must believe that somebody looks at it. */
static inline uint64_t chain_run(uint64_t x, uint64_t iterations)
{
	while (iterations--) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	work_sink(x);
	return x;
}

/* The shortest of a few tries: what it takes when nothing disturbs. */
static inline uint64_t chain_nsec(uint64_t iterations)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < CHAIN_TRIES; i++) {
		uint64_t begin = now_nsec(), took;
		chain_run(CHAIN_SEED, iterations);
		took = now_nsec() - begin;
		if (took < best)
			best = took;
	}
	return best ? best : 1;
}

/* How many iterations take about CHAIN_BATCH_NSEC on this CPU, now. */
static inline uint64_t chain_calibrate(void)
{
	uint64_t n = CHAIN_FIRST, took;

	while ((took = chain_nsec(n)) < CHAIN_BATCH_NSEC)
		n *= 2;
	n = n * CHAIN_BATCH_NSEC / took;
	return n ? n : 1;
}

#endif

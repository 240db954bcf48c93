/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgbench/hist.h"

/*
 * Below HIST_SUB a bucket is one nanosecond wide. Above, the exponent says which group of HIST_SUB
 * buckets, and the HIST_SUB_BITS bits below the leading one say which of them.
 */
static unsigned bucket_of(uint64_t nsec)
{
	unsigned exponent, shift;

	if (nsec < HIST_SUB)
		return (unsigned)nsec;
	exponent = 63 - (unsigned)__builtin_clzll(nsec);
	if (exponent > HIST_EXP_MAX)
		return HIST_BUCKETS - 1;
	shift = exponent - HIST_SUB_BITS;
	return (shift + 1) * HIST_SUB + (unsigned)((nsec >> shift) & (HIST_SUB - 1));
}

/* The largest value that falls into a bucket; the last one has everything above it, too. */
static uint64_t bucket_top(unsigned bucket)
{
	unsigned shift;

	if (bucket < HIST_SUB)
		return bucket;
	if (bucket == HIST_BUCKETS - 1)
		return UINT64_MAX;
	shift = bucket / HIST_SUB - 1;
	return (((uint64_t)HIST_SUB + bucket % HIST_SUB + 1) << shift) - 1;
}

void hist_add(struct hist *h, uint64_t nsec)
{
	if (h->count == 0 || nsec < h->min_nsec)
		h->min_nsec = nsec;
	if (nsec > h->max_nsec)
		h->max_nsec = nsec;
	h->count++;
	h->total_nsec += nsec;
	h->buckets[bucket_of(nsec)]++;
}

uint64_t hist_percentile_nsec(const struct hist *h, double percent)
{
	uint64_t wanted, seen = 0;

	if (h->count == 0)
		return 0;
	wanted = (uint64_t)((double)h->count * percent / 100.0 + 0.5);
	if (wanted == 0)
		return h->min_nsec;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= wanted && h->buckets[i]) {
			uint64_t top = bucket_top(i);
			return top < h->max_nsec ? top : h->max_nsec;
		}
	}
	return h->max_nsec;
}

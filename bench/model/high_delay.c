/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/high_delay.h"

#include <math.h>
#include <unistd.h>

/* MEMCG_DELAY_PRECISION_SHIFT, MEMCG_DELAY_SCALING_SHIFT, MEMCG_MAX_HIGH_DELAY_JIFFIES. */
enum { PRECISION_SHIFT = 20, SCALING_SHIFT = 14, MAX_SEC = 2, LEAST_PER_SEC = 100 };

/* In integers, as the kernel does it, so that what it rounds off is rounded off here. */
static uint64_t delay_ticks(uint64_t usage, uint64_t high, unsigned pages, uint64_t hz)
{
	unsigned __int128 overage = (((unsigned __int128)usage - high) << PRECISION_SHIFT) / high;
	unsigned __int128 ticks = overage * overage * hz;

	ticks >>= PRECISION_SHIFT + SCALING_SHIFT;
	ticks = ticks * pages / HIGH_DELAY_BATCH_PAGES;
	return ticks < MAX_SEC * hz ? (uint64_t)ticks : MAX_SEC * hz;
}

double high_delay_usec(uint64_t usage_bytes, uint64_t high_bytes, unsigned pages,
		       uint64_t tick_usec)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), hz = tick_usec ? 1000000 / tick_usec : 0;
	uint64_t usage = usage_bytes / page, high = high_bytes / page, ticks;

	if (high == 0 || hz == 0)
		return NAN;
	if (usage <= high)
		return 0;
	ticks = delay_ticks(usage, high, pages, hz);
	return ticks <= hz / LEAST_PER_SEC ? 0 : (double)(ticks * tick_usec);
}

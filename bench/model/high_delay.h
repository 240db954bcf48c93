/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * high_delay: how long the kernel makes a task sleep that charged memory above memory.high, by
 * mm/memcontrol.c's calculate_high_delay(): in proportion to the square of the overage,
 *
 *	64 s x ((usage - high) / high)^2   for each charge batch of 64 pages
 *
 * in whole ticks, at most two seconds, and not at all when it comes to 10 ms or less.
 */
#ifndef CGBENCH_HIGH_DELAY_H
#define CGBENCH_HIGH_DELAY_H

#include <stdint.h>

enum { HIGH_DELAY_BATCH_PAGES = 64 }; /* 32 before 6.1 */

/*
 * Of `pages` that were charged with the usage at that many bytes; 0: no sleep. tick_usec: 1/HZ.
 * NAN where nothing can be said: high is 0, or the tick is not known.
 */
double high_delay_usec(uint64_t usage_bytes, uint64_t high_bytes, unsigned pages,
		       uint64_t tick_usec);

#endif

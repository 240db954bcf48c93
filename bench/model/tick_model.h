/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tick_model: how the kernel holds one busy thread on one CPU to cpu.max, foretold. The kernel
 * looks at a running thread once a tick only; what it then has run too much is a debt, paid back
 * out of the refills to come. So a quota is quantised: the thread runs until a tick, and waits for
 * as many refills as its debt takes.
 *
 * A discrete-event simulation of kernel/sched/fair.c: account_cfs_rq_runtime(),
 * __assign_cfs_rq_runtime(), distribute_cfs_runtime(), do_sched_cfs_period_timer(). CFS and EEVDF
 * differ in one thing only: since 6.4 a group's refills have an offset drawn by lot
 * (init_cfs_bandwidth()), before they were at the multiples of the period, as ticks are of theirs.
 */
#ifndef CGBENCH_TICK_MODEL_H
#define CGBENCH_TICK_MODEL_H

#include <stdint.h>

#include "cgbench/err.h"

/* Times are nanoseconds of CLOCK_MONOTONIC. */
struct tick_model {
	uint64_t tick_nsec, period_nsec, quota_nsec, burst_nsec;
	uint64_t tick_at_nsec; /* a moment of a tick; the kernel's are at multiples of its length */
	uint64_t refill_nsec; /* a moment of a refill, of which the others are whole periods away */
	uint64_t start_nsec;  /* when the thread begins to want the CPU, its pool full; may be 0 */
	uint64_t least_nsec;  /* it does not notice a shorter stall */
	double tie_percent;   /* two lengths are equally frequent within this of a half */
};

/*
 * A length over a long time. Where two lengths are equally frequent any value between them is a
 * median: it lies from p50_low to p50_high.
 */
struct tick_length {
	double p50_low, p50, p50_high, p95, p99;
};

/* In microseconds, as the thread itself sees them. */
struct tick_forecast {
	struct tick_length run, stall;
	struct tick_length interval; /* from the end of a stall to the end of the next */
	double stalls_per_period;
	double share; /* of the time, in which it sees itself run */
};

/* What the thread sees in the long run. -EINVAL: no such quota or tick; -ENOMEM. */
int tick_forecast(const struct tick_model *m, struct tick_forecast *out, struct err *e);

/* The same for refills with any offset, each as likely as the other: nothing is known of it. */
int tick_forecast_any(const struct tick_model *m, struct tick_forecast *out, struct err *e);

/* What the kernel charges between two moments, in microseconds: from start_nsec at the earliest. */
double tick_usage_usec(const struct tick_model *m, uint64_t from_nsec, uint64_t to_nsec);

/* From a refill until a thread that waited for it sees itself run, in nanoseconds. */
#define TICK_RESUME_NSEC UINT64_C(18000)

/* The point of a median's range that is nearest to a value. */
double tick_median_near(const struct tick_length *l, double value);

#endif

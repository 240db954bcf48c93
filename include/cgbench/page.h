/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page: the memory that harness and workload share while a trial runs.
 *
 * The harness makes it (memfd), faults it in so that its pages are charged to the harness, and
 * hands the descriptor to cgwork. No system call is needed to report anything, which matters in a
 * group that is throttled or out of memory. Everything is written by the workload but what is
 * marked "harness:".
 *
 *	gate      harness: PAGE_CLOSED -> PAGE_OPEN -> PAGE_STOP, a futex word
 *	ready     threads that have set themselves up and wait at the gate, a futex word
 *	phase     harness: before, during, after the disturbance, or warm-up; selects the histogram
 *	stalls    times in which a thread wanted to run and did not, as seen by itself
 */
#ifndef CGBENCH_PAGE_H
#define CGBENCH_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

#include "cgbench/hist.h"

enum {
	PAGE_MAGIC = 0x63676270, /* "cgbp" */
	PAGE_THREADS_MAX = 64,
	PAGE_CPUS_MAX = 1024,
	PAGE_COUNTERS_MAX = 8,
	PAGE_COUNTER_NAME_MAX = 24,
	PAGE_STALLS_MAX = 16384,
	PAGE_ERROR_MAX = 256,
};

enum page_gate { PAGE_CLOSED, PAGE_OPEN, PAGE_STOP };
enum page_phase { PAGE_BEFORE, PAGE_DURING, PAGE_AFTER, PAGE_WARMUP, PAGE_PHASES };

struct page_thread {
	_Alignas(64) _Atomic uint64_t ops; /* operations done since the gate opened */
	uint64_t cpu_start_nsec;           /* CLOCK_THREAD_CPUTIME_ID when the gate opened */
	uint64_t cpu_nsec;                 /* CPU time of this thread since then, at its last look */
	uint64_t stall_nsec;               /* sum of its stalls, logged or lost */
	int32_t tid;
	_Atomic uint64_t cpus_seen[PAGE_CPUS_MAX / 64]; /* CPUs that getcpu() reported */
};

struct page_stall {
	uint64_t start_nsec; /* CLOCK_MONOTONIC */
	uint64_t length_nsec;
	uint32_t thread;
};

struct page_counter {
	char name[PAGE_COUNTER_NAME_MAX]; /* from the workload's table; "" ends the list */
	_Atomic uint64_t value;
};

struct page {
	uint32_t magic;
	uint32_t threads;            /* threads that this workload has */
	_Atomic uint32_t gate;       /* harness: enum page_gate */
	_Atomic uint32_t ready;      /* count of threads at the gate */
	_Atomic uint32_t phase;      /* harness: enum page_phase */
	uint32_t fenced;             /* harness: 1 when pids.max and memory.max were read back */
	uint64_t watch;              /* harness: touch notes when its bytes pass this; 0: none */
	_Atomic uint64_t crossed_nsec; /* when that was; 0: not yet */
	uint64_t stall_min_nsec;     /* harness: a shorter gap is not a stall */
	_Atomic uint64_t started_nsec; /* when the first thread passed the gate */
	char error[PAGE_ERROR_MAX];  /* why set-up failed; "" when it did not */
	struct page_counter counters[PAGE_COUNTERS_MAX];
	struct page_thread thread[PAGE_THREADS_MAX];
	struct hist latency[PAGE_PHASES];
	_Atomic uint32_t stall_count; /* all stalls; those past PAGE_STALLS_MAX are not in the log */
	struct page_stall stalls[PAGE_STALLS_MAX];
};

#endif

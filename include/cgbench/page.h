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
 *	ready     threads that have set themselves up, or failed to: what it waits for, a futex word
 *	phase     harness: before, during, after the disturbance, or warm-up; selects the histogram
 *	stalls    times in which a thread wanted to run and did not, as seen by itself
 *
 * The words are shared between processes, so their futexes are not private ones.
 */
#ifndef CGBENCH_PAGE_H
#define CGBENCH_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cgbench/err.h"
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
enum page_failed { PAGE_FINE, PAGE_FAILING, PAGE_FAILED };
enum page_phase { PAGE_BEFORE, PAGE_DURING, PAGE_AFTER, PAGE_WARMUP, PAGE_PHASES };

struct page_thread {
	_Alignas(64) _Atomic uint64_t ops; /* operations done since the gate opened */
	uint64_t cpu_start_nsec;           /* CLOCK_THREAD_CPUTIME_ID when the gate opened */
	uint64_t cpu_nsec;   /* CPU time of this thread since then, at its last look */
	uint64_t stall_nsec; /* sum of its stalls, logged or lost */
	/*
	 * Since when it has had work to do: the end of its last step, or the time for which it set
	 * its alarm; 0: no work (at the gate, done, ended). Lets the harness close the stall of a
	 * thread that did not run again before it was killed, see page_settle().
	 */
	_Atomic uint64_t wants_nsec;
	int32_t tid;
	_Atomic uint64_t cpus_seen[PAGE_CPUS_MAX / 64]; /* CPUs that getcpu() reported */
};

struct page_stall {
	uint64_t start_nsec;  /* CLOCK_MONOTONIC, to within a step */
	uint64_t length_nsec; /* 0: its thread was killed while it wrote this entry */
	uint32_t thread;
};

struct page_counter {
	char name[PAGE_COUNTER_NAME_MAX]; /* from the workload's table; "" ends the list */
	_Atomic uint64_t value;
};

struct page {
	uint32_t magic;
	uint32_t threads;             /* threads that this workload has */
	uint32_t fenced;              /* harness: 1 when pids.max and memory.max were read back */
	_Atomic uint32_t gate;        /* harness: enum page_gate */
	_Atomic uint32_t ready;       /* threads at the gate, and failures */
	_Atomic uint32_t phase;       /* harness: enum page_phase */
	_Atomic uint32_t failed;      /* enum page_failed */
	_Atomic uint32_t stall_count; /* all stalls; past PAGE_STALLS_MAX they are not in the log */
	uint64_t watch;               /* harness: touch notes when its bytes pass this; 0: none */
	_Atomic uint64_t crossed_nsec; /* when that was; 0: not yet */
	/* When touch began its latest page: after an OOM kill, the one that was too much. */
	_Atomic uint64_t touch_nsec;
	uint64_t stall_min_nsec;    /* harness: a shorter gap is no stall; 0: the default */
	_Atomic uint64_t open_nsec; /* harness: when it opened the gate, set before; 0: not told */
	_Atomic uint64_t started_nsec; /* when the first thread passed the gate */
	_Atomic uint64_t stop_nsec;    /* harness: end of the window, set before the gate; 0: not */
	_Atomic uint64_t phase_since_nsec[PAGE_PHASES]; /* harness: when it set each; 0: not yet */
	uint32_t unsupported;       /* the failure is that this host lacks what it needs */
	char error[PAGE_ERROR_MAX]; /* why the workload gave up, once failed says PAGE_FAILED */
	struct page_counter counters[PAGE_COUNTERS_MAX];
	struct page_thread thread[PAGE_THREADS_MAX];
	struct hist latency[PAGE_PHASES];
	struct page_stall stalls[PAGE_STALLS_MAX];
};

/* For whoever plays the harness. */

/* Makes a page, all of it faulted in, and its descriptor, which is close-on-exec. */
int page_create(struct page **page, int *fd, struct err *e);

/*
 * Waits until that many threads are at the gate; -ETIMEDOUT, or -ECANCELED with the workload's own
 * words when its set-up failed. It cannot see a workload die: wait in slices and look after it.
 */
int page_wait_ready(struct page *page, unsigned threads, uint64_t timeout_nsec, struct err *e);

/* Opens the gate, and notes when: a thread that is late to pass it has its first stall there. */
void page_open(struct page *page);

/* Begins a phase now. */
void page_set_phase(struct page *page, enum page_phase phase);

/* Ends the window now: notes the time, then tells every thread, sleeping ones included. */
void page_stop(struct page *page);

/*
 * Once no thread runs any more: logs, for each thread that was killed before it could, the stall it
 * was in. until_nsec: when the window ended, or when the process died if that was earlier. It
 * cannot tell a stall from a long step, so it is of no use after `touch how=once`.
 */
void page_settle(struct page *page, uint64_t until_nsec);

/*
 * Once no thread runs any more: puts a private copy in the shared page's place, with every word
 * that is read as a bound or as text made safe: the workload could have written anything. counters:
 * their names as the workload's table has them. -ENOMEM.
 */
int page_keep(struct page **page, unsigned threads, const char *const *counters, struct err *e);

/* While the gate should be open: whether somebody else than the harness has closed it. */
bool page_is_meddled(const struct page *page);

/* For the workload. */

/* Maps a page that was handed over; -EINVAL when it is not one of this version. */
int page_map(int fd, struct page **page, struct err *e);

void page_ready(struct page *page);

/* Leaves the first failure's text where page_wait_ready() finds it. */
void page_fail(struct page *page, const char *text);

/* Waits while the gate is as given, at the longest until a CLOCK_MONOTONIC time (0: for ever). */
enum page_gate page_wait_gate(struct page *page, enum page_gate held, uint64_t until_nsec);

/* The phase in which a moment lies: a late answer belongs to the phase that it was due in. */
enum page_phase page_phase_at(const struct page *page, uint64_t nsec);

void page_log_stall(struct page *page, unsigned thread, uint64_t start_nsec, uint64_t length_nsec);

/* The default for stall_min_nsec. */
#define PAGE_STALL_MIN_NSEC UINT64_C(1000000)

/* Both sides; NULL is allowed. */
void page_unmap(struct page **page);

#endif

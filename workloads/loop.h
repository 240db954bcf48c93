/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop: drives a workload's threads from set-up through the gate to the stop, and keeps the page.
 *
 * Between the end of one step and the end of the next, less what the step slept on purpose, lies a
 * gap. A gap of at least stall_min_nsec may be a stall: its length is the gap less the shortest
 * step so far, and at most the time that the thread was off the CPU by its own CPU clock. The clock
 * is needed because not every gap is the scheduler's doing: a long system call runs, and under a
 * hypervisor (or an emulator that takes its CPUs in turn) time passes while the kernel believes
 * that the thread has the CPU.
 */
#ifndef CGWORK_LOOP_H
#define CGWORK_LOOP_H

#include "cgbench/exit.h"
#include "cgbench/page.h"
#include "cgbench/workload.h"

struct loop_plan {
	const struct workload *workload;
	unsigned threads;
	unsigned cpus[PAGE_THREADS_MAX]; /* thread i runs on cpus[i % n_cpus] */
	unsigned n_cpus;                 /* 0: not pinned */
	uint64_t params[WORKLOAD_PARAMS_MAX];
	int page_fd; /* kept open for a workload that executes cgwork again; -1: none */
};

/* What a thread knows of its own pace; times are nanoseconds. */
struct pace {
	uint64_t stall_min_nsec;
	uint64_t end_nsec;    /* when its last step ended */
	uint64_t step_nsec;   /* the shortest step so far; 0: none yet */
	uint64_t looked_nsec; /* when its CPU clock was last read */
	uint64_t cpu_nsec;    /* what it read then */
	uint64_t idle_nsec;   /* slept on purpose since then */
};

/*
 * A step has ended now, having slept idle_nsec of it on purpose. Returns the length of the stall in
 * it, or 0. cpu_clock reads the thread's CPU time; it is called after a gap only.
 * A reading lets the kernel count, and throttle, at a time of our choice.
 */
uint64_t pace_step(struct pace *p, uint64_t now, uint64_t idle_nsec, uint64_t (*cpu_clock)(void));

/*
 * What a cgwork process does once it has its page: runs the plan until the gate says stop. Returns
 * EXIT_PASS, or EXIT_CANNOT for a bomb without a fence. When set-up or a step fails it does not
 * return: the process ends with EXIT_INCONCLUSIVE. The page has the reason.
 */
enum exit_code loop_main(const struct loop_plan *plan, struct page *page);

/* The same for a process that a workload made of cgwork by executing it again. */
enum exit_code loop_again(const struct loop_plan *plan, struct page *page);

#endif

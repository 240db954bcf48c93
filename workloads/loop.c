/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/exit.h"

enum {
	/* glibc's default of 8 MB could be backed by a huge page and charged as 2 MB. */
	STACK_BYTES = 256 << 10,
	STACK_FAULTED_BYTES = 32 << 10,
	FAULT_BYTES = 4096,
};

/* How old the CPU time on the page may get: a system call, so not for every step. */
#define GLANCE_NSEC (10 * NSEC_PER_MSEC)

/* One thread. */
struct worker {
	const struct loop_plan *plan;
	struct work work;
	struct page *page;
	struct page_thread *slot; /* its part of the page */
	struct pace pace;
	uint64_t glanced_nsec; /* when it put its CPU time on the page */
	uint64_t cpu_seen;     /* the CPU that it noted last, plus 1 */
	pthread_t id;
};

static uint64_t saturating_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t thread_cpu_nsec(void)
{
	return clock_nsec(CLOCK_THREAD_CPUTIME_ID);
}

/*
 * The same, as the kernel last counted it: a tick old. To read the CPU clock makes the kernel
 * count, and throttle: a thread that did so every few ms would be held to its quota more exactly
 * than one that does not.
 */
static uint64_t thread_cpu_glance_nsec(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_THREAD, &u) < 0)
		return 0;
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NSEC_PER_SEC +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * NSEC_PER_USEC;
}

/* Reads the CPU clock; returns how long the thread was off the CPU against its will since. */
static uint64_t pace_look(struct pace *p, uint64_t now, uint64_t (*cpu_clock)(void))
{
	uint64_t cpu = cpu_clock();
	uint64_t off = saturating_sub(saturating_sub(now - p->looked_nsec, cpu - p->cpu_nsec),
				      p->idle_nsec);

	p->looked_nsec = now;
	p->cpu_nsec = cpu;
	p->idle_nsec = 0;
	return off;
}

uint64_t pace_step(struct pace *p, uint64_t now, uint64_t idle_nsec, uint64_t (*cpu_clock)(void))
{
	uint64_t gap = saturating_sub(saturating_sub(now, p->end_nsec), idle_nsec), stall = 0;

	p->idle_nsec += idle_nsec;
	if (gap >= p->stall_min_nsec) {
		uint64_t off = pace_look(p, now, cpu_clock);
		stall = saturating_sub(gap, p->step_nsec);
		if (off < stall)
			stall = off;
		if (stall < p->stall_min_nsec)
			stall = 0;
	}
	if (!p->step_nsec || gap - stall < p->step_nsec)
		p->step_nsec = gap - stall;
	p->end_nsec = now;
	return stall;
}

static void note_cpu(struct worker *k)
{
	unsigned cpu;
	_Atomic uint64_t *word;

	if (getcpu(&cpu, NULL) < 0 || cpu >= PAGE_CPUS_MAX || cpu + 1 == k->cpu_seen)
		return;
	k->cpu_seen = cpu + 1;
	word = &k->slot->cpus_seen[cpu / 64];
	atomic_fetch_or_explicit(word, UINT64_C(1) << cpu % 64, memory_order_relaxed);
}

/* Keeps the CPU time on the page; where the clock has just been read there is no need to ask. */
static void note_cpu_time(struct worker *k, uint64_t now)
{
	bool looked = k->pace.looked_nsec > k->glanced_nsec;
	uint64_t cpu;

	if (!looked && now - k->glanced_nsec < GLANCE_NSEC)
		return;
	cpu = looked ? k->pace.cpu_nsec : thread_cpu_glance_nsec();
	cpu = saturating_sub(cpu, k->slot->cpu_start_nsec);
	if (cpu > k->slot->cpu_nsec)
		k->slot->cpu_nsec = cpu;
	k->glanced_nsec = now;
}

/* Accounts for what lies between the last call and now, or the end of the window if that is past.
 */
static void worker_account(struct worker *k)
{
	uint64_t now = now_nsec(), stop = atomic_load(&k->page->stop_nsec), stall;

	if (stop && now > stop)
		now = stop;
	if (now <= k->pace.end_nsec)
		return;
	stall = pace_step(&k->pace, now, k->work.idle_nsec, thread_cpu_nsec);
	/* Idle time came first, if any did: a thread sleeps and then is late. */
	if (stall)
		page_log_stall(k->page, k->work.thread, now - stall, stall);
	note_cpu_time(k, now);
	atomic_store_explicit(&k->slot->wants_nsec, now, memory_order_relaxed);
	note_cpu(k);
}

bool work_sleep_until(struct work *w, uint64_t until_nsec)
{
	struct page_thread *slot = &w->page->thread[w->thread];
	uint64_t start = now_nsec(), end;
	enum page_gate gate;

	if (until_nsec <= start)
		return atomic_load(&w->page->gate) == PAGE_OPEN;
	atomic_store_explicit(&slot->wants_nsec, until_nsec, memory_order_relaxed);
	gate = page_wait_gate(w->page, PAGE_OPEN, until_nsec);
	end = now_nsec();
	w->idle_nsec += (end < until_nsec ? end : until_nsec) - start;
	return gate == PAGE_OPEN;
}

/* The failure ends every thread: one that cannot do its part would make the others' numbers lie. */
static _Noreturn void give_up(struct page *page, const char *text)
{
	page_fail(page, text);
	_exit(EXIT_INCONCLUSIVE);
}

void work_fail(struct work *w, const char *fmt, ...)
{
	char text[PAGE_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	give_up(w->page, text);
}

void work_skip(struct work *w, const char *fmt, ...)
{
	char text[PAGE_ERROR_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	w->page->unsupported = 1;
	give_up(w->page, text);
}

/* Pins the thread, and checks that the kernel agrees: a cpuset can narrow what it accepts. */
static int worker_pin(const struct worker *k, struct err *e)
{
	const struct loop_plan *plan = k->plan;
	cpu_set_t want, got;
	unsigned cpu;

	if (!plan->n_cpus)
		return 0;
	cpu = plan->cpus[k->work.thread % plan->n_cpus];
	CPU_ZERO(&want);
	CPU_SET(cpu, &want);
	if (sched_setaffinity(0, sizeof(want), &want) < 0)
		return err_sys(e,
			       "thread %u: cannot be put on CPU %u (is it online, and in the "
			       "group's cpuset.cpus?)",
			       k->work.thread, cpu);
	if (sched_getaffinity(0, sizeof(got), &got) < 0)
		return err_sys(e, "thread %u: cannot read its affinity back", k->work.thread);
	if (!CPU_EQUAL(&want, &got))
		return err_set(e, -EINVAL,
			       "thread %u: put on CPU %u, but the kernel lets it run on "
			       "%d CPUs",
			       k->work.thread, cpu, CPU_COUNT(&got));
	return 0;
}

/* So that the window has no first touch of the stack in it. */
static __attribute__((noinline)) void fault_stack(void)
{
	volatile char stack[STACK_FAULTED_BYTES];

	for (size_t i = 0; i < sizeof(stack); i += FAULT_BYTES)
		stack[i] = 0;
}

static int worker_setup(struct worker *k, struct err *e)
{
	const struct workload *wl = k->plan->workload;
	int r = worker_pin(k, e);

	if (r < 0)
		return r;
	/* The default slack lets every timed wake-up be 50 us late (PR_SET_TIMERSLACK(2)). */
	if (prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL) < 0)
		return err_sys(e, "thread %u: cannot set its timer slack", k->work.thread);
	fault_stack();
	k->slot->tid = gettid();
	return wl->setup ? wl->setup(&k->work, e) : 0;
}

/* The gate has opened: the thread's zero. */
static void worker_begin(struct worker *k)
{
	uint64_t now = now_nsec(), cpu = thread_cpu_nsec(), none = 0;
	uint64_t least = k->page->stall_min_nsec, open = atomic_load(&k->page->open_nsec);
	uint64_t zero = open ? open : now;

	atomic_compare_exchange_strong(&k->page->started_nsec, &none, now);
	k->slot->cpu_start_nsec = cpu;
	k->pace = (struct pace){
		.stall_min_nsec = least ? least : PAGE_STALL_MIN_NSEC,
		.end_nsec = zero,
		.looked_nsec = zero,
		.cpu_nsec = cpu,
	};
	k->glanced_nsec = zero;
	atomic_store(&k->slot->wants_nsec, zero);
	note_cpu(k);
}

static void worker_steps(struct worker *k)
{
	const struct workload *wl = k->plan->workload;
	uint64_t ops = 0, done;

	do {
		k->work.idle_nsec = 0;
		done = wl->step(&k->work);
		worker_account(k);
		if (done == WORK_DONE)
			break;
		ops += done;
		atomic_store_explicit(&k->slot->ops, ops, memory_order_relaxed);
	} while (atomic_load_explicit(&k->page->gate, memory_order_acquire) == PAGE_OPEN);
	if (done == WORK_DONE) {
		atomic_store(&k->slot->wants_nsec, 0);
		page_wait_gate(k->page, PAGE_OPEN, 0);
		return;
	}
	/* What kept it between its last step and its look at the gate is part of the window too. */
	k->work.idle_nsec = 0;
	worker_account(k);
	atomic_store(&k->slot->wants_nsec, 0);
}

static void *worker_main(void *arg)
{
	struct worker *k = arg;
	const struct workload *wl = k->plan->workload;
	struct err e = {0};
	int r;

	r = worker_setup(k, &e);
	/* Its identity may not have what it needs: no fault of the suite, which runs under any. */
	k->page->unsupported |= r == -EACCES || r == -EPERM;
	if (r < 0)
		give_up(k->page, e.text);
	page_ready(k->page);
	if (page_wait_gate(k->page, PAGE_CLOSED, 0) == PAGE_OPEN) {
		worker_begin(k);
		worker_steps(k);
		k->slot->cpu_nsec = thread_cpu_nsec() - k->slot->cpu_start_nsec;
	}
	if (wl->teardown)
		wl->teardown(&k->work);
	return NULL;
}

static int start_threads(struct worker *workers, unsigned threads, struct err *e)
{
	pthread_attr_t attr;
	int r = pthread_attr_init(&attr);

	if (r == 0)
		r = pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (unsigned i = 1; r == 0 && i < threads; i++) {
		r = pthread_create(&workers[i].id, &attr, worker_main, &workers[i]);
		if (r)
			return err_set(e, -r,
				       "cannot start thread %u of %u: %s (is the group's "
				       "pids.max below %u?)",
				       i + 1, threads, strerror(r), threads);
	}
	return r ? err_set(e, -r, "cannot prepare threads: %s", strerror(r)) : 0;
}

static struct work make_work(const struct loop_plan *plan, struct page *page, unsigned thread)
{
	return (struct work){.thread = thread,
			     .threads = plan->threads,
			     .param = plan->params,
			     .page = page,
			     .page_fd = plan->page_fd};
}

static struct worker *make_workers(const struct loop_plan *plan, struct page *page)
{
	struct worker *workers = calloc(plan->threads, sizeof(*workers));

	for (unsigned i = 0; workers && i < plan->threads; i++) {
		workers[i].plan = plan;
		workers[i].page = page;
		workers[i].slot = &page->thread[i];
		workers[i].work = make_work(plan, page, i);
	}
	return workers;
}

static void name_counters(const struct workload *wl, struct page *page)
{
	for (size_t i = 0; i < PAGE_COUNTERS_MAX && wl->counters[i]; i++)
		snprintf(page->counters[i].name, sizeof(page->counters[i].name), "%s",
			 wl->counters[i]);
}

static void loop_run(const struct loop_plan *plan, struct page *page)
{
	struct worker *workers;
	struct err e = {0};

	page->threads = plan->threads;
	name_counters(plan->workload, page);
	workers = make_workers(plan, page);
	if (!workers)
		give_up(page, "no memory for its threads");
	if (start_threads(workers, plan->threads, &e) < 0)
		give_up(page, e.text);
	worker_main(&workers[0]);
	for (unsigned i = 1; i < plan->threads; i++)
		pthread_join(workers[i].id, NULL);
	free(workers);
}

static bool fenced(const struct loop_plan *plan, struct page *page)
{
	struct err e;

	if (!(plan->workload->needs & WORKLOAD_FENCED) || page->fenced)
		return true;
	err_set(&e, -EPERM,
		"%s refuses to run: nothing fences it. It needs pids.max and memory.max, set and "
		"read "
		"back: run it through cgbench, which sees to both",
		plan->workload->name);
	page_fail(page, e.text);
	return false;
}

enum exit_code loop_main(const struct loop_plan *plan, struct page *page)
{
	if (!fenced(plan, page))
		return EXIT_CANNOT;
	loop_run(plan, page);
	return EXIT_PASS;
}

enum exit_code loop_again(const struct loop_plan *plan, struct page *page)
{
	struct work w = make_work(plan, page, 0);

	if (!fenced(plan, page))
		return EXIT_CANNOT;
	plan->workload->again(&w);
	return EXIT_INCONCLUSIVE;
}

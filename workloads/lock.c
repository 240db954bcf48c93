/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lock: threads that share a lock, each of which works for a given CPU time while it holds it. It
 * imitates the priority inversion that a quota can cause: a holder that is throttled keeps
 *everybody waiting who needs the lock, whatever quota they have.
 *
 *	mutex  a mutex in memory, held in user mode: a throttled holder keeps it on every kernel
 *	file   the lock of a file's inode, which write(2) holds in the kernel for as long as it
 *	       copies: with per-task throttling (Linux 6.18) a task is throttled on its way to user
 *	       mode only, and so never with such a lock
 *
 * With scope=trial every group of the trial that runs it uses the same lock (common.h). An
 * acquisition is due every so often, whatever became of the ones before, and its latency is the
 * time from then until it has the lock (mutex) or is through with the write (file).
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgbench/chain.h"
#include "common.h"

enum { PARAM_OF, PARAM_SCOPE, PARAM_HOLD, PARAM_EVERY };
enum { OF_MUTEX, OF_FILE };
enum { SCOPE_GROUP, SCOPE_TRIAL };
enum { COUNTER_WAITS };
/* A file in memory no larger than this; a first write that tells what a byte costs. */
enum { FILE_BYTES_MAX = 32 << 20, FILE_BYTES_FIRST = 256 << 10, FILE_TRIES = 3 };

/* How long it may be before it looks at the gate again. */
#define PATIENCE_NSEC (20 * NSEC_PER_MSEC)

struct shared {
	pthread_mutex_t mutex;
};

struct lock {
	struct common common;
	struct shared *shared;
	uint64_t x, batch; /* of the chain */
	uint64_t hold_nsec, every_nsec;
	uint64_t due_nsec; /* 0: none yet */
	size_t file_bytes;
	void *source; /* pages that nobody wrote to: all are the kernel's one page of zeros */
};

static int shared_init(void *memory, struct err *e)
{
	struct shared *s = memory;
	pthread_mutexattr_t attr;
	int r = pthread_mutexattr_init(&attr);

	if (r == 0)
		r = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	/* A holder that is killed must not keep the others for ever. */
	if (r == 0)
		r = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	if (r == 0)
		r = pthread_mutex_init(&s->mutex, &attr);
	return r ? err_set(e, -r, "lock: cannot make the mutex: %s", strerror(r)) : 0;
}

static uint64_t cpu_nsec(void)
{
	return clock_nsec(CLOCK_THREAD_CPUTIME_ID);
}

static bool write_file(const struct lock *l, size_t bytes)
{
	return pwrite(l->common.fd, l->source, bytes, 0) == (ssize_t)bytes;
}

/* How many bytes take about that long to write, at most FILE_BYTES_MAX. */
static int calibrate(struct lock *l, struct err *e)
{
	uint64_t best = UINT64_MAX;
	double bytes;

	for (int i = 0; i < FILE_TRIES; i++) {
		uint64_t begin = cpu_nsec(), took;
		if (!write_file(l, FILE_BYTES_FIRST))
			return err_sys(e, "lock: cannot write to a file in memory");
		took = cpu_nsec() - begin;
		if (took < best)
			best = took;
	}
	bytes = (double)FILE_BYTES_FIRST * (double)l->hold_nsec / (double)(best ? best : 1);
	if (bytes > FILE_BYTES_MAX)
		return err_set(e, -ERANGE,
			       "lock: %.0f MiB would be written in the time to hold; "
			       "at most %d MiB are: shorten hold=",
			       bytes / (1 << 20), FILE_BYTES_MAX >> 20);
	l->file_bytes = bytes < 1 ? 1 : (size_t)bytes;
	/* So that the window has no first touch of the file in it. */
	return write_file(l, l->file_bytes) ? 0 : err_sys(e, "lock: cannot write to the file");
}

static int prepare_file(struct lock *l, struct err *e)
{
	l->source = mmap(NULL, FILE_BYTES_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (l->source == MAP_FAILED) {
		l->source = NULL;
		return err_sys(e, "lock: cannot map %d bytes", FILE_BYTES_MAX);
	}
	return calibrate(l, e);
}

static void lock_free(struct lock *l)
{
	if (l->source)
		munmap(l->source, FILE_BYTES_MAX);
	common_leave(&l->common);
	free(l);
}

static int lock_setup(struct work *w, struct err *e)
{
	struct lock *l;
	char name[COMMON_NAME_MAX];
	int r;

	if (w->param[PARAM_OF] == OF_FILE && w->threads > 1)
		return err_set(e, -EINVAL,
			       "lock: %u threads, but with of=file the latencies have "
			       "room for one writer: use several groups and scope=trial",
			       w->threads);
	l = malloc(sizeof(*l));
	if (!l)
		return err_set(e, -ENOMEM, "lock: out of memory");
	*l = (struct lock){.x = CHAIN_SEED + w->thread,
			   .batch = chain_calibrate() / 2 + 1,
			   .hold_nsec = w->param[PARAM_HOLD] * NSEC_PER_USEC,
			   .every_nsec = w->param[PARAM_EVERY] * NSEC_PER_USEC,
			   .common = {.memory = MAP_FAILED, .fd = -1, .socket_fd = -1}};
	snprintf(name, sizeof(name), "cgwork-lock-%d",
		 w->param[PARAM_SCOPE] == SCOPE_TRIAL ? getppid() : getpid());
	r = common_join(name, (size_t)sysconf(_SC_PAGESIZE), shared_init, &l->common, e);
	l->shared = l->common.memory;
	if (r == 0 && w->param[PARAM_OF] == OF_FILE)
		r = prepare_file(l, e);
	if (r < 0)
		lock_free(l);
	else
		w->state = l;
	return r;
}

/* Waits for the mutex; false when the trial ended before it came. */
static bool acquire(struct work *w, struct lock *l)
{
	int r = pthread_mutex_trylock(&l->shared->mutex);

	if (r == EBUSY)
		atomic_fetch_add(&w->page->counters[COUNTER_WAITS].value, 1);
	while (r == EBUSY || r == ETIMEDOUT) {
		struct timespec until = nsec_to_timespec(now_nsec() + PATIENCE_NSEC);
		if (atomic_load(&w->page->gate) != PAGE_OPEN)
			return false;
		r = pthread_mutex_clocklock(&l->shared->mutex, CLOCK_MONOTONIC, &until);
	}
	/* Its holder was killed; what it guards is no data that could be half-written. */
	if (r == EOWNERDEAD)
		r = pthread_mutex_consistent(&l->shared->mutex);
	if (r)
		work_fail(w, "lock: cannot take the mutex: %s", strerror(r));
	return true;
}

/* Only the holder adds to the latencies: there is one writer at a time. */
static void note(struct work *w, uint64_t due)
{
	uint64_t now = now_nsec();

	hist_add(&w->page->latency[page_phase_at(w->page, due)], now > due ? now - due : 0);
}

static uint64_t use_mutex(struct work *w, struct lock *l, uint64_t due)
{
	uint64_t begin = now_nsec(), spent;
	bool held = acquire(w, l);

	w->idle_nsec += now_nsec() - begin;
	if (!held)
		return 0;
	note(w, due);
	spent = cpu_nsec() + l->hold_nsec;
	while (cpu_nsec() < spent)
		l->x = chain_run(l->x, l->batch);
	pthread_mutex_unlock(&l->shared->mutex);
	return 1;
}

/* In the kernel it cannot tell waiting from working: what of it was no CPU time was waiting. */
static uint64_t use_file(struct work *w, struct lock *l, uint64_t due)
{
	uint64_t begin = now_nsec(), cpu = cpu_nsec(), took;

	if (!write_file(l, l->file_bytes))
		work_fail(w, "lock: cannot write to the file: %s", strerror(errno));
	note(w, due);
	took = now_nsec() - begin;
	cpu = cpu_nsec() - cpu;
	w->idle_nsec += took > cpu ? took - cpu : 0;
	return 1;
}

static uint64_t lock_step(struct work *w)
{
	struct lock *l = w->state;
	uint64_t due = l->due_nsec ? l->due_nsec : now_nsec();

	if (l->every_nsec) {
		if (!work_sleep_until(w, due))
			return 0;
		l->due_nsec = due + l->every_nsec;
	}
	return w->param[PARAM_OF] == OF_MUTEX ? use_mutex(w, l, due) : use_file(w, l, due);
}

static void lock_teardown(struct work *w)
{
	lock_free(w->state);
}

static const struct param lock_params[] = {
	[PARAM_OF] = {.name = "of",
		      .summary = "a mutex in memory, or the kernel's lock of a file's inode",
		      .choices =
			      (const char *const[]){[OF_MUTEX] = "mutex", [OF_FILE] = "file", NULL},
		      .fallback = "mutex"},
	[PARAM_SCOPE] = {.name = "scope",
			 .summary =
				 "who shares it: this group's threads, or all groups of the trial",
			 .choices =
				 (const char *const[]){
					 [SCOPE_GROUP] = "group", [SCOPE_TRIAL] = "trial", NULL},
			 .fallback = "group"},
	[PARAM_HOLD] = {.name = "hold",
			.summary = "CPU time for which it is held",
			.kind = UNIT_USEC,
			.fallback = "1ms",
			.max = 10 * USEC_PER_SEC},
	[PARAM_EVERY] = {.name = "every",
			 .summary = "from one acquisition's due time to the next; 0us: at once",
			 .kind = UNIT_USEC,
			 .fallback = "0us",
			 .max = 10 * USEC_PER_SEC},
	{0},
};

const struct workload workload_lock = {
	.name = "lock",
	.summary = "threads that hold a lock while they work, and others wait",
	.params = lock_params,
	.counters = {[COUNTER_WAITS] = "waits"},
	.setup = lock_setup,
	.step = lock_step,
	.teardown = lock_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgbench/page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"

/* until_nsec is an absolute CLOCK_MONOTONIC time; 0: for ever. */
static int futex_wait(_Atomic uint32_t *word, uint32_t held, uint64_t until_nsec)
{
	struct timespec until = nsec_to_timespec(until_nsec);

	return (int)syscall(SYS_futex, word, FUTEX_WAIT_BITSET, held, until_nsec ? &until : NULL,
			    NULL, FUTEX_BITSET_MATCH_ANY);
}

static void futex_wake_all(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* NULL, with e filled, when it cannot be mapped. */
static struct page *map(int fd, struct err *e)
{
	void *p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p != MAP_FAILED)
		return p;
	err_sys(e, "cannot map the shared page (descriptor %d)", fd);
	return NULL;
}

int page_create(struct page **page, int *fd, struct err *e)
{
	scope_fd int memfd = memfd_create("cgbench-page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct page *p;

	if (memfd < 0)
		return err_sys(e, "cannot make the shared page: memfd_create");
	if (ftruncate(memfd, sizeof(*p)) < 0)
		return err_sys(e, "cannot make the shared page of %zu bytes", sizeof(*p));
	/* A page that its workload cuts short would end the harness, at its next look (SIGBUS). */
	if (fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return err_sys(e, "cannot seal the shared page");
	p = map(memfd, e);
	if (!p)
		return -errno;
	/* Whoever touches it first is charged for it (cgroup-v2.rst, "Memory Ownership"). */
	memset(p, 0, sizeof(*p));
	p->magic = PAGE_MAGIC;
	*page = p;
	*fd = steal_fd(&memfd);
	return 0;
}

int page_map(int fd, struct page **page, struct err *e)
{
	struct page *p;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "descriptor %d is no shared page", fd);
	if (st.st_size != (off_t)sizeof(*p))
		return err_set(
			e, -EINVAL,
			"descriptor %d is no shared page of this version: %lld bytes instead "
			"of %zu (are cgbench and cgwork from the same build?)",
			fd, (long long)st.st_size, sizeof(*p));
	p = map(fd, e);
	if (!p)
		return -errno;
	if (p->magic != PAGE_MAGIC) {
		err_set(e, -EINVAL, "descriptor %d is no shared page: magic %#x instead of %#x", fd,
			p->magic, (unsigned)PAGE_MAGIC);
		page_unmap(&p);
		return -EINVAL;
	}
	*page = p;
	return 0;
}

void page_unmap(struct page **page)
{
	if (*page)
		munmap(*page, sizeof(**page));
	*page = NULL;
}

static void name_counters(struct page *p, const char *const *names)
{
	bool ended = false;

	for (size_t i = 0; i < PAGE_COUNTERS_MAX; i++) {
		ended = ended || !names[i];
		memset(p->counters[i].name, 0, PAGE_COUNTER_NAME_MAX);
		if (!ended)
			snprintf(p->counters[i].name, PAGE_COUNTER_NAME_MAX, "%s", names[i]);
	}
}

int page_keep(struct page **page, unsigned threads, const char *const *counters, struct err *e)
{
	struct page *copy = mmap(NULL, sizeof(*copy), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return err_set(e, -ENOMEM, "out of memory for a page");
	memcpy(copy, *page, sizeof(*copy));
	copy->threads = threads;
	copy->error[PAGE_ERROR_MAX - 1] = '\0';
	name_counters(copy, counters);
	page_unmap(page);
	*page = copy;
	return 0;
}

bool page_is_meddled(const struct page *page)
{
	return atomic_load(&page->gate) != PAGE_OPEN || atomic_load(&page->stop_nsec) != 0;
}

int page_wait_ready(struct page *page, unsigned threads, uint64_t timeout_nsec, struct err *e)
{
	uint64_t until = now_nsec() + timeout_nsec;

	for (;;) {
		uint32_t ready = atomic_load(&page->ready);
		if (atomic_load(&page->failed) == PAGE_FAILED)
			return err_set(e, -ECANCELED, "%.*s", PAGE_ERROR_MAX, page->error);
		if (ready >= threads)
			return 0;
		if (now_nsec() >= until)
			return err_set(e, -ETIMEDOUT, "%u of %u threads were ready after %.1f s",
				       ready, threads, (double)timeout_nsec / 1e9);
		futex_wait(&page->ready, ready, until);
	}
}

void page_ready(struct page *page)
{
	atomic_fetch_add(&page->ready, 1);
	futex_wake_all(&page->ready);
}

static void set_gate(struct page *page, enum page_gate gate)
{
	atomic_store(&page->gate, gate);
	futex_wake_all(&page->gate);
}

void page_open(struct page *page)
{
	atomic_store(&page->open_nsec, now_nsec());
	set_gate(page, PAGE_OPEN);
}

void page_set_phase(struct page *page, enum page_phase phase)
{
	atomic_store(&page->phase_since_nsec[phase], now_nsec());
	atomic_store(&page->phase, phase);
}

enum page_phase page_phase_at(const struct page *page, uint64_t nsec)
{
	enum page_phase now = atomic_load(&page->phase), best = now;
	uint64_t latest = 0;

	if (atomic_load(&page->phase_since_nsec[now]) <= nsec)
		return now;
	/* It was due before this phase began: look for the one that it was due in. */
	for (enum page_phase p = 0; p < PAGE_PHASES; p++) {
		uint64_t since = atomic_load(&page->phase_since_nsec[p]);
		if (since > latest && since <= nsec) {
			latest = since;
			best = p;
		}
	}
	return latest ? best : PAGE_BEFORE;
}

void page_stop(struct page *page)
{
	atomic_store(&page->stop_nsec, now_nsec());
	set_gate(page, PAGE_STOP);
}

enum page_gate page_wait_gate(struct page *page, enum page_gate held, uint64_t until_nsec)
{
	for (;;) {
		enum page_gate gate = atomic_load(&page->gate);
		if (gate != held || (until_nsec && now_nsec() >= until_nsec))
			return gate;
		futex_wait(&page->gate, held, until_nsec);
	}
}

void page_fail(struct page *page, const char *text)
{
	uint32_t fine = PAGE_FINE;

	if (!atomic_compare_exchange_strong(&page->failed, &fine, PAGE_FAILING))
		return;
	snprintf(page->error, sizeof(page->error), "%s", text);
	atomic_store(&page->failed, PAGE_FAILED);
	/* Changes the word that the harness waits for, so that the wake-up cannot be missed. */
	page_ready(page);
}

void page_log_stall(struct page *page, unsigned thread, uint64_t start_nsec, uint64_t length_nsec)
{
	uint32_t i = atomic_fetch_add(&page->stall_count, 1);

	page->thread[thread].stall_nsec += length_nsec;
	if (i >= PAGE_STALLS_MAX)
		return;
	page->stalls[i].thread = thread;
	page->stalls[i].start_nsec = start_nsec;
	page->stalls[i].length_nsec = length_nsec;
}

void page_settle(struct page *page, uint64_t until_nsec)
{
	uint64_t least = page->stall_min_nsec ? page->stall_min_nsec : PAGE_STALL_MIN_NSEC;

	for (unsigned i = 0; i < page->threads && i < PAGE_THREADS_MAX; i++) {
		uint64_t since = atomic_exchange(&page->thread[i].wants_nsec, 0);
		if (since && since < until_nsec && until_nsec - since >= least)
			page_log_stall(page, i, since, until_nsec - since);
	}
}

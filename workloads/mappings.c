/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mappings: memory that is mapped in a special way, whose charge differs from that of plain pages.
 *
 *	thp       2 MB at a time by one touch, where transparent huge pages are to be had: a kernel
 *	          that has none left gives 4 KB, and memory.stat's anon_thp says so
 *	hugetlb   pages set aside by vm.nr_hugepages: charged to hugetlb.2MB.*, and to memory only
 *	          with the mount option memory_hugetlb_accounting (6.7). None left: ENOMEM
 *	mlock     mlock(): faulted in at once, never reclaimed; beyond RLIMIT_MEMLOCK refused
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "hoard.h"

enum { PARAM_KIND = HOARD_PARAMS };
enum { KIND_THP, KIND_HUGETLB, KIND_MLOCK };
enum { HUGE_BYTES = 2 << 20, LOCK_BYTES = 64 << 10 };

/* Address space for all things; without memory until they are made. */
static int reserve(struct hoard *h, int flags)
{
	uint64_t bytes = h->goal * h->kind->bytes + HUGE_BYTES;

	h->own = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
	if (h->own == MAP_FAILED)
		h->own = NULL;
	return h->own ? 0 : -errno;
}

/* Where the next thing begins: huge pages are aligned. */
static char *at(const struct hoard *h, uint64_t thing)
{
	uintptr_t first = ((uintptr_t)h->own + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;

	return (char *)h->own + (first - (uintptr_t)h->own) + thing * h->kind->bytes;
}

static int begin(struct hoard *h, struct err *e)
{
	int r = reserve(h, 0);

	return r < 0 ? err_set(e, r, "mappings: cannot map %llu things of %llu bytes: %s",
			       (unsigned long long)h->goal, (unsigned long long)h->kind->bytes,
			       strerror(-r))
		     : 0;
}

static int begin_thp(struct hoard *h, struct err *e)
{
	int r = begin(h, e);

	if (r < 0)
		return r;
	return madvise(at(h, 0), h->goal * h->kind->bytes, MADV_HUGEPAGE) < 0
		       ? err_sys(e, "mappings: kind=thp: madvise(MADV_HUGEPAGE) (does the kernel "
				    "have transparent huge pages?)")
		       : 0;
}

static int make_thp(struct hoard *h)
{
	*(volatile char *)at(h, h->made) = 1;
	return 0;
}

static int make_mlock(struct hoard *h)
{
	if (mlock(at(h, h->made), h->kind->bytes) == 0)
		return 0;
	/* Without the privilege it is RLIMIT_MEMLOCK that says no, with ENOMEM or EPERM. */
	return errno == EPERM ? -ENOMEM : -errno;
}

/* In place of reserved addresses, so that one unmapping frees everything. */
static int make_hugetlb(struct hoard *h)
{
	char *p = mmap(at(h, h->made), HUGE_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED)
		return -errno;
	*(volatile char *)p = 1;
	return 0;
}

static void drop(struct hoard *h)
{
	uint64_t bytes = h->made * h->kind->bytes;

	if (!bytes)
		return;
	if (mmap(at(h, 0), bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		work_fail(h->work, "mappings: cannot map its address space again: %s",
			  strerror(errno));
	madvise(at(h, 0), bytes, h->kind->make == make_thp ? MADV_HUGEPAGE : MADV_NORMAL);
}

static void end(struct hoard *h)
{
	if (h->own)
		munmap(h->own, h->goal * h->kind->bytes + HUGE_BYTES);
}

static const struct hoard_kind kinds[] = {
	[KIND_THP] = {.bytes = HUGE_BYTES,
		      .begin = begin_thp,
		      .make = make_thp,
		      .drop = drop,
		      .end = end},
	[KIND_HUGETLB] = {.bytes = HUGE_BYTES,
			  .begin = begin,
			  .make = make_hugetlb,
			  .drop = drop,
			  .end = end},
	[KIND_MLOCK] =
		{.bytes = LOCK_BYTES, .begin = begin, .make = make_mlock, .drop = drop, .end = end},
};

static int mappings_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &kinds[w->param[PARAM_KIND]], e);
}

static const struct param mappings_params[] = {
	HOARD_PARAM_ROWS,
	[PARAM_KIND] = {.name = "kind",
			.summary = "transparent huge pages, reserved ones, or locked memory",
			.choices = (const char *const[]){[KIND_THP] = "thp",
							 [KIND_HUGETLB] = "hugetlb",
							 [KIND_MLOCK] = "mlock",
							 NULL},
			.fallback = "thp"},
	{0},
};

const struct workload workload_mappings = {
	.name = "mappings",
	.summary = "takes huge pages, or locked memory",
	.params = mappings_params,
	.counters = {HOARD_COUNTER_ROWS},
	.setup = mappings_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};

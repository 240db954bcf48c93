/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pagetables: page tables, and nothing for them to point to. Reading memory that was never written
 * maps the kernel's one page of zeros, which costs nobody anything; the table that it is mapped
 * through is a page of this process. One read in each 2 MB makes one.
 */
#include <errno.h>
#include <sys/mman.h>

#include "hoard.h"

enum { PAGE_BYTES = 4096 };
/* What a page full of entries maps: 512 pages on 64 bits. */
#define TABLE_SPAN (UINT64_C(512) * PAGE_BYTES)

/* Address space is no memory, but one mapping for everything would be refused on 47 bits. */
static int make(struct hoard *h)
{
	volatile const char *p = h->own;

	work_sink((uint64_t)p[(h->made + 1) * TABLE_SPAN - PAGE_BYTES]);
	return 0;
}

static uint64_t span(const struct hoard *h)
{
	return h->goal * TABLE_SPAN;
}

static int begin(struct hoard *h, struct err *e)
{
	void *p =
		mmap(NULL, span(h), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return err_sys(e, "pagetables: cannot map %llu bytes of address space",
			       (unsigned long long)span(h));
	h->own = p;
	/* One huge page of zeros would need no table; a kernel without them says EINVAL. */
	if (madvise(p, span(h), MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return err_sys(e, "pagetables: madvise(MADV_NOHUGEPAGE)");
	return 0;
}

static void end(struct hoard *h)
{
	if (h->own)
		munmap(h->own, span(h));
}

/* Only unmapping frees page tables; the same addresses are then mapped anew. */
static void drop(struct hoard *h)
{
	void *p = h->own;

	if (!p || !h->made)
		return;
	if (mmap(p, span(h), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		work_fail(h->work, "pagetables: cannot map its address space again");
	madvise(p, span(h), MADV_NOHUGEPAGE);
}

static const struct hoard_kind pagetables = {
	.bytes = PAGE_BYTES, .begin = begin, .make = make, .drop = drop, .end = end};

static int pagetables_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &pagetables, e);
}

static const struct param pagetables_params[] = {HOARD_PARAM_ROWS, {0}};

const struct workload workload_pagetables = {
	.name = "pagetables",
	.summary = "reads one page in each 2 MB: page tables, and no memory behind them",
	.params = pagetables_params,
	.counters = {HOARD_COUNTER_ROWS},
	.setup = pagetables_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * peak: memory.peak, reset through an open descriptor (6.12): what this descriptor then says is the
 * most since the reset, and nobody else's reading changes. It takes `bytes` and gives them back,
 * reads, resets, takes a quarter of that, and reads again. Older kernels refuse to open the file
 * for writing, or the write where root opened it: counted, and no failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgbench/workload.h"
#include "owngroup.h"

enum { PARAM_BYTES };
enum { COUNTER_FIRST, COUNTER_RESET, COUNTER_SECOND, COUNTER_REFUSED };
enum { PAGE_BYTES = 4096 };

struct peak {
	int fd; /* of memory.peak, for writing; -1: refused */
};

static int peak_setup(struct work *w, struct err *e)
{
	struct peak *p = calloc(1, sizeof(*p));
	int group = -1, r;

	if (!p)
		return err_set(e, -ENOMEM, "peak: out of memory");
	r = w->threads > 1 ? err_set(e, -EINVAL, "peak has 1 thread") : owngroup_open(&group, e);
	if (r == 0 && faccessat(group, "memory.peak", F_OK, 0) < 0)
		r = err_sys(e, "peak: its group has no memory.peak (Linux 5.19)");
	if (r < 0) {
		free(p);
	} else {
		p->fd = openat(group, "memory.peak", O_RDWR | O_CLOEXEC);
		w->state = p;
	}
	if (group >= 0)
		close(group);
	return r;
}

static void take_and_give_back(struct work *w, uint64_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		work_fail(w, "peak: cannot map %llu bytes", (unsigned long long)bytes);
	madvise(p, bytes, MADV_NOHUGEPAGE);
	for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
		((volatile char *)p)[at] = 1;
	munmap(p, bytes);
}

static void note(struct work *w, const struct peak *p, unsigned counter)
{
	char text[32] = "";

	if (pread(p->fd, text, sizeof(text) - 1, 0) < 0)
		work_fail(w, "peak: cannot read memory.peak: %s", strerror(errno));
	atomic_store(&w->page->counters[counter].value, strtoull(text, NULL, 10));
}

static uint64_t peak_step(struct work *w)
{
	const struct peak *p = w->state;
	ssize_t r;

	if (p->fd < 0) {
		atomic_store(&w->page->counters[COUNTER_REFUSED].value, 1);
		return WORK_DONE;
	}
	take_and_give_back(w, w->param[PARAM_BYTES]);
	note(w, p, COUNTER_FIRST);
	r = pwrite(p->fd, "reset\n", 6, 0);
	if (r < 0 && errno == EINVAL) {
		atomic_store(&w->page->counters[COUNTER_REFUSED].value, 1);
		return WORK_DONE;
	}
	if (r < 0)
		work_fail(w, "peak: memory.peak refuses a reset: %s", strerror(errno));
	note(w, p, COUNTER_RESET);
	take_and_give_back(w, w->param[PARAM_BYTES] / 4);
	note(w, p, COUNTER_SECOND);
	return WORK_DONE;
}

static void peak_teardown(struct work *w)
{
	struct peak *p = w->state;

	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

static const struct param peak_params[] = {
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "how much it takes before the reset; a quarter of it after",
			 .kind = UNIT_BYTES,
			 .fallback = "32M",
			 .min = UINT64_C(1) << 20,
			 .max = UINT64_C(1) << 40},
	{0},
};

const struct workload workload_peak = {
	.name = "peak",
	.summary = "resets its group's memory.peak through an open file, between two peaks",
	.params = peak_params,
	.counters = {[COUNTER_FIRST] = "peak_first_bytes",
		     [COUNTER_RESET] = "peak_reset_bytes",
		     [COUNTER_SECOND] = "peak_second_bytes",
		     [COUNTER_REFUSED] = "peak_refused"},
	.setup = peak_setup,
	.step = peak_step,
	.teardown = peak_teardown,
};

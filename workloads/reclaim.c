/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reclaim: fills the page cache of its own group, asks for it back through memory.reclaim, and
 * again: how much the kernel takes in a second. The pages are those of a file that has a size and
 * no data, so that no disk has a part in it and they are clean. What the kernel could not find it
 * says with EAGAIN (cgroup-v2.rst, memory.reclaim): that is counted, and no failure.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/workload.h"
#include "owngroup.h"
#include "scratch.h"

enum { PARAM_BYTES };
enum { COUNTER_RECLAIMED, COUNTER_USEC, COUNTER_SHORT };
enum { CHUNK_BYTES = 64 << 10 };

struct reclaimer {
	int group, file;
	uint64_t bytes;
	char asked[32], chunk[CHUNK_BYTES];
};

static void reclaim_teardown(struct work *w)
{
	struct reclaimer *r = w->state;

	if (r->group >= 0)
		close(r->group);
	if (r->file >= 0)
		close(r->file);
	free(r);
}

static int begin(struct reclaimer *r, struct err *e)
{
	int code = owngroup_open(&r->group, e);

	if (code == 0 && faccessat(r->group, "memory.reclaim", W_OK, 0) < 0)
		code = err_sys(e, "reclaim: its group's memory.reclaim (Linux 5.19) cannot be "
				  "written");
	if (code == 0)
		code = scratch_open("reclaim", "", 0, &r->file, e);
	if (code == 0 && ftruncate(r->file, (off_t)r->bytes) < 0)
		code = err_sys(e, "reclaim: cannot make a file of %llu bytes",
			       (unsigned long long)r->bytes);
	return code;
}

static int reclaim_setup(struct work *w, struct err *e)
{
	struct reclaimer *r = calloc(1, sizeof(*r));
	int code;

	if (!r)
		return err_set(e, -ENOMEM, "reclaim: out of memory");
	r->group = r->file = -1;
	r->bytes = w->param[PARAM_BYTES];
	snprintf(r->asked, sizeof(r->asked), "%llu", (unsigned long long)r->bytes);
	w->state = r;
	code = w->threads > 1 ? err_set(e, -EINVAL, "reclaim has 1 thread") : begin(r, e);
	if (code < 0)
		reclaim_teardown(w);
	return code;
}

static void fill(struct work *w, struct reclaimer *r)
{
	for (uint64_t at = 0; at < r->bytes; at += CHUNK_BYTES)
		if (pread(r->file, r->chunk, CHUNK_BYTES, (off_t)at) < 0)
			work_fail(w, "reclaim: cannot read its file: %s", strerror(errno));
}

static uint64_t reclaim_step(struct work *w)
{
	struct reclaimer *r = w->state;
	uint64_t start, usec;
	int code;

	fill(w, r);
	start = now_nsec();
	code = owngroup_write(r->group, "memory.reclaim", r->asked);
	usec = (now_nsec() - start) / NSEC_PER_USEC;
	if (code < 0 && code != -EAGAIN)
		work_fail(w, "reclaim: memory.reclaim refuses %s bytes: %s", r->asked,
			  strerror(-code));
	if (code < 0) {
		atomic_fetch_add(&w->page->counters[COUNTER_SHORT].value, 1);
		return 0;
	}
	atomic_fetch_add(&w->page->counters[COUNTER_USEC].value, usec);
	atomic_fetch_add(&w->page->counters[COUNTER_RECLAIMED].value, r->bytes);
	return 1;
}

static const struct param reclaim_params[] = {
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "how much it fills and asks back each time",
			 .kind = UNIT_BYTES,
			 .fallback = "16M",
			 .min = CHUNK_BYTES,
			 .max = UINT64_C(1) << 40},
	{0},
};

const struct workload workload_reclaim = {
	.name = "reclaim",
	.summary = "fills its group's page cache and asks for it back, through memory.reclaim",
	.params = reclaim_params,
	.counters = {[COUNTER_RECLAIMED] = "reclaimed_bytes",
		     [COUNTER_USEC] = "reclaim_usec",
		     [COUNTER_SHORT] = "reclaims_short"},
	.setup = reclaim_setup,
	.step = reclaim_step,
	.teardown = reclaim_teardown,
};

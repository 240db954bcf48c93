/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reread: reads one file from end to end, again and again. As long as the page cache keeps it, that
 * is a copy out of memory; once somebody takes its pages away, each round reads the disk again, and
 * the kernel counts workingset_refault_file (cgroup-v2.rst, memory.stat). One operation is one
 *page.
 *
 *	data  the file is written, and its pages are there when the gate opens
 *	hole  it has a size and no data, so that reading costs page cache and no disk: larger than
 *	      its memory.max it is a flood of the page cache
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"
#include "scratch.h"

enum { PARAM_BYTES, PARAM_FILL, PARAM_DIR };
enum { FILL_DATA, FILL_HOLE };
enum { COUNTER_BYTES, COUNTER_ROUNDS };
enum { STEP_BYTES = 32 << 10, PAGE_SIZE_BYTES = 4096 };

struct reread {
	char *buffer;
	uint64_t at, bytes;
	uint64_t sum; /* of a byte of each step, so that what was read is looked at */
	int fd;
};

static void reread_free(struct reread *s)
{
	scope_close_fd(&s->fd);
	free(s->buffer);
	free(s);
}

static int make_file(const struct work *w, struct reread *s, struct err *e)
{
	int r = scratch_open("reread", param_path(w->param[PARAM_DIR]), 0, &s->fd, e);

	if (r < 0)
		return r;
	if (w->param[PARAM_FILL] == FILL_DATA)
		return scratch_fill("reread", s->fd, s->bytes, e);
	return ftruncate(s->fd, (off_t)s->bytes) < 0
		       ? err_sys(e, "reread: cannot make a file of %llu bytes",
				 (unsigned long long)s->bytes)
		       : 0;
}

static int reread_setup(struct work *w, struct err *e)
{
	struct reread *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(e, -ENOMEM, "reread: out of memory");
	s->fd = -1;
	s->bytes = (w->param[PARAM_BYTES] + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
	s->buffer = malloc(STEP_BYTES);
	if (!s->buffer)
		r = err_set(e, -ENOMEM, "reread: out of memory");
	else
		r = make_file(w, s, e);
	if (r < 0)
		reread_free(s);
	else
		w->state = s;
	return r;
}

static uint64_t reread_step(struct work *w)
{
	struct reread *s = w->state;
	ssize_t n = pread(s->fd, s->buffer, STEP_BYTES, (off_t)s->at);

	if (n != STEP_BYTES)
		work_fail(w, "reread: cannot read its file in %s: %s",
			  scratch_dir(param_path(w->param[PARAM_DIR])),
			  n < 0 ? strerror(errno) : "it has become shorter");
	s->sum += (unsigned char)s->buffer[0];
	work_sink(s->sum);
	atomic_fetch_add(&w->page->counters[COUNTER_BYTES].value, STEP_BYTES);
	s->at += STEP_BYTES;
	if (s->at == s->bytes) {
		s->at = 0;
		atomic_fetch_add(&w->page->counters[COUNTER_ROUNDS].value, 1);
	}
	return STEP_BYTES / PAGE_SIZE_BYTES;
}

static void reread_teardown(struct work *w)
{
	reread_free(w->state);
}

static const struct param reread_params[] = {
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "size of the file, of which each thread has its own",
			 .kind = UNIT_BYTES,
			 .fallback = "16M",
			 .min = 1,
			 .max = UINT64_C(1) << 40},
	[PARAM_FILL] = {.name = "fill",
			.summary = "what is in it",
			.choices =
				(const char *const[]){
					[FILL_DATA] = "data", [FILL_HOLE] = "hole", NULL},
			.fallback = "data"},
	[PARAM_DIR] = SCRATCH_DIR_PARAM,
	{0},
};

const struct workload workload_reread = {
	.name = "reread",
	.summary = "reads a file again and again: the page cache's tenant, or its flood",
	.params = reread_params,
	.counters = {[COUNTER_BYTES] = "read_bytes", [COUNTER_ROUNDS] = "rounds"},
	.setup = reread_setup,
	.step = reread_step,
	.teardown = reread_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sync: writes a little and then wants everything on the disk, again and again. sync(2) and
 * syncfs(2) write back what others have made dirty, too, and hold the journal while they do: no
 * limit of the caller's group says how often it may ask (Gao et al., CCS 2019). One operation is
 * one call.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"
#include "scratch.h"

enum { PARAM_HOW, PARAM_BYTES, PARAM_DIR };
enum { HOW_SYNC, HOW_SYNCFS, HOW_FSYNC };
enum { COUNTER_SYNCS };

struct storm {
	char *buffer;
	int fd;
};

static void sync_free(struct storm *s)
{
	scope_close_fd(&s->fd);
	free(s->buffer);
	free(s);
}

static int sync_setup(struct work *w, struct err *e)
{
	struct storm *s = calloc(1, sizeof(*s));
	int r = 0;

	if (!s)
		return err_set(e, -ENOMEM, "sync: out of memory");
	s->fd = -1;
	s->buffer = calloc(1, w->param[PARAM_BYTES]);
	if (!s->buffer)
		r = err_set(e, -ENOMEM, "sync: out of memory");
	if (r == 0)
		r = scratch_open("sync", param_path(w->param[PARAM_DIR]), 0, &s->fd, e);
	if (r < 0)
		sync_free(s);
	else
		w->state = s;
	return r;
}

static int bring_to_disk(const struct work *w, const struct storm *s)
{
	switch (w->param[PARAM_HOW]) {
	case HOW_SYNC:
		sync();
		return 0;
	case HOW_SYNCFS:
		return syncfs(s->fd);
	default:
		return fsync(s->fd);
	}
}

static uint64_t sync_step(struct work *w)
{
	struct storm *s = w->state;
	size_t bytes = w->param[PARAM_BYTES];
	uint64_t start = now_nsec();

	if (pwrite(s->fd, s->buffer, bytes, 0) != (ssize_t)bytes || bring_to_disk(w, s) < 0)
		work_fail(w, "sync: cannot write %zu bytes to a file in %s: %s", bytes,
			  scratch_dir(param_path(w->param[PARAM_DIR])), strerror(errno));
	w->idle_nsec += now_nsec() - start;
	atomic_fetch_add(&w->page->counters[COUNTER_SYNCS].value, 1);
	return 1;
}

static void sync_teardown(struct work *w)
{
	sync_free(w->state);
}

static const struct param sync_params[] = {
	[PARAM_HOW] = {.name = "how",
		       .summary = "all file systems, that of its file, or its file alone",
		       .choices = (const char *const[]){[HOW_SYNC] = "sync",
							[HOW_SYNCFS] = "syncfs",
							[HOW_FSYNC] = "fsync",
							NULL},
		       .fallback = "sync"},
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "written before each call",
			 .kind = UNIT_BYTES,
			 .fallback = "4K",
			 .min = 1,
			 .max = 64 << 20},
	[PARAM_DIR] = SCRATCH_DIR_PARAM,
	{0},
};

const struct workload workload_sync = {
	.name = "sync",
	.summary = "writes a little and syncs everything, again and again",
	.params = sync_params,
	.counters = {[COUNTER_SYNCS] = "syncs"},
	.setup = sync_setup,
	.step = sync_step,
	.teardown = sync_teardown,
};

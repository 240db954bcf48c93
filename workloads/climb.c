/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * climb: takes memory 1 MB at a time and times the last MB by itself: what a step costs near a
 * limit. It imitates the allocator by which memory.high's throttling was shown (kernel commit
 * 0e4b01df8659). Without huge pages, of which one would charge 2 MB for its first byte.
 *
 * How long the kernel makes a step wait depends on what the group is charged for, which is more
 * than these pages: so memory.current is read just before the last step. The first `quiet` steps
 * are held to be below every limit: they say what a step costs by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgbench/workload.h"
#include "owngroup.h"

enum { PARAM_MB, PARAM_QUIET };
enum { COUNTER_LAST, COUNTER_BEFORE, COUNTER_QUIET_MEAN, COUNTER_QUIET_MOST };
enum { MB_BYTES = 1 << 20, PAGE_BYTES = 4096 };

struct climb {
	char *memory;
	uint64_t done, quiet_usec; /* steps; what the quiet ones took together */
	int current_fd;            /* memory.current; -1: run by hand, in no group */
};

static void climb_free(const struct work *w, struct climb *c)
{
	if (c->memory)
		munmap(c->memory, w->param[PARAM_MB] * MB_BYTES);
	scope_close_fd(&c->current_fd);
	free(c);
}

static int climb_map(const struct work *w, struct climb *c, struct err *e)
{
	size_t bytes = w->param[PARAM_MB] * MB_BYTES;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return err_sys(e, "climb: cannot map %zu bytes", bytes);
	c->memory = p;
	/* A kernel without huge pages says EINVAL. */
	if (madvise(p, bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return err_sys(e, "climb: madvise(MADV_NOHUGEPAGE)");
	return 0;
}

static int climb_setup(struct work *w, struct err *e)
{
	struct climb *c;
	int group = -1, r;

	if (w->threads > 1)
		return err_set(e, -EINVAL, "climb: %u threads; expected 1", w->threads);
	if (w->param[PARAM_QUIET] >= w->param[PARAM_MB])
		return err_set(e, -EINVAL, "climb: quiet is not less than mb");
	c = calloc(1, sizeof(*c));
	if (!c)
		return err_set(e, -ENOMEM, "climb: out of memory");
	c->current_fd = -1;
	r = climb_map(w, c, e);
	if (r < 0) {
		climb_free(w, c);
		return r;
	}
	if (owngroup_open(&group, NULL) == 0) {
		c->current_fd = openat(group, "memory.current", O_RDONLY | O_CLOEXEC);
		close(group);
	}
	w->state = c;
	return 0;
}

static void set(struct work *w, unsigned counter, uint64_t value)
{
	atomic_store(&w->page->counters[counter].value, value);
}

static void note_current(struct work *w, const struct climb *c)
{
	char text[32] = "";

	if (c->current_fd < 0)
		return;
	if (pread(c->current_fd, text, sizeof(text) - 1, 0) < 0)
		work_fail(w, "climb: cannot read memory.current: %s", strerror(errno));
	set(w, COUNTER_BEFORE, strtoull(text, NULL, 10));
}

static uint64_t take_mb(const struct climb *c)
{
	volatile char *p = c->memory + c->done * MB_BYTES;
	uint64_t start = now_nsec();

	for (size_t at = 0; at < MB_BYTES; at += PAGE_BYTES)
		p[at] = 1;
	return (now_nsec() - start) / NSEC_PER_USEC;
}

static uint64_t climb_step(struct work *w)
{
	struct climb *c = w->state;
	uint64_t usec;

	if (c->done == w->param[PARAM_MB])
		return WORK_DONE;
	if (c->done + 1 == w->param[PARAM_MB])
		note_current(w, c);
	usec = take_mb(c);
	if (++c->done <= w->param[PARAM_QUIET]) {
		c->quiet_usec += usec;
		set(w, COUNTER_QUIET_MEAN, c->quiet_usec / c->done);
		if (usec > atomic_load(&w->page->counters[COUNTER_QUIET_MOST].value))
			set(w, COUNTER_QUIET_MOST, usec);
	}
	if (c->done == w->param[PARAM_MB])
		set(w, COUNTER_LAST, usec);
	return 1;
}

static void climb_teardown(struct work *w)
{
	climb_free(w, w->state);
}

static const struct param climb_params[] = {
	[PARAM_MB] = {.name = "mb",
		      .summary = "how many MB it takes; the last is timed by itself",
		      .kind = UNIT_COUNT,
		      .fallback = "100",
		      .min = 2,
		      .max = 1 << 20},
	[PARAM_QUIET] = {.name = "quiet",
			 .summary = "the first so many MB are below every limit",
			 .kind = UNIT_COUNT,
			 .fallback = "1",
			 .min = 1,
			 .max = 1 << 20},
	{0},
};

const struct workload workload_climb = {
	.name = "climb",
	.summary = "takes memory 1 MB at a time, and times the last one",
	.params = climb_params,
	.counters = {[COUNTER_LAST] = "last_mb_usec",
		     [COUNTER_BEFORE] = "before_bytes",
		     [COUNTER_QUIET_MEAN] = "quiet_mb_usec",
		     [COUNTER_QUIET_MOST] = "quiet_mb_max_usec"},
	.setup = climb_setup,
	.step = climb_step,
	.teardown = climb_teardown,
};

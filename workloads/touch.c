/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * touch: fills memory, page by page, the subject of memory.max. It says how far it got, when it
 * began its latest page, and when it began the page that brought its own total over the mark in the
 * shared page (`watch`, the limit). A group is charged for more than its pages, so one that cannot
 * be reclaimed dies before it reaches the mark: in its latest page.
 *
 *	anon    private memory: cannot be reclaimed without swap, ends in an OOM kill
 *	shmem   shared memory: accounted as file, and as little reclaimable
 *	file    page cache: written through write(2) and then written back, so that it is clean and
 *	        a limit can be met by reclaim alone. sync_file_range() and not fdatasync(), which
 *	        would also wait for a journal that other groups write to.
 *	hole    page cache of a file that has a size and no data: read, so that it is clean at once,
 *	        waits for no disk, and may be larger than one
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
#include "scratch.h"

enum { PARAM_KIND, PARAM_BYTES, PARAM_HOW, PARAM_PAUSE };
enum { KIND_ANON, KIND_FILE, KIND_SHMEM, KIND_HOLE };
enum { HOW_STEP, HOW_ONCE };
enum { COUNTER_BYTES };
enum { BATCH_PAGES = 64 };

struct touch {
	uint64_t page_bytes;
	uint64_t pages, done; /* of this thread */
	char *memory;         /* NULL for a file */
	char *buffer;         /* for a file: one page */
	int fd;
};

static int touch_open_file(const struct work *w, struct touch *t, struct err *e)
{
	bool hole = w->param[PARAM_KIND] == KIND_HOLE;
	int r = scratch_open(hole ? "touch: kind=hole" : "touch: kind=file", "", 0, &t->fd, e);

	if (r < 0)
		return r;
	if (hole && ftruncate(t->fd, (off_t)(t->pages * t->page_bytes)) < 0)
		return err_sys(e, "touch: cannot make a file of %llu pages",
			       (unsigned long long)t->pages);
	t->buffer = malloc(t->page_bytes);
	if (!t->buffer)
		return err_set(e, -ENOMEM, "touch: out of memory");
	memset(t->buffer, 0xc6, t->page_bytes);
	return 0;
}

static int touch_map(struct touch *t, int flags, struct err *e)
{
	size_t bytes = t->pages * t->page_bytes;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);

	if (p == MAP_FAILED)
		return err_sys(e, "touch: cannot map %zu bytes", bytes);
	/* A huge page would charge 2 MB for the first byte; a kernel without them says EINVAL. */
	if (madvise(p, bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL) {
		int r = err_sys(e, "touch: madvise(MADV_NOHUGEPAGE)");
		munmap(p, bytes);
		return r;
	}
	t->memory = p;
	return 0;
}

static void touch_free(struct touch *t)
{
	if (t->memory)
		munmap(t->memory, t->pages * t->page_bytes);
	scope_close_fd(&t->fd);
	free(t->buffer);
	free(t);
}

static int touch_setup(struct work *w, struct err *e)
{
	struct touch *t = calloc(1, sizeof(*t));
	uint64_t pages;
	int r;

	if (!t)
		return err_set(e, -ENOMEM, "touch: out of memory");
	t->fd = -1;
	t->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	pages = (w->param[PARAM_BYTES] + t->page_bytes - 1) / t->page_bytes;
	t->pages = pages / w->threads + (w->thread < pages % w->threads);
	if (t->pages == 0)
		r = err_set(e, -EINVAL, "touch: %llu pages are too few for %u threads",
			    (unsigned long long)pages, w->threads);
	else if (w->param[PARAM_KIND] == KIND_FILE || w->param[PARAM_KIND] == KIND_HOLE)
		r = touch_open_file(w, t, e);
	else
		r = touch_map(t, w->param[PARAM_KIND] == KIND_ANON ? MAP_PRIVATE : MAP_SHARED, e);
	if (r < 0)
		touch_free(t);
	else
		w->state = t;
	return r;
}

/* Several threads may each be a page over before one of them notes it. */
static void touch_note(struct page *page, uint64_t bytes)
{
	uint64_t touched = atomic_load(&page->counters[COUNTER_BYTES].value), never = 0;
	uint64_t now = now_nsec();

	atomic_store(&page->touch_nsec, now);
	if (page->watch && touched + bytes > page->watch)
		atomic_compare_exchange_strong(&page->crossed_nsec, &never, now);
}

/* A page of a file: out of it, or into it. */
static void touch_cache(struct work *w, const struct touch *t, off_t offset)
{
	bool hole = w->param[PARAM_KIND] == KIND_HOLE;
	ssize_t n = hole ? pread(t->fd, t->buffer, t->page_bytes, offset)
			 : pwrite(t->fd, t->buffer, t->page_bytes, offset);

	if (n != (ssize_t)t->page_bytes)
		work_fail(w, "touch: cannot %s %llu bytes of a file in %s: %s",
			  hole ? "read" : "write", (unsigned long long)t->page_bytes,
			  scratch_dir(""), strerror(errno));
}

static void touch_page(struct work *w, const struct touch *t)
{
	uint64_t offset = t->done * t->page_bytes;

	if (t->memory)
		*(volatile char *)(t->memory + offset) = 1;
	else
		touch_cache(w, t, (off_t)offset);
}

/* Waits until the pages of this step are clean. It asked for that, so it is no stall. */
static void touch_write_back(struct work *w, const struct touch *t, uint64_t first)
{
	uint64_t start = now_nsec();

	if (sync_file_range(t->fd, (off_t)(first * t->page_bytes),
			    (off_t)((t->done - first) * t->page_bytes),
			    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
				    SYNC_FILE_RANGE_WAIT_AFTER) < 0)
		work_fail(w, "touch: cannot write a file in %s back: %s", scratch_dir(""),
			  strerror(errno));
	w->idle_nsec += now_nsec() - start;
}

static uint64_t touch_step(struct work *w)
{
	struct touch *t = w->state;
	uint64_t first = t->done, batch = w->param[PARAM_HOW] == HOW_ONCE ? t->pages : BATCH_PAGES;

	if (first == t->pages)
		return WORK_DONE;
	for (; t->done < t->pages && t->done - first < batch; t->done++) {
		touch_note(w->page, t->page_bytes);
		touch_page(w, t);
		atomic_fetch_add(&w->page->counters[COUNTER_BYTES].value, t->page_bytes);
	}
	if (w->param[PARAM_KIND] == KIND_FILE)
		touch_write_back(w, t, first);
	if (w->param[PARAM_PAUSE])
		work_sleep_until(w, now_nsec() + w->param[PARAM_PAUSE] * NSEC_PER_USEC);
	return t->done - first;
}

static void touch_teardown(struct work *w)
{
	touch_free(w->state);
}

static const struct param touch_params[] = {
	[PARAM_KIND] = {.name = "kind",
			.summary = "what it fills",
			.choices = (const char *const[]){[KIND_ANON] = "anon",
							 [KIND_FILE] = "file",
							 [KIND_SHMEM] = "shmem",
							 [KIND_HOLE] = "hole",
							 NULL},
			.fallback = "anon"},
	[PARAM_BYTES] = {.name = "bytes",
			 .summary = "how much, all threads together",
			 .kind = UNIT_BYTES,
			 .fallback = "64M",
			 .min = 1,
			 .max = UINT64_C(1) << 46},
	[PARAM_HOW] = {.name = "how",
		       .summary = "64 pages a step, or everything in one",
		       .choices =
			       (const char *const[]){
				       [HOW_STEP] = "step", [HOW_ONCE] = "once", NULL},
		       .fallback = "step"},
	[PARAM_PAUSE] = {.name = "pause",
			 .summary = "sleep after each step",
			 .kind = UNIT_USEC,
			 .fallback = "0us",
			 .max = 10 * USEC_PER_SEC},
	{0},
};

const struct workload workload_touch = {
	.name = "touch",
	.summary = "fills anonymous memory, shared memory or the page cache, and keeps it",
	.params = touch_params,
	.counters = {[COUNTER_BYTES] = "touched_bytes"},
	.setup = touch_setup,
	.step = touch_step,
	.teardown = touch_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hoard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"

/* A step is that many things, or this much of them, whichever is less; at least one. */
enum { BATCH_BYTES = 256 << 10, BATCH_THINGS = 64 };

/* NR_OPEN of a kernel that nobody tuned; without it a host may allow a table of 8 GB. */
enum { FILES_MAX = 1 << 20 };

uint64_t hoard_raise_files(void)
{
	struct rlimit limit, more = {.rlim_cur = FILES_MAX, .rlim_max = FILES_MAX};

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	if (limit.rlim_max >= FILES_MAX)
		more.rlim_max = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return more.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

int hoard_keep_fd(struct hoard *h, int fd)
{
	if (h->n_fds == h->fds_room) {
		size_t room = h->fds_room ? 2 * h->fds_room : 64;
		int *more = realloc(h->fds, room * sizeof(*more));
		if (!more) {
			close(fd);
			return -ENOMEM;
		}
		h->fds = more;
		h->fds_room = room;
	}
	h->fds[h->n_fds++] = fd;
	return 0;
}

static void drop(struct hoard *h)
{
	while (h->n_fds)
		close(h->fds[--h->n_fds]);
	if (h->kind->drop)
		h->kind->drop(h);
	h->made = 0;
}

static uint64_t unit_bytes(const struct hoard_kind *kind)
{
	return kind->bytes ? kind->bytes : (uint64_t)sysconf(_SC_PAGESIZE);
}

int hoard_setup(struct work *w, const struct hoard_kind *kind, struct err *e)
{
	struct hoard *h = calloc(1, sizeof(*h));
	uint64_t unit = unit_bytes(kind), things = (w->param[HOARD_BYTES] + unit - 1) / unit;
	int r = 0;

	if (!h)
		return err_set(e, -ENOMEM, "out of memory");
	h->kind = kind;
	h->work = w;
	h->goal = things / w->threads + (w->thread < things % w->threads);
	w->state = h;
	if (h->goal == 0)
		r = err_set(e, -EINVAL,
			    "bytes: %llu things of %llu bytes are too few for %u threads",
			    (unsigned long long)things, (unsigned long long)unit, w->threads);
	if (r == 0 && kind->by_file)
		hoard_raise_files();
	if (r == 0 && kind->begin)
		r = kind->begin(h, e);
	if (r < 0)
		hoard_teardown(w);
	return r;
}

void hoard_teardown(struct work *w)
{
	struct hoard *h = w->state;

	drop(h);
	if (h->kind->end)
		h->kind->end(h);
	free(h->fds);
	free(h);
	w->state = NULL;
}

static void count(struct work *w, unsigned counter, uint64_t n)
{
	atomic_fetch_add(&w->page->counters[counter].value, n);
}

/* What a kernel says when a limit is met, be it the group's, the user's or the system's. */
static bool is_refusal(int error)
{
	static const int refusals[] = {ENOMEM, EAGAIN, ENOBUFS, EMFILE, ENFILE, ENOSPC, EDQUOT};

	for (size_t i = 0; i < array_len(refusals); i++)
		if (error == refusals[i])
			return true;
	return false;
}

/* Makes one; false: it was refused. */
static bool make(struct work *w, struct hoard *h)
{
	int r;

	atomic_store(&w->page->touch_nsec, now_nsec());
	r = h->kind->make(h);
	if (r == 0) {
		h->made++;
		count(w, HOARD_MADE, 1);
		count(w, HOARD_MADE_BYTES, unit_bytes(h->kind));
		return true;
	}
	if (!is_refusal(-r))
		work_fail(w, "cannot make one thing more after %llu: %s",
			  (unsigned long long)h->made, strerror(-r));
	count(w, HOARD_REFUSED, 1);
	return false;
}

static uint64_t batch_things(const struct hoard_kind *kind)
{
	uint64_t n = BATCH_BYTES / unit_bytes(kind);

	return n < 1 ? 1 : n < BATCH_THINGS ? n : BATCH_THINGS;
}

uint64_t hoard_step(struct work *w)
{
	struct hoard *h = w->state;
	bool flood = w->param[HOARD_HOW] == HOARD_FLOOD;
	uint64_t batch = batch_things(h->kind), done = 0;

	while (!h->full && done < batch && h->made < h->goal) {
		h->full = !make(w, h);
		done += !h->full;
	}
	if (flood && done < batch) {
		drop(h);
		h->full = false;
		count(w, HOARD_ROUNDS, 1);
	}
	return flood || done ? done : WORK_DONE;
}

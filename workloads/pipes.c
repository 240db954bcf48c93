/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pipes: full pipes that nobody reads. Their pages are the kernel's, in no process's memory, and
 * charged to the group of whoever wrote (pipe_write(), __GFP_ACCOUNT). A pipe of one user beyond
 * fs.pipe-user-pages-soft holds two pages instead of sixteen: what is counted is what was written.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "hoard.h"

/* The pipe that is being filled is the hoard's last one. */
static int open_pipe(struct hoard *h)
{
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	r = hoard_keep_fd(h, fds[0]);
	if (r < 0) {
		close(fds[1]);
		return r;
	}
	return hoard_keep_fd(h, fds[1]);
}

static ssize_t fill(const struct hoard *h)
{
	static const char page[4096] = {1};

	return h->n_fds ? write(h->fds[h->n_fds - 1], page, sizeof(page)) : 0;
}

static int pipes_make(struct hoard *h)
{
	ssize_t n = fill(h);
	int r;

	if (n == 0 || (n < 0 && errno == EAGAIN)) {
		r = open_pipe(h);
		if (r < 0)
			return r;
		n = fill(h);
	}
	return n > 0 ? 0 : -errno;
}

static const struct hoard_kind pipes = {.bytes = 4096, .by_file = true, .make = pipes_make};

static int pipes_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &pipes, e);
}

static const struct param pipes_params[] = {HOARD_PARAM_ROWS, {0}};

const struct workload workload_pipes = {
	.name = "pipes",
	.summary = "fills pipes that nobody reads",
	.params = pipes_params,
	.counters = {HOARD_COUNTER_ROWS},
	.setup = pipes_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};

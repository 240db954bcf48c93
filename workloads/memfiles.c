/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * memfiles: files that are memory, written and mapped by nobody: in no process's resident set, so
 * that no kill of a process that still shares them frees them, and without swap not reclaimed.
 *
 *	memfd   memfd_create(): on the kernel's own mount of tmpfs, which has no limit of its own
 *	tmpfs   a file without a name below /dev/shm, or CGBENCH_TMPFS: that mount's size= binds,
 *too
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hoard.h"

enum { PARAM_KIND = HOARD_PARAMS };
enum { KIND_MEMFD, KIND_TMPFS };
enum { CHUNK_BYTES = 4096, CHUNKS_PER_FILE = 16384 };

static const char *tmpfs_dir(void)
{
	const char *given = getenv("CGBENCH_TMPFS");

	return given && *given ? given : "/dev/shm";
}

static int open_memfd(void)
{
	return memfd_create("cgwork", MFD_CLOEXEC);
}

static int open_tmpfs(void)
{
	return open(tmpfs_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static int make_with(struct hoard *h, int (*open_file)(void))
{
	static const char chunk[CHUNK_BYTES] = {1};
	ssize_t n;

	if (h->made % CHUNKS_PER_FILE == 0) {
		int fd = open_file(), r = fd < 0 ? -errno : hoard_keep_fd(h, fd);
		if (r < 0)
			return r;
	}
	n = write(h->fds[h->n_fds - 1], chunk, sizeof(chunk));
	return n == (ssize_t)sizeof(chunk) ? 0 : n < 0 ? -errno : -ENOSPC;
}

static int make_memfd(struct hoard *h)
{
	return make_with(h, open_memfd);
}

static int make_tmpfs(struct hoard *h)
{
	return make_with(h, open_tmpfs);
}

static int begin_tmpfs(struct hoard *h, struct err *e)
{
	struct statfs fs;

	(void)h;
	if (statfs(tmpfs_dir(), &fs) < 0)
		return err_sys(e, "memfiles: statfs of %s (set CGBENCH_TMPFS to a folder on tmpfs)",
			       tmpfs_dir());
	return fs.f_type == TMPFS_MAGIC
		       ? 0
		       : err_set(e, -EINVAL,
				 "memfiles: kind=tmpfs, but %s is on none. Set CGBENCH_TMPFS to a "
				 "folder on tmpfs",
				 tmpfs_dir());
}

static const struct hoard_kind kinds[] = {
	[KIND_MEMFD] = {.bytes = CHUNK_BYTES, .by_file = true, .make = make_memfd},
	[KIND_TMPFS] = {.bytes = CHUNK_BYTES,
			.by_file = true,
			.begin = begin_tmpfs,
			.make = make_tmpfs},
};

static int memfiles_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &kinds[w->param[PARAM_KIND]], e);
}

static const struct param memfiles_params[] = {
	HOARD_PARAM_ROWS,
	[PARAM_KIND] = {.name = "kind",
			.summary = "memfd_create(), or a file without a name on tmpfs",
			.choices =
				(const char *const[]){
					[KIND_MEMFD] = "memfd", [KIND_TMPFS] = "tmpfs", NULL},
			.fallback = "memfd"},
	{0},
};

const struct workload workload_memfiles = {
	.name = "memfiles",
	.summary = "writes files that are memory, and maps none of it",
	.params = memfiles_params,
	.counters = {HOARD_COUNTER_ROWS},
	.setup = memfiles_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};

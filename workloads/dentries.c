/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dentries: slab memory, through names.
 *
 *	negative   looks up names that are not there. The kernel keeps each as a negative dentry, to
 *	           be quicker the next time: memory that can be reclaimed, and that nobody holds.
 *	           A file system in memory keeps none, so it wants one on a disk
 *	open       files without a name, kept open: dentry, inode and file, not to be reclaimed
 *
 * A dentry is 192 bytes on 64 bits, an open file several times that: at least, as everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "hoard.h"
#include "scratch.h"

enum { PARAM_KIND = HOARD_PARAMS };
enum { KIND_NEGATIVE, KIND_OPEN };
enum { DENTRY_BYTES = 192 };

struct names {
	int dir;
	uint64_t next; /* the number in the next name: none comes twice */
};

static int begin(struct hoard *h, struct err *e)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		return err_set(e, -ENOMEM, "dentries: out of memory");
	h->own = n;
	n->dir = open(scratch_dir(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return n->dir < 0 ? err_sys(e, "dentries: cannot open %s (set CGBENCH_SCRATCH)",
				    scratch_dir(""))
			  : 0;
}

static int begin_negative(struct hoard *h, struct err *e)
{
	struct statfs fs;
	int r = begin(h, e);

	if (r < 0)
		return r;
	if (fstatfs(((struct names *)h->own)->dir, &fs) < 0)
		return err_sys(e, "dentries: statfs of %s", scratch_dir(""));
	if (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC)
		return err_set(e, -EINVAL,
			       "dentries: kind=negative, but %s is on %s, which keeps no dentry "
			       "of a name that is not there. Set CGBENCH_SCRATCH to a folder on "
			       "a disk file system such as ext4",
			       scratch_dir(""), fs.f_type == TMPFS_MAGIC ? "tmpfs" : "ramfs");
	return 0;
}

/* Short enough for the name to lie within its dentry. */
static int make_negative(struct hoard *h)
{
	struct names *n = h->own;
	char name[32];

	snprintf(name, sizeof(name), "%x.%llx", (unsigned)gettid(), (unsigned long long)n->next++);
	if (faccessat(n->dir, name, F_OK, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return -EEXIST;
}

static int make_open(struct hoard *h)
{
	const struct names *n = h->own;
	int fd = openat(n->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : hoard_keep_fd(h, fd);
}

static void end(struct hoard *h)
{
	struct names *n = h->own;

	if (n && n->dir >= 0)
		close(n->dir);
	free(n);
}

static const struct hoard_kind kinds[] = {
	[KIND_NEGATIVE] = {.bytes = DENTRY_BYTES,
			   .begin = begin_negative,
			   .make = make_negative,
			   .end = end},
	[KIND_OPEN] = {.bytes = DENTRY_BYTES,
		       .by_file = true,
		       .begin = begin,
		       .make = make_open,
		       .end = end},
};

static int dentries_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &kinds[w->param[PARAM_KIND]], e);
}

static const struct param dentries_params[] = {
	HOARD_PARAM_ROWS,
	[PARAM_KIND] = {.name = "kind",
			.summary = "names that are not there, or open files without one",
			.choices =
				(const char *const[]){
					[KIND_NEGATIVE] = "negative", [KIND_OPEN] = "open", NULL},
			.fallback = "negative"},
	{0},
};

const struct workload workload_dentries = {
	.name = "dentries",
	.summary = "looks up names that are not there, or keeps files open: slab memory",
	.params = dentries_params,
	.counters = {HOARD_COUNTER_ROWS},
	.setup = dentries_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sleepers: threads that sleep, for the kernel memory that comes with each.
 *
 *	stack     a kernel stack of 16 KB (on 64 bits, charged as `kernel_stack`), a task_struct and
 *	          its like (slab), and two pages of its own stack (anon)
 *	fdtable   as well, a table of file descriptors of its own, as large as RLIMIT_NOFILE lets it
 *	          be: an unprivileged way to the kernel's vmalloc memory, 8 MB for a limit of
 *1048576
 *
 * Tasks without end: it needs a fence, as a fork bomb does.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hoard.h"

enum { PARAM_KIND = HOARD_PARAMS };
enum { KIND_STACK, KIND_FDTABLE };
enum {
	KERNEL_STACK_BYTES = 16 << 10,
	TABLE_FILES = 1 << 20,
	TABLE_FILES_LEAST = 1 << 16, /* below this the table is no vmalloc memory */
	OWN_STACK_BYTES = 64 << 10,  /* thread-local variables of all workloads are in it */
};

struct sleepers {
	pthread_attr_t attr;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool over;    /* all may go */
	bool settled; /* the latest has done what it was made for */
	int error;    /* of the latest; 0 or a positive errno */
	int top_file; /* the descriptor that makes a table large; 0: none */
	pthread_t *ids;
};

/* A table of its own, which holds nothing but the highest descriptor. */
static int grow_table(int top)
{
	if (unshare(CLONE_FILES) < 0 || dup2(STDERR_FILENO, top) < 0)
		return errno;
	return 0;
}

static void *sleep_long(void *arg)
{
	struct sleepers *s = arg;
	int error = s->top_file ? grow_table(s->top_file) : 0;

	pthread_mutex_lock(&s->lock);
	s->error = error;
	s->settled = true;
	pthread_cond_broadcast(&s->changed);
	while (!s->over && !error)
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Returns once the new one sleeps, or has failed. */
static int make(struct hoard *h)
{
	struct sleepers *s = h->own;
	int r;

	s->settled = false;
	r = pthread_create(&s->ids[h->made], &s->attr, sleep_long, s);
	if (r)
		return -r;
	pthread_mutex_lock(&s->lock);
	while (!s->settled)
		pthread_cond_wait(&s->changed, &s->lock);
	r = s->error;
	pthread_mutex_unlock(&s->lock);
	if (r)
		pthread_join(s->ids[h->made], NULL);
	return -r;
}

static void drop(struct hoard *h)
{
	struct sleepers *s = h->own;

	if (!s || !h->made)
		return;
	pthread_mutex_lock(&s->lock);
	s->over = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	for (uint64_t i = 0; i < h->made; i++)
		pthread_join(s->ids[i], NULL);
	s->over = false;
}

static int begin_stack(struct hoard *h, struct err *e)
{
	struct sleepers *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(e, -ENOMEM, "sleepers: out of memory");
	h->own = s;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	pthread_attr_init(&s->attr);
	/* A guard would be a mapping more for each, and a host counts those. */
	pthread_attr_setguardsize(&s->attr, 0);
	s->ids = calloc(h->goal, sizeof(*s->ids));
	if (!s->ids || pthread_attr_setstacksize(&s->attr, OWN_STACK_BYTES) != 0)
		return err_set(e, -ENOMEM, "sleepers: no memory for %llu threads",
			       (unsigned long long)h->goal);
	return 0;
}

static int begin_fdtable(struct hoard *h, struct err *e)
{
	uint64_t files = hoard_raise_files();

	if (files < TABLE_FILES_LEAST)
		return err_set(e, -EPERM,
			       "sleepers: kind=fdtable wants RLIMIT_NOFILE at %d or more, and may "
			       "raise it to %llu only",
			       TABLE_FILES_LEAST, (unsigned long long)files);
	if (begin_stack(h, e) < 0)
		return -ENOMEM;
	((struct sleepers *)h->own)->top_file = (int)files - 1;
	return 0;
}

static void end(struct hoard *h)
{
	struct sleepers *s = h->own;

	if (!s)
		return;
	pthread_attr_destroy(&s->attr);
	free(s->ids);
	free(s);
}

static const struct hoard_kind kinds[] = {
	[KIND_STACK] = {.bytes = KERNEL_STACK_BYTES,
			.begin = begin_stack,
			.make = make,
			.drop = drop,
			.end = end},
	/* For a limit of 1048576; a lower one makes less than is counted. */
	[KIND_FDTABLE] = {.bytes = TABLE_FILES * sizeof(void *),
			  .begin = begin_fdtable,
			  .make = make,
			  .drop = drop,
			  .end = end},
};

static int sleepers_setup(struct work *w, struct err *e)
{
	return hoard_setup(w, &kinds[w->param[PARAM_KIND]], e);
}

static const struct param sleepers_params[] = {
	HOARD_PARAM_ROWS,
	[PARAM_KIND] = {.name = "kind",
			.summary = "kernel stacks, or tables of file descriptors: vmalloc memory",
			.choices =
				(const char *const[]){
					[KIND_STACK] = "stack", [KIND_FDTABLE] = "fdtable", NULL},
			.fallback = "stack"},
	{0},
};

const struct workload workload_sleepers = {
	.name = "sleepers",
	.summary = "makes threads that sleep: kernel stacks, or tables of file descriptors",
	.params = sleepers_params,
	.counters = {HOARD_COUNTER_ROWS},
	.needs = WORKLOAD_FENCED,
	.setup = sleepers_setup,
	.step = hoard_step,
	.teardown = hoard_teardown,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hoard: what the workloads that take kernel memory have in common. One makes things of a kind, one
 * after the other, and keeps them all: pipes, sockets, page tables. A kind says how one is made and
 * what it costs the kernel at least; this file counts, notes the time of the latest, and knows what
 * a refusal is: a result, and not a failure.
 *
 *	keep    up to `bytes`, or to the first refusal, then holds what there is until the end
 *	flood   gives everything back then, and begins again, for ever
 */
#ifndef CGWORK_HOARD_H
#define CGWORK_HOARD_H

#include "cgbench/workload.h"

/* Parameters that every hoarder has, in this order, before or in place of its own. */
enum { HOARD_BYTES, HOARD_HOW, HOARD_PARAMS };
enum { HOARD_KEEP, HOARD_FLOOD };
enum { HOARD_MADE_BYTES, HOARD_MADE, HOARD_REFUSED, HOARD_ROUNDS, HOARD_COUNTERS };

struct hoard;

struct hoard_kind {
	uint64_t bytes; /* that one thing costs the kernel at least; 0: the page size */
	bool by_file;   /* each is a file descriptor or more */
	int (*begin)(struct hoard *h, struct err *e); /* at set-up; may be NULL */
	int (*make)(struct hoard *h);                 /* one thing: 0, or -errno */
	void (*drop)(struct hoard *h); /* everything that was made but descriptors; may be NULL */
	void (*end)(struct hoard *h);  /* may be NULL; what begin() made, even by half */
};

/* One thread's hoard. */
struct hoard {
	bool full; /* refused once: it keeps what it has, and asks no more */
	const struct hoard_kind *kind;
	struct work *work;
	uint64_t goal, made; /* things, of this thread */
	int *fds;            /* descriptors that a kind has kept with hoard_keep_fd() */
	size_t n_fds, fds_room;
	void *own; /* the kind's */
};

int hoard_setup(struct work *w, const struct hoard_kind *kind, struct err *e);
uint64_t hoard_step(struct work *w);
void hoard_teardown(struct work *w);

/* Takes the descriptor, to be closed when the hoard is dropped; -ENOMEM: has closed it. */
int hoard_keep_fd(struct hoard *h, int fd);

/* Raises this process's limit of open files as far as it may; returns what it is now. */
uint64_t hoard_raise_files(void);

/* The rows of HOARD_BYTES and HOARD_HOW. */
#define HOARD_PARAM_ROWS                                                                      \
	[HOARD_BYTES] = {.name = "bytes",                                                     \
			 .summary = "how much kernel memory at least, all threads",           \
			 .kind = UNIT_BYTES,                                                  \
			 .fallback = "64M",                                                   \
			 .min = 1,                                                            \
			 .max = UINT64_C(1) << 46},                                           \
	[HOARD_HOW] = {.name = "how",                                                         \
		       .summary = "hold what was made, or give it back and begin again",      \
		       .choices =                                                             \
			       (const char *const[]){                                         \
				       [HOARD_KEEP] = "keep", [HOARD_FLOOD] = "flood", NULL}, \
		       .fallback = "keep"}

/* The names of HOARD_MADE_BYTES and those after it. */
#define HOARD_COUNTER_ROWS                                        \
	[HOARD_MADE_BYTES] = "made_bytes", [HOARD_MADE] = "made", \
	[HOARD_REFUSED] = "made_refused", [HOARD_ROUNDS] = "made_rounds"

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * workload: a small program with one job, as a table row that the generic loop in
 * workloads/loop.c drives.
 *
 * The loop owns time, the gate, threads, pinning, the stall log and the page. A workload never
 * parses argv, prints, or loops on time: step() does one batch (tens of microseconds) and returns
 * the operations done. A workload registers by being there: workloads/NAME.c defines
 * `const struct workload workload_NAME`.
 */
#ifndef CGBENCH_WORKLOAD_H
#define CGBENCH_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "cgbench/page.h"
#include "cgbench/units.h"

enum { WORKLOAD_PARAMS_MAX = 8, PARAM_PATH_MAX = 512 };

/* step() returns this when there is nothing left to do: the thread then sleeps until the end. */
#define WORK_DONE UINT64_MAX

enum workload_need {
	WORKLOAD_FENCED = 1 << 0, /* a bomb: refuses to start unless the page says fenced */
};

/*
 * A parameter as a suite file gives it. With choices, the value is the index of the choice; of a
 * path it is the address of its text, see param_path().
 */
struct param {
	const char *name;
	const char *summary;
	enum unit_kind kind;        /* ignored with choices */
	const char *const *choices; /* NULL-terminated, or NULL */
	bool is_path;               /* a folder, absolute, or "" */
	const char *fallback;       /* the default, as a suite would write it */
	uint64_t min, max;          /* inclusive; max 0: no bound */
};

/* One thread's view of its workload. */
struct work {
	unsigned thread; /* 0 to threads - 1 */
	unsigned threads;
	const uint64_t *param; /* values in the order of the params table */
	struct page *page;
	int page_fd;        /* its descriptor, for a workload that executes cgwork again */
	void *state;        /* the workload's own; setup makes it, teardown frees it */
	uint64_t idle_nsec; /* time that this step slept on purpose: no stall */
};

struct workload {
	const char *name;
	const char *summary;                     /* one line for `cgbench list` */
	const struct param *params;              /* ends with a row without a name; may be NULL */
	const char *counters[PAGE_COUNTERS_MAX]; /* names of page counters, each becomes a metric */
	unsigned needs;                          /* of enum workload_need */
	bool saturates;                          /* its threads want all the CPU time there is */
	bool slays; /* it ends what runs in the groups beside its own, and that is no fault */
	bool ends;  /* its process may end by itself, and when all have the trial is over */
	int (*setup)(struct work *w, struct err *e); /* may be NULL */
	uint64_t (*step)(struct work *w);
	void (*teardown)(struct work *w); /* may be NULL */
	/*
	 * For a workload that executes cgwork again, `cgwork --page FD --again NAME
	 * param=value...`: called in place of the loop, and not expected to return. May be NULL.
	 */
	void (*again)(struct work *w);
};

/* Every workload, in the order of their names; ends with NULL. */
extern const struct workload *const workloads[];

/* The workload of that name, or NULL. */
const struct workload *workload_find(const char *name);

/* Parses one parameter's text to its value, within its range; -EINVAL or -ERANGE. */
int param_parse(const struct param *p, const char *text, uint64_t *value, struct err *e);

/* The value as a suite would write it, in buf or not. */
const char *param_text(const struct param *p, uint64_t value, char buf[static UNIT_TEXT_MAX]);

/* A path's text, which is the one that was parsed and has to be kept. */
static inline const char *param_path(uint64_t value)
{
	return (const char *)(uintptr_t)value; /* NOLINT(performance-no-int-to-ptr) */
}

/*
 * Sleeps until a CLOCK_MONOTONIC time, unless the gate says stop first; counts as idle up to the
 * scheduled time only, so that waking late is a stall. Returns false when the trial is over.
 */
bool work_sleep_until(struct work *w, uint64_t until_nsec);

/*
 * For a step that cannot go on: leaves the message, remedy included, in the page and ends the whole
 * process with EXIT_INCONCLUSIVE.
 */
_Noreturn void work_fail(struct work *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for a step that asks what this host cannot tell: the trial is skipped, and says why. */
_Noreturn void work_skip(struct work *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Makes the value observable, so that no compiler can delete the work behind it. */
static inline void work_sink(uint64_t value)
{
	__asm__ volatile("" : : "r"(value) : "memory");
}

#endif

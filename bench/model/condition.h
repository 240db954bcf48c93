/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * condition: what must hold for a trial or a budget to count. What axis values decide is decided
 * in the plan; what the kernel has or has not is probed in a fresh group when the trial is made.
 */
#ifndef CGBENCH_CONDITION_H
#define CGBENCH_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

enum condition_kind {
	CONDITION_KNOWN,   /* an axis value decided it */
	CONDITION_FILE,    /* a fresh group has such a file */
	CONDITION_FEATURE, /* /sys/kernel/cgroup/features lists it; or it is sched_ext */
	CONDITION_LAB,     /* this is a lab, and no machine that others use */
	CONDITION_CPUS,    /* at least so many CPUs are on line */
	CONDITION_NOT,
	CONDITION_AND,
	CONDITION_OR,
};

struct condition {
	enum condition_kind kind;
	bool value;                    /* KNOWN */
	const char *name;              /* FILE, FEATURE; "2 CPUs" */
	const struct condition *a, *b; /* NOT has the first */
};

/* A file or feature that was looked for. */
struct probe {
	const struct condition *of; /* borrowed from the plan */
	bool there;
};

struct probes {
	struct probe *v;
	size_t n;
};

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_OPEN };

/* OPEN where it depends on what has not been looked for. NULL is no condition: YES. */
enum truth condition_truth(const struct condition *c, const struct probes *known);

/* Calls `look` for every file and feature in it that is not known yet. -ENOMEM. */
int condition_probe(const struct condition *c,
		    bool (*look)(const struct condition *of, void *context), void *context,
		    struct probes *known, struct err *e);

/* "no cpu.stat.local": of what was looked for, what is there and what is not. */
const char *condition_found(const struct condition *c, const struct probes *known, char *buf,
			    size_t size);

#endif

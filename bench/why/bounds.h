/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bounds: what holds a group back, resource by resource: which level's limit comes first, how near
 * it is, and how often it was met. A limit above is shared with others, so the level that binds is
 * the one with the least room and not the one with the smallest number (cgroup-v2.rst, "Resource
 * Distribution Models").
 */
#ifndef CGBENCH_BOUNDS_H
#define CGBENCH_BOUNDS_H

#include "cgroup/knob.h"
#include "why/levels.h"
#include "why/said.h"

/* A limit, and the files of a level that tell how it is met. */
struct resource {
	const char *limit; /* the knob, and its file */
	enum unit_kind unit;
	const char *usage, *usage_key; /* what counts against it; NULL: no file says */
	const char *peak;
	const char *events, *local, *key; /* where the kernel counts each time it is met */
};

extern const struct resource resources[]; /* end with a row without a limit */
const struct resource *resource_find(const char *limit);

struct bound {
	const struct resource *of;
	const struct level *by;  /* whose limit comes first; NULL: there is no limit at all */
	const struct level *min; /* whose limit is the smallest number */
	struct knob_value limit, smallest;
	uint64_t usage, peak; /* at `by`; peak 0: not known; of a quota neither is */
	double percent;       /* of the limit in use; of a quota: of its periods, those throttled */
	uint64_t times;       /* met at `by`, since it was made */
	uint64_t times_now;   /* of these, between the two moments */
};

/* One a resource of which the group has a file. */
struct bounds {
	struct bound *v;
	size_t n;
};

int bounds_find(const struct levels *l, struct bounds *out, struct err *e);
void bounds_free(struct bounds *b);

/* "64M", "512", "20% of a CPU (20ms every 100ms)". */
enum { BOUND_TEXT_MAX = 96 };
const char *bound_limit_text(const struct resource *r, const struct knob_value *limit,
			     char buf[static BOUND_TEXT_MAX]);

/* What a level's file says of a limit: false when it has none, or the file is not there. */
bool bound_limit(const struct levels *l, const struct level *at, const char *limit,
		 struct knob_value *value);

/* What is worth saying in words: what binds now, and where a smaller number misleads. */
int bounds_say(const struct levels *l, const struct bounds *b, struct said *s, struct err *e);

#endif

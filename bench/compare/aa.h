/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * aa: an A/A comparison. The same thing is measured twice, so that whatever differs is noise:
 * of the host, or of a metric. What a gate demands should lie above it.
 */
#ifndef CGBENCH_AA_H
#define CGBENCH_AA_H

#include <jansson.h>

#include "compare/compare.h"

/* One metric, over all its cells and groups. */
struct aa_metric {
	uint32_t metric; /* text */
	enum scale scale;
	enum metric_better better;
	size_t n;       /* comparisons with a size */
	double typical; /* the median change, signs aside */
	double floor;   /* what 19 of 20 changes stay below */
	size_t alarms;  /* improved, regressed or changed, which is wrong here */
};

struct aa {
	struct aa_metric *v; /* sorted by metric */
	size_t n;
	size_t alarms, below; /* below: metrics with a direction whose floor is above the gate */
};

/*
 * Splits the repeats of a run into two, which take turns as in ABBA, so that a drift of the host
 * meets both. -ENOMEM.
 */
int aa_split(const struct run *r, struct run **a, struct run **b, struct err *e);

/* Measures the noise in what was compared; gate: percent or points. -ENOMEM. */
int aa_measure(const struct dataset *d, const struct compared *c, double gate, struct aa *out,
	       struct err *e);
void aa_clear(struct aa *n);

/* A table on stdout, with a warning where the gate is below the noise. Errors: -ENOMEM, -EIO. */
int aa_print(const struct dataset *d, const struct aa *n, double gate, struct err *e);

/* An array of objects, a new reference; NULL when memory is out. */
json_t *aa_json(const struct dataset *d, const struct aa *n);

#endif

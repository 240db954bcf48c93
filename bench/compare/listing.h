/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listing: comparisons as rows, for people (a table), for spreadsheets (CSV) and for programs
 * (JSON). One table of columns makes the last two.
 */
#ifndef CGBENCH_LISTING_H
#define CGBENCH_LISTING_H

#include <stdbool.h>
#include <stdio.h>

#include "compare/aa.h"
#include "compare/by.h"
#include "compare/compare.h"
#include "compare/gate.h"

/* What is listed: two runs, or a matrix; and what is to be said beside it. */
struct listing {
	const struct dataset *d;
	const struct run *base, *head;   /* head: the only run, when there is no base */
	const struct compared *compared; /* NULL: a matrix, or a run without a base */
	const struct by *by;             /* NULL: two runs */
	const struct gated *gated;       /* NULL: a matrix */
	const struct gate_options *gate;
	const struct aa *noise; /* NULL: not an A/A comparison */
	double noise_gate;      /* percent or points: what should lie above the noise */
	const char *label;      /* facts in which the hosts may differ; "" when they are alike */
	const char *unlike;     /* only which facts they are */
	bool all;               /* also what is the same */
};

/* Tables on stdout. Errors: -ENOMEM, -EIO. */
int listing_print(const struct listing *l, struct err *e);

/* Every comparison, to the file, or to stdout ("-"). Errors: those of writing. */
int listing_csv(const struct listing *l, const char *path, struct err *e);
int listing_json(const struct listing *l, const char *path, struct err *e);

#endif

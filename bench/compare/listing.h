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

enum { CHANGE_TEXT_MAX = 48 };

/* "+5.2%", "-0.3 points", "+120 usec", "" when there is none. */
const char *change_text(double change, enum scale scale, const char *unit,
			char buf[static CHANGE_TEXT_MAX]);

/* A number for people: six digits, no exponent where none is needed; "" for NAN. */
const char *short_number(double v, char buf[static CHANGE_TEXT_MAX]);

extern const char *const better_names[]; /* by enum metric_better */
extern const char *const scale_names[];  /* by enum scale */

/* Opens a file to be written, or stdout for "-"; and closes it, telling what went wrong. */
int output_open(const char *path, FILE **out, struct err *e);
int output_close(FILE *f, const char *path, int r, struct err *e);

#endif

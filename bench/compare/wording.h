/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wording: how changes and their kinds are written, in tables and in exports alike. */
#ifndef CGBENCH_WORDING_H
#define CGBENCH_WORDING_H

#include "compare/compare.h"

enum { CHANGE_TEXT_MAX = 48 };

/* "+5.2%", "-0.3 points", "+120 usec", "" when there is none. */
const char *change_text(double change, enum scale scale, const char *unit,
			char buf[static CHANGE_TEXT_MAX]);

/* A number for people: six digits, no exponent where none is needed; "" for NAN. */
const char *short_number(double v, char buf[static CHANGE_TEXT_MAX]);

extern const char *const better_names[]; /* by enum metric_better */
extern const char *const scale_names[];  /* by enum scale */

/* What is to be said of exact runs whose inputs differ. */
extern const char other_inputs_note[];

#endif

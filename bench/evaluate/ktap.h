/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ktap: cases as KTAP version 1 (Documentation/dev-tools/ktap.rst), which kernel CI reads: a plan,
 * a line a case as soon as it is known, and diagnostics before it. Suites nest as subtests.
 */
#ifndef CGBENCH_KTAP_H
#define CGBENCH_KTAP_H

#include <stdio.h>

#include "evaluate/cases.h"

struct ktap {
	FILE *out;
	unsigned depth;  /* in two spaces each */
	unsigned number; /* of the last line */
};

/* "KTAP version 1" and the plan; name (NULL: none) is the subtest's. */
void ktap_begin(struct ktap *k, FILE *out, unsigned depth, const char *name, size_t cases);

/* A case that is finished. */
void ktap_case(struct ktap *k, const struct case_result *c);

/* A subtest as a whole: ok, or not; skip (NULL: none) says why nothing of it ran. */
void ktap_line(struct ktap *k, bool ok, const char *name, const char *skip);

/* A diagnostic line; line breaks in the text begin a new one. */
void ktap_diagnostic(const struct ktap *k, const char *text);

/* Instead of everything else: why nothing can run. */
void ktap_skip_all(FILE *out, const char *why);

#endif

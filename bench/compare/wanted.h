/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wanted: the metrics that --metric asks for, and what comes nearest where there is none. */
#ifndef CGBENCH_WANTED_H
#define CGBENCH_WANTED_H

#include <stdbool.h>

#include "runs/dataset.h"

/* Whether a metric matches any of the patterns (fnmatch, NULL-terminated); NULL: all do. */
bool wanted_has(const char *const *patterns, const char *metric);

/*
 * Of each pattern that no metric of the dataset matches: "no metric 'latncy.*'; nearest:
 * latency.max_usec, ...", separated by "; ". "" when all match. To be freed; NULL: no memory.
 */
char *wanted_unmatched(const char *const *patterns, const struct dataset *d);

#endif

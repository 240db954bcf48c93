/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * family: the suites that one word stands for: `conformance` for conformance-core,
 * conformance-cpu and whatever else ships under that name and a dash.
 */
#ifndef CGBENCH_FAMILY_H
#define CGBENCH_FAMILY_H

#include <stddef.h>

#include "cgbench/err.h"
#include "suite/suite.h" /* suite_names_free() */

/*
 * The suite itself when there is one of that name, or when it is a path; else every suite that
 * ships with NAME- before its name; else the name, whose loading says what is wrong. Free with
 * suite_names_free(). -ENOMEM, and the errnos of looking for them.
 */
int family_names(const char *name, char ***names, size_t *n, struct err *e);

#endif

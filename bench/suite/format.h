/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * format: what a suite file may say, as tables, and the checks of its shape that need no more than
 * the file: names, duplicates, who is whose parent, which action it is.
 */
#ifndef CGBENCH_FORMAT_H
#define CGBENCH_FORMAT_H

#include "base/document.h"
#include "suite/suite.h"

/* Fills name, question and parts of a suite that has its path and arena. -EINVAL cites the place.
 */
int format_read(struct suite *s, const struct node *root, struct err *e);

/* That what a group of the part runs makes sense; g is the group with what its templates say. */
int format_check_run(const struct suite *s, const struct part *p, size_t group,
		     const struct group_spec *g, struct err *e);
#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * paper_spec: what a suite says of the publication that it runs again: whose it is, what of it was
 * scaled, and its claims. `cgbench paper` holds them against a run (paper/claim.h).
 */
#ifndef CGBENCH_PAPER_SPEC_H
#define CGBENCH_PAPER_SPEC_H

#include "base/document.h"
#include "suite/suite.h"

struct schema;

/* What a claim's role and take may be, in the order of enum claim_role and claim_take; NULL ends.
 */
extern const char *const paper_roles[], *const paper_takes[];

/* The shape of `paper:`, of a struct paper_spec. */
extern const struct schema paper_schema;

/*
 * What the shape does not tell: a claim's role, what it is held against, cells that are named
 * twice. -EINVAL with the place.
 */
int paper_spec_check(const struct suite *s, struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source: which run a directory is of: enough to plan it again. */
#ifndef CGBENCH_SOURCE_H
#define CGBENCH_SOURCE_H

#include "suite/recipe.h"

struct source {
	json_t *host;         /* host.json */
	struct suite *suite;  /* suite.yaml */
	struct recipe recipe; /* its texts belong to host */
};

/*
 * Reads a run directory's host.json and suite.yaml. Errors: errno of reading; -EINVAL also when
 * suite.yaml is not what host.json says was run. The caller frees with source_free.
 */
int source_load(const char *dir, struct source *out, struct err *e);

/* Accepts what is half made, and can be called twice. */
void source_free(struct source *s);

#endif

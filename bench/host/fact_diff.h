/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fact_diff: what became of a host since a run was made on it: every fact that is not what it was,
 * whether or not it makes the two runs unlike.
 */
#ifndef CGBENCH_FACT_DIFF_H
#define CGBENCH_FACT_DIFF_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"

struct fact_change {
	char *fact;       /* its key; "mitigations.meltdown" where facts have parts */
	char *then, *now; /* as text; "not known" where the host did not tell */
	bool matters;     /* hosts that differ in it are unlike */
};

struct fact_changes {
	struct fact_change *v; /* in the order of host/facts.h */
	size_t n;
};

/* -ENOMEM. The caller frees with fact_changes_free. */
int fact_diff(const json_t *then, const json_t *now, struct fact_changes *out, struct err *e);
void fact_changes_free(struct fact_changes *c);

#endif

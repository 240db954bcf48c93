/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fact_diff: what became of a host since a run was made on it: every fact that is not what it was,
 * "mitigations.meltdown" where facts have parts. Those that make the two runs unlike are not
 * allowed.
 */
#ifndef CGBENCH_FACT_DIFF_H
#define CGBENCH_FACT_DIFF_H

#include "host/hosts.h"

/* In the order of host/facts.h. -ENOMEM. The caller frees with host_differences_free. */
int fact_diff(const json_t *then, const json_t *now, struct host_differences *out, struct err *e);

#endif

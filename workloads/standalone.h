/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standalone: a workload run by hand, without a harness, for people who want to see what it does.
 */
#ifndef CGWORK_STANDALONE_H
#define CGWORK_STANDALONE_H

#include <stdint.h>

#include "loop.h"

/* Runs the plan for that long with a page of its own, and prints what the page then says. */
enum exit_code standalone_run(const struct loop_plan *plan, uint64_t duration_nsec);

#endif

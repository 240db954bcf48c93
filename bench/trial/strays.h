/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * strays: processes that left the group that they were started in. What they did was not done under
 * its limits, and they would outlive its kill.
 */
#ifndef CGBENCH_STRAYS_H
#define CGBENCH_STRAYS_H

#include "trial/live.h"

/* While they run: a group's first process that is not where the plan has it fails the trial. */
void strays_in_groups(struct live *l);

/*
 * Once the groups are killed: whatever still descends from the harness is outside of them. It is
 * killed, and fails the trial.
 */
void strays_end(struct live *l);

#endif

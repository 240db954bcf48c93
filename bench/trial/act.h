/* SPDX-License-Identifier: GPL-3.0-or-later */
/* act: what a trial does to its groups while it measures them, one function a verb. */
#ifndef CGBENCH_ACT_H
#define CGBENCH_ACT_H

#include "trial/live.h"

/*
 * Carries out one action of the plan. An action that the kernel refuses ends the trial with that as
 * its reason, and not the run: 0 then, too.
 */
int act(struct live *l, const struct action_plan *a);

#endif

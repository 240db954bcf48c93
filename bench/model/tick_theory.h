/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tick_theory: the tick model of a group in a trial. Quota, period and tick are known; when ticks
 * and the group's refills are nobody tells (the kernel draws the offset of refills by lot, and
 * skew_tick sets ticks apart). Both are read from the clock: a stall begins with a tick and ends
 * with a refill. What is left to foretell is how many of each lie between, and in which mixture.
 */
#ifndef CGBENCH_TICK_THEORY_H
#define CGBENCH_TICK_THEORY_H

#include "model/tick_model.h"
#include "model/trial_data.h"

/*
 * Whether the model speaks of this group in the time that is evaluated, and what it is to be asked:
 * one thread that wants a CPU of its own all the time, one quota of less than that, a tick that the
 * host tells, and stalls to see the refills by. cpu_theory() goes before.
 */
bool tick_theory(const struct trial_data *t, const struct group_data *g, struct tick_model *out);

#endif

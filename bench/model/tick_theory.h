/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tick_theory: the tick model of a group in a trial. Quota, period and tick are known; the offset
 * of the group's refills, which the kernel draws by lot and tells nobody, is read from the clock:
 * each stall ends with one.
 */
#ifndef CGBENCH_TICK_THEORY_H
#define CGBENCH_TICK_THEORY_H

#include "model/tick_model.h"
#include "model/trial_data.h"

/*
 * Whether the model speaks of this group in the time that is evaluated, and what it is to be asked:
 * one thread that wants a CPU of its own all the time, one quota, a tick that the host tells, and
 * stalls to see the refills by. cpu_theory() goes before.
 */
bool tick_theory(const struct trial_data *t, const struct group_data *g, struct tick_model *out);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trial: one repeat of one cell, from making its groups to removing them. */
#ifndef CGBENCH_TRIAL_H
#define CGBENCH_TRIAL_H

#include "trial/live.h"

/*
 * Runs a planned trial. Returns 0 with data filled, whatever its outcome (data->status), -EINTR
 * when a signal asked to stop, or the errno of a harness that cannot go on. Groups are removed in
 * every case; what could not be removed is an error. The caller frees data.
 */
int trial_run(const struct trial_env *env, const struct trial_plan *plan, struct trial_data *data,
	      struct err *e);

#endif

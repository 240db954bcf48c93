/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * errand: a program that an action starts: in one of the trial's groups or, where the action names
 * none, in a group of the trial that is for errands only, so that nothing outlives the trial.
 */
#ifndef CGBENCH_ERRAND_H
#define CGBENCH_ERRAND_H

#include "trial/live.h"

/* Makes the errands' own group if an action of the plan needs it. */
int errand_prepare(struct live *l, const char *const *controllers, struct err *e);

int errand_start(struct live *l, const struct action_plan *a, struct err *e);

/* It has ended: what went wrong is the trial's outcome. */
void errand_note_exit(struct live *l, pid_t pid, int status);

/* The window is over: what still runs has failed, and is killed. */
void errand_stop(struct live *l);

/* Frees what they hold; removes their group, which is empty by now. */
int errand_end(struct live *l, struct err *e);

#endif

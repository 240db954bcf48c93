/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ending: how what ran in the groups ended, and what that says of the trial. An end that the suite
 * provokes (out of memory, a kill) is a result. One that nobody asked for makes the trial's numbers
 * worthless, and a harness that was too late makes them doubtful.
 */
#ifndef CGBENCH_ENDING_H
#define CGBENCH_ENDING_H

#include "model/trial_data.h"

enum { ENDING_TEXT_MAX = 480 };

/*
 * What is wrong with how a group's first process ended, in a line with its last words; false:
 * nothing. Only what happened before the window closed counts. Needs the snapshots of the end.
 */
bool ending_is_wrong(const struct trial_data *t, unsigned group, char why[static ENDING_TEXT_MAX]);

/*
 * Whether the window took more than 1% and a tick longer than planned, or more than 5% of the
 * samples were lost.
 */
bool ending_is_late(const struct trial_data *t, char why[static ENDING_TEXT_MAX]);

#endif

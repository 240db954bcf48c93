/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * caution: what a suite can be run with, and its author may not have meant. memory.max alone does
 * not cap what a group has: with swap left open it caps memory, and swap comes on top
 * (cgroup-v2.rst).
 */
#ifndef CGBENCH_CAUTION_H
#define CGBENCH_CAUTION_H

#include <stdbool.h>

#include "model/plan.h"

/*
 * The first group of a trial that has a finite memory.max, itself or above, while nobody from there
 * upwards says anything of memory.swap.max; -1: there is none. `max` says that it is meant.
 */
int caution_open_swap(const struct trial_plan *t);

/* Whether there is swap: text is /proc/swaps, a line of names and one for each device. */
bool caution_has_swap(const char *text);

/* Warns on standard error, once a part, where this host has swap or the trial borrows some. */
void caution_print(const char *suite, const struct plan *plan);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * refusals: what the kernel refused, ended or slowed down between two moments, by which level's
 * limit, and which errno a program saw of it. From the counters of the groups' events files, which
 * know of limits and not of programs: whoever else is below a level counts there too.
 */
#ifndef CGBENCH_REFUSALS_H
#define CGBENCH_REFUSALS_H

#include "why/levels.h"
#include "why/said.h"

/* Adds a sentence for each; none when nothing was. */
int refusals_say(const struct levels *l, struct said *s, struct err *e);

#endif

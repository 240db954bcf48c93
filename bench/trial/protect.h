/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * protect: the harness must be the last to go when memory is short, and its children must not
 * inherit that.
 */
#ifndef CGBENCH_PROTECT_H
#define CGBENCH_PROTECT_H

/* Asks the OOM killer to pass by this process; without the privilege nothing changes. */
void protect_from_oom(void);

/* In a child, before exec: the score that a process has by default. */
void protect_undo(void);

#endif

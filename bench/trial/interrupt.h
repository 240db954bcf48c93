/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * interrupt: SIGINT, SIGTERM and SIGHUP set a flag that the trial looks at between its steps, so
 * that groups are removed and rows kept. A second signal forces the way out: the harness dies, and
 * the guardian removes the groups.
 */
#ifndef CGBENCH_INTERRUPT_H
#define CGBENCH_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers; what was ignored (nohup) stays ignored. Every wait of the trial ends with
 * EINTR or after a bounded time, and then looks at the flag. */
int interrupt_install(void);

bool interrupted(void);

/* In a child that is about to exec: the handlers as this program found them. */
void interrupt_reset(void);

#endif

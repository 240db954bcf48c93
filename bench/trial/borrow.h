/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * borrow: makes the host what a trial's plan wants it to be: swap, a scratch disk, settings, mount
 * options. Everything is read before it is changed, owed in the ledger, changed, and read back;
 * giving back is the ledger's. What it was and became is in the trial's data.
 */
#ifndef CGBENCH_BORROW_H
#define CGBENCH_BORROW_H

#include "trial/live.h"

/* Whether the host may be changed without being asked: in a lab. */
bool borrow_is_safe_here(void);

/*
 * Before the trial's groups are made. What this host cannot lend is the trial's outcome, skipped
 * with the reason; the remedy for a host that is no lab is in it.
 */
int borrow_take(struct live *l, struct err *e);

/* When its groups are gone: gives all back, and notes what everything reads then. */
int borrow_return(struct live *l, struct err *e);

/* A limit's value for the kernel: "disk rbps=..." with the number of the trial's disk. */
void borrow_name_disk(const struct live *l, char text[static KNOB_TEXT_MAX]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * proof: that limits hold, before anything is measured under them and again when the window closes.
 * What was read back goes to the timeline of the group.
 */
#ifndef CGBENCH_PROOF_H
#define CGBENCH_PROOF_H

#include "trial/live.h"

/* Reads back what a new group was given; a limit that does not hold is the trial's outcome. */
int proof_at_setup(struct live *l, unsigned group, struct err *e);

/* Writes a limit in mid window, and proves it. Errors: those of the write. */
int proof_write(struct live *l, unsigned group, const struct knob *k,
		const struct knob_value *asked, struct err *e);

/*
 * Holds what every group's files say now against what they said last: one that changed without an
 * action makes the trial unenforced, with what it was and became.
 */
int proof_at_close(struct live *l);

#endif

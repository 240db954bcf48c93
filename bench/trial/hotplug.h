/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hotplug: CPUs taken off line and brought on line, and put back as they were: by the trial, and by
 * the guardian when the harness died. What was touched is noted in memory that both see, before it
 * is touched.
 */
#ifndef CGBENCH_HOTPLUG_H
#define CGBENCH_HOTPLUG_H

#include <stdbool.h>

#include "cgbench/err.h"

struct hotplug_notes;

struct hotplug {
	struct hotplug_notes *notes; /* NULL: not open */
};

/* Before the guardian is forked. */
int hotplug_open(struct hotplug *h, struct err *e);

/* Whether this machine is there to be tried out: a lab. Elsewhere the user has to say so. */
bool hotplug_is_safe_here(void);

/* Errors: -ENOENT for a CPU that is not there or stays on line; the kernel's refusal. */
int hotplug_set(struct hotplug *h, unsigned cpu, bool online, struct err *e);

/* Puts every CPU back as it was found, all that can be; the first error. May be called again. */
int hotplug_restore(struct hotplug *h, struct err *e);

void hotplug_close(struct hotplug *h);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * what_if: what would happen if a limit of the group were this, or if a task moved there; from what
 * the files say now, without trying it (cgroup-v2.rst: "memory.max", "cpu.max", "pids.max",
 * "Migration", "Delegation Containment").
 */
#ifndef CGBENCH_WHAT_IF_H
#define CGBENCH_WHAT_IF_H

#include "why/levels.h"
#include "why/said.h"

/*
 * asked: "memory.max=64M", "memory.high=", "cpu.max=20% 100ms", "pids.max=8", or "move=GROUP", a
 * path below the mount. Errors: -EINVAL with what was expected.
 */
int what_if_say(const struct root *r, const struct hierarchy *h, const struct levels *l,
		const char *asked, struct said *s, struct err *e);

#endif

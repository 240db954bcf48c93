/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * filter: what a container's default seccomp profile refuses (moby, profiles/seccomp/default.json),
 * as a filter that a new process installs. The profile lists what it allows; of what it does not,
 * this refuses the calls that reach beyond a group: the rest keeps working, whoever the program is.
 */
#ifndef CGBENCH_FILTER_H
#define CGBENCH_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

#include "cgbench/err.h"

/* For a process with these capabilities, some of which lift a refusal. The caller frees f->filter.
 */
int filter_build(uint64_t caps, struct sock_fprog *f, struct err *e);

/* Installs it: 0 or a positive errno; async-signal-safe. Takes CAP_SYS_ADMIN, or no_new_privs. */
int filter_install(const struct sock_fprog *f);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doctor: whether this host can run cgbench at all, asked before anything is made, and the message
 * that names what is in the way and the remedy. Reads only. What `cgbench doctor` shows beyond
 * that is the table of check.h.
 */
#ifndef CGBENCH_DOCTOR_H
#define CGBENCH_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "cgbench/err.h"
#include "host/hierarchy.h"
#include "host/root.h"

enum { DOCTOR_CONTROLLERS_MAX = 16 }; /* cgroup v2 has nine */

/*
 * Whether groups with all of these controllers can be made. Errors: -EOPNOTSUPP, for which the
 * exit code is 77, with one line: each controller that is in the way and where it is, the boot
 * option, the lab; and those of doctor_cgroup_root.
 */
int doctor_preflight(const struct root *r, const char *const *controllers, size_t n, struct err *e);

/*
 * Whether the host lacks a controller, and then why, in a few words ("bound to cgroup v1 at
 * /sys/fs/cgroup/memory"), cut to size if need be.
 */
bool doctor_missing(const struct root *r, const char *controller, char *buf, size_t size);

/*
 * Where this process may make groups, as a path below the cgroup2 mount: "" (the mount's root)
 * for root, its own group for a user to whom that was delegated. This process is in the latter:
 * it has to move to a leaf before controllers can be enabled there (cgroup-v2.rst, "No Internal
 * Process Constraint"). Errors: -EOPNOTSUPP without cgroup2, -EACCES when it is not delegated or
 * read-only, -ENAMETOOLONG.
 */
int doctor_cgroup_root(const struct root *r, char *path, size_t size, struct err *e);

/* The same for a hierarchy that was read already: below receives the path. */
int doctor_base(const struct root *r, const struct hierarchy *h, char below[static PATH_MAX],
		struct err *e);

/* "bound to cgroup v1 at ...": why a group at `below` cannot have the controller; "" if it can. */
void doctor_why(const struct root *r, const struct hierarchy *h, const char *below,
		const char *controller, char *buf, size_t size);

/* What helps against that, in words that fit after a semicolon; "" for CONTROLLER_USABLE. */
const char *doctor_remedy(enum controller_state s);

#endif

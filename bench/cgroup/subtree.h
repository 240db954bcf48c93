/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * subtree: the controllers of the base's cgroup.subtree_control that runs of cgbench enabled, and
 * that are disabled again when the last of them is gone. They are noted on the base itself, in an
 * extended attribute of each run's name (user.cgbench-PID-START; cgroup2 keeps them since Linux
 * 5.7): so whoever comes next finds the note when harness and guardian were both killed, in any
 * namespace, and without root.
 */
#ifndef CGBENCH_SUBTREE_H
#define CGBENCH_SUBTREE_H

#include "cgroup/cgrp.h"

/*
 * Enables controllers (NULL-terminated) for the groups below the base; those that were off are
 * noted first, for the run of this name. -errno: of the note, or of the controller that was
 * refused.
 */
int subtree_enable(const struct cgrp_base *b, const char *run, const char *const *controllers,
		   struct err *e);

/*
 * Disables what is noted, unless another run is alive below the base: it will, then. run: whose
 * groups are no other's; "" for none. What cannot be disabled since the host has come to use it, is
 * the host's from now on.
 */
int subtree_restore(const struct cgrp_base *b, const char *run, struct err *e);

#endif

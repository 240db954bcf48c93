/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hierarchy: how a host mounts its cgroups, and where this process is in them. Read from
 * /proc/self/mountinfo, /proc/cgroups and /proc/self/cgroup (cgroups(7)); touches nothing.
 */
#ifndef CGBENCH_HIERARCHY_H
#define CGBENCH_HIERARCHY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cgbench/err.h"
#include "host/root.h"

enum { CONTROLLER_NAME_MAX = 16 };

/* Why a group below a base could, or could not, have a controller. */
enum controller_state {
	CONTROLLER_USABLE,
	CONTROLLER_ON_V1,         /* bound to a v1 hierarchy */
	CONTROLLER_NO_V2,         /* on no v1 hierarchy, but cgroup2 is not mounted */
	CONTROLLER_DISABLED,      /* by the kernel's command line */
	CONTROLLER_NOT_DELEGATED, /* the mount's root has it, the base has not */
	CONTROLLER_ABSENT,        /* this kernel, or this namespace, does not offer it */
};

/* A controller as /proc/cgroups and the v1 mounts know it, by its v1 name ("blkio"). */
struct v1_controller {
	char name[CONTROLLER_NAME_MAX];
	unsigned hierarchy; /* 0: bound to no v1 hierarchy */
	bool enabled;
	char path[PATH_MAX]; /* of its v1 mount; "" when there is none to be seen */
};

struct hierarchy {
	char mount[PATH_MAX]; /* of cgroup2; "": not mounted */
	char top[PATH_MAX];   /* the group that is the mount's root, as /proc names it: "/" */
	char options[256];    /* "rw,nsdelegate,memory_recursiveprot" */
	bool read_only;
	bool own_known;     /* the group of this process lies below the mount */
	char own[PATH_MAX]; /* that group's path below the mount: "" or "user.slice/..." */
	unsigned uid;       /* effective, of this process */
	struct v1_controller *v1;
	size_t n_v1;
};

/* Errors: the errno of reading /proc/self/mountinfo, -ENOMEM. The caller frees. */
int hierarchy_read(const struct root *r, struct hierarchy *out, struct err *e);
void hierarchy_free(struct hierarchy *h);

/* The v1 row of a v2 controller ("io" is v1's "blkio"), or NULL. */
const struct v1_controller *hierarchy_v1(const struct hierarchy *h, const char *controller);

/* Whether any controller is bound to v1. */
bool hierarchy_uses_v1(const struct hierarchy *h);

/* What stands between a controller and the group at `below`, a path below the mount. */
enum controller_state hierarchy_controller(const struct root *r, const struct hierarchy *h,
					   const char *below, const char *controller);

/*
 * Where a group is below the mount, as /proc/PID/cgroup names it ("/a/b"); false: it is not there
 * to be seen.
 */
bool hierarchy_place(const struct hierarchy *h, const char *group, char below[static PATH_MAX]);

/* The group of a process below the mount. Errors: -ESRCH; -ENOENT: out of sight. */
int hierarchy_of_process(const struct root *r, const struct hierarchy *h, pid_t pid,
			 char below[static PATH_MAX], struct err *e);

/* "MOUNT/BELOW/FILE", each of the last two may be ""; -ENAMETOOLONG. */
int hierarchy_path(const struct hierarchy *h, const char *below, const char *file,
		   char path[static PATH_MAX], struct err *e);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identity: as whom a group's workload runs: user, capabilities, namespaces and what else bounds a
 * process beside its group. A line of words, each said at most once, in any order:
 *
 *	nobody | root | 1000 | 1000:100 | NAME   the user; absent: as the harness
 *	caps=container+sys_admin                 none, container or all, and names behind +
 *	ns=pid,mount                             namespaces of its own
 *	join=GROUP:pid,net                       those of an earlier group's workload (setns(2))
 *	no_new_privs                             prctl(2)
 *	seccomp=container                        what a container's default profile refuses
 *	rlimit.nproc=64                          getrlimit(2), soft and hard
 *
 * Without caps= a user that is not root has none, and root has those of the harness.
 */
#ifndef CGBENCH_IDENTITY_H
#define CGBENCH_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgbench/err.h"

enum identity_ns {
	IDENTITY_PID,
	IDENTITY_MOUNT,
	IDENTITY_NET,
	IDENTITY_CGROUP,
	IDENTITY_USER,
	IDENTITY_IPC,
	IDENTITY_UTS,
	IDENTITY_NS_COUNT,
};

/* A kind of namespace. */
struct namespace_kind {
	const char *name; /* as the line of words has it */
	const char *link; /* below /proc/PID/ns */
	int flag;         /* CLONE_NEW* */
};
extern const struct namespace_kind namespace_kinds[IDENTITY_NS_COUNT];

enum { IDENTITY_RLIMITS_MAX = 16, IDENTITY_NAME_MAX = 81 };

struct identity_rlimit {
	int resource; /* RLIMIT_* */
	uint64_t value;
};

struct identity {
	const char *text; /* as it was said; NULL: as the harness, nothing is changed */
	bool has_user, has_caps, no_new_privs, seccomp;
	uid_t uid;
	gid_t gid;
	uint64_t caps;                     /* bit N: capability number N */
	int own, joined;                   /* CLONE_NEW* flags */
	char join_name[IDENTITY_NAME_MAX]; /* whose; "": nobody's */
	unsigned join_group;               /* its index, which the suite or exec fills in */
	struct identity_rlimit rlimits[IDENTITY_RLIMITS_MAX];
	size_t n_rlimits;
};

/* What /proc says of a process, as the harness sees it. */
struct identity_seen {
	uid_t uid;
	gid_t gid;
	uint64_t cap_eff;
	unsigned no_new_privs, seccomp;
	uint64_t ns[IDENTITY_NS_COUNT]; /* inodes */
	unsigned apart,
		joined; /* how many are not the harness's; of those joined, as the other's */
};

/*
 * Reads such a line; `text` is kept. -EINVAL with what was expected, and the offset of the word
 * that is at fault in *at (which may be NULL).
 */
int identity_parse(const char *text, struct identity *out, size_t *at, struct err *e);

#endif

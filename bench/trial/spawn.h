/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spawn: starts a program inside a group. clone3(CLONE_INTO_CGROUP) (Linux 5.7) makes the child
 * there, so that nothing of it is ever charged elsewhere and no attach is needed.
 */
#ifndef CGBENCH_SPAWN_H
#define CGBENCH_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "cgbench/err.h"
#include "model/sched_plan.h"
#include "trial/identity.h"

struct spawn {
	int cgroup_fd;       /* directory of the group */
	const char *program; /* searched in PATH when it has no slash */
	const char *const *argv;
	const int *keep_fds; /* descriptors that the program inherits, by their numbers */
	size_t n_keep;
	int gate_fd;          /* read end: exec waits until a byte comes; -1: at once */
	int output_fd;        /* stdout and stderr; -1: /dev/null */
	bool pass_streams;    /* stdin, stdout and stderr as the harness has them */
	const unsigned *cpus; /* affinity; n_cpus 0: as the harness */
	size_t n_cpus;
	int oom_score_adj;
	struct sched_plan sched;
	const struct identity *identity; /* NULL, or without text: as the harness */
	const char *cgroup_mount;        /* where cgroup2 is mounted, for an identity */
	int join_pidfd;                  /* of the process whose namespaces it joins */
	const struct rlimit *files;      /* its limit of open files; NULL: as the harness */
};

struct child {
	pid_t pid;
	int pidfd;     /* readable when it has ended */
	int failed_fd; /* a struct of its own when it could not be executed; else end of file */
};

/* Errors: the errno of clone3, naming what it most likely means for the group. */
int spawn_start(const struct spawn *s, struct child *out, struct err *e);

/*
 * Why it never ran: a negative errno with the message, remedy included; 0 when it does run or has
 * not been tried yet. To be asked once.
 */
int spawn_failure(const struct child *c, const char *program, struct err *e);

/*
 * Waits until a child with an identity is what it was asked to be, and waits to execute or at its
 * gate: a negative errno with what was refused.
 */
int spawn_settle(const struct child *c, struct err *e);

void spawn_close(struct child *c);

#endif

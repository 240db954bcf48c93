/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * common: memory and a file that several cgwork processes of one trial share, though each has only
 * its own page. Whoever is first binds an abstract socket (unix(7)) of an agreed name and holds the
 * memory as a memfd; the others learn its pid from the socket (SO_PEERCRED of a connection that
 * nobody accepts) and open the memfd through /proc. Nothing of it outlives the processes.
 */
#ifndef CGWORK_COMMON_H
#define CGWORK_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cgbench/err.h"

enum { COMMON_NAME_MAX = 64 };

struct common {
	void *memory;
	size_t bytes;
	int fd;        /* the memfd; more than `bytes` of it may be used as a file */
	int socket_fd; /* of the first one: what keeps the name; -1: somebody else is it */
};

/*
 * Joins or makes what has that name; the first one's init prepares the memory before anybody else
 * sees it. Errors: of socket(2), memfd_create(2), mmap(2); -ETIMEDOUT when the first does not get
 * ready within a second or two.
 */
int common_join(const char *name, size_t bytes, int (*init)(void *memory, struct err *e),
		struct common *out, struct err *e);

void common_leave(struct common *c);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scope: resources that end with the scope they are declared in.
 *
 *	scope_fd int fd = open(...);      closed at the end, unless steal_fd(&fd) took it
 *	scope_free char *s = strdup(...); freed at the end, unless steal_ptr(&s) took it
 *
 * Every destructor accepts the empty value (-1, NULL) and keeps errno. A file that was written
 * must be closed by hand and the result checked; scope_file is for the paths that already failed.
 */
#ifndef CGBENCH_SCOPE_H
#define CGBENCH_SCOPE_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define scope(fn) __attribute__((cleanup(fn)))

static inline void scope_close_fd(const int *fd)
{
	int saved = errno;
	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void scope_free_ptr(void *p)
{
	int saved = errno;
	free(*(void **)p);
	errno = saved;
}

static inline void scope_close_file(FILE **f)
{
	int saved = errno;
	if (*f)
		fclose(*f);
	errno = saved;
}

static inline void scope_close_dir(DIR **d)
{
	int saved = errno;
	if (*d)
		closedir(*d);
	errno = saved;
}

#define scope_fd   scope(scope_close_fd)
#define scope_free scope(scope_free_ptr)
#define scope_file scope(scope_close_file)
#define scope_dir  scope(scope_close_dir)

static inline int steal_fd(int *fd)
{
	int taken = *fd;
	*fd = -1;
	return taken;
}

#define steal_ptr(p)                            \
	({                                      \
		__typeof__(*(p)) taken_ = *(p); \
		*(p) = NULL;                    \
		taken_;                         \
	})

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cgbench/clock.h"
#include "cgbench/scope.h"

enum { TRIES = 1000 };

#define TRY_NSEC (2 * NSEC_PER_MSEC)

/* An abstract address: a first byte of 0, and no file. */
static socklen_t address_of(const char *name, struct sockaddr_un *a)
{
	int n;

	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	n = snprintf(a->sun_path + 1, sizeof(a->sun_path) - 1, "%s", name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static int map(int fd, size_t bytes, void **memory, struct err *e)
{
	*memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return *memory == MAP_FAILED ? err_sys(e, "cannot map memory to share") : 0;
}

/* The address is ours: makes the memory, and only then answers. */
static int make(const char *name, int (*init)(void *memory, struct err *e), struct common *c,
		struct err *e)
{
	scope_fd int fd = memfd_create(name, MFD_CLOEXEC);
	int r;

	if (fd < 0 || ftruncate(fd, (off_t)c->bytes) < 0)
		return err_sys(e, "cannot make memory to share");
	r = map(fd, c->bytes, &c->memory, e);
	if (r == 0)
		r = init(c->memory, e);
	if (r == 0 && listen(c->socket_fd, SOMAXCONN) < 0)
		r = err_sys(e, "cannot offer memory to share");
	if (r == 0)
		c->fd = steal_fd(&fd);
	return r;
}

/* The descriptor that process pid has of the memfd of that name; -ENOENT. */
static int find_memfd(pid_t pid, const char *name, struct err *e)
{
	char dir[32], want[COMMON_NAME_MAX + 32], is[sizeof(want)];

	snprintf(dir, sizeof(dir), "/proc/%d/fd", pid);
	snprintf(want, sizeof(want), "/memfd:%s (deleted)", name);
	scope_dir DIR *d = opendir(dir);
	if (!d)
		return err_sys(e, "cannot look into %s for memory to share", dir);
	for (const struct dirent *entry; (entry = readdir(d));) {
		ssize_t n = readlinkat(dirfd(d), entry->d_name, is, sizeof(is) - 1);
		if (n < 0)
			continue;
		is[n] = '\0';
		if (strcmp(is, want) != 0)
			continue;
		int fd = openat(dirfd(d), entry->d_name, O_RDWR | O_CLOEXEC);
		return fd < 0 ? err_sys(e, "cannot open the memory of process %d", pid) : fd;
	}
	return err_set(e, -ENOENT, "process %d no longer has the memory to share", pid);
}

/* Asks whoever has the address who it is; -EAGAIN while it is not ready to say. */
static int owner_of(const struct sockaddr_un *a, socklen_t length, pid_t *pid, struct err *e)
{
	scope_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct ucred who;
	socklen_t size = sizeof(who);

	if (fd < 0)
		return err_sys(e, "socket");
	if (connect(fd, (const struct sockaddr *)a, length) < 0)
		return errno == ECONNREFUSED ? -EAGAIN : err_sys(e, "cannot ask for memory");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return err_sys(e, "SO_PEERCRED");
	*pid = who.pid;
	return 0;
}

static int join(const char *name, const struct sockaddr_un *a, socklen_t length, struct common *c,
		struct err *e)
{
	struct timespec pause = nsec_to_timespec(TRY_NSEC);
	int r = -EAGAIN;
	pid_t pid = 0;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		r = owner_of(a, length, &pid, e);
		if (r == -EAGAIN)
			nanosleep(&pause, NULL);
	}
	if (r == -EAGAIN)
		return err_set(e, -ETIMEDOUT, "whoever holds %s never got ready", name);
	if (r < 0)
		return r;
	scope_fd int fd = find_memfd(pid, name, e);
	if (fd < 0)
		return fd;
	r = map(fd, c->bytes, &c->memory, e);
	if (r == 0)
		c->fd = steal_fd(&fd);
	return r;
}

int common_join(const char *name, size_t bytes, int (*init)(void *memory, struct err *e),
		struct common *out, struct err *e)
{
	struct common c = {.bytes = bytes, .fd = -1, .socket_fd = -1, .memory = MAP_FAILED};
	struct sockaddr_un a;
	socklen_t length = address_of(name, &a);
	int r;

	c.socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c.socket_fd < 0)
		return err_sys(e, "socket");
	if (bind(c.socket_fd, (const struct sockaddr *)&a, length) == 0) {
		r = make(name, init, &c, e);
	} else if (errno == EADDRINUSE) {
		scope_close_fd(&c.socket_fd);
		c.socket_fd = -1;
		r = join(name, &a, length, &c, e);
	} else {
		r = err_sys(e, "cannot name memory to share");
	}
	if (r < 0)
		common_leave(&c);
	else
		*out = c;
	return r;
}

void common_leave(struct common *c)
{
	if (c->memory != MAP_FAILED)
		munmap(c->memory, c->bytes);
	scope_close_fd(&c->fd);
	scope_close_fd(&c->socket_fd);
	*c = (struct common){.memory = MAP_FAILED, .fd = -1, .socket_fd = -1};
}

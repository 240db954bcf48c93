/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup/cgfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/scope.h"

/* "memory.max" belongs to "memory"; "cgroup.kill" to the core, which is always there. */
static size_t controller_length(const char *name)
{
	size_t n = strcspn(name, ".");
	return n == strlen("cgroup") && strncmp(name, "cgroup", n) == 0 ? 0 : n;
}

/* What an errno most likely means on a control file (cgroup-v2.rst), or "". */
static const char *likely_cause(int code, const char *name)
{
	switch (-code) {
	case EACCES:
	case EPERM:
		return "; run as root, or in a subtree that was delegated to this user";
	case EBUSY:
		return "; the group holds processes or children that forbid it";
	case EINVAL:
	case ERANGE:
		return "; the kernel does not accept this value";
	case EMFILE:
		return "; raise the limit of open files (ulimit -Hn)";
	case EOPNOTSUPP:
		return "; the group's type or this kernel does not support it";
	case ENOSPC:
		return strncmp(name, "cpuset", 6) == 0 ? "; cpuset has no CPUs or nodes left" : "";
	default:
		return "";
	}
}

static int diagnose(int code, const char *path, const char *name, const char *verb, struct err *e)
{
	size_t n = controller_length(name);

	if (code == -ENOENT && n)
		return err_set(e, code,
			       "cannot %s %s/%s: controller '%.*s' is not available there (or this "
			       "kernel has no %s)",
			       verb, path, name, (int)n, name, name);
	return err_set(e, code, "cannot %s %s/%s: %s%s", verb, path, name, strerror(-code),
		       likely_cause(code, name));
}

/* One write(2): the kernel takes or refuses a value whole, and a rest would be another value. */
static int write_once(int fd, const char *text)
{
	size_t length = strlen(text);
	ssize_t n;

	do
		n = io()->write(fd, text, length);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EIO;
}

int cgfile_write(int dirfd, const char *path, const char *name, const char *text, struct err *e)
{
	int fd = io_openat(dirfd, name, O_WRONLY, 0), r, closed;

	if (fd < 0)
		return diagnose(fd, path, name, "write", e);
	r = write_once(fd, text);
	closed = io_close(fd);
	r = r < 0 ? r : closed;
	if (r == 0)
		return 0;
	diagnose(r, path, name, "write", e);
	return err_context(e, r, "value '%s'", text);
}

int cgfile_read(int dirfd, const char *path, const char *name, char **text, struct err *e)
{
	scope_fd int fd = io_openat(dirfd, name, O_RDONLY, 0);
	scope_free char *buf = NULL;
	size_t size = 4096, used = 0;

	if (fd < 0)
		return diagnose(fd, path, name, "read", e);
	for (;;) {
		char *grown = realloc(buf, size);
		ssize_t n;
		if (!grown)
			return err_set(e, -ENOMEM, "reading %s/%s: out of memory", path, name);
		buf = grown;
		n = read(fd, buf + used, size - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diagnose(-errno, path, name, "read", e);
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == size - 1)
			size *= 2;
	}
	buf[used] = '\0';
	*text = steal_ptr(&buf);
	return 0;
}

bool cgfile_is_absent(int r)
{
	return r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP;
}

bool cgfile_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " \n");
		if (n == length && strncmp(p, word, n) == 0)
			return true;
		p += n + strspn(p + n, " \n");
	}
	return false;
}

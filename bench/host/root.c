/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>

#include "cgbench/scope.h"

enum { READ_MAX_BYTES = 1 << 20, LINKS_MAX = 40 };

/*
 * The kernel keeps the walk below the root: an absolute link in a captured tree leads to the tree,
 * and ".." never leaves it (openat2(2)). EAGAIN: a rename raced with a "..", so try again.
 */
static int open_in_root(int root_fd, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)flags, .resolve = RESOLVE_IN_ROOT};
	long fd;

	do
		fd = syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN));
	return (int)fd;
}

/* The state of a walk done by hand; both paths are relative to the root. */
struct walk {
	int root_fd;
	char done[PATH_MAX]; /* resolved: holds no link, no "." and no ".." */
	char rest[PATH_MAX]; /* still to be walked */
	int links;
};

static int fail(int code)
{
	errno = code;
	return -1;
}

static void path_pop(char *path)
{
	char *slash = strrchr(path, '/');
	*(slash ? slash : path) = '\0';
}

static int path_push(char path[static PATH_MAX], const char *name)
{
	size_t used = strlen(path);
	int n = snprintf(path + used, PATH_MAX - used, "%s%s", used ? "/" : "", name);

	return n < 0 || (size_t)n >= PATH_MAX - used ? fail(ENAMETOOLONG) : 0;
}

/* Takes the first component off the rest: 1, 0 when there is none, -1 with errno. */
static int walk_take(struct walk *w, char name[static NAME_MAX + 1])
{
	size_t skip = strspn(w->rest, "/"), len = strcspn(w->rest + skip, "/");
	const char *behind = w->rest + skip + len;

	if (len > NAME_MAX)
		return fail(ENAMETOOLONG);
	memcpy(name, w->rest + skip, len);
	name[len] = '\0';
	memmove(w->rest, behind, strlen(behind) + 1);
	return len > 0;
}

/* The last component of done is a link: its target goes before the rest, to be walked in turn. */
static int walk_link(struct walk *w, const char *target)
{
	char behind[PATH_MAX];

	if (++w->links > LINKS_MAX)
		return fail(ELOOP);
	path_pop(w->done);
	if (target[0] == '/')
		w->done[0] = '\0';
	memcpy(behind, w->rest, sizeof(behind));
	w->rest[0] = '\0';
	return path_push(w->rest, target) < 0 || path_push(w->rest, behind) < 0 ? -1 : 0;
}

static int walk_step(struct walk *w, const char *name)
{
	char target[PATH_MAX] = "";

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		path_pop(w->done);
		return 0;
	}
	if (path_push(w->done, name) < 0)
		return -1;
	if (readlinkat(w->root_fd, w->done, target, sizeof(target) - 1) < 0)
		return errno == EINVAL ? 0 : -1; /* EINVAL: it is there, and no link */
	return walk_link(w, target);
}

/* What openat2 does in one call, component by component. */
static int open_by_walk(int root_fd, const char *path, int flags)
{
	struct walk w = {.root_fd = root_fd};
	char name[NAME_MAX + 1];
	int more, ret = path_push(w.rest, path);

	while (ret == 0 && (more = walk_take(&w, name)) != 0)
		ret = more < 0 ? -1 : walk_step(&w, name);
	if (ret < 0)
		return -1;
	return openat(root_fd, w.done[0] ? w.done : ".", flags | O_NOFOLLOW);
}

static int open_path(const struct root *r, const char *path, int flags)
{
	if (r->walk)
		return open_by_walk(r->fd, path, flags | O_CLOEXEC);
	return open_in_root(r->fd, path, flags | O_CLOEXEC);
}

/* Seccomp filters older than the call answer EPERM; kernels older than it, ENOSYS. */
static bool has_openat2(int root_fd)
{
	scope_fd int fd = open_in_root(root_fd, ".", O_PATH | O_CLOEXEC);
	return fd >= 0;
}

int root_open(const char *path, struct root *out, struct err *e)
{
	const char *folder = path ? path : "/";
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "%s: cannot open as the root of a host", folder);
	*out = (struct root){.fd = fd, .live = !path, .walk = !has_openat2(fd)};
	return 0;
}

void root_close(struct root *r)
{
	if (!r)
		return;
	scope_close_fd(&r->fd);
	r->fd = -1;
}

int root_open_dir(const struct root *r, const char *path, int *fd, struct err *e)
{
	int dir = open_path(r, path, O_RDONLY | O_DIRECTORY);

	if (dir < 0)
		return err_sys(e, "%s", path);
	*fd = dir;
	return 0;
}

bool root_exists(const struct root *r, const char *path)
{
	scope_fd int fd = open_path(r, path, O_PATH);
	return fd >= 0;
}

/* Reads to the end, at most size bytes; the count, or -1 with errno. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t n = read(fd, buf + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (ssize_t)used;
}

int root_read(const struct root *r, const char *path, char **text, struct err *e)
{
	scope_fd int fd = open_path(r, path, O_RDONLY);
	scope_free char *buf = NULL;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, "%s", path);
	buf = malloc(READ_MAX_BYTES + 1);
	if (!buf)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	n = read_all(fd, buf, READ_MAX_BYTES + 1);
	if (n < 0)
		return err_sys(e, "%s: cannot read", path);
	if (n > READ_MAX_BYTES)
		return err_set(e, -EFBIG, "%s: more than 1 MiB, which no file here should be",
			       path);
	buf[n] = '\0';
	*text = steal_ptr(&buf); /* pages that were not read into were never made */
	return 0;
}

int root_read_line(const struct root *r, const char *path, char *buf, size_t size, struct err *e)
{
	scope_free char *text = NULL;
	int ret = root_read(r, path, &text, e);
	size_t len;

	buf[0] = '\0';
	if (!text) /* untouched when it failed */
		return ret;
	len = strcspn(text, "\n");
	if (len >= size)
		return err_set(e, -EOVERFLOW, "%s: its first line has %zu bytes, more than %zu",
			       path, len, size - 1);
	memcpy(buf, text, len);
	buf[len] = '\0';
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroup/cgrp.h"

#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/io.h"
#include "base/keyed.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "cgroup/members.h"
#include "cgroup/subtree.h"

/*
 * libcgroup looks at every level above a new group, each time by a path from the root: what it
 * costs grows with the square of the depth. From this depth on a group is made by mkdirat(2).
 */
enum { LIBRARY_DEPTH_MAX = 6 };

enum { REMOVE_TRIES = 200, REMOVE_PAUSE_USEC = 5000, TREE_WAIT_USEC = 10000000 };

/* libcgroup would write to stdout, between our rows. Its errors reach the user through err. */
static void discard_log(void *data, int level, const char *fmt, va_list ap)
{
	(void)data;
	(void)level;
	(void)fmt;
	(void)ap;
}

/* cgroup_strerror is wrong from 50023 up, and says nothing of the errno behind ECGOTHER. */
static int library_error(int code, const char *what, struct err *e)
{
	int saved = code == ECGOTHER ? cgroup_get_last_errno() : 0;

	if (saved)
		return err_set(e, -saved, "%s: %s", what, strerror(saved));
	if (code == ECGROUPNOTMOUNTED)
		return err_set(e, -EOPNOTSUPP, "%s: no cgroup file system is mounted", what);
	if (code == ECGROUPNOTALLOWED)
		return err_set(e, -EACCES, "%s: not allowed; run as root or in a delegated subtree",
			       what);
	return err_set(e, -EIO, "%s: libcgroup error %d", what, code);
}

static int find_mount(char *mount, struct err *e)
{
	/* memory: every group of ours has it, and on a hybrid host it is the first to be on v1. */
	char *found = NULL;
	struct statfs fs;
	int r;

	cgroup_set_logger(discard_log, CGROUP_LOG_ERROR, NULL);
	r = cgroup_init();
	if (r)
		return library_error(r, "cannot find cgroup mounts", e);
	r = cgroup_get_subsys_mount_point("memory", &found);
	if (r)
		r = cgroup_get_subsys_mount_point("pids", &found);
	if (r)
		r = cgroup_get_subsys_mount_point("cpu", &found);
	if (r)
		return err_set(e, -EOPNOTSUPP,
			       "no mounted cgroup file system offers memory, pids or cpu; `cgbench "
			       "doctor` tells more");
	snprintf(mount, PATH_MAX, "%s", found);
	free(found);
	if (statfs(mount, &fs) < 0)
		return err_sys(e, "%s", mount);
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		return err_set(
			e, -EOPNOTSUPP,
			"%s is cgroup v1; cgbench measures v2 only and leaves v1 mounts alone "
			"(`cgbench doctor` names the boot option and the lab)",
			mount);
	return 0;
}

int cgrp_base_open(const char *below, struct cgrp_base *out, struct err *e)
{
	struct cgrp_base b = {.fd = -1};
	char path[2 * PATH_MAX];
	int r = find_mount(b.mount, e);

	if (r < 0)
		return r;
	while (*below == '/')
		below++;
	snprintf(b.below, sizeof(b.below), "%s", below);
	snprintf(path, sizeof(path), "%s/%s", b.mount, b.below);
	b.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b.fd < 0)
		return err_sys(e, "cannot open the cgroup %s", path);
	r = cgfile_read(b.fd, path, "cgroup.controllers", &b.controllers, e);
	if (r < 0) {
		cgrp_base_close(&b);
		return r;
	}
	*out = b;
	return 0;
}

void cgrp_base_close(struct cgrp_base *b)
{
	if (b->fd >= 0)
		close(b->fd);
	free(b->controllers);
	*b = (struct cgrp_base){.fd = -1};
}

/*
 * One controller is enough to make the directory, and each further one costs libcgroup a walk from
 * the root of the hierarchy. (With none it would "succeed" and do nothing.)
 */
static int create_by_library(const char *path, const char *controller, struct err *e)
{
	struct cgroup *cg = cgroup_new_cgroup(path);
	int r = cg && cgroup_add_controller(cg, controller) ? 0 : ECGFAIL;

	if (r == 0)
		r = cgroup_create_cgroup(cg, 1);
	cgroup_free(&cg);
	return r ? library_error(r, "cannot make the group", e) : 0;
}

static int create_here(int parent_fd, const char *name, const char *path, struct err *e)
{
	if (mkdirat(parent_fd, name, 0755) < 0)
		return err_sys(e, "cannot make the group %s", path);
	return 0;
}

static unsigned depth_of(const char *path)
{
	unsigned depth = 1;

	for (; (path = strchr(path, '/')); path++)
		depth++;
	return depth;
}

/* A group has the controllers that its parent's subtree_control names: "+cpu +memory +pids". */
static int enable(int parent_fd, const char *path, const char *const *controllers, struct err *e)
{
	char text[256] = "";
	size_t used = 0;

	for (; *controllers && used < sizeof(text); controllers++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s+%s", used ? " " : "",
					 *controllers);
	return cgfile_write(parent_fd, path, "cgroup.subtree_control", text, e);
}

static int open_and_limit(int parent_fd, const char *name, const struct cgrp_limit *limits,
			  size_t n, struct cgrp *g, struct err *e)
{
	int r = 0;

	g->fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (g->fd < 0)
		return err_sys(e, "%s: made, and then not there", g->path);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = cgfile_write(g->fd, g->path, limits[i].file, limits[i].text, e);
	return r;
}

int cgrp_create(const struct cgrp_base *b, const struct cgrp *parent, const char *name,
		const char *const *controllers, const struct cgrp_limit *limits, size_t n_limits,
		struct cgrp *out, struct err *e)
{
	int parent_fd = parent ? parent->fd : b->fd;
	const char *above = parent ? parent->path : b->below;
	struct cgrp g = {.fd = -1, .parent_fd = parent_fd};
	int r;

	if (asprintf(&g.path, "%s%s%s", above, *above ? "/" : "", name) < 0)
		return err_set(e, -ENOMEM, "out of memory for a group");
	/* libcgroup would adopt a group that is there, and 3.1 would delete it on failure. */
	if (faccessat(parent_fd, name, F_OK, 0) == 0) {
		err_set(e, -EEXIST, "%s: a group of this name is there already", g.path);
		cgrp_close(&g);
		return -EEXIST;
	}
	r = parent ? enable(parent_fd, above, controllers, e)
		   : subtree_enable(b, name, controllers, e);
	if (r == 0)
		r = depth_of(g.path) > LIBRARY_DEPTH_MAX
			    ? create_here(parent_fd, name, g.path, e)
			    : create_by_library(g.path, controllers[0], e);
	if (r == 0)
		r = open_and_limit(parent_fd, name, limits, n_limits, &g, e);
	if (r < 0) {
		cgrp_close(&g);
		unlinkat(parent_fd, name, AT_REMOVEDIR);
		return r;
	}
	*out = g;
	return 0;
}

void cgrp_close(struct cgrp *g)
{
	if (g->fd >= 0)
		close(g->fd);
	free(g->path);
	*g = (struct cgrp){.fd = -1, .parent_fd = -1};
}

int cgrp_kill(const struct cgrp *g, struct err *e)
{
	return cgfile_write(g->fd, g->path, "cgroup.kill", "1", e);
}

static bool is_empty(int fd)
{
	char text[256];
	uint64_t populated;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return errno == ENODEV; /* the group is gone */
	text[n] = '\0';
	return keyed_u64(text, "populated", &populated) && !populated;
}

static int still_held(const char *path, uint64_t timeout_usec, struct err *e)
{
	char who[256];

	members_tell("/proc", path, who, sizeof(who));
	return err_set(e, -ETIMEDOUT, "%s still holds processes %llu ms after its kill: %s", path,
		       (unsigned long long)(timeout_usec / 1000), who);
}

/* The kernel wakes pollers of cgroup.events whenever `populated` changes. */
static int wait_empty(int dirfd, const char *path, uint64_t timeout_usec, struct err *e)
{
	scope_fd int fd = openat(dirfd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	uint64_t until = now_nsec() + timeout_usec * NSEC_PER_USEC;
	struct pollfd p = {.fd = fd, .events = POLLPRI};

	if (fd < 0)
		return err_sys(e, "cannot open %s/cgroup.events", path);
	while (!is_empty(fd)) {
		uint64_t now = now_nsec();
		if (now >= until)
			return still_held(path, timeout_usec, e);
		struct timespec left = nsec_to_timespec(until - now);
		ppoll(&p, 1, &left, NULL);
	}
	return 0;
}

int cgrp_wait_empty(const struct cgrp *g, uint64_t timeout_usec, struct err *e)
{
	return wait_empty(g->fd, g->path, timeout_usec, e);
}

/* A group stays busy for a moment after its last process has gone. */
static int remove_retrying(int parent_fd, const char *name, struct err *e)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (io()->unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		usleep(REMOVE_PAUSE_USEC);
	}
	return err_sys(e, "cannot remove the group %s", name);
}

static int remove_below(int fd, struct err *e);

/* A directory has a link from each directory in it, one from itself and one from its name. */
static bool has_children(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink > 2;
}

int cgrp_remove(struct cgrp *g, struct err *e)
{
	const char *slash = strrchr(g->path, '/');
	scope_free char *path = g->path;
	int parent_fd = g->parent_fd;
	int r = has_children(g->fd) ? remove_below(g->fd, e) : 0;

	g->path = NULL;
	cgrp_close(g);
	return r < 0 ? r : remove_retrying(parent_fd, slash ? slash + 1 : path, e);
}

int cgrp_move_all(const struct cgrp *from, const struct cgrp *to, struct err *e)
{
	scope_free char *procs = NULL;
	int r = cgfile_read(from->fd, from->path, "cgroup.procs", &procs, e);

	for (char *save, *pid = r == 0 ? strtok_r(procs, "\n", &save) : NULL; pid && r == 0;
	     pid = strtok_r(NULL, "\n", &save)) {
		r = cgfile_write(to->fd, to->path, "cgroup.procs", pid, e);
		if (r == -ESRCH) /* it ended while we read */
			r = 0;
	}
	return r;
}

/* Depth first; directories are the only children that a cgroup directory has beside files. */
static int remove_below(int fd, struct err *e)
{
	scope_dir DIR *dir = NULL;
	int dup_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	dir = dup_fd >= 0 ? fdopendir(dup_fd) : NULL;
	if (!dir)
		return err_sys(e, "cannot list a group");
	for (struct dirent *d; r == 0 && (d = readdir(dir));) {
		if (d->d_type != DT_DIR || d->d_name[0] == '.')
			continue;
		scope_fd int child = openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = child < 0 ? 0 : remove_below(child, e);
		if (r == 0)
			r = remove_retrying(fd, d->d_name, e);
	}
	return r;
}

int cgrp_destroy_tree(int base_fd, const char *name, struct err *e)
{
	scope_fd int fd = openat(base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "cannot open the group %s", name);
	r = cgfile_write(fd, name, "cgroup.kill", "1", e);
	/* A frozen group dies too: SIGKILL reaches frozen tasks on v2. */
	if (r == 0)
		r = wait_empty(fd, name, TREE_WAIT_USEC, e);
	if (r == 0)
		r = remove_below(fd, e);
	if (r == 0)
		r = remove_retrying(base_fd, name, e);
	return r;
}

int cgrp_read_knob(const struct cgrp *g, const struct knob *k, struct knob_value *v, struct err *e)
{
	scope_free char *text = NULL;
	int r = cgfile_read(g->fd, g->path, k->name, &text, e);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	return knob_parse_kernel(k, text, v, e);
}

/* What one level says; -ENOENT where it says nothing. */
static int read_level(const struct cgrp_base *b, char *path, const struct knob *k,
		      struct knob_value *v, struct err *e)
{
	char full[2 * PATH_MAX];
	scope_fd int fd = -1;

	snprintf(full, sizeof(full), "%s/%s", b->mount, path);
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "cannot open the group %s", full);
	return cgrp_read_knob(&(struct cgrp){.path = path, .fd = fd}, k, v, e);
}

int cgrp_effective(const struct cgrp_base *b, const struct cgrp *g, const struct knob *k,
		   struct knob_value *v, struct err *e)
{
	scope_free char *path = strdup(g->path);
	struct knob_value best, one;
	bool any = false;

	if (!path)
		return err_set(e, -ENOMEM, "out of memory for a group");
	for (;;) {
		char *slash = strrchr(path, '/');
		int r = read_level(b, path, k, &one, e);
		if (r < 0 && !cgfile_is_absent(r))
			return r;
		if (r == 0 && (!any || knob_tighter(k, &one, &best))) {
			best = one;
			any = true;
		}
		if (k->combine == KNOB_OWN || !*path)
			break;
		/* Last the mount's root: it has no limits, unless this is a namespace. */
		*(slash ? slash : path) = '\0';
	}
	if (!any)
		return err_set(e, -ENOENT, "%s/%s is not there", g->path, k->name);
	*v = best;
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

#define LAB "in a checkout of cgbench: scripts/lab -- cgbench run default"

static const char v1_remedy[] =
	"boot with systemd.unified_cgroup_hierarchy=1 (and cgroup_no_v1=all), or use the lab, " LAB;

/* What is in the way of a controller, and what helps. */
static const struct {
	const char *why, *remedy;
} states[] = {
	[CONTROLLER_ON_V1] = {"bound to cgroup v1", v1_remedy},
	[CONTROLLER_NO_V2] =
		{"cgroup2 is not mounted",
		 "mount it (mount -t cgroup2 none /sys/fs/cgroup) or use the lab, " LAB},
	[CONTROLLER_DISABLED] = {"disabled on the kernel's command line",
				 "boot without cgroup_disable= (some boards want "
				 "cgroup_enable=memory), or use the lab, " LAB},
	[CONTROLLER_NOT_DELEGATED] = {"not delegated",
				      "run as root, or put Delegate=cpu cpuset io memory pids into "
				      "/etc/systemd/system/user@.service.d/delegate.conf"},
	[CONTROLLER_ABSENT] = {"not offered by this kernel or container",
			       "start the container with its own cgroup namespace and all "
			       "controllers, or use the lab, " LAB},
};

const char *doctor_remedy(enum controller_state s)
{
	return states[s].remedy ? states[s].remedy : "";
}

static void append(char *buf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What does not fit is cut: the longest message is some 700 bytes, and paths can be longer. */
static void append(char *buf, size_t size, const char *fmt, ...)
{
	size_t used = strnlen(buf, size);
	va_list ap;

	va_start(ap, fmt);
	if (used < size)
		vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
}

static void explain(const struct hierarchy *h, const char *below, const char *controller,
		    enum controller_state s, char *buf, size_t size)
{
	const struct v1_controller *v1 = hierarchy_v1(h, controller);

	if (s == CONTROLLER_USABLE)
		return;
	append(buf, size, "%s", states[s].why);
	if (s == CONTROLLER_NOT_DELEGATED)
		append(buf, size, " to %s", below);
	if (s != CONTROLLER_ON_V1 || !v1)
		return;
	if (v1->path[0])
		append(buf, size, " at %s", v1->path);
	else
		append(buf, size, " (hierarchy %u, not mounted here)", v1->hierarchy);
}

void doctor_why(const struct root *r, const struct hierarchy *h, const char *below,
		const char *controller, char *buf, size_t size)
{
	buf[0] = '\0';
	explain(h, below, controller, hierarchy_controller(r, h, below, controller), buf, size);
}

/* What enabling controllers and moving processes takes. */
static bool may_write(const struct root *r, const char *path)
{
	static const char *const files[] = {".", "cgroup.procs", "cgroup.subtree_control"};
	scope_fd int fd = -1;

	if (root_open_dir(r, path, &fd, NULL) < 0)
		return false;
	for (size_t i = 0; i < array_len(files); i++)
		if (faccessat(fd, files[i], W_OK, AT_EACCESS) < 0)
			return false;
	return true;
}

int doctor_base(const struct root *r, const struct hierarchy *h, char below[static PATH_MAX],
		struct err *e)
{
	const char *base = h->uid == 0 ? "" : h->own;
	char path[PATH_MAX];
	int ret;

	if (!h->mount[0])
		return err_set(
			e, -EOPNOTSUPP, "cgroup2 is not mounted; %s",
			states[hierarchy_uses_v1(h) ? CONTROLLER_ON_V1 : CONTROLLER_NO_V2].remedy);
	if (h->uid != 0 && !h->own_known)
		return err_set(
			e, -EACCES,
			"the cgroup of this process is out of sight below %s; run as root, or "
			"start the container with its own cgroup namespace",
			h->mount);
	ret = hierarchy_path(h, base, "", path, e);
	if (ret < 0)
		return ret;
	if (h->read_only)
		return err_set(e, -EACCES,
			       "%s is mounted read-only; start the container with a writable "
			       "cgroup mount (docker run --privileged --cgroupns=private)",
			       h->mount);
	if (!may_write(r, path))
		return err_set(e, -EACCES,
			       "%s: no groups can be made there; run as root, or in a delegated "
			       "subtree: systemd-run --user --scope -p Delegate=yes -- cgbench ...",
			       path);
	snprintf(below, PATH_MAX, "%s", base);
	return 0;
}

int doctor_cgroup_root(const struct root *r, char *path, size_t size, struct err *e)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};
	char below[PATH_MAX] = "";
	int ret = hierarchy_read(r, &h, e);

	if (ret == 0)
		ret = doctor_base(r, &h, below, e);
	if (ret < 0)
		return ret;
	if (strlen(below) >= size)
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", below);
	memcpy(path, below, strlen(below) + 1);
	return 0;
}

bool doctor_missing(const struct root *r, const char *controller, char *buf, size_t size)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};
	char below[PATH_MAX] = "";

	buf[0] = '\0';
	if (hierarchy_read(r, &h, NULL) < 0) {
		append(buf, size, "the host's cgroup mounts cannot be read");
		return true;
	}
	doctor_base(r, &h, below, NULL); /* where it fails, the mount's root is asked */
	doctor_why(r, &h, below, controller, buf, size);
	return buf[0] != '\0';
}

/* What is in the way of one controller; "" for nothing. */
struct obstacle {
	enum controller_state state;
	char why[256];
};

static bool stated_before(const struct obstacle *all, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(all[j].why, all[i].why) == 0)
			return true;
	return false;
}

/* "cpu, pids: WHY; memory: WHY; REMEDY": each why and each remedy once. "" when all is well. */
static void tell_obstacles(const struct obstacle *all, const char *const *controllers, size_t n,
			   char *buf, size_t size)
{
	bool remedy[array_len(states)] = {false};

	for (size_t i = 0; i < n; i++) {
		if (!all[i].why[0] || stated_before(all, i))
			continue;
		append(buf, size, "%s%s", buf[0] ? "; " : "", controllers[i]);
		for (size_t j = i + 1; j < n; j++)
			if (strcmp(all[j].why, all[i].why) == 0)
				append(buf, size, ", %s", controllers[j]);
		append(buf, size, ": %s", all[i].why);
		remedy[all[i].state] = true;
	}
	for (size_t s = 0; s < array_len(states); s++)
		if (remedy[s])
			append(buf, size, "; %s", states[s].remedy);
}

/* -EOPNOTSUPP when a controller is in the way of groups at `below`. */
static int check_controllers(const struct root *r, const struct hierarchy *h, const char *below,
			     const char *const *controllers, size_t n, struct err *e)
{
	struct obstacle all[DOCTOR_CONTROLLERS_MAX] = {{.why = ""}};
	char text[ERR_TEXT_MAX] = "";

	if (n > array_len(all))
		return err_set(e, -E2BIG, "preflight: %zu controllers, more than there are", n);
	for (size_t i = 0; i < n; i++) {
		all[i].state = hierarchy_controller(r, h, below, controllers[i]);
		explain(h, below, controllers[i], all[i].state, all[i].why, sizeof(all[i].why));
	}
	tell_obstacles(all, controllers, n, text, sizeof(text));
	return text[0] ? err_set(e, -EOPNOTSUPP, "groups cannot be limited here: %s", text) : 0;
}

int doctor_preflight(const struct root *r, const char *const *controllers, size_t n, struct err *e)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};
	char below[PATH_MAX] = "";
	struct err no_base = {""};
	int ret = hierarchy_read(r, &h, e), base;

	if (ret < 0)
		return ret;
	/* A controller that no group can have matters more than where this user may make groups. */
	base = doctor_base(r, &h, below, &no_base);
	ret = check_controllers(r, &h, below, controllers, n, e);
	return ret < 0 || base == 0 ? ret : err_set(e, base, "%s", no_base.text);
}

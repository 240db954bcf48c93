/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the order in which the kernel lets it be: what needs privilege first (namespaces, limits, the
 * bounding set), then the user, then what the new user may do by itself. A user namespace is made
 * by the user that it is for, as a rootless container's is; with one, all others belong to it.
 */
#include "trial/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "cgroup/cgfile.h"

enum { CAPS_MAX = 64 };

int identity_clone_flags(const struct identity *id)
{
	return id->own & CLONE_NEWPID;
}

int identity_enter_pid(const struct identity *id, int join_pidfd, struct err *e)
{
	if (!(id->joined & CLONE_NEWPID))
		return 0;
	return setns(join_pidfd, CLONE_NEWPID) < 0
		       ? err_sys(e, "cannot join the PID namespace of %s", id->join_name)
		       : 0;
}

void identity_leave_pid(const struct identity *id)
{
	scope_fd int own = -1;

	if (!(id->joined & CLONE_NEWPID))
		return;
	own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	/* Every later child would be in there, out of the harness's hands. */
	if (own < 0 || setns(own, CLONE_NEWPID) < 0)
		abort();
}

static int rest_of(int flags)
{
	return flags & ~CLONE_NEWPID;
}

static int join(const struct identity *id, int join_pidfd)
{
	int flags = rest_of(id->joined);

	return flags && setns(join_pidfd, flags) < 0 ? errno : 0;
}

static int unshare_own(const struct identity *id)
{
	int flags = rest_of(id->own);

	return flags && unshare(flags) < 0 ? errno : 0;
}

/* A file system does not go upon itself (EBUSY), so that something has to lie between. */
static int mount_groups(const char *cgroup_mount)
{
	if (mount("between", cgroup_mount, "tmpfs", 0, "size=4k") < 0)
		return errno;
	return mount("cgroup2", cgroup_mount, "cgroup2", 0, NULL) < 0 ? errno : 0;
}

/*
 * What a container's runtime does in a mount namespace of its own: nothing gets out of it, /proc
 * shows its PID namespace, and the group that its cgroup namespace begins with is the mount's root.
 * A /proc of a user namespace would need a PID namespace that belongs to it.
 */
static int mounts(const struct identity *id, const char *cgroup_mount)
{
	bool pid = (id->own | id->joined) & CLONE_NEWPID, user = id->own & CLONE_NEWUSER;

	if (!(id->own & CLONE_NEWNS))
		return 0;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return errno;
	if (pid && !user && mount("proc", "/proc", "proc", 0, NULL) < 0)
		return errno;
	return id->own & CLONE_NEWCGROUP ? mount_groups(cgroup_mount) : 0;
}

static int set_rlimits(const struct identity *id)
{
	for (size_t i = 0; i < id->n_rlimits; i++) {
		rlim_t v = id->rlimits[i].value;
		if (setrlimit((__rlimit_resource_t)id->rlimits[i].resource,
			      &(struct rlimit){v, v}) < 0)
			return errno;
	}
	return 0;
}

/* glibc's calls speak to threads that this copy of the harness has not. */
static int become_user(const struct identity *id)
{
	if (!id->has_user)
		return 0;
	if (prctl(PR_SET_KEEPCAPS, (unsigned long)id->has_caps) < 0 ||
	    syscall(SYS_setgroups, 0, NULL) < 0 ||
	    syscall(SYS_setresgid, id->gid, id->gid, id->gid) < 0 ||
	    syscall(SYS_setresuid, id->uid, id->uid, id->uid) < 0)
		return errno;
	/* Its files in /proc would be root's: it could not write its own maps. */
	return prctl(PR_SET_DUMPABLE, 1UL) < 0 ? errno : 0;
}

static int put(const char *path, const char *text)
{
	scope_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);

	return fd >= 0 && write(fd, text, n) == (ssize_t)n ? 0 : errno ?: EIO;
}

/* The user that it is outside is root within. */
static int map_user(uid_t uid, gid_t gid)
{
	char text[32];
	int code = put("/proc/self/setgroups", "deny");

	snprintf(text, sizeof(text), "0 %u 1", uid);
	if (code == 0)
		code = put("/proc/self/uid_map", text);
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return code ?: put("/proc/self/gid_map", text);
}

static int user_namespace(const struct identity *id, enum identity_step *step)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int code;

	if (!(id->own & CLONE_NEWUSER))
		return 0;
	*step = IDENTITY_STEP_NAMESPACES;
	code = unshare_own(id);
	if (code)
		return code;
	*step = IDENTITY_STEP_MAPS;
	return map_user(uid, gid);
}

static int drop_bounding(const struct identity *id)
{
	for (int cap = 0; id->has_caps && cap < CAPS_MAX; cap++) {
		if (id->caps >> cap & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, (unsigned long)cap) == 0)
			continue;
		return errno == EINVAL ? 0 : errno; /* past the kernel's last one */
	}
	return 0;
}

static uint64_t permitted(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	if (syscall(SYS_capget, &head, data) < 0)
		return 0;
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

/* Ambient ones stay when a user that is not root executes a program (capabilities(7)). */
static int set_caps(const struct identity *id)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	uint64_t caps = id->caps == UINT64_MAX ? permitted() : id->caps;
	uint32_t low = (uint32_t)caps, high = (uint32_t)(caps >> 32);
	struct __user_cap_data_struct data[2] = {{low, low, low}, {high, high, high}};

	if (!id->has_caps)
		return 0;
	if (syscall(SYS_capset, &head, data) < 0)
		return errno;
	for (unsigned long cap = 0; cap < CAPS_MAX; cap++)
		if (caps >> cap & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return errno;
	return 0;
}

static int no_new_privs(const struct identity *id)
{
	return id->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 ? errno : 0;
}

/* While it may: afterwards it would take no_new_privs. */
static int filter(const struct identity *id, const struct identity_means *m)
{
	return id->seccomp ? filter_install(&m->filter) : 0;
}

/* With privilege, and outside any user namespace of its own. */
static int privileged(const struct identity *id, const struct identity_means *m,
		      enum identity_step *step)
{
	bool user = id->own & CLONE_NEWUSER;
	int code;

	*step = IDENTITY_STEP_JOIN;
	code = join(id, m->join_pidfd);
	if (code)
		return code;
	*step = IDENTITY_STEP_NAMESPACES;
	code = user ? 0 : unshare_own(id);
	if (code)
		return code;
	*step = IDENTITY_STEP_MOUNTS;
	code = user ? 0 : mounts(id, m->cgroup_mount);
	if (code)
		return code;
	*step = IDENTITY_STEP_RLIMITS;
	code = set_rlimits(id);
	if (code || user)
		return code;
	*step = IDENTITY_STEP_FILTER;
	code = filter(id, m);
	if (code)
		return code;
	*step = IDENTITY_STEP_CAPS;
	return drop_bounding(id);
}

int identity_prepare(const struct identity *id, struct identity_means *m, struct err *e)
{
	return id->seccomp ? filter_build(id->has_caps ? id->caps : 0, &m->filter, e) : 0;
}

int identity_assume(const struct identity *id, const struct identity_means *m,
		    enum identity_step *step)
{
	bool user = id->own & CLONE_NEWUSER;
	int code = privileged(id, m, step);

	if (code)
		return code;
	*step = IDENTITY_STEP_USER;
	code = become_user(id) ?: user_namespace(id, step);
	if (code)
		return code;
	*step = IDENTITY_STEP_MOUNTS;
	code = user ? mounts(id, m->cgroup_mount) : 0;
	if (code)
		return code;
	*step = IDENTITY_STEP_FILTER;
	code = user ? filter(id, m) : 0;
	if (code)
		return code;
	*step = IDENTITY_STEP_CAPS;
	code = user ? drop_bounding(id) : 0;
	code = code ?: set_caps(id);
	if (code)
		return code;
	*step = IDENTITY_STEP_PRIVS;
	return no_new_privs(id);
}

const char *identity_step_text(enum identity_step step)
{
	static const char *const texts[] = {
		[IDENTITY_STEP_JOIN] = "joining the other's namespaces (it takes CAP_SYS_ADMIN)",
		[IDENTITY_STEP_NAMESPACES] = "namespaces of its own (CAP_SYS_ADMIN, or ns=user)",
		[IDENTITY_STEP_MOUNTS] = "mounts in its own mount namespace",
		[IDENTITY_STEP_RLIMITS] = "its rlimits (raising takes CAP_SYS_RESOURCE)",
		[IDENTITY_STEP_FILTER] = "the seccomp filter (CONFIG_SECCOMP_FILTER)",
		[IDENTITY_STEP_USER] = "the user (it takes CAP_SETUID and CAP_SETGID)",
		[IDENTITY_STEP_MAPS] = "the map of its user namespace",
		[IDENTITY_STEP_CAPS] = "its capabilities (nobody gives what it has not)",
		[IDENTITY_STEP_PRIVS] = "no_new_privs",
	};

	return texts[step];
}

static int read_namespaces(pid_t pid, uint64_t inodes[static IDENTITY_NS_COUNT], struct err *e)
{
	for (size_t i = 0; i < IDENTITY_NS_COUNT; i++) {
		char path[64];
		struct stat st;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, namespace_kinds[i].link);
		if (stat(path, &st) < 0)
			return err_sys(e, "cannot read %s", path);
		inodes[i] = st.st_ino;
	}
	return 0;
}

static uint64_t status_number(const char *status, const char *key, int base)
{
	const char *at = strstr(status, key);

	return at ? strtoull(at + strlen(key), NULL, base) : 0;
}

/* Keys are with the line break before and the colon behind: whole ones only (proc(5)). */
static int read_status(pid_t pid, struct identity_seen *out, struct err *e)
{
	scope_free char *text = NULL;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	r = cgfile_read(AT_FDCWD, "", path, &text, e);
	if (r < 0)
		return r;
	out->uid = (uid_t)status_number(text, "\nUid:", 10);
	out->gid = (gid_t)status_number(text, "\nGid:", 10);
	out->cap_eff = status_number(text, "\nCapEff:", 16);
	out->no_new_privs = (unsigned)status_number(text, "\nNoNewPrivs:", 10);
	out->seccomp = (unsigned)status_number(text, "\nSeccomp:", 10);
	return 0;
}

static int compare(const struct identity *asked, const struct identity_seen *seen, struct err *e)
{
	if (asked->has_user && (seen->uid != asked->uid || seen->gid != asked->gid))
		return err_set(e, -EPERM, "asked for user %u:%u, and /proc says %u:%u", asked->uid,
			       asked->gid, seen->uid, seen->gid);
	if (asked->has_caps && asked->caps != UINT64_MAX && seen->cap_eff != asked->caps)
		return err_set(e, -EPERM, "asked for capabilities %016jx, and /proc says %016jx",
			       (uintmax_t)asked->caps, (uintmax_t)seen->cap_eff);
	return 0;
}

static void count_namespaces(const struct identity *asked, const uint64_t *harness,
			     const uint64_t *other, struct identity_seen *seen)
{
	for (size_t i = 0; i < IDENTITY_NS_COUNT; i++) {
		seen->apart += seen->ns[i] != harness[i];
		seen->joined += asked->joined & namespace_kinds[i].flag && seen->ns[i] == other[i];
	}
}

int identity_read(pid_t pid, const struct identity *asked, pid_t joined, struct identity_seen *out,
		  struct err *e)
{
	uint64_t harness[IDENTITY_NS_COUNT], other[IDENTITY_NS_COUNT] = {0};
	struct identity_seen seen = {0};
	int r = read_status(pid, &seen, e);

	if (r == 0)
		r = read_namespaces(pid, seen.ns, e);
	if (r == 0)
		r = read_namespaces(getpid(), harness, e);
	if (r == 0 && asked->joined)
		r = read_namespaces(joined, other, e);
	if (r == 0)
		r = compare(asked, &seen, e);
	if (r < 0)
		return r;
	count_namespaces(asked, harness, other, &seen);
	*out = seen;
	return 0;
}

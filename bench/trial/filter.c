/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

enum { NEVER = -1 };

static const struct {
	const char *call;
	int lifted_by; /* the capability with which the profile allows it */
} refused[] = {
	{"mount", CAP_SYS_ADMIN},
	{"umount2", CAP_SYS_ADMIN},
	{"unshare", CAP_SYS_ADMIN},
	{"setns", CAP_SYS_ADMIN},
	{"open_tree", CAP_SYS_ADMIN},
	{"move_mount", CAP_SYS_ADMIN},
	{"fsopen", CAP_SYS_ADMIN},
	{"fsconfig", CAP_SYS_ADMIN},
	{"fsmount", CAP_SYS_ADMIN},
	{"fspick", CAP_SYS_ADMIN},
	{"mount_setattr", CAP_SYS_ADMIN},
	{"bpf", CAP_SYS_ADMIN},
	{"perf_event_open", CAP_SYS_ADMIN},
	{"fanotify_init", CAP_SYS_ADMIN},
	{"quotactl", CAP_SYS_ADMIN},
	{"syslog", CAP_SYS_ADMIN},
	{"sethostname", CAP_SYS_ADMIN},
	{"setdomainname", CAP_SYS_ADMIN},
	{"open_by_handle_at", CAP_DAC_READ_SEARCH},
	{"init_module", CAP_SYS_MODULE},
	{"finit_module", CAP_SYS_MODULE},
	{"delete_module", CAP_SYS_MODULE},
	{"reboot", CAP_SYS_BOOT},
	{"settimeofday", CAP_SYS_TIME},
	{"clock_settime", CAP_SYS_TIME},
	{"acct", CAP_SYS_PACCT},
	{"kexec_load", NEVER},
	{"swapon", NEVER},
	{"swapoff", NEVER},
	{"keyctl", NEVER},
	{"add_key", NEVER},
	{"request_key", NEVER},
	{"userfaultfd", NEVER},
	{"io_uring_setup", NEVER},
	{"io_uring_enter", NEVER},
	{"io_uring_register", NEVER},
};

static bool has(uint64_t caps, int cap)
{
	return cap != NEVER && caps >> cap & 1;
}

/* A call that this machine's library has no number for cannot be refused by it. */
static int refuse_calls(scmp_filter_ctx ctx, uint64_t caps)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(refused); i++) {
		int nr = seccomp_syscall_resolve_name(refused[i].call);
		if (nr >= 0 && !has(caps, refused[i].lifted_by))
			r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), nr, 0);
	}
	return r;
}

/*
 * The flags of clone3 lie in memory, which no filter sees: the profile says that the call does not
 * exist, so that libraries take clone.
 */
static int refuse_namespaces(scmp_filter_ctx ctx, uint64_t caps)
{
	static const uint64_t flags[] = {CLONE_NEWNS,  CLONE_NEWUTS, CLONE_NEWIPC,   CLONE_NEWUSER,
					 CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP};
	int r = 0;

	if (has(caps, CAP_SYS_ADMIN))
		return 0;
	for (size_t i = 0; r == 0 && i < array_len(flags); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
	return r ?: seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* libseccomp writes the program to a file. */
static int export(scmp_filter_ctx ctx, struct sock_fprog *f, struct err *e)
{
	scope_fd int fd = memfd_create("cgbench-filter", MFD_CLOEXEC);
	scope_free struct sock_filter *program = NULL;
	struct stat st;
	int r = fd < 0 ? -errno : seccomp_export_bpf(ctx, fd);

	if (r < 0 || fstat(fd, &st) < 0)
		return err_set(e, r < 0 ? r : -errno, "cannot write the seccomp filter");
	program = malloc((size_t)st.st_size);
	if (!program)
		return err_no_memory(e);
	if (pread(fd, program, (size_t)st.st_size, 0) != st.st_size)
		return err_set(e, -EIO, "cannot read the seccomp filter");
	f->len = (unsigned short)((size_t)st.st_size / sizeof(*program));
	f->filter = steal_ptr(&program);
	return 0;
}

int filter_build(uint64_t caps, struct sock_fprog *f, struct err *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int r = ctx ? 0 : -ENOMEM;

	if (r == 0)
		r = refuse_calls(ctx, caps);
	if (r == 0)
		r = refuse_namespaces(ctx, caps);
	r = r < 0 ? err_set(e, r, "cannot make the seccomp filter") : export(ctx, f, e);
	seccomp_release(ctx);
	return r;
}

int filter_install(const struct sock_fprog *f)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, f) < 0 ? errno : 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/shipped.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "cgroup/subtree.h"
#include "host/doctor.h"
#include "host/facts.h"
#include "trial/borrow.h"
#include "trial/interrupt.h"
#include "trial/protect.h"

/* The second fence: a bomb that got out of its own limits would still leave the host this much. */
enum { FENCE_PIDS = 4096, FENCE_MEMORY_PERCENT = 80 };

static const char *const controllers[] = {"cpu", "memory", "pids"};

/* Only what the host offers can fence; a trial that needs more will say so itself. */
static int make_run_root(struct session *s, struct err *e)
{
	const char *have[array_len(controllers) + 1] = {NULL};
	struct cgrp_limit fence[2];
	struct sysinfo info;
	size_t n = 0, fences = 0;

	if (sysinfo(&info) < 0)
		return err_sys(e, "sysinfo");
	for (size_t i = 0; i < array_len(controllers); i++)
		if (cgfile_has_word(s->base.controllers, controllers[i]))
			have[n++] = controllers[i];
	if (n == 0)
		return err_set(e, -EOPNOTSUPP,
			       "%s/%s has none of the controllers cpu, memory, pids", s->base.mount,
			       s->base.below);
	if (cgfile_has_word(s->base.controllers, "pids")) {
		fence[fences].file = "pids.max";
		snprintf(fence[fences++].text, KNOB_TEXT_MAX, "%d", FENCE_PIDS);
	}
	if (cgfile_has_word(s->base.controllers, "memory")) {
		fence[fences].file = "memory.max";
		snprintf(fence[fences++].text, KNOB_TEXT_MAX, "%llu",
			 (unsigned long long)info.totalram * info.mem_unit / 100 *
				 FENCE_MEMORY_PERCENT);
	}
	return cgrp_create(&s->base, NULL, s->name, have, fence, fences, &s->run_root, e);
}

/*
 * What the host must offer: a controller that sits on v1 is the host's trouble, and the remedy is
 * for the host. One that this kernel was booted without is a trial's: its limit is unenforced.
 */
static int preflight(const struct root *host, struct err *e)
{
	struct hierarchy h scope(hierarchy_free) = {.mount = ""};
	const char *must[array_len(controllers)];
	size_t n = 0;
	int r = hierarchy_read(host, &h, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < array_len(controllers); i++) {
		enum controller_state s = hierarchy_controller(host, &h, "", controllers[i]);
		if (s == CONTROLLER_ON_V1 || s == CONTROLLER_NO_V2)
			must[n++] = controllers[i];
	}
	return doctor_preflight(host, must, n, e);
}

static int find_base(const char *below, struct session *s, struct err *e)
{
	struct root host;
	char path[PATH_MAX] = "";
	size_t removed, paid;
	int r = root_open(NULL, &host, e);

	if (r < 0)
		return r;
	r = preflight(&host, e);
	if (r == 0 && !below)
		r = doctor_cgroup_root(&host, path, sizeof(path), e);
	root_close(&host);
	if (r == 0)
		r = cgrp_base_open(below ? below : path, &s->base, e);
	if (r == 0)
		r = sweep_dead(&s->base, &removed, e);
	if (r == 0)
		r = subtree_restore(&s->base, "", e);
	return r < 0 ? r : ledger_sweep(sweep_is_dead, &paid, e);
}

/* The guardian is forked between the two, and so holds the leaf's lock but not the root's. */
static int make_groups(struct session *s, struct err *e)
{
	int r = leaf_enter(&s->base, s->name, &s->leaf, e);

	if (r == 0)
		r = hotplug_open(&s->hotplug, e);
	if (r == 0)
		ledger_open(s->name, &s->ledger);
	if (r == 0)
		r = guardian_start(&s->base, s->name, &s->leaf, &s->hotplug, &s->ledger,
				   &s->guardian, e);
	if (r == 0)
		r = make_run_root(s, e);
	return r < 0 ? r : sweep_claim(s->run_root.fd, e);
}

static int open_steps(const char *below, bool places, struct session *s, struct err *e)
{
	const char *locks = access("/run/lock", W_OK) == 0 ? "/run/lock" : "/tmp";
	int r = data_path(DATA_CGWORK, s->cgwork, sizeof(s->cgwork), e);

	if (r == 0)
		r = sweep_own_name(s->name, e);
	if (r == 0)
		r = find_base(below, s, e);
	if (r == 0)
		r = cpu_lock_take(locks, &s->lock, e);
	if (r == 0 && places)
		r = topology_load(&s->topology, e);
	if (r < 0)
		return r;
	sweep_begin_claim(&s->base);
	r = make_groups(s, e);
	sweep_end_claim(&s->base);
	return r;
}

int session_open(const char *below, uint64_t stall_min_usec, bool places, struct session *out,
		 struct err *e)
{
	int r;

	*out = (struct session){.base = {.fd = -1},
				.leaf = {.fd = -1},
				.ledger = {.dir_fd = -1, .fd = -1},
				.run_root = {.fd = -1}};
	if (interrupt_install() < 0)
		return err_sys(e, "cannot install signal handlers");
	/* Orphans of a bomb come to us, and not as zombies to whatever is process 1. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	protect_from_oom();
	r = protect_raise_files(&out->files, e);
	if (r == 0)
		r = open_steps(below, places, out, e);
	if (r < 0) {
		session_close(out, NULL);
		return r;
	}
	out->env = (struct trial_env){
		.run = out->name,
		.base = &out->base,
		.run_root = &out->run_root,
		.topology = out->topology,
		.cgwork = out->cgwork,
		.files = out->files,
		.hotplug = hotplug_is_safe_here() ? &out->hotplug : NULL,
		.ledger = borrow_is_safe_here() ? &out->ledger : NULL,
		.guardian = out->guardian.pid,
		.tick_usec = facts_tick_usec(),
		.stall_min_usec = stall_min_usec,
	};
	return 0;
}

int session_close(struct session *s, struct err *e)
{
	int r = hotplug_restore(&s->hotplug, e);

	if (s->run_root.fd >= 0 && r == 0)
		r = cgrp_remove(&s->run_root, e);
	if (r == 0)
		r = ledger_settle(&s->ledger, e);
	if (s->base.fd >= 0 && r == 0)
		r = subtree_restore(&s->base, s->name, e);
	if (r == 0)
		guardian_dismiss(&s->guardian); /* else it tries when we are gone */
	if (r == 0 && s->base.fd >= 0)
		r = leaf_leave(&s->base, &s->leaf, e);
	hotplug_close(&s->hotplug);
	ledger_close(&s->ledger);
	topology_free(s->topology);
	s->topology = NULL;
	cpu_lock_release(&s->lock);
	cgrp_base_close(&s->base);
	if (s->files.rlim_max)
		setrlimit(RLIMIT_NOFILE, &s->files);
	return r;
}

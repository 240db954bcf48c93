/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/leaf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"

/* "0" stands for the process that writes it. */
static int move_to(int dirfd, const char *path, struct err *e)
{
	return cgfile_write(dirfd, path, "cgroup.procs", "0", e);
}

static int holds_others(const struct cgrp_base *b, struct err *e)
{
	scope_free char *procs = NULL;
	int r = cgfile_read(b->fd, b->below, "cgroup.procs", &procs, e);

	if (r < 0 || !*procs)
		return r;
	return err_set(e, -EBUSY,
		       "%s holds other processes (%.*s is one), so it can give no controllers to "
		       "groups below it; start cgbench in a group of its own: systemd-run --user "
		       "--scope -p Delegate=yes cgbench ...",
		       b->below, (int)strcspn(procs, "\n"), procs);
}

static bool inside(const struct cgrp_base *b)
{
	scope_free char *procs = NULL;
	char own[16];

	snprintf(own, sizeof(own), "%d", getpid());
	return cgfile_read(b->fd, b->below, "cgroup.procs", &procs, NULL) == 0 &&
	       cgfile_has_word(procs, own);
}

int leaf_enter(const struct cgrp_base *b, const char *run_name, struct leaf *out, struct err *e)
{
	struct leaf l = {.fd = -1};
	int r;

	*out = l;
	/* The mount's root is exempt from the constraint. */
	if (!*b->below || !inside(b))
		return 0;
	snprintf(l.name, sizeof(l.name), "%s" SWEEP_LEAF_SUFFIX, run_name);
	if (mkdirat(b->fd, l.name, 0755) < 0)
		return err_sys(e, "cannot make the group %s/%s", b->below, l.name);
	l.fd = openat(b->fd, l.name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = l.fd < 0 ? err_sys(e, "%s/%s", b->below, l.name) : sweep_claim(l.fd, e);
	if (r == 0)
		r = move_to(l.fd, l.name, e);
	if (r == 0)
		r = holds_others(b, e);
	if (r < 0) {
		leaf_leave(b, &l, NULL);
		return r;
	}
	*out = l;
	return 0;
}

int leaf_leave(const struct cgrp_base *b, struct leaf *l, struct err *e)
{
	int r;

	if (!*l->name)
		return 0;
	r = move_to(b->fd, b->below, e);
	if (r == 0)
		r = cgrp_destroy_tree(b->fd, l->name, e);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	if (r == 0)
		*l->name = '\0';
	return r;
}

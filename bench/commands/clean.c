/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean: removes the groups that dead runs left, and only those. */
#include <stdio.h>

#include "base/options.h"
#include "cgbench/exit.h"
#include "cgroup/subtree.h"
#include "cgroup/sweep.h"
#include "command.h"
#include "host/doctor.h"
#include "host/ledger.h"

struct options {
	const char *cgroup;
};

static const struct option_row rows[] = {
	{"cgroup", 'c', "PATH", "Look below this group, relative to the cgroup2 mount",
	 INTO(OPTION_TEXT, struct options, cgroup)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	.doc = "Remove what dead runs left: groups named cgbench-PID-START whose process is gone.\v"
	       "Their processes are killed first. What they had borrowed from the host (swap, "
	       "disks, "
	       "settings) is given back. Groups of runs that are alive are not touched. "
	       "Every run does this at its start; the command is for a host that is not to run "
	       "one.\n\n"
	       "EXAMPLES\n  cgbench clean",
};

static int sweep(const char *below, size_t *removed, size_t *paid, struct err *e)
{
	struct cgrp_base base;
	char path[PATH_MAX];
	struct root root;
	int r = root_open(NULL, &root, e);

	if (r < 0)
		return r;
	if (!below)
		r = doctor_cgroup_root(&root, path, sizeof(path), e);
	root_close(&root);
	if (r == 0)
		r = cgrp_base_open(below ? below : path, &base, e);
	if (r < 0)
		return r;
	r = sweep_dead(&base, removed, e);
	if (r == 0)
		r = subtree_restore(&base, "", e);
	cgrp_base_close(&base);
	return r < 0 ? r : ledger_sweep(sweep_is_dead, paid, e);
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {""};
	size_t removed, paid = 0;

	options_parse(&arguments, argc, argv, &o);
	if (sweep(o.cgroup, &removed, &paid, &e) < 0) {
		fprintf(stderr, "cgbench clean: %s\n", e.text);
		return EXIT_CANNOT;
	}
	printf("%zu left by dead runs, removed\n", removed);
	if (paid)
		printf("%zu had borrowed from the host, given back\n", paid);
	return EXIT_PASS;
}

const struct command command_clean = {
	.name = "clean", .summary = "remove what dead runs left", .order = 90, .run = run};

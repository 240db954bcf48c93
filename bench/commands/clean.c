/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean: removes the groups that dead runs left, and only those. */
#include <stdio.h>

#include "base/options.h"
#include "cgbench/exit.h"
#include "cgroup/sweep.h"
#include "command.h"
#include "host/doctor.h"

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
	       "Their processes are killed first. Groups of runs that are alive are not touched. "
	       "Every run does this at its start; the command is for a host that is not to run "
	       "one.\n\n"
	       "EXAMPLES\n  cgbench clean",
};

static int sweep(const char *below, size_t *removed, struct err *e)
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
	cgrp_base_close(&base);
	return r;
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {""};
	size_t removed;

	options_parse(&arguments, argc, argv, &o);
	if (sweep(o.cgroup, &removed, &e) < 0) {
		fprintf(stderr, "cgbench clean: %s\n", e.text);
		return EXIT_CANNOT;
	}
	printf("%zu left by dead runs, removed\n", removed);
	return EXIT_PASS;
}

const struct command command_clean = {
	.name = "clean", .summary = "remove what dead runs left", .order = 90, .run = run};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean: removes the groups that dead runs left, and only those. */
#include <argp.h>
#include <stdio.h>

#include "cgbench/exit.h"
#include "cgroup/sweep.h"
#include "command.h"
#include "host/doctor.h"

struct options {
	const char *cgroup;
};

static const struct argp_option option_table[] = {
	{"cgroup", 'c', "PATH", 0, "Look below this group, relative to the cgroup2 mount", 0},
	{0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key == 'c') {
		o->cgroup = arg;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_error(state, "takes no argument, not '%s'", arg);
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
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

	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (sweep(o.cgroup, &removed, &e) < 0) {
		fprintf(stderr, "cgbench clean: %s\n", e.text);
		return EXIT_CANNOT;
	}
	printf("%zu left by dead runs, removed\n", removed);
	return EXIT_PASS;
}

const struct command command_clean = {
	.name = "clean", .summary = "remove what dead runs left", .order = 90, .run = run};

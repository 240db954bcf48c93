/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exec: commands under limits, outside of any suite: one, with an account of what happened to it,
 * or a series, with how far its runs lie apart.
 */
#ifndef CGBENCH_EXEC_H
#define CGBENCH_EXEC_H

#include "evaluate/account.h"
#include "model/identity.h"
#include "trial/session.h"

enum { EXEC_IDENTITY_MAX = 1024, EXEC_COMMANDS_MAX = 64, EXEC_RUNS_MAX = 1000000 };

/* A command has no duration of its own. A year is long enough, and fits every timer. */
#define EXEC_NO_END_USEC (UINT64_C(365) * 24 * 3600 * USEC_PER_SEC)

struct exec_options {
	struct limit_plan *limits;
	size_t n_limits;
	struct place_plan place;
	uint64_t sample_every_usec, timeout_usec;
	const char *cgroup, *output;
	const char *as, *caps, *namespaces;
	char identity_text[EXEC_IDENTITY_MAX];
	struct identity identity;
	unsigned repeat, warmup;
	const char *export_json;
	bool json, all, shell, show_output;
	char **argv; /* the command's line; shell: a command line in each */
};

/* How many commands there are. */
size_t exec_count(const struct exec_options *o);

/* Each runs the commands, closes the session, tells what came of it and returns the exit code. */
int exec_one(const struct exec_options *o, struct session *s);
int exec_series(const struct exec_options *o, struct session *s);

/* What both need of a run: its plan, which lives as long as group; its account; its exit code. */
struct trial_plan exec_plan(const struct exec_options *o, char **argv, struct group_plan *group);
struct account exec_account(const struct exec_options *o, const struct trial_data *t,
			    const struct evaluation *v);
int exec_code(const struct trial_data *t); /* as a shell would tell it; says what is to be said */
int exec_fail(int code, const char *text); /* says it, and returns code */

#endif

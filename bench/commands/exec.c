/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exec: one command under limits, or some of them run again and again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "command.h"
#include "exec/exec.h"

enum { STALL_MIN_USEC = 1000 };

static void take_limit(void *options, const char *arg, const struct argp_state *state)
{
	struct exec_options *o = options;
	const char *equals = strchr(arg, '=');
	struct limit_plan limit = {0};
	struct limit_plan *slot;
	char name[64];
	struct err e;

	if (!equals || (size_t)(equals - arg) >= sizeof(name))
		argp_error(state, "--limit %s: expected KNOB=VALUE, such as memory.max=64M", arg);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - arg), arg);
	limit.knob = knob_find(name);
	if (!limit.knob)
		argp_error(state, "--limit: no knob '%s'; `cgbench list knobs` shows them", name);
	if (knob_parse(limit.knob, equals + 1, &limit.value, &e) < 0)
		argp_error(state, "--limit %s: %s", name, e.text);
	slot = array_push(o->limits, o->n_limits);
	if (!slot)
		argp_failure(state, EXIT_CANNOT, ENOMEM, "limits");
	else
		*slot = limit;
}

static void take_place(void *options, const char *arg, const struct argp_state *state)
{
	struct exec_options *o = options;
	const char *comma = strchr(arg, ',');
	char number[16];
	uint64_t n;
	struct err e;

	snprintf(number, sizeof(number), "%.*s", (int)(comma ? comma - arg : 15), arg);
	if (unit_parse(UNIT_COUNT, number, &n, &e) < 0 || n == 0 || n > CPU_SETSIZE)
		argp_error(state, "--place %s: expected a number of CPUs, as in 2,same-core", arg);
	o->place.cpus = (unsigned)n;
	o->place.where = PLACE_ANY;
	if (comma && place_parse(comma + 1, &o->place.where, &o->place.node, &e) < 0)
		argp_error(state, "--place: %s", e.text);
}

static const struct option_row rows[] = {
	{"limit", 'l', "KNOB=VALUE",
	 "A limit of the group, such as memory.max=64M; `cgbench list knobs` shows all", OPTION_OWN,
	 .take = take_limit},
	{"place", 0, "N[,WHERE]",
	 "Run on N CPUs: any, same-core, same-l3, spread, other-package, node:N, p-core, e-core",
	 OPTION_OWN, .take = take_place},
	{"as", 0, "IDENTITY",
	 "As whom it runs: nobody, 1000, \"root caps=container seccomp=container rlimit.nproc=64\"",
	 INTO(OPTION_TEXT, struct exec_options, as)},
	{"cap", 0, "CAPS", "Its capabilities: none, container, all, or none+sys_admin+net_admin",
	 INTO(OPTION_TEXT, struct exec_options, caps)},
	{"ns", 0, "KINDS",
	 "Namespaces of its own: pid, mount, net, cgroup, user, ipc, uts, with commas",
	 INTO(OPTION_TEXT, struct exec_options, namespaces)},
	{"sample-every", 0, "TIME", "How often to look (10ms)",
	 INTO(OPTION_USEC, struct exec_options, sample_every_usec), .min = 1},
	{"timeout", 't', "TIME", "End it after so long, as timeout(1) does: exit code 124",
	 INTO(OPTION_USEC, struct exec_options, timeout_usec), .min = 1},
	{"repeat", 'n', "N", "Run it N times and tell how far the runs lie apart (1)",
	 INTO(OPTION_UNSIGNED, struct exec_options, repeat), .min = 1, .max = EXEC_RUNS_MAX},
	{"warmup", 'w', "N", "Runs before that, which do not count (0)",
	 INTO(OPTION_UNSIGNED, struct exec_options, warmup), .max = EXEC_RUNS_MAX},
	{"shell", 'S', NULL,
	 "Each operand is a command line for sh; several are run in turns and compared",
	 INTO(OPTION_FLAG, struct exec_options, shell)},
	{"show-output", 0, NULL, "Let the commands of a series print",
	 INTO(OPTION_FLAG, struct exec_options, show_output)},
	{"export-json", 0, "FILE", "Write all times to FILE as hyperfine does",
	 INTO(OPTION_TEXT, struct exec_options, export_json)},
	{"output", 'o', "FILE", "Write the account and the table to FILE and not to stderr",
	 INTO(OPTION_TEXT, struct exec_options, output)},
	{"all", 0, NULL, "Also metrics that are zero, and the harness's own",
	 INTO(OPTION_FLAG, struct exec_options, all)},
	{"json", 0, NULL, "Write JSON instead of a table",
	 INTO(OPTION_FLAG, struct exec_options, json)},
	{"cgroup", 0, "PATH",
	 "Work below this group (relative to the cgroup2 mount), for a delegated subtree",
	 INTO(OPTION_TEXT, struct exec_options, cgroup)},
	{0},
};

/* More than one run, or one whose times are wanted in a file. */
static bool is_series(const struct exec_options *o)
{
	return o->repeat > 1 || o->warmup > 0 || o->export_json || exec_count(o) > 1;
}

/* The three options are words of one line. */
static void check_identity(struct exec_options *o, const struct argp_state *state)
{
	struct err e;

	if (!o->as && !o->caps && !o->namespaces)
		return;
	snprintf(o->identity_text, sizeof(o->identity_text), "%s%s%s%s%s", o->as ?: "",
		 o->caps ? " caps=" : "", o->caps ?: "", o->namespaces ? " ns=" : "",
		 o->namespaces ?: "");
	if (identity_parse(o->identity_text, &o->identity, NULL, &e) < 0)
		argp_error(state, "--as: %s", e.text);
	if (o->identity.joined)
		argp_error(state, "--as: join= is for a group of a suite, which has another one");
}

static void check(void *options, const struct argp_state *state)
{
	struct exec_options *o = options;

	check_identity(o, state);
	if (exec_count(o) > EXEC_COMMANDS_MAX)
		argp_error(state, "at most %d commands", EXEC_COMMANDS_MAX);
	if (is_series(o) && (o->json || o->all))
		argp_error(state, "--%s tells of one run; --export-json has the times of a series",
			   o->json ? "json" : "all");
	if (o->show_output && !is_series(o))
		argp_error(state, "--show-output is for a series: one run prints in any case");
}

static const struct command_line arguments = {
	.rows = rows,
	.check = check,
	.command = true,
	.operands_offset = offsetof(struct exec_options, argv),
	.missing = "which command? cgbench exec --limit cpu.max=20% -- COMMAND",
	/* In order: what follows the command's name belongs to the command. */
	.flags = ARGP_IN_ORDER,
	.operands = "[--] COMMAND [ARG...]",
	.doc = "Run one command under limits and tell what happened to it.\v"
	       "The command keeps its standard streams; a sentence and a table go to stderr. Every "
	       "limit is read "
	       "back before the command starts, and a limit that does not hold is an error. In a "
	       "series (-n, -w, -S with several) what the commands print is thrown away.\n\n"
	       "EXAMPLES\n"
	       "  cgbench exec --limit cpu.max='20% 100ms' -- make\n"
	       "  cgbench exec -l memory.max=64M -l memory.swap.max=0 -- ./server --selftest\n"
	       "  cgbench exec -l pids.max=64 --place 2,same-core -- stress-ng --cpu 2 -t 5\n"
	       "  cgbench exec --as nobody --ns pid,net -l pids.max=16 -- sh -c 'id; echo $$'\n"
	       "  cgbench exec -l cpu.max=50% -S -w 1 -n 10 'xz -k file' 'zstd -k file'\n\n"
	       "Exit codes: the command's own; 128+N when signal N ended it; 124 --timeout did; "
	       "2 usage; 77 this host "
	       "cannot, or a limit does not hold; 126 the command cannot be executed.",
};

static int run(int argc, char **argv)
{
	struct exec_options o = {
		.sample_every_usec = 10000, .timeout_usec = EXEC_NO_END_USEC, .repeat = 1};
	struct session session;
	struct err e = {""};
	int code;

	options_parse(&arguments, argc, argv, &o);
	if (session_open(o.cgroup, STALL_MIN_USEC, o.place.cpus > 0, &session, &e) < 0)
		code = exec_fail(EXIT_CANNOT, e.text);
	else
		code = is_series(&o) ? exec_series(&o, &session) : exec_one(&o, &session);
	free(o.limits);
	return code;
}

const struct command command_exec = {
	.name = "exec",
	.summary = "run one command under limits and tell what happened to it",
	.order = 10,
	.run = run,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exec: one command under limits, and a table of what happened to it. */
#include <errno.h>
#include <jansson.h>
#include <libsmartcols.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/options.h"
#include "base/output.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "evaluate/account.h"
#include "evaluate/evaluate.h"
#include "host/root.h"
#include "suite/caution.h"
#include "trial/session.h"

/* A command has no duration of its own. A year is long enough, and fits every timer. */
static const uint64_t no_end_usec = UINT64_C(365) * 24 * 3600 * USEC_PER_SEC;

/* As timeout(1) says it. */
enum { CUT_SHORT = 124 };

enum { STALL_MIN_USEC = 1000, IDENTITY_TEXT_MAX = 1024 };

struct options {
	struct limit_plan *limits;
	size_t n_limits;
	struct place_plan place;
	uint64_t sample_every_usec, timeout_usec;
	const char *cgroup, *output;
	const char *as, *caps, *namespaces;
	char identity_text[IDENTITY_TEXT_MAX];
	struct identity identity;
	bool json, all;
	char **argv;
};

static void take_limit(void *options, const char *arg, const struct argp_state *state)
{
	struct options *o = options;
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
	struct options *o = options;
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
	 INTO(OPTION_TEXT, struct options, as)},
	{"cap", 0, "CAPS", "Its capabilities: none, container, all, or none+sys_admin+net_admin",
	 INTO(OPTION_TEXT, struct options, caps)},
	{"ns", 0, "KINDS",
	 "Namespaces of its own: pid, mount, net, cgroup, user, ipc, uts, with commas",
	 INTO(OPTION_TEXT, struct options, namespaces)},
	{"sample-every", 0, "TIME", "How often to look (10ms)",
	 INTO(OPTION_USEC, struct options, sample_every_usec), .min = 1},
	{"timeout", 't', "TIME", "End it after so long, as timeout(1) does: exit code 124",
	 INTO(OPTION_USEC, struct options, timeout_usec), .min = 1},
	{"output", 'o', "FILE", "Write the account and the table to FILE and not to stderr",
	 INTO(OPTION_TEXT, struct options, output)},
	{"all", 0, NULL, "Also metrics that are zero, and the harness's own",
	 INTO(OPTION_FLAG, struct options, all)},
	{"json", 0, NULL, "Write JSON instead of a table", INTO(OPTION_FLAG, struct options, json)},
	{"cgroup", 0, "PATH",
	 "Work below this group (relative to the cgroup2 mount), for a delegated subtree",
	 INTO(OPTION_TEXT, struct options, cgroup)},
	{0},
};

/* The three options are words of one line. */
static void check_identity(void *options, const struct argp_state *state)
{
	struct options *o = options;
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

static const struct command_line arguments = {
	.rows = rows,
	.check = check_identity,
	.command = true,
	.operands_offset = offsetof(struct options, argv),
	.missing = "which command? cgbench exec --limit cpu.max=20% -- COMMAND",
	/* In order: what follows the command's name belongs to the command. */
	.flags = ARGP_IN_ORDER,
	.operands = "[--] COMMAND [ARG...]",
	.doc = "Run one command under limits and tell what happened to it.\v"
	       "The command keeps its standard streams; a sentence and a table go to stderr. Every "
	       "limit is read "
	       "back before the command starts, and a limit that does not hold is an error.\n\n"
	       "EXAMPLES\n"
	       "  cgbench exec --limit cpu.max='20% 100ms' -- make\n"
	       "  cgbench exec -l memory.max=64M -l memory.swap.max=0 -- ./server --selftest\n"
	       "  cgbench exec -l pids.max=64 --place 2,same-core -- stress-ng --cpu 2 -t 5\n"
	       "  cgbench exec --as nobody --ns pid,net -l pids.max=16 -- sh -c 'id; echo $$'\n\n"
	       "Exit codes: the command's own; 128+N when signal N ended it; 124 --timeout did; "
	       "2 usage; 77 this host "
	       "cannot, or a limit does not hold; 126 the command cannot be executed.",
};

static struct trial_plan make_plan(const struct options *o, struct group_plan *group)
{
	*group = (struct group_plan){
		.name = (char *)"command",
		.parent = -1,
		.limits = o->limits,
		.n_limits = o->n_limits,
		.place = o->place,
		.identity = o->identity,
		.run = {.argv = o->argv, .exit_code = RUN_EXIT_ANY, .ends = true}};
	return (struct trial_plan){.trial = 1,
				   .cell = 1,
				   .repeat = 1,
				   .groups = group,
				   .n_groups = 1,
				   .end = {END_EXIT, 0},
				   .duration_usec = o->timeout_usec,
				   .timeout_usec = no_end_usec,
				   .sample_every_usec = o->sample_every_usec};
}

/* It ran to --timeout, and its end is the tear-down's doing. */
static bool was_cut_short(const struct trial_data *t)
{
	return !t->groups[0].exited || t->groups[0].exit_nsec > t->close_nsec;
}

static void number_text(char *buf, size_t size, double v)
{
	if (isnan(v))
		*buf = '\0';
	else
		snprintf(buf, size, "%.12g", round(v * 1000) / 1000);
}

static void add_line(struct libscols_table *table, const struct account *a, const struct value *v)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	double allowed = account_allowed(a, v->metric);
	char text[32];

	scols_line_set_data(line, 0, v->metric);
	number_text(text, sizeof(text), v->value);
	scols_line_set_data(line, 1, text);
	scols_line_set_data(line, 2, v->unit);
	number_text(text, sizeof(text), allowed);
	scols_line_set_data(line, 3, text);
	number_text(text, sizeof(text), round(1000 * v->value / allowed) / 10);
	scols_line_set_data(line, 4, text);
	number_text(text, sizeof(text), v->expected);
	scols_line_set_data(line, 5, text);
	*text = '\0';
	if (!isnan(v->error_pct))
		snprintf(text, sizeof(text), "%+.2f%%", v->error_pct);
	scols_line_set_data(line, 6, text);
}

/* Rows of the command's, unless all are wanted: what the harness did and found is not. */
static bool is_of_interest(const struct value *v)
{
	return v->value != 0 && strncmp(v->metric, "harness.", 8) != 0;
}

static void print_table(const struct account *a, bool all, FILE *out)
{
	static const struct {
		const char *name;
		int flags;
	} columns[] = {{"METRIC", 0},
		       {"VALUE", SCOLS_FL_RIGHT},
		       {"UNIT", 0},
		       {"LIMIT", SCOLS_FL_RIGHT},
		       {"%", SCOLS_FL_RIGHT},
		       {"EXPECTED", SCOLS_FL_RIGHT},
		       {"ERROR", SCOLS_FL_RIGHT}};
	struct libscols_table *table = scols_new_table();

	scols_table_set_stream(table, out);
	for (size_t i = 0; i < array_len(columns); i++)
		scols_table_new_column(table, columns[i].name, 0, columns[i].flags);
	for (size_t i = 0; i < a->values->n; i++)
		if (all || is_of_interest(&a->values->values[i]))
			add_line(table, a, &a->values->values[i]);
	scols_print_table(table);
	scols_unref_table(table);
}

static json_t *number_or_null(double v)
{
	return isnan(v) ? json_null() : json_real(v);
}

static void print_json(const struct evaluation *all, const struct trial_data *t, FILE *out)
{
	json_t *metrics = json_array();
	json_t *whole =
		json_pack("{s:i, s:f, s:o}", "wait_status", t->groups[0].exit_status, "window_usec",
			  (double)(t->close_nsec - t->open_nsec) / 1000, "metrics", metrics);

	for (size_t i = 0; i < all->n; i++) {
		const struct value *v = &all->values[i];
		json_array_append_new(metrics,
				      json_pack("{s:s, s:o, s:s, s:o, s:o}", "metric", v->metric,
						"value", number_or_null(v->value), "unit", v->unit,
						"expected", number_or_null(v->expected),
						"error_pct", number_or_null(v->error_pct)));
	}
	json_dumpf(whole, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(whole);
}

/* Whether what memory.max refuses may go to swap, on this host. */
static bool swap_is_open(const struct trial_plan *plan)
{
	scope_free char *swaps = NULL;
	struct root host;
	int r = root_open(NULL, &host, NULL);

	if (r == 0)
		r = root_read(&host, "/proc/swaps", &swaps, NULL);
	root_close(&host);
	return r == 0 && caution_has_swap(swaps) && caution_open_swap(plan) >= 0;
}

static struct account account_of(const struct options *o, const struct trial_data *t,
				 const struct evaluation *v)
{
	const struct group_data *g = &t->groups[0];
	uint64_t end = g->exited && g->exit_nsec < t->close_nsec ? g->exit_nsec : t->close_nsec;

	return (struct account){.wait_status = g->exit_status,
				.cut_short = was_cut_short(t),
				.seconds = (double)(end - t->open_nsec) / NSEC_PER_SEC,
				.limits = o->limits,
				.n_limits = o->n_limits,
				.values = v,
				.swap_is_open = swap_is_open(t->plan)};
}

static int report(const struct options *o, const struct trial_data *t, struct err *e)
{
	FILE *out = stderr;
	struct evaluation v = {0};
	struct account a;
	int r = o->output ? output_open(o->output, &out, e) : 0;

	if (r < 0)
		return r;
	r = evaluate(t, &v, e);
	if (r == 0 && o->json)
		print_json(&v, t, out);
	else if (r == 0) {
		a = account_of(o, t, &v);
		account_print(&a, out);
		print_table(&a, o->all, out);
	}
	evaluation_free(&v);
	if (o->output)
		return output_close(out, o->output, r, e);
	return r == 0 && ferror(out)
		       ? err_set(e, -EIO, "the table is not whole: stderr takes no more")
		       : r;
}

static int fail(int code, const char *text)
{
	fprintf(stderr, "cgbench exec: %s\n", text);
	return code;
}

/* As a shell would tell it. */
static int command_code(const struct trial_data *t)
{
	int status = t->groups[0].exit_status;

	if (!trial_has_numbers(t->status))
		return fail(t->status == TRIAL_FAILED ? 126 : EXIT_CANNOT, t->reason);
	if (was_cut_short(t))
		return CUT_SHORT;
	if (t->status == TRIAL_DISTURBED)
		fprintf(stderr, "cgbench exec: disturbed: %s\n", t->reason);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_command(const struct options *o, struct session *s)
{
	struct err e = {""}, later = {""};
	struct group_plan group;
	struct trial_plan plan = make_plan(o, &group);
	struct trial_data data;
	int r, closed, code;

	s->env.pass_streams = true;
	r = trial_run(&s->env, &plan, &data, &e);
	closed = session_close(s, &later);
	if (r == 0 && trial_has_numbers(data.status))
		r = report(o, &data, &e);
	if (r == -EINTR)
		code = 128 + SIGINT;
	else if (r < 0)
		code = fail(EXIT_CANNOT, e.text);
	else
		code = command_code(&data);
	trial_data_free(&data);
	return closed < 0 ? fail(EXIT_CANNOT, later.text) : code;
}

static int run(int argc, char **argv)
{
	struct options o = {.sample_every_usec = 10000, .timeout_usec = no_end_usec};
	struct session session;
	struct err e = {""};
	int code;

	options_parse(&arguments, argc, argv, &o);
	if (session_open(o.cgroup, STALL_MIN_USEC, &session, &e) < 0)
		code = fail(EXIT_CANNOT, e.text);
	else
		code = run_command(&o, &session);
	free(o.limits);
	return code;
}

const struct command command_exec = {
	.name = "exec",
	.summary = "run one command under limits and tell what happened to it",
	.order = 10,
	.run = run,
};

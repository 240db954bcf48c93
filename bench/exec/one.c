/* SPDX-License-Identifier: GPL-3.0-or-later */
/* one: one command under limits, and a table of what happened to it. */
#include <errno.h>
#include <jansson.h>
#include <libsmartcols.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/output.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "exec/exec.h"
#include "host/root.h"
#include "suite/caution.h"

/* As timeout(1) says it. */
enum { CUT_SHORT = 124 };

struct trial_plan exec_plan(const struct exec_options *o, char **argv, struct group_plan *group)
{
	*group =
		(struct group_plan){.name = (char *)"command",
				    .parent = -1,
				    .limits = o->limits,
				    .n_limits = o->n_limits,
				    .place = o->place,
				    .identity = o->identity,
				    .run = {.argv = argv, .exit_code = RUN_EXIT_ANY, .ends = true}};
	return (struct trial_plan){.trial = 1,
				   .cell = 1,
				   .repeat = 1,
				   .groups = group,
				   .n_groups = 1,
				   .end = {END_EXIT, 0},
				   .duration_usec = o->timeout_usec,
				   .timeout_usec = EXEC_NO_END_USEC,
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

struct account exec_account(const struct exec_options *o, const struct trial_data *t,
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

static int report(const struct exec_options *o, const struct trial_data *t, struct err *e)
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
		a = exec_account(o, t, &v);
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

int exec_fail(int code, const char *text)
{
	fprintf(stderr, "cgbench exec: %s\n", text);
	return code;
}

/* As a shell would tell it. */
int exec_code(const struct trial_data *t)
{
	int status = t->groups[0].exit_status;

	if (!trial_has_numbers(t->status))
		return exec_fail(t->status == TRIAL_FAILED ? 126 : EXIT_CANNOT, t->reason);
	if (was_cut_short(t))
		return CUT_SHORT;
	if (t->status == TRIAL_DISTURBED)
		fprintf(stderr, "cgbench exec: disturbed: %s\n", t->reason);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int exec_one(const struct exec_options *o, struct session *s)
{
	struct err e = {""}, later = {""};
	char *shell[] = {(char *)"sh", (char *)"-c", o->argv[0], NULL};
	struct group_plan group;
	struct trial_plan plan = exec_plan(o, o->shell ? shell : o->argv, &group);
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
		code = exec_fail(EXIT_CANNOT, e.text);
	else
		code = exec_code(&data);
	trial_data_free(&data);
	return closed < 0 ? exec_fail(EXIT_CANNOT, later.text) : code;
}

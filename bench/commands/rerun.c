/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rerun: the matrix of a run directory again, after a look at what the host has become. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "cgbench/units.h"
#include "command.h"
#include "host/fact_diff.h"
#include "host/facts.h"
#include "host/hosts.h"
#include "runs/source.h"
#include "suite/describe.h"

/* What it comes to is a run like any other. */
extern const struct command command_run;

struct options {
	const char *dir;
	struct words extra; /* for `run` */
	bool dry_run;
};

static const struct option_row rows[] = {
	{"dry-run", 0, NULL, "Say what has changed and what would be run; no more",
	 INTO(OPTION_FLAG, struct options, dry_run)},
	{0},
};

/* Only what stands behind "--" is meant for `run`. */
static void take_operand(void *options, const char *arg, const struct argp_state *state)
{
	struct options *o = options;

	if (!o->dir)
		o->dir = arg;
	else if (state->quoted == 0)
		argp_error(state, "one run at a time, not also '%s'", arg);
	else if (words_add(&o->extra, arg) < 0)
		argp_failure(state, EXIT_CANNOT, ENOMEM, "arguments");
}

static const struct command_line arguments = {
	.rows = rows,
	.take_operand = take_operand,
	.missing = "which run? Name its directory",
	.flags = ARGP_IN_ORDER,
	.operands = "RUN [-- RUN-OPTION...]",
	.doc = "Run the matrix of a run directory again: its suite, seed, repeats, filters, "
	       "shard.\v"
	       "First it prints the facts of the host that are not what host.json says they were; "
	       "a * marks those that make the two runs unlike. What follows -- goes to `cgbench "
	       "run` and "
	       "has the last word.\n\n"
	       "EXAMPLES\n"
	       "  cgbench rerun results/runs/20260101T000031Z-default\n"
	       "  cgbench rerun --dry-run results/runs/20260101T000031Z-default\n"
	       "  cgbench rerun results/runs/20260101T000031Z-default -- --repeats 10\n\n"
	       "Exit codes: those of `cgbench run`; 2 also for a directory that is no run's, or "
	       "whose suite was changed since.",
};

static int print_changes(const struct host_differences *changes, struct err *e)
{
	static const struct table_column columns[] = {
		{.name = "FACT"}, {.name = "THEN", .wraps = true}, {.name = "NOW", .wraps = true}};
	struct table *table = NULL;
	int r;

	if (changes->n == 0) {
		puts("environment: as it was");
		return 0;
	}
	r = table_new(columns, array_len(columns), &table, e);
	for (size_t i = 0; r == 0 && i < changes->n; i++) {
		const struct host_difference *c = &changes->v[i];
		char name[128];
		snprintf(name, sizeof(name), "%s%s", c->fact, !c->allowed ? " *" : "");
		r = table_add(table, (const char *[]){name, c->base, c->head}, e);
	}
	if (r == 0)
		r = table_print(table, e);
	table_free(table);
	return r;
}

/* A run of the lab is not repeated by running it here: its kernel is elsewhere. */
static void print_lab_hint(const char *dir, const json_t *then, const json_t *now)
{
	const char *lab = json_string_value(json_object_get(then, "lab"));
	const json_t *topology = json_object_get(then, "topology");
	scope_free char *kernel = host_fact(then, "lab_kernel"), *shift = NULL;

	if (!lab || json_is_string(json_object_get(now, "lab")) || !kernel)
		return;
	shift = host_fact(then, "lab_shift");
	printf("\nIt was made in the %s lab. There it is:\n"
	       "  scripts/lab --%s --kernel %s --cpus %lld%s%s --include %s:/root/run -- cgbench "
	       "rerun "
	       "/root/run -- --results /out\n",
	       lab, lab, kernel, json_integer_value(json_object_get(topology, "cpus")),
	       strcmp(lab, "exact") == 0 ? " --shift " : "",
	       strcmp(lab, "exact") == 0 && shift ? shift : "", dir);
}

static int compare_host(const char *dir, const struct source *s, struct err *e)
{
	struct host_differences changes scope(host_differences_free) = {0};
	json_t *now = NULL;
	struct root root;
	int r = root_open(NULL, &root, e);

	if (r < 0)
		return r;
	r = facts_gather(&root, &now, e);
	root_close(&root);
	if (r == 0)
		r = fact_diff(s->host, now, &changes, e);
	if (r == 0)
		r = print_changes(&changes, e);
	if (r == 0)
		print_lab_hint(dir, s->host, now);
	json_decref(now);
	return r;
}

static int print_plan(const struct source *s, struct err *e)
{
	char takes[DESCRIBE_DURATION_MAX];
	struct plan *plan = NULL;
	int r = recipe_plan(&s->recipe, s->suite, &plan, e);

	if (r < 0)
		return r;
	printf("\n%s: %zu trial%s of %u cell%s; about %s\n", s->suite->name.str, plan->n_trials,
	       plan->n_trials == 1 ? "" : "s", plan->n_cells, plan->n_cells == 1 ? "" : "s",
	       describe_duration(plan_usec(plan), takes));
	plan_free(plan);
	return 0;
}

/* ---- the command line of the run ---- */

struct line {
	char **argv; /* owned, as its texts are; ends with NULL */
	size_t n;
};

static void line_free(struct line *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->argv[i]);
	free(l->argv);
	*l = (struct line){0};
}

/* Formats one argument; after a failure there is none, and none is added. */
static void add(struct line *l, bool *failed, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct line *l, bool *failed, const char *fmt, ...)
{
	char **slot = NULL;
	va_list ap;

	if (!*failed)
		slot = array_push(l->argv, l->n);
	va_start(ap, fmt);
	if (!slot || vasprintf(slot, fmt, ap) < 0) {
		if (slot)
			*slot = NULL;
		*failed = true;
	}
	va_end(ap);
}

static int make_line(const struct options *o, const struct recipe *recipe, struct line *l,
		     struct err *e)
{
	char shard[SHARD_TEXT_MAX], stall[UNIT_TEXT_MAX];
	char **end = NULL;
	bool failed = false;

	add(l, &failed, "cgbench run");
	add(l, &failed, "%s%s/suite.yaml", strchr(o->dir, '/') ? "" : "./", o->dir);
	if (recipe->repeats)
		add(l, &failed, "--repeats=%u", recipe->repeats);
	if (recipe->quick)
		add(l, &failed, "--quick");
	if (recipe->seed)
		add(l, &failed, "--seed=%ju", (uintmax_t)recipe->seed);
	if (recipe->stall_min_usec)
		add(l, &failed, "--stall-min=%s",
		    unit_format(UNIT_USEC, recipe->stall_min_usec, stall));
	for (const char *const *f = recipe->filters; *f; f++)
		add(l, &failed, "--filter=%s", *f);
	if (recipe->shard.count)
		add(l, &failed, "--shard=%s", shard_text(&recipe->shard, shard));
	for (size_t i = 0; i < o->extra.n; i++)
		add(l, &failed, "%s", o->extra.v[i]);
	if (!failed)
		end = array_push(l->argv, l->n);
	return end ? 0 : err_no_memory(e);
}

static void print_line(const struct line *l)
{
	for (size_t i = 0; l->argv[i]; i++)
		printf("%s%s", i ? " " : "", l->argv[i]);
	putchar('\n');
}

static int prepare(const struct options *o, struct line *l, struct err *e)
{
	struct source s scope(source_free) = {0};
	int r = source_load(o->dir, &s, e);

	if (r == 0)
		r = compare_host(o->dir, &s, e);
	if (r == 0)
		r = print_plan(&s, e);
	if (r == 0)
		r = make_line(o, &s.recipe, l, e);
	if (r == 0)
		print_line(l);
	/* What was said comes before what the run says, whoever reads both. */
	fflush(stdout);
	return r;
}

static int run(int argc, char **argv)
{
	struct line line scope(line_free) = {0};
	struct options o = {0};
	struct err e = {""};
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = prepare(&o, &line, &e);
	free(o.extra.v);
	if (r < 0) {
		fprintf(stderr, "cgbench rerun: %s\n", e.text);
		return EXIT_USAGE;
	}
	/* Without the NULL that ends it. */
	return o.dry_run ? EXIT_PASS : command_run.run((int)line.n - 1, line.argv);
}

const struct command command_rerun = {.name = "rerun",
				      .summary = "run the matrix of a run directory again",
				      .order = 64,
				      .run = run};

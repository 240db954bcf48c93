/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: a suite, from its file to a run directory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "evaluate/findings.h"
#include "host/facts.h"
#include "plot/plot.h"
#include "record/run_dir.h"
#include "runs/source.h"
#include "suite/recipe_args.h"
#include "trial/interrupt.h"
#include "trial/progress.h"
#include "trial/session.h"

enum { STALL_MIN_USEC = 1000 };

struct options {
	struct recipe_args args;
	const char *results, *resume, *cgroup;
	bool quiet, no_plots, json, cpu_hotplug, host_changes;
};

/* What a run came to. */
struct run_tally {
	struct tally tally;
	struct findings findings;
	unsigned ok, skipped, broken; /* trials; broken: unenforced, timeout, failed, dnr */
	bool interrupted;
};

static const struct option_row rows[] = {
	{"results", 'r', "DIR", "Make the run's directory below DIR (results/runs)",
	 INTO(OPTION_TEXT, struct options, results)},
	{"resume", 0, "DIR", "Go on with the interrupted run in DIR",
	 INTO(OPTION_TEXT, struct options, resume)},
	{"cgroup", 0, "PATH",
	 "Work below this group (relative to the cgroup2 mount), for a delegated subtree",
	 INTO(OPTION_TEXT, struct options, cgroup)},
	{"stall-min", 0, "TIME", "A gap shorter than this is no stall (1ms)",
	 INTO(OPTION_USEC, struct options, args.recipe.stall_min_usec)},
	{"no-plots", 0, NULL, "Leave the plots to `cgbench plot DIR`",
	 INTO(OPTION_FLAG, struct options, no_plots)},
	{"allow-cpu-hotplug", 0, NULL,
	 "Actions may take CPUs of this machine off line; in a lab they may in any case",
	 INTO(OPTION_FLAG, struct options, cpu_hotplug)},
	{"allow-host-changes", 0, NULL,
	 "Suites may borrow from this machine: swap, disks, sysctls, mounts, partitions of CPUs; "
	 "all is given back. In a lab they may in any case",
	 INTO(OPTION_FLAG, struct options, host_changes)},
	{"quiet", 'q', NULL, "No progress", INTO(OPTION_FLAG, struct options, quiet)},
	{"json", 0, NULL, "Print the outcome as JSON", INTO(OPTION_FLAG, struct options, json)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	RECIPE_LINE(struct options, args),
	.doc = "Run a suite: a file, or the name of one that ships with cgbench.\v"
	       "Makes groups, proves their limits, measures, and writes results.csv, trials.csv, "
	       "samples.csv, stalls.csv, host.json, the suite and plots into a directory of its "
	       "own. "
	       "What has been measured stays on disk, whatever happens.\n\n"
	       "EXAMPLES\n"
	       "  cgbench run default\n"
	       "  cgbench run cpu-quota --filter quota=20% --repeats 5\n"
	       "  cgbench run my.yaml --seed 42 --results /var/tmp/runs\n"
	       "  cgbench run my.yaml --seed 42 --resume results/runs/ID\n"
	       "  cgbench run memory-max --shard 2/4\n\n"
	       "Exit codes: 0 all within the suite's budgets, 1 a budget was missed, 2 usage or "
	       "suite "
	       "error, 3 a trial broke or the run was stopped, 77 this host cannot run it.",
};

static void count(struct run_tally *o, const struct trial_data *t, const struct tally *tally)
{
	tally_add(&o->tally, tally);
	if (t->status == TRIAL_OK)
		o->ok++;
	else if (t->status == TRIAL_SKIPPED)
		o->skipped++;
	else
		o->broken++;
}

static int run_one(const struct session *s, struct run_dir *dir, const struct trial_plan *plan,
		   const struct plan *all, struct progress *progress, struct run_tally *o,
		   struct err *e)
{
	struct trial_data data;
	struct evaluation v = {0};
	int r;

	progress_trial(progress, all, plan);
	r = trial_run(&s->env, plan, &data, e);
	if (r == 0)
		r = evaluate(&data, &v, e);
	if (r == 0)
		r = run_dir_add(dir, &data, &v, e);
	if (r == 0)
		r = findings_add(&o->findings, all, &data, &v, e);
	if (r == 0) {
		count(o, &data, &v.tally);
		progress_done(progress, all, plan, &data);
	}
	evaluation_free(&v);
	trial_data_free(&data);
	return r;
}

static int run_trials(const struct session *s, struct run_dir *dir, const struct plan *plan,
		      const struct options *opt, struct run_tally *o, struct err *e)
{
	struct progress progress;
	int r = 0;

	progress_begin(&progress, stderr, opt->quiet, plan);
	for (size_t i = 0; r == 0 && i < plan->n_trials; i++) {
		if (run_dir_has(dir, plan->trials[i].trial))
			progress_done(&progress, plan, &plan->trials[i], NULL);
		else
			r = run_one(s, dir, &plan->trials[i], plan, &progress, o, e);
		if (r == 0 && interrupted())
			r = err_set(e, -EINTR, "interrupted");
	}
	progress_end(&progress);
	o->interrupted = r == -EINTR;
	return r;
}

/* A directory knows what was asked for; going on with anything else would mix two matrices. */
static int resume_dir(const struct options *o, const struct plan *plan, struct run_dir **dir,
		      struct err *e)
{
	struct source s scope(source_free) = {0};
	char theirs[SHARD_TEXT_MAX], ours[SHARD_TEXT_MAX];
	int r = source_load(o->resume, &s, e);

	if (r < 0)
		return r;
	r = recipe_require_same(&s.recipe, &o->args.recipe, e);
	if (r == 0 && strcmp(shard_text(&s.recipe.shard, theirs),
			     shard_text(&o->args.recipe.shard, ours)) != 0)
		r = err_set(e, -EINVAL, "shard: %s | %s", theirs, ours);
	if (r < 0)
		return err_context(e, r, "%s: cannot resume: its options | yours", o->resume);
	return run_dir_resume(o->resume, plan, dir, e);
}

static int open_dir(const struct options *o, const struct plan *plan, struct run_dir **dir,
		    struct err *e)
{
	json_t *host = NULL;
	struct root root;
	int r;

	if (o->resume)
		return resume_dir(o, plan, dir, e);
	r = root_open(NULL, &root, e);
	if (r < 0)
		return r;
	r = facts_gather(&root, &host, e);
	root_close(&root);
	if (r == 0 && json_object_set_new(host, "command_digest", facts_command_digest()) < 0)
		r = err_no_memory(e);
	if (r == 0)
		r = recipe_note(&o->args.recipe, host, e);
	if (r == 0)
		r = run_dir_create(o->results, plan, host, dir, e);
	json_decref(host);
	return r;
}

static enum exit_code code_of(const struct run_tally *o)
{
	if (o->tally.fail)
		return EXIT_GATE;
	if (o->broken || o->interrupted || o->tally.missing)
		return EXIT_INCONCLUSIVE;
	return o->ok == 0 && o->skipped ? EXIT_CANNOT : EXIT_PASS;
}

static void print_json(const struct run_tally *o, const char *path)
{
	json_t *j = json_pack("{s:s, s:i, s:i, s:i, s:b, s:i, s:i, s:i, s:i}", "directory", path,
			      "trials_ok", o->ok, "trials_skipped", o->skipped, "trials_broken",
			      o->broken, "interrupted", o->interrupted, "budgets_met",
			      o->tally.pass, "budgets_missed", o->tally.fail, "budgets_unresolved",
			      o->tally.unresolved, "budgets_without_value", o->tally.missing);

	findings_json(&o->findings, j);
	output_json(j, NULL);
}

static int print_tally(const struct run_tally *o, const char *path, struct err *e)
{
	int r = findings_print(&o->findings, e);

	printf("trials: %u ok, %u skipped, %u broken\n", o->ok, o->skipped, o->broken);
	printf("budgets: %u met, %u missed, %u unresolved (a quota below the tick), %u without a "
	       "value\n",
	       o->tally.pass, o->tally.fail, o->tally.unresolved, o->tally.missing);
	if (o->interrupted)
		printf("interrupted; what was measured is kept. Go on with: --resume %s\n", path);
	printf("results: %s\n", path);
	return r;
}

static int fail(enum exit_code code, const struct err *e)
{
	fprintf(stderr, "cgbench run: %s\n", e->text);
	return code;
}

/* Plots are drawn from what is on disk; without gnuplot the run is as good as it was. */
static void draw(const char *path)
{
	struct err e = {""};

	if (plot_run(path, &e) < 0)
		fprintf(stderr, "cgbench run: no plots: %s\n", e.text);
}

static int run_in(struct session *s, const struct plan *plan, const struct options *opt)
{
	struct run_tally o = {0};
	struct err e = {""}, later = {""};
	struct run_dir *dir = NULL;
	char path[PATH_MAX];
	int r = open_dir(opt, plan, &dir, &e), closed;

	if (r < 0) {
		session_close(s, NULL);
		return fail(EXIT_USAGE, &e);
	}
	snprintf(path, sizeof(path), "%s", run_dir_path(dir));
	/* Beside host.json, for whoever wants to know where a placement lies. */
	r = opt->resume ? 0 : topology_export(s->topology, run_dir_fd(dir), "topology.xml", &e);
	if (r == 0)
		r = run_trials(s, dir, plan, opt, &o, &e);
	closed = session_close(s, &later);
	if (closed == 0)
		closed = run_dir_close(dir, &later);
	else
		run_dir_close(dir, NULL);
	if (!opt->no_plots && (r == 0 || o.interrupted))
		draw(path);
	if (opt->json)
		print_json(&o, path);
	else if (print_tally(&o, path, &later) < 0 && closed == 0)
		closed = -EIO;
	findings_free(&o.findings);
	if (r < 0 && r != -EINTR)
		return fail(EXIT_INCONCLUSIVE, &e);
	return closed < 0 ? fail(EXIT_INCONCLUSIVE, &later) : (int)code_of(&o);
}

static int run_plan(const struct plan *plan, const struct options *opt)
{
	struct session session;
	struct err e = {""};

	if (session_open(opt->cgroup, opt->args.recipe.stall_min_usec, &session, &e) < 0)
		return fail(EXIT_CANNOT, &e);
	if (opt->cpu_hotplug)
		session.env.hotplug = &session.hotplug;
	if (opt->host_changes)
		session.env.ledger = &session.ledger;
	return run_in(&session, plan, opt);
}

static int run(int argc, char **argv)
{
	struct options o = {.results = "results/runs",
			    .args.recipe.stall_min_usec = STALL_MIN_USEC};
	struct suite *suite = NULL;
	struct plan *plan = NULL;
	struct err e = {""};
	int code;

	options_parse(&arguments, argc, argv, &o);
	if (suite_load(o.args.suite, &suite, &e) < 0)
		return fail(EXIT_USAGE, &e);
	if (recipe_plan(&o.args.recipe, suite, &plan, &e) < 0)
		code = fail(EXIT_USAGE, &e);
	else
		code = run_plan(plan, &o);
	plan_free(plan);
	suite_free(suite);
	return code;
}

const struct command command_run = {
	.name = "run", .summary = "run a suite: CSV, plots, verdicts", .order = 60, .run = run};

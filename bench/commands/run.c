/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run: a suite, or a family of them, from its file to a run directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "commands/paper/verbs.h"
#include "evaluate/cases.h"
#include "evaluate/findings.h"
#include "evaluate/ktap.h"
#include "host/facts.h"
#include "paper/present.h"
#include "plot/plot.h"
#include "record/run_dir.h"
#include "runs/source.h"
#include "suite/caution.h"
#include "suite/family.h"
#include "suite/recipe_args.h"
#include "trial/interrupt.h"
#include "trial/progress.h"
#include "trial/session.h"

enum { STALL_MIN_USEC = 1000 };

struct options {
	struct recipe_args args;
	const char *results, *resume, *cgroup;
	bool quiet, no_plots, json, ktap, cpu_hotplug, host_changes;
};

/* One suite of those that were asked for. */
struct job {
	struct suite *suite;
	struct recipe recipe; /* as asked for, with the filters that it knows */
	struct plan *plan;
	char path[PATH_MAX]; /* of its run directory; "": there is none */
};

/* What all of them share: where a run goes on, and where it is told. */
struct runner {
	const struct options *opt;
	struct session *session;
	struct ktap top, one; /* of the family, and of the suite that runs */
	struct ktap *ktap;    /* the latter; NULL: not asked for */
	json_t *told;         /* for --json, one object a suite */
	bool family;
};

/* What a run came to. */
struct run_tally {
	struct tally tally;
	struct findings findings;
	struct cases cases;
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
	{"ktap", 0, NULL, "Print the outcome as KTAP, a test for each part, as they end",
	 INTO(OPTION_FLAG, struct options, ktap)},
	{0},
};

static void check_options(void *options, const struct argp_state *state)
{
	const struct options *o = options;

	if (o->ktap && o->json)
		argp_error(state, "--ktap and --json both want stdout; give one of them");
	if (o->ktap && o->resume)
		argp_error(state, "--ktap tells of every trial, and a resumed run has only the "
				  "rest of them");
}

static const struct command_line arguments = {
	.rows = rows,
	.check = check_options,
	RECIPE_LINE(struct options, args),
	.doc = "Run a suite: a file, the name of one that ships with cgbench, or the name that "
	       "several begin with.\v"
	       "Makes groups, proves their limits, measures, and writes results.csv, trials.csv, "
	       "samples.csv, stalls.csv, host.json, the suite and plots into a directory of its "
	       "own. "
	       "What has been measured stays on disk, whatever happens.\n\n"
	       "EXAMPLES\n"
	       "  cgbench run default\n"
	       "  cgbench run cpu-quota --filter quota=20% --repeats 5\n"
	       "  cgbench run my.yaml --seed 42 --results /var/tmp/runs\n"
	       "  cgbench run my.yaml --seed 42 --resume results/runs/ID\n"
	       "  cgbench run memory-max --shard 2/4\n"
	       "  cgbench run conformance --ktap          conformance-core, conformance-cpu, "
	       "...\n\n"
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

static int tell(const struct runner *r, const struct plan *all, const struct trial_data *data,
		const struct evaluation *v, struct run_tally *o, struct err *e)
{
	const struct case_result *done = NULL;
	int code = findings_add(&o->findings, all, data, v, e);

	if (code == 0)
		code = cases_add(&o->cases, all, data, v, &done, e);
	if (code == 0 && done && r->ktap)
		ktap_case(r->ktap, done);
	return code;
}

static int run_one(const struct runner *runner, struct run_dir *dir, const struct trial_plan *plan,
		   const struct plan *all, struct progress *progress, struct run_tally *o,
		   struct err *e)
{
	struct trial_data data;
	struct evaluation v = {0};
	int r;

	progress_trial(progress, all, plan);
	r = trial_run(&runner->session->env, plan, &data, e);
	if (r == 0)
		r = evaluate(&data, &v, e);
	if (r == 0)
		r = run_dir_add(dir, &data, &v, e);
	if (r == 0)
		r = tell(runner, all, &data, &v, o, e);
	if (r == 0) {
		count(o, &data, &v.tally);
		progress_done(progress, all, plan, &data);
	}
	evaluation_free(&v);
	trial_data_free(&data);
	return r;
}

static int run_trials(const struct runner *runner, struct run_dir *dir, const struct plan *plan,
		      struct run_tally *o, struct err *e)
{
	struct progress progress;
	int r = 0;

	progress_begin(&progress, stderr, runner->opt->quiet, plan);
	for (size_t i = 0; r == 0 && i < plan->n_trials; i++) {
		if (run_dir_has(dir, plan->trials[i].trial))
			progress_done(&progress, plan, &plan->trials[i], NULL);
		else
			r = run_one(runner, dir, &plan->trials[i], plan, &progress, o, e);
		if (r == 0 && interrupted())
			r = err_set(e, -EINTR, "interrupted");
	}
	progress_end(&progress);
	o->interrupted = r == -EINTR;
	return r;
}

/* A directory knows what was asked for; going on with anything else would mix two matrices. */
static int resume_dir(const struct options *o, const struct job *job, struct run_dir **dir,
		      struct err *e)
{
	struct source s scope(source_free) = {0};
	char theirs[SHARD_TEXT_MAX], ours[SHARD_TEXT_MAX];
	int r = source_load(o->resume, &s, e);

	if (r < 0)
		return r;
	r = recipe_require_same(&s.recipe, &job->recipe, e);
	if (r == 0 &&
	    strcmp(shard_text(&s.recipe.shard, theirs), shard_text(&job->recipe.shard, ours)) != 0)
		r = err_set(e, -EINVAL, "shard: %s | %s", theirs, ours);
	if (r < 0)
		return err_context(e, r, "%s: cannot resume: its options | yours", o->resume);
	return run_dir_resume(o->resume, job->plan, dir, e);
}

static int open_dir(const struct options *o, const struct job *job, struct run_dir **dir,
		    struct err *e)
{
	json_t *host = NULL;
	struct root root;
	int r;

	if (o->resume)
		return resume_dir(o, job, dir, e);
	r = root_open(NULL, &root, e);
	if (r < 0)
		return r;
	r = facts_gather(&root, &host, e);
	root_close(&root);
	if (r == 0 && json_object_set_new(host, "command_digest", facts_command_digest()) < 0)
		r = err_no_memory(e);
	if (r == 0)
		r = recipe_note(&job->recipe, host, e);
	if (r == 0)
		r = run_dir_create(o->results, job->plan, host, dir, e);
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

/* Of a family, exit code 0 means that all of it passed; 77 that none of it could run. */
static enum exit_code worse(enum exit_code a, enum exit_code b)
{
	static const enum exit_code order[] = {EXIT_CANNOT, EXIT_PASS, EXIT_INCONCLUSIVE,
					       EXIT_USAGE, EXIT_GATE};
	size_t x = 0, y = 0;

	while (order[x] != a)
		x++;
	while (order[y] != b)
		y++;
	return order[x > y ? x : y];
}

static int tell_json(struct runner *r, const struct run_tally *o, const struct job *job)
{
	json_t *j = json_pack("{s:s, s:s, s:i, s:i, s:i, s:b, s:i, s:i, s:i, s:i}", "suite",
			      job->plan->suite, "directory", job->path, "trials_ok", o->ok,
			      "trials_skipped", o->skipped, "trials_broken", o->broken,
			      "interrupted", o->interrupted, "budgets_met", o->tally.pass,
			      "budgets_missed", o->tally.fail, "budgets_unresolved",
			      o->tally.unresolved, "budgets_without_value", o->tally.missing);

	findings_json(&o->findings, j);
	if (job->plan->cases)
		cases_json(&o->cases, j);
	return json_array_append_new(r->told, j);
}

static int print_tally(const struct run_tally *o, const struct job *job, struct err *e)
{
	int r = job->plan->cases ? cases_print(&o->cases, e) : findings_print(&o->findings, e);

	printf("trials: %u ok, %u skipped, %u broken\n", o->ok, o->skipped, o->broken);
	printf("budgets: %u met, %u missed, %u unresolved (a quota below the tick), %u without a "
	       "value\n",
	       o->tally.pass, o->tally.fail, o->tally.unresolved, o->tally.missing);
	if (o->interrupted)
		printf("interrupted; what was measured is kept. Go on with: --resume %s\n",
		       job->path);
	printf("results: %s\n", job->path);
	return r;
}

static void end_ktap(struct runner *r, const struct run_tally *o, const struct job *job,
		     enum exit_code code)
{
	ktap_diagnostic(r->ktap, o->interrupted ? "interrupted" : "");
	ktap_diagnostic(r->ktap, job->path);
	if (r->family)
		ktap_line(&r->top, code == EXIT_PASS || code == EXIT_CANNOT, job->plan->suite,
			  code == EXIT_CANNOT ? "nothing of it is supported here" : NULL);
}

static int tell_outcome(struct runner *r, const struct run_tally *o, const struct job *job,
			enum exit_code code, struct err *e)
{
	if (r->ktap)
		end_ktap(r, o, job, code);
	else if (!r->opt->json)
		return print_tally(o, job, e);
	else if (tell_json(r, o, job) < 0)
		return err_no_memory(e);
	return 0;
}

static int fail(enum exit_code code, const struct err *e)
{
	fprintf(stderr, "cgbench run: %s\n", e->text);
	return code;
}

static int run_into(struct runner *runner, struct job *job, struct run_dir *dir,
		    struct run_tally *o, struct err *e)
{
	const struct options *opt = runner->opt;
	int r = cases_begin(job->plan, &o->cases, e);

	if (r == 0 && opt->ktap) {
		ktap_begin(&runner->one, stdout, runner->family,
			   runner->family ? job->plan->suite : NULL, o->cases.n);
		runner->ktap = &runner->one;
	}
	/* Beside host.json, for whoever wants to know where a placement lies. */
	if (r == 0 && !opt->resume)
		r = topology_export(runner->session->topology, run_dir_fd(dir), "topology.xml", e);
	if (r == 0)
		r = run_trials(runner, dir, job->plan, o, e);
	return r;
}

/*
 * The suite of a paper: its published values beside the results, so that the directory can be
 * understood elsewhere; paper.csv; and the table, unless another output was asked for.
 */
static int conclude(const struct runner *r, const struct job *job, int dirfd, enum exit_code *code,
		    struct err *e)
{
	struct outcome o = {.data = NULL};
	int status = published_keep(job->suite, dirfd, e);

	if (status == 0)
		status = outcome_load(job->path, &o, e);
	if (status == 0)
		status = present_csv(&o, dirfd, e);
	if (status == 0 && !r->opt->json && !r->opt->ktap)
		status = present_table(&o, e);
	if (status == 0)
		*code = worse(*code, paper_code(o.verdict));
	outcome_free(&o);
	return status;
}

static enum exit_code run_paper(const struct runner *r, const struct job *job, enum exit_code code)
{
	struct err e = {""};
	scope_fd int dirfd = open(job->path, O_DIRECTORY | O_CLOEXEC);
	int status = dirfd < 0 ? err_sys(&e, "%s", job->path) : conclude(r, job, dirfd, &code, &e);

	if (status < 0)
		fail(EXIT_INCONCLUSIVE, &e);
	return status < 0 ? EXIT_INCONCLUSIVE : code;
}

static enum exit_code run_job(struct runner *runner, struct job *job, bool *stop)
{
	struct run_tally o = {0};
	struct err e = {""}, later = {""};
	struct run_dir *dir = NULL;
	enum exit_code code;
	int r = open_dir(runner->opt, job, &dir, &e), told;

	*stop = r < 0;
	if (r < 0)
		return fail(EXIT_USAGE, &e);
	snprintf(job->path, sizeof(job->path), "%s", run_dir_path(dir));
	r = run_into(runner, job, dir, &o, &e);
	told = run_dir_close(dir, &later);
	code = code_of(&o);
	if ((r < 0 && r != -EINTR) || told < 0)
		code = fail(EXIT_INCONCLUSIVE, r < 0 && r != -EINTR ? &e : &later);
	*stop = r < 0;
	if (tell_outcome(runner, &o, job, code, &later) < 0)
		code = fail(EXIT_INCONCLUSIVE, &later);
	if (job->suite->paper.id.str && o.ok + o.skipped + o.broken && code != EXIT_USAGE)
		code = run_paper(runner, job, code);
	findings_free(&o.findings);
	cases_free(&o.cases);
	return code;
}

/* Plots are drawn from what is on disk; without gnuplot the run is as good as it was. */
static void draw(const struct job *jobs, size_t n)
{
	struct err e = {""};

	for (size_t i = 0; i < n; i++)
		if (*jobs[i].path && plot_run(jobs[i].path, &e) < 0)
			fprintf(stderr, "cgbench run: no plots: %s\n", e.text);
}

static enum exit_code run_all(struct runner *r, struct job *jobs, size_t n)
{
	enum exit_code code = EXIT_CANNOT;
	bool stop = false;

	r->family = n > 1;
	if (r->opt->ktap && r->family)
		ktap_begin(&r->top, stdout, 0, NULL, n);
	for (size_t i = 0; i < n && !stop; i++)
		code = worse(code, run_job(r, &jobs[i], &stop));
	return code;
}

/* Of one suite the object itself. */
static void print_json(json_t *told)
{
	json_t *one = json_array_size(told) == 1 ? json_incref(json_array_get(told, 0)) : NULL;

	if (one)
		json_decref(told);
	output_json(one ? one : told, NULL);
}

static int run_jobs(const struct options *opt, struct job *jobs, size_t n)
{
	struct session session;
	struct runner r = {.opt = opt, .session = &session, .told = json_array()};
	struct err e = {""};
	enum exit_code code;

	if (session_open(opt->cgroup, opt->args.recipe.stall_min_usec, true, &session, &e) < 0) {
		json_decref(r.told);
		if (opt->ktap)
			ktap_skip_all(stdout, e.text);
		return fail(EXIT_CANNOT, &e);
	}
	if (opt->cpu_hotplug)
		session.env.hotplug = &session.hotplug;
	if (opt->host_changes)
		session.env.ledger = &session.ledger;
	code = run_all(&r, jobs, n);
	if (session_close(&session, &e) < 0)
		code = fail(EXIT_INCONCLUSIVE, &e);
	if (opt->json)
		print_json(r.told);
	else
		json_decref(r.told);
	if (!opt->no_plots && !opt->ktap)
		draw(jobs, n);
	return code;
}

/* Whether the suite has something that the one filter lets through. */
static bool has_term(const struct recipe *r, const char *term, const struct suite *suite)
{
	struct recipe one = *r;
	struct plan *plan = NULL;
	bool has;

	memset(one.filters, 0, sizeof(one.filters));
	one.filters[0] = term;
	has = recipe_plan(&one, suite, &plan, NULL) == 0;
	plan_free(plan);
	return has;
}

static bool names_axis(const char *const *terms, const char *term)
{
	size_t n = strcspn(term, "=");

	for (; *terms; terms++)
		if (strncmp(*terms, term, n + 1) == 0)
			return true;
	return false;
}

/*
 * What one suite of a family has, another has not: each is run by the filters that it knows, and
 * left out where it knows none for an axis that one names.
 */
static bool narrow(const struct recipe *r, const struct suite *suite, struct recipe *out)
{
	size_t n = 0;

	*out = *r;
	memset(out->filters, 0, sizeof(out->filters));
	for (const char *const *f = r->filters; *f; f++)
		if (has_term(r, *f, suite))
			out->filters[n++] = *f;
	for (const char *const *f = r->filters; *f; f++)
		if (!names_axis(out->filters, *f))
			return false;
	return true;
}

/* All are read before any is run: a fault in the last one is told at once. */
static int load_jobs(const struct options *o, char *const *names, size_t n, struct job *jobs,
		     size_t *kept, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct job *job = &jobs[*kept];
		r = suite_load(names[i], &job->suite, e);
		if (r < 0)
			break;
		job->recipe = o->args.recipe;
		if (n > 1 && !narrow(&o->args.recipe, job->suite, &job->recipe)) {
			suite_free(job->suite);
			job->suite = NULL;
			continue;
		}
		r = recipe_plan(&job->recipe, job->suite, &job->plan, e);
		if (r == 0)
			caution_print(names[i], job->plan);
		*kept += r == 0;
	}
	if (r == 0 && *kept == 0)
		r = err_set(e, -EINVAL, "no suite '%s-...' has a cell that the filters let through",
			    o->args.suite);
	return r;
}

static int run_named(const struct options *o, char *const *names, size_t n)
{
	struct job *jobs = calloc(n, sizeof(*jobs));
	struct err e = {""};
	size_t kept = 0;
	int code;

	if (!jobs)
		return fail(EXIT_INCONCLUSIVE, &(struct err){"out of memory"});
	if (load_jobs(o, names, n, jobs, &kept, &e) < 0)
		code = fail(EXIT_USAGE, &e);
	else if (o->resume && kept > 1)
		code = fail(EXIT_USAGE, &(struct err){"--resume goes on with one suite; name it"});
	else
		code = run_jobs(o, jobs, kept);
	for (size_t i = 0; i < n; i++) {
		plan_free(jobs[i].plan);
		suite_free(jobs[i].suite);
	}
	free(jobs);
	return code;
}

static int run(int argc, char **argv)
{
	struct options o = {.results = "results/runs",
			    .args.recipe.stall_min_usec = STALL_MIN_USEC};
	struct err e = {""};
	char **names = NULL;
	size_t n = 0;
	int code;

	options_parse(&arguments, argc, argv, &o);
	if (family_names(o.args.suite, &names, &n, &e) < 0)
		return fail(EXIT_USAGE, &e);
	code = run_named(&o, names, n);
	suite_names_free(names, n);
	return code;
}

const struct command command_run = {
	.name = "run", .summary = "run a suite: CSV, plots, verdicts", .order = 60, .run = run};

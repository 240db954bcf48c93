/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list: what there is to choose from, and what this host lacks for each. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/options.h"
#include "base/output.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "host/doctor.h"
#include "metrics/metric.h"
#include "suite/describe.h"
#include "suite/expand.h"
#include "suite/suite_page.h"

enum { LACKS_MAX = 512, NEEDS_MAX = 16, CELLS_MAX = 6, SUMMARY_MAX = 512 };

/* What is needed, as controllers; and then what this host lacks of it, in words. */
struct needs {
	const char *controllers[NEEDS_MAX];
	size_t n;
};

struct lister;

/* One kind of thing that is listed. */
struct kind {
	const char *name;
	struct table_column columns[CELLS_MAX]; /* the last is what this host lacks */
	const char *keys[CELLS_MAX];            /* of the columns, in JSON */
	size_t n_columns;
	bool on_demand; /* only when it is asked for: there are many */
	int (*list)(struct lister *l);
};

struct lister {
	const struct kind *kind;
	const struct root *root;
	const char *suite;   /* only its parts; NULL: those of all that ship */
	struct table *table; /* NULL: as JSON */
	json_t *rows;
	struct err *e;
};

struct options {
	const char *root; /* NULL: this host */
	bool json;
	const struct kind *only; /* NULL: all kinds, but for those on demand */
	const char *suite;       /* that is asked about, its page and its parts; or NULL */
};

static int add_row(struct lister *l, const char *const *cells)
{
	json_t *row;

	if (l->table)
		return table_add(l->table, cells, l->e);
	row = json_object();
	for (size_t i = 0; i < l->kind->n_columns; i++)
		json_object_set_new(row, l->kind->keys[i], json_string(cells[i]));
	return json_array_append_new(l->rows, row) == 0 ? 0 : err_no_memory(l->e);
}

static void need(struct needs *n, const char *controller)
{
	for (size_t i = 0; i < n->n; i++)
		if (strcmp(n->controllers[i], controller) == 0)
			return;
	if (n->n < NEEDS_MAX)
		n->controllers[n->n++] = controller;
}

static void add_text(char *text, const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, LACKS_MAX - used, "%s%s", used ? "; " : "", more);
}

/* "memory: bound to cgroup v1 at ...; ..."; "" when nothing is missing. */
static void add_missing(const struct lister *l, const struct needs *n, char lacks[static LACKS_MAX])
{
	for (size_t i = 0; i < n->n; i++) {
		char why[128], text[LACKS_MAX];
		if (!doctor_missing(l->root, n->controllers[i], why, sizeof(why)))
			continue;
		snprintf(text, sizeof(text), "%s: %s", n->controllers[i], why);
		add_text(lacks, text);
	}
}

/* ---- suites ---- */

static bool is_executable(const char *folder, size_t n, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%.*s/%s", (int)n, folder, name) < PATH_MAX &&
	       access(path, X_OK) == 0;
}

/* As execvp() would look for it. */
static bool program_exists(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return access(name, X_OK) == 0;
	for (path = path ? path : "/usr/bin:/bin"; *path;) {
		size_t n = strcspn(path, ":");
		if (is_executable(path, n, name))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

static unsigned cpus_here(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* What the groups of one trial need; the most CPUs that any trial wants. */
static void note_trial(const struct lister *l, const struct trial_plan *t, struct needs *n,
		       unsigned *cpus, char lacks[static LACKS_MAX])
{
	for (size_t g = 0; g < t->n_groups; g++) {
		const struct group_plan *group = &t->groups[g];
		for (size_t i = 0; i < group->n_limits; i++)
			if (group->limits[i].knob->controller)
				need(n, group->limits[i].knob->controller);
		if (group->place.cpus > *cpus)
			*cpus = group->place.cpus;
		if (l->root->live && group->run.argv && !program_exists(group->run.argv[0]) &&
		    !strstr(lacks, group->run.argv[0]))
			add_text(lacks, group->run.argv[0]);
	}
}

/* What the trials come to; all of the plan's, or those of one part. */
struct total {
	size_t trials;
	uint64_t usec;
	char lacks[LACKS_MAX];
};

static void note_cpus(const struct lister *l, unsigned cpus, char lacks[static LACKS_MAX])
{
	char text[64];

	if (!l->root->live || cpus <= cpus_here())
		return;
	snprintf(text, sizeof(text), "%u CPUs (%u here): some trials are skipped", cpus,
		 cpus_here());
	add_text(lacks, text);
}

static void add_up(const struct lister *l, const struct plan *p, const char *part, struct total *to)
{
	struct needs n = {.n = 0};
	unsigned cpus = 0;

	*to = (struct total){.trials = 0};
	for (size_t i = 0; i < p->n_trials; i++) {
		const struct trial_plan *t = &p->trials[i];
		if (part && t->part != part)
			continue;
		to->trials++;
		to->usec += trial_plan_usec(t);
		note_trial(l, t, &n, &cpus, to->lacks);
	}
	add_missing(l, &n, to->lacks);
	note_cpus(l, cpus, to->lacks);
}

struct suite_plan {
	struct suite *suite;
	struct plan *plan;
};

static int load(const char *name, struct suite_plan *out, struct err *e)
{
	int r = suite_load(name, &out->suite, e);

	return r < 0 ? r : plan_expand(out->suite, &(struct plan_options){0}, &out->plan, e);
}

static void suite_plan_free(struct suite_plan *p)
{
	plan_free(p->plan);
	suite_free(p->suite);
}

static int list_suite(struct lister *l, const char *name)
{
	struct suite_plan s scope(suite_plan_free) = {.suite = NULL};
	char parts[16], trials[16], takes[DESCRIBE_DURATION_MAX];
	struct total total;
	int r = load(name, &s, l->e);

	if (r < 0)
		return r;
	add_up(l, s.plan, NULL, &total);
	snprintf(parts, sizeof(parts), "%zu", s.suite->n_parts);
	snprintf(trials, sizeof(trials), "%zu", total.trials);
	return add_row(l, (const char *const[]){name, s.suite->question.str, parts, trials,
						describe_duration(total.usec, takes), total.lacks});
}

/* A suite without parts is one. */
static int list_parts_of(struct lister *l, const char *name)
{
	struct suite_plan s scope(suite_plan_free) = {.suite = NULL};
	char trials[16], takes[DESCRIBE_DURATION_MAX];
	struct total total;
	int r = load(name, &s, l->e);

	for (size_t i = 0; r == 0 && i < s.suite->n_parts; i++) {
		const struct part *p = &s.suite->parts[i];
		add_up(l, s.plan, p->name.str, &total);
		snprintf(trials, sizeof(trials), "%zu", total.trials);
		r = add_row(l, (const char *const[]){s.suite->name.str, p->name.str ?: "",
						     p->question.str ?: s.suite->question.str,
						     trials, describe_duration(total.usec, takes),
						     total.lacks});
	}
	return r;
}

static int each_suite(struct lister *l, int (*list)(struct lister *l, const char *name))
{
	char **names = NULL;
	size_t n = 0;
	int r = suite_names(&names, &n, l->e);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = list(l, names[i]);
	suite_names_free(names, n);
	return r;
}

static int list_suites(struct lister *l)
{
	return each_suite(l, list_suite);
}

static int list_parts(struct lister *l)
{
	return l->suite ? list_parts_of(l, l->suite) : each_suite(l, list_parts_of);
}

/* ---- workloads ---- */

/* "kind=anon|file|shmem bytes=64M": the parameters with their defaults first. */
static void put_params(const struct workload *w, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (const struct param *p = w->params; p && p->name && used < size; p++) {
		used += (size_t)snprintf(buf + used, size - used, "%s%s=%s", used ? " " : "",
					 p->name, p->fallback);
		for (size_t i = 0; p->choices && p->choices[i] && used < size; i++)
			if (strcmp(p->choices[i], p->fallback) != 0)
				used += (size_t)snprintf(buf + used, size - used, "|%s",
							 p->choices[i]);
	}
}

static int list_workloads(struct lister *l)
{
	static const struct needs fence = {.controllers = {"pids", "memory"}, .n = 2};
	int r = 0;

	for (size_t i = 0; r == 0 && workloads[i]; i++) {
		char params[SUMMARY_MAX], lacks[LACKS_MAX] = "";
		put_params(workloads[i], params, sizeof(params));
		if (workloads[i]->needs & WORKLOAD_FENCED)
			add_missing(l, &fence, lacks);
		r = add_row(l, (const char *const[]){workloads[i]->name, workloads[i]->summary,
						     params, lacks});
	}
	return r;
}

/* ---- metrics ---- */

static const char *better_name(enum metric_better b)
{
	static const char *const names[] = {
		[BETTER_NEUTRAL] = "",
		[BETTER_LOWER] = "lower",
		[BETTER_HIGHER] = "higher",
		[BETTER_EXPECTED] = "as expected",
	};

	return names[b];
}

/* The controller whose files a group of metrics reads: "memory.peak" is memory's. */
static void note_file(const struct lister *l, const char *file, struct needs *n,
		      char lacks[static LACKS_MAX])
{
	static const char *const known[] = {"cpu", "memory", "pids", "io", "cpuset"};
	const char *dot = strchr(file, '.');

	if (dot && strcmp(dot, ".pressure") == 0) {
		if (!root_exists(l->root, "/proc/pressure") && !*lacks)
			add_text(lacks, "pressure stall information (boot with psi=1)");
		return;
	}
	for (size_t i = 0; dot && i < array_len(known); i++)
		if (strlen(known[i]) == (size_t)(dot - file) &&
		    strncmp(known[i], file, (size_t)(dot - file)) == 0)
			need(n, known[i]);
}

static int list_metrics(struct lister *l)
{
	int r = 0;

	for (size_t g = 0; r == 0 && metric_groups[g]; g++) {
		const struct metric_group *group = metric_groups[g];
		const struct metric *m;
		char lacks[LACKS_MAX] = "";
		struct needs n = {.n = 0};
		for (const char *const *file = group->reads; file && *file; file++)
			note_file(l, *file, &n, lacks);
		add_missing(l, &n, lacks);
		for (size_t i = 0; r == 0 && (m = metric_at(group, i)); i++)
			r = add_row(l,
				    (const char *const[]){m->name, m->unit, better_name(m->better),
							  m->summary, lacks});
	}
	return r;
}

/* ---- knobs ---- */

static int list_knobs(struct lister *l)
{
	int r = 0;

	for (const struct knob *k = knobs; r == 0 && k->name; k++) {
		char lacks[LACKS_MAX] = "";
		struct needs n = {.n = 0};
		if (k->controller)
			need(&n, k->controller);
		add_missing(l, &n, lacks);
		r = add_row(l, (const char *const[]){k->name, k->example, k->summary, lacks});
	}
	return r;
}

static const struct kind kinds[] = {
	{.name = "suites",
	 .columns = {{.name = "SUITE"},
		     {.name = "QUESTION", .wraps = true},
		     {.name = "PARTS", .number = true},
		     {.name = "TRIALS", .number = true},
		     {.name = "TIME", .number = true},
		     {.name = "LACKS HERE", .wraps = true}},
	 .keys = {"name", "question", "parts", "trials", "time", "lacks"},
	 .n_columns = 6,
	 .list = list_suites},
	{.name = "parts",
	 .columns = {{.name = "SUITE"},
		     {.name = "PART"},
		     {.name = "QUESTION", .wraps = true},
		     {.name = "TRIALS", .number = true},
		     {.name = "TIME", .number = true},
		     {.name = "LACKS HERE", .wraps = true}},
	 .keys = {"suite", "part", "question", "trials", "time", "lacks"},
	 .n_columns = 6,
	 .on_demand = true,
	 .list = list_parts},
	{.name = "workloads",
	 .columns = {{.name = "WORKLOAD"},
		     {.name = "WHAT IT DOES", .wraps = true},
		     {.name = "PARAMETERS", .wraps = true},
		     {.name = "LACKS HERE", .wraps = true}},
	 .keys = {"name", "summary", "params", "lacks"},
	 .n_columns = 4,
	 .list = list_workloads},
	{.name = "metrics",
	 .columns = {{.name = "METRIC"},
		     {.name = "UNIT"},
		     {.name = "BETTER"},
		     {.name = "WHAT IT IS", .wraps = true},
		     {.name = "LACKS HERE", .wraps = true}},
	 .keys = {"name", "unit", "better", "summary", "lacks"},
	 .n_columns = 5,
	 .list = list_metrics},
	{.name = "knobs",
	 .columns = {{.name = "KNOB"},
		     {.name = "EXAMPLE"},
		     {.name = "WHAT IT LIMITS", .wraps = true},
		     {.name = "LACKS HERE", .wraps = true}},
	 .keys = {"name", "example", "summary", "lacks"},
	 .n_columns = 4,
	 .list = list_knobs},
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < array_len(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static bool ships(const char *name)
{
	char **names = NULL;
	bool found = false;
	size_t n = 0;

	if (suite_names(&names, &n, NULL) < 0)
		return false;
	for (size_t i = 0; i < n; i++)
		found = found || strcmp(names[i], name) == 0;
	suite_names_free(names, n);
	return found;
}

static void no_such_thing(const char *name, const struct argp_state *state)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX], **names = NULL;
	size_t n = 0;

	for (size_t i = 0; i < array_len(kinds); i++)
		nearest_offer(&near, kinds[i].name);
	if (suite_names(&names, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			nearest_offer(&near, names[i]);
	argp_error(state,
		   "'%s'%s: expected suites, parts, workloads, metrics, knobs, or a suite's name",
		   name, nearest_hint(&near, hint));
	suite_names_free(names, n);
}

static const struct option_row rows[] = {
	{"json", 'j', NULL,
	 "Print JSON: an object with a list for each kind, and in no_groups why there can be no "
	 "groups here at all, or null",
	 INTO(OPTION_FLAG, struct options, json)},
	{"root", 'r', "TREE", "Look at the captured tree of another host's /proc and /sys",
	 INTO(OPTION_TEXT, struct options, root)},
	{0},
};

static void take_kind(void *options, const char *arg, const struct argp_state *state)
{
	struct options *o = options;

	if (o->only)
		argp_error(state, "one thing at a time, not also '%s'", arg);
	o->only = find_kind(arg);
	if (o->only)
		return;
	if (!strpbrk(arg, "/.") && !ships(arg))
		no_such_thing(arg, state);
	o->suite = arg;
	o->only = find_kind("parts");
}

static const struct command_line arguments = {
	.rows = rows,
	.take_operand = take_kind,
	.operands = "[suites|parts|workloads|metrics|knobs|SUITE]",
	.doc = "List what there is to choose from, and what this host lacks for each: nothing "
	       "there means that it can be used here. Of one suite: its page, which says what it "
	       "asks, how, and how to read the answer, and then its parts.\v"
	       "Without an argument, all of it but the parts. A metric named work.* stands for the "
	       "counters of workloads, such as work.forks_refused.\n\n"
	       "EXAMPLES\n"
	       "  cgbench list suites\n"
	       "  cgbench list cpu-quota\n"
	       "  cgbench list knobs\n"
	       "  cgbench list metrics --json | jq -r '.metrics[].name'\n\n"
	       "Exit codes: 0, or 2 for a wrong argument or a shipped suite that is broken.",
};

static int list_as_table(struct lister *l)
{
	int r = table_new(l->kind->columns, l->kind->n_columns, &l->table, l->e);

	if (r < 0)
		return r;
	r = l->kind->list(l);
	if (r == 0)
		r = table_print(l->table, l->e);
	table_free(l->table);
	return r;
}

/* Controllers may be there and groups still impossible: read-only, or not delegated to this user.
 */
static bool no_groups(const struct root *root, struct err *why)
{
	char path[PATH_MAX];

	return doctor_cgroup_root(root, path, sizeof(path), why) < 0;
}

static bool is_wanted(const struct options *o, const struct kind *k)
{
	return o->only ? o->only == k : !k->on_demand;
}

static int list_tables(const struct options *o, const struct root *root, struct err *e)
{
	struct err why;
	int r = o->suite ? suite_page_print(o->suite, e) : 0;

	for (size_t i = 0; r == 0 && i < array_len(kinds); i++) {
		struct lister l = {.kind = &kinds[i], .root = root, .suite = o->suite, .e = e};
		if (!is_wanted(o, &kinds[i]))
			continue;
		r = list_as_table(&l);
		if (r == 0 && !o->only && i + 1 < array_len(kinds))
			putchar('\n');
	}
	if (r == 0 && no_groups(root, &why))
		printf("\nNo groups can be made here: %s\n", why.text);
	return r;
}

static int list_json(const struct options *o, const struct root *root, struct err *e)
{
	json_t *all = json_object();
	struct err why = {""};
	int r = 0;

	for (size_t i = 0; r == 0 && i < array_len(kinds); i++) {
		struct lister l = {.kind = &kinds[i],
				   .root = root,
				   .suite = o->suite,
				   .rows = json_array(),
				   .e = e};
		if (is_wanted(o, &kinds[i])) {
			r = l.kind->list(&l);
			json_object_set(all, l.kind->name, l.rows);
		}
		json_decref(l.rows);
	}
	json_object_set_new(all, "no_groups",
			    no_groups(root, &why) ? json_string(why.text) : json_null());
	if (r == 0)
		return output_json(all, e);
	json_decref(all);
	return r;
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {""};
	struct root root;
	int r;

	options_parse(&arguments, argc, argv, &o);
	r = root_open(o.root, &root, &e);
	if (r == 0) {
		r = o.json ? list_json(&o, &root, &e) : list_tables(&o, &root, &e);
		root_close(&root);
	}
	if (r == 0)
		return EXIT_PASS;
	fprintf(stderr, "cgbench list: %s\n", e.text);
	return EXIT_USAGE;
}

const struct command command_list = {.name = "list",
				     .summary =
					     "suites, workloads, metrics, knobs; what lacks here",
				     .order = 20,
				     .run = run};

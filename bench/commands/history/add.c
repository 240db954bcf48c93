/* SPDX-License-Identifier: GPL-3.0-or-later */
/* add: run directories into the history. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/output.h"
#include "cgbench/scope.h"
#include "commands/history/verb.h"
#include "history/history_load.h"
#include "history/history_show.h"

static const char *const outcome_names[] = {
	[HISTORY_ADDED] = "added",
	[HISTORY_THERE] = "already there",
	[HISTORY_REPLACED] = "replaced",
};

struct added {
	enum history_outcome outcome;
	int64_t id;
	const struct history_loaded *loaded;
};

static json_t *added_json(const struct added *a)
{
	const struct history_loaded *l = a->loaded;

	return json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:I}", "outcome",
			 outcome_names[a->outcome], "run", (json_int_t)a->id, "id", l->run.name,
			 "date", l->run.date, "values", (json_int_t)l->run.n_values, "trials",
			 (json_int_t)l->trials, "broken", (json_int_t)l->broken);
}

static void print_added(const struct added *a)
{
	const struct history_loaded *l = a->loaded;

	if (a->outcome == HISTORY_THERE) {
		printf("already there, nothing changed: run %lld, %s\n", (long long)a->id,
		       l->run.name);
		return;
	}
	printf("%s: run %lld, %s, %s, %zu values", outcome_names[a->outcome], (long long)a->id,
	       l->run.name, l->run.date, l->run.n_values);
	if (l->broken)
		printf("; %zu of %zu trials have none", l->broken, l->trials);
	putchar('\n');
}

static int add_one(const struct history_context *c, const char *dir,
		   const struct history_about *about, json_t *list, struct err *e)
{
	scope(history_loaded_free_scope) struct history_loaded *l = NULL;
	struct added a;
	int r = history_load(dir, about, &l, e);

	if (r < 0)
		return r;
	a.loaded = l;
	r = history_add(c->h, &l->run, c->options->replace, &a.outcome, &a.id, e);
	if (r < 0)
		return err_context(e, r, "%s", dir);
	if (!c->options->json)
		print_added(&a);
	else if (json_array_append_new(list, added_json(&a)) < 0)
		return err_no_memory(e);
	return 0;
}

/* A run that cannot be added keeps no other from being so. */
static void add_all(struct history_context *c, const struct history_about *about, json_t *list)
{
	for (size_t i = 0; i < c->options->args.n; i++) {
		struct err e = {""};
		int r = add_one(c, c->options->args.v[i], about, list, &e);
		if (r < 0)
			c->code = history_report("add", r, &e);
	}
}

static int run_add(struct history_context *c, struct err *e)
{
	scope_free char *date = NULL;
	const struct history_options *o = c->options;
	struct history_about about = {.label = o->label, .allow = o->allow.v};
	json_t *list;
	int r = o->date ? history_date(c->h, o->date, &date, e) : 0;

	if (r < 0)
		return r;
	about.date = date;
	list = json_array();
	add_all(c, &about, list);
	if (o->json)
		return output_json(list, e);
	json_decref(list);
	return 0;
}

const struct history_verb history_verb_add = {
	.name = "add",
	.args = "RUN...",
	.summary = "put run directories into the history",
	.more = "A run is added whole or not at all, once: adding it again changes nothing. Any "
		"number of processes may add at the same time.\n\n"
		"Only what is alike is joined to a series: the same cell, group, metric and unit, "
		"of the same suite (by its digest), on hosts that agree in every fact that "
		"`cgbench compare` asks for, but the kernel: that is what a history tracks.\n\n"
		"EXAMPLES\n"
		"  cgbench history add results/runs/*\n"
		"  cgbench history add results/runs/ID --label \"$(git describe)\"\n"
		"  cgbench history add results/runs/ID --date \"$(git show -s --format=%cI)\"\n"
		"  cgbench history add results/runs/ID --allow microcode\n\n"
		"Exit codes: 0 all are in the history, 2 one is no run, or is there with other "
		"results, 3 the history could not be written.",
	.options = HISTORY_ADD,
	.args_min = 1,
	.creates = true,
	.run = run_add,
};

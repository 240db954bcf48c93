/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/describe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/clock.h"
#include "cgbench/units.h"

static const char *const ends[] = {[END_EXIT] = "exits", [END_EMPTY] = "is empty"};

static const char *const verbs[] = {
	[ACTION_WRITE] = "write",
	[ACTION_FILE] = "write",
	[ACTION_KILL] = "kill",
	[ACTION_FREEZE] = "freeze",
	[ACTION_THAW] = "thaw",
	[ACTION_MOVE] = "move",
	[ACTION_RUN] = "run",
	[ACTION_CPU_OFFLINE] = "cpu_offline",
	[ACTION_CPU_ONLINE] = "cpu_online",
	[ACTION_NOTHING] = "segment",
};

const char *describe_duration(uint64_t usec, char buf[static DESCRIBE_DURATION_MAX])
{
	uint64_t sec = (usec + USEC_PER_SEC / 2) / USEC_PER_SEC, min = sec / 60, hours = min / 60;

	if (hours)
		snprintf(buf, DESCRIBE_DURATION_MAX, "%llu h %llu min", (unsigned long long)hours,
			 (unsigned long long)(min % 60));
	else if (min)
		snprintf(buf, DESCRIBE_DURATION_MAX, "%llu min %llu s", (unsigned long long)min,
			 (unsigned long long)(sec % 60));
	else
		snprintf(buf, DESCRIBE_DURATION_MAX, "%llu s", (unsigned long long)sec);
	return buf;
}

static void put_limit(FILE *f, const struct limit_plan *l)
{
	char text[KNOB_TEXT_MAX];

	fprintf(f, "%s=%s", l->knob->name, knob_format(l->knob, &l->value, text));
}

static void put_path(FILE *f, const struct trial_plan *t, size_t group)
{
	int parent = t->groups[group].parent;

	if (parent >= 0) {
		put_path(f, t, (size_t)parent);
		fputc('/', f);
	}
	fputs(t->groups[group].name, f);
}

static const char *place_text(const struct place_plan *p, char *buf, size_t size)
{
	if (p->relation != BESIDE_NOTHING)
		snprintf(buf, size, "%s", place_relation_name(p->relation));
	else if (p->where == PLACE_NODE)
		snprintf(buf, size, "node:%u", p->node);
	else
		snprintf(buf, size, "%s", place_name(p->where));
	return buf;
}

static void put_run(FILE *f, const struct run_plan *r)
{
	const struct param *p = r->workload ? r->workload->params : NULL;
	char number[UNIT_TEXT_MAX];

	if (r->workload)
		fprintf(f, ": %s", r->workload->name);
	for (size_t i = 0; p && p[i].name; i++) {
		const char *text = param_text(&p[i], r->params[i], number);
		if (strcmp(text, p[i].fallback) != 0)
			fprintf(f, " %s=%s", p[i].name, text);
	}
	if (r->threads > 1)
		fprintf(f, " on %u threads", r->threads);
	for (char **arg = r->argv; arg && *arg; arg++)
		fprintf(f, "%s %s", arg == r->argv ? ":" : "", *arg);
}

/* Of one family: `count` and `depth` made many of one. */
static bool alike(const struct trial_plan *t, size_t a, size_t b)
{
	return t->groups[a].spec == t->groups[b].spec;
}

static void put_group(FILE *f, const struct trial_plan *t, size_t group)
{
	const struct group_plan *g = &t->groups[group];
	char text[UNIT_TEXT_MAX], sched[SCHED_TEXT_MAX];

	if (group > 0 && alike(t, group, group - 1))
		fputs(g->name, f);
	else
		put_path(f, t, group);
	for (size_t i = 0; i < g->n_limits; i++) {
		fputs(i ? ", " : " {", f);
		put_limit(f, &g->limits[i]);
	}
	fputs(g->n_limits ? "}" : "", f);
	put_run(f, &g->run);
	if (g->place.cpus)
		fprintf(f, " on %u CPU%s", g->place.cpus, g->place.cpus > 1 ? "s" : "");
	if (g->place.cpus && (g->place.where != PLACE_ANY || g->place.relation != BESIDE_NOTHING))
		fprintf(f, " %s", place_text(&g->place, text, sizeof(text)));
	if (g->place.relation != BESIDE_NOTHING)
		fprintf(f, " as %s", t->groups[g->place.beside].name);
	if (g->oom_score_adj)
		fprintf(f, " oom_score_adj=%d", g->oom_score_adj);
	if (*sched_plan_text(&g->sched, sched))
		fprintf(f, " %s", sched);
	if (g->identity.text)
		fprintf(f, " as \"%s\"", g->identity.text);
	if (g->start_usec)
		fprintf(f, " from %s", unit_format(UNIT_USEC, g->start_usec, text));
}

/* The text that a function prints; NULL without memory. */
static char *printed(void (*put)(FILE *f, const struct trial_plan *t), const struct trial_plan *t)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	put(f, t);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static void put_groups(FILE *f, const struct trial_plan *t)
{
	for (size_t i = 0, end; i < t->n_groups; i = end) {
		for (end = i + 1; end < t->n_groups && alike(t, i, end); end++)
			;
		fputs(i ? "; " : "", f);
		if (end > i + 1)
			fprintf(f, "%s to ", t->groups[i].name);
		put_group(f, t, end - 1);
	}
}

char *describe_groups(const struct trial_plan *t)
{
	return printed(put_groups, t);
}

static void put_action(FILE *f, const struct trial_plan *t, const struct action_plan *a)
{
	char at[UNIT_TEXT_MAX];

	fprintf(f, "at %s ", unit_format(UNIT_USEC, a->at_usec, at));
	if (a->every_usec)
		fprintf(f, "and every %s ", unit_format(UNIT_USEC, a->every_usec, at));
	fputs(verbs[a->verb], f);
	if (a->group != ACTION_NO_GROUP)
		fprintf(f, " %s", t->groups[a->group].name);
	if (a->verb == ACTION_WRITE) {
		fputc(' ', f);
		put_limit(f, &a->write);
	} else if (a->verb == ACTION_FILE) {
		fprintf(f, " %s=%s", a->file, a->text);
	} else if (a->verb == ACTION_RUN) {
		for (char **arg = a->argv; *arg; arg++)
			fprintf(f, "%s %s", arg == a->argv ? ":" : "", *arg);
	} else if (a->verb == ACTION_CPU_OFFLINE || a->verb == ACTION_CPU_ONLINE) {
		fprintf(f, " %u", a->cpu);
	} else if (a->verb == ACTION_MOVE) {
		fprintf(f, " to %s", t->groups[a->to].name);
	} else if (a->verb == ACTION_NOTHING) {
		fprintf(f, " %s", a->segment);
	}
}

static void put_actions(FILE *f, const struct trial_plan *t)
{
	for (size_t i = 0; i < t->n_actions; i++) {
		if (t->actions[i].again)
			continue;
		fputs(i ? "; " : "", f);
		put_action(f, t, &t->actions[i]);
	}
	if (t->end.kind != END_DURATION)
		fprintf(f, "%sends when %s %s", t->n_actions ? "; " : "",
			t->groups[t->end.group].name, ends[t->end.kind]);
}

char *describe_actions(const struct trial_plan *t)
{
	return printed(put_actions, t);
}

/* A budget that axis values rule out is left out already; others wait for the kernel. */
static void put_condition(FILE *f, const struct expect_plan *x)
{
	bool out = condition_truth(x->when, &(struct probes){0}) == TRUTH_NO;

	fprintf(f, out ? "without %s (%s)" : "%s only when %s", x->metric, x->when_text);
}

static void put_conditions(FILE *f, const struct trial_plan *t)
{
	const char *sep = "";

	if (t->when) {
		fprintf(f, "only when %s", t->when_text);
		sep = "; ";
	}
	for (size_t i = 0; i < t->n_expects; i++) {
		if (!t->expects[i].when)
			continue;
		fputs(sep, f);
		put_condition(f, &t->expects[i]);
		sep = "; ";
	}
}

char *describe_conditions(const struct trial_plan *t)
{
	return printed(put_conditions, t);
}

char *describe_host(const struct trial_plan *t)
{
	return printed(describe_put_host, t);
}

static json_t *json_limits(const struct limit_plan *limits, size_t n)
{
	json_t *o = json_object();
	char text[KNOB_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		json_object_set_new(
			o, limits[i].knob->name,
			json_string(knob_format(limits[i].knob, &limits[i].value, text)));
	return o;
}

static json_t *json_argv(char **argv)
{
	json_t *o = json_array();

	for (char **arg = argv; arg && *arg; arg++)
		json_array_append_new(o, json_string(*arg));
	return o;
}

static json_t *json_run(const struct run_plan *r)
{
	json_t *o = json_object(), *params = json_object();
	const struct param *p = r->workload ? r->workload->params : NULL;
	char number[UNIT_TEXT_MAX];

	for (size_t i = 0; p && p[i].name; i++)
		json_object_set_new(params, p[i].name,
				    json_string(param_text(&p[i], r->params[i], number)));
	if (r->workload) {
		json_object_set_new(o, "workload", json_string(r->workload->name));
		json_object_set_new(o, "threads", json_integer(r->threads));
		json_object_set(o, "params", params);
	}
	if (r->argv) {
		json_object_set_new(o, "exec", json_argv(r->argv));
		json_object_set_new(o, "exit",
				    r->exit_code == RUN_EXIT_ANY ? json_string("any")
								 : json_integer(r->exit_code));
		json_object_set_new(o, "ends", json_boolean(r->ends));
	}
	json_decref(params);
	return o;
}

static json_t *json_group(const struct trial_plan *t, const struct group_plan *g)
{
	json_t *o = json_object();
	char where[UNIT_TEXT_MAX], sched[SCHED_TEXT_MAX];

	json_object_set_new(o, "name", json_string(g->name));
	json_object_set_new(o, "parent",
			    g->parent < 0 ? json_null() : json_string(t->groups[g->parent].name));
	json_object_set_new(o, "start_usec", json_integer((json_int_t)g->start_usec));
	json_object_set_new(o, "oom_score_adj", json_integer(g->oom_score_adj));
	if (*sched_plan_text(&g->sched, sched))
		json_object_set_new(o, "sched", json_string(sched));
	if (g->identity.text)
		json_object_set_new(o, "as", json_string(g->identity.text));
	json_object_set_new(o, "limits", json_limits(g->limits, g->n_limits));
	json_object_set_new(o, "run", json_run(&g->run));
	if (g->place.cpus)
		json_object_set_new(o, "place",
				    json_pack("{s:i, s:s}", "cpus", (int)g->place.cpus, "where",
					      place_text(&g->place, where, sizeof(where))));
	if (g->place.relation != BESIDE_NOTHING)
		json_object_set_new(json_object_get(o, "place"), "beside",
				    json_string(t->groups[g->place.beside].name));
	return o;
}

static json_t *json_action(const struct trial_plan *t, const struct action_plan *a)
{
	json_t *o = json_object();

	json_object_set_new(o, "at_usec", json_integer((json_int_t)a->at_usec));
	json_object_set_new(o, "action", json_string(verbs[a->verb]));
	json_object_set_new(o, "group",
			    a->group == ACTION_NO_GROUP ? json_null()
							: json_string(t->groups[a->group].name));
	if (a->verb == ACTION_WRITE)
		json_object_set_new(o, "limits", json_limits(&a->write, 1));
	else if (a->verb == ACTION_FILE)
		json_object_set_new(o, "file", json_pack("{s:s}", a->file, a->text));
	else if (a->verb == ACTION_RUN)
		json_object_set_new(o, "run", json_argv(a->argv));
	else if (a->verb == ACTION_CPU_OFFLINE || a->verb == ACTION_CPU_ONLINE)
		json_object_set_new(o, "cpu", json_integer(a->cpu));
	else if (a->verb == ACTION_MOVE)
		json_object_set_new(o, "to", json_string(t->groups[a->to].name));
	if (a->segment)
		json_object_set_new(o, "segment", json_string(a->segment));
	return o;
}

static void set_bound(json_t *o, const char *key, double value)
{
	if (!isnan(value))
		json_object_set_new(o, key, json_real(value));
}

static json_t *json_expect(const struct expect_plan *x)
{
	json_t *o = json_object();

	json_object_set_new(o, "metric", json_string(x->metric));
	if (x->that)
		json_object_set_new(o, "that", json_string(x->that));
	json_object_set_new(o, "group", x->group ? json_string(x->group) : json_null());
	if (x->when)
		json_object_set_new(o, "when", json_string(x->when_text));
	if (condition_truth(x->when, &(struct probes){0}) == TRUTH_NO)
		json_object_set_new(o, "left_out", json_true());
	set_bound(o, "within_pct", x->within_pct);
	set_bound(o, "min", x->min);
	set_bound(o, "max", x->max);
	set_bound(o, "equals", x->equals);
	return o;
}

static json_t *json_read(const struct trial_plan *t, const struct read_plan *r)
{
	static const char *const takes[] = {
		[TAKE_AFTER] = "after", [TAKE_BEFORE] = "before", [TAKE_END] = "end",
		[TAKE_DELTA] = "delta", [TAKE_PEAK] = "peak",     [TAKE_SAMPLE] = "sample",
	};
	json_t *o = json_object();

	json_object_set_new(o, "metric", json_string(r->metric));
	json_object_set_new(o, "unit", json_string(r->unit));
	json_object_set_new(o, "group",
			    r->group < 0 ? json_null() : json_string(t->groups[r->group].name));
	json_object_set_new(o, "file", json_string(r->file));
	if (r->pick.line)
		json_object_set_new(o, "line", json_string(r->pick.line));
	if (r->pick.key)
		json_object_set_new(o, "key", json_string(r->pick.key));
	json_object_set_new(o, "take", json_string(takes[r->take]));
	return o;
}

static json_t *json_axes(const struct plan *p, const struct trial_plan *t)
{
	json_t *o = json_object();

	for (size_t i = 0; i < p->n_axes; i++)
		if (t->axis_values[i])
			json_object_set_new(o, p->axis_names[i], json_string(t->axis_values[i]));
	return o;
}

static json_t *json_trial(const struct plan *p, const struct trial_plan *t)
{
	json_t *o = json_object(), *groups = json_array(), *actions = json_array(),
	       *reads = json_array(), *expects = json_array();

	for (size_t i = 0; i < t->n_groups; i++)
		json_array_append_new(groups, json_group(t, &t->groups[i]));
	for (size_t i = 0; i < t->n_actions; i++)
		json_array_append_new(actions, json_action(t, &t->actions[i]));
	for (size_t i = 0; i < t->n_reads; i++)
		json_array_append_new(reads, json_read(t, &t->reads[i]));
	for (size_t i = 0; i < t->n_expects; i++)
		json_array_append_new(expects, json_expect(&t->expects[i]));
	json_object_set_new(o, "trial", json_integer(t->trial));
	json_object_set_new(o, "cell", json_integer(t->cell));
	json_object_set_new(o, "repeat", json_integer(t->repeat));
	json_object_set_new(o, "part", t->part ? json_string(t->part) : json_null());
	json_object_set_new(o, "axes", json_axes(p, t));
	json_object_set_new(o, "duration_usec", json_integer((json_int_t)t->duration_usec));
	json_object_set_new(o, "warmup_usec", json_integer((json_int_t)t->warmup_usec));
	json_object_set_new(o, "sample_every_usec", json_integer((json_int_t)t->sample_every_usec));
	json_object_set_new(o, "timeout_usec", json_integer((json_int_t)t->timeout_usec));
	if (t->host) {
		char *host = describe_host(t);
		json_object_set_new(o, "host", json_string(host ? host : ""));
		free(host);
	}
	json_object_set_new(o, "groups", groups);
	json_object_set_new(o, "actions", actions);
	if (t->when)
		json_object_set_new(o, "when", json_string(t->when_text));
	json_object_set_new(o, "read", reads);
	json_object_set_new(o, "expect", expects);
	if (t->end.kind != END_DURATION)
		json_object_set_new(o, "end",
				    json_pack("{s:s}", t->end.kind == END_EXIT ? "exit" : "empty",
					      t->groups[t->end.group].name));
	return o;
}

json_t *describe_json(const struct plan *p)
{
	json_t *o = json_object(), *trials = json_array();

	for (size_t i = 0; i < p->n_trials; i++)
		json_array_append_new(trials, json_trial(p, &p->trials[i]));
	json_object_set_new(o, "suite", json_string(p->suite));
	json_object_set_new(o, "question", json_string(p->question));
	json_object_set_new(o, "digest", json_string(p->digest));
	json_object_set_new(o, "seed", json_integer((json_int_t)p->seed));
	json_object_set_new(o, "cells", json_integer(p->n_cells));
	json_object_set_new(o, "cells_of_suite", json_integer(p->n_cells_whole));
	json_object_set_new(o, "left_out_by_conditions", json_integer(p->n_left_out));
	json_object_set_new(o, "estimated_usec", json_integer((json_int_t)plan_usec(p)));
	json_object_set_new(o, "most_usec", json_integer((json_int_t)plan_most_usec(p)));
	json_object_set_new(o, "trials", trials);
	return o;
}

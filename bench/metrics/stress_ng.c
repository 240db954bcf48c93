/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stress_ng: bogo operations of stress-ng, from the YAML that it writes when it is run as
 * `exec: [stress-ng, ..., --metrics, --yaml, "@report"]`. They compare a stressor with itself only.
 * A worker that the OOM killer took is started again unless --oomable is given, and its operations
 * are lost.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/document.h"
#include "metrics/metric.h"

static const struct metric table[] = {
	{"stress_ng.bogo_ops", "count", BETTER_HIGHER, "bogo operations, summed over stressors"},
	{"stress_ng.bogo_ops_per_cpu_sec", "1/s", BETTER_HIGHER,
	 "the same for each second of CPU time, user and system"},
	{0},
};

static const struct node *member(const struct node *map, const char *key)
{
	for (size_t i = 0; map && map->kind == NODE_MAP && i + 1 < map->n; i += 2)
		if (strcmp(map->items[i]->text, key) == 0)
			return map->items[i + 1];
	return NULL;
}

/* NAN when the key is missing or no number. */
static double number(const struct node *map, const char *key)
{
	const struct node *n = member(map, key);
	char *end;
	double v;

	if (!n || n->kind != NODE_TEXT || !*n->text)
		return NAN;
	v = strtod(n->text, &end);
	return *end ? NAN : v;
}

static int add_sums(const struct node *stressors, struct value_sink *sink, struct err *e)
{
	double ops = 0, cpu_sec = 0;
	int r;

	for (size_t i = 0; i < stressors->n; i++) {
		ops += number(stressors->items[i], "bogo-ops");
		cpu_sec += number(stressors->items[i], "user-time") +
			   number(stressors->items[i], "system-time");
	}
	r = isnan(ops) ? 0 : sink_value(sink, "stress_ng.bogo_ops", ops, e);
	if (r == 0 && cpu_sec > 0 && !isnan(ops))
		r = sink_value(sink, "stress_ng.bogo_ops_per_cpu_sec", ops / cpu_sec, e);
	return r;
}

/* Any program may print what is no YAML: then there is nothing of stress-ng in it. */
static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	const struct node *root = NULL, *stressors;
	struct arena *arena;
	int r = 0;

	(void)t;
	if (!g->output || !strstr(g->output, "bogo-ops:"))
		return 0;
	arena = arena_new();
	if (!arena)
		return err_set(e, -ENOMEM, "out of memory for stress-ng's report");
	if (document_parse("stress-ng", g->output, strlen(g->output), arena, &root, NULL) == 0) {
		stressors = member(root, "metrics");
		if (stressors && stressors->kind == NODE_LIST)
			r = add_sums(stressors, sink, e);
	}
	arena_free(arena);
	return r;
}

const struct metric_group metrics_stress_ng = {
	.name = "stress_ng", .metrics = table, .compute = compute};

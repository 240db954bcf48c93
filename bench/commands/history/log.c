/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log: the runs of a history. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/output.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "commands/history/verb.h"
#include "history/history_show.h"

/* The runs that were asked for, borrowed; of all, when none was. */
static int choose_runs(const struct history_context *c, const struct trend *t, struct trend *chosen,
		       struct err *e)
{
	const struct history_options *o = c->options;

	for (size_t i = 0; i < o->args.n; i++) {
		int64_t id = 0;
		int r = history_find_run(c->h, o->args.v[i], &id, e);
		if (r < 0)
			return r;
		for (size_t k = 0; k < t->n_runs; k++) {
			struct trend_run *slot;
			if (t->runs[k].id != id)
				continue;
			slot = array_push(chosen->runs, chosen->n_runs);
			if (!slot)
				return err_no_memory(e);
			*slot = t->runs[k];
		}
	}
	return 0;
}

/* With the facts of its host, where single runs were asked for. */
static json_t *log_run_json(const struct history_context *c, const struct trend_run *run)
{
	scope_free char *text = NULL;
	json_t *j = history_run_json(run);

	if (c->options->args.n && history_facts(c->h, run->id, &text, NULL) == 0)
		json_object_set_new(j, "facts", json_loads(text, 0, NULL));
	return j;
}

static int log_json(const struct history_context *c, const struct trend *t, struct err *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->n_runs; i++)
		json_array_append_new(list, log_run_json(c, &t->runs[i]));
	return output_json(list, e);
}

static int run_log(struct history_context *c, struct err *e)
{
	scope(trend_free_scope) struct trend *t = NULL;
	struct trend_filter filter = c->options->filter;
	struct trend chosen = {0};
	const struct trend *shown;
	int r;

	filter.runs_only = true;
	r = history_read(c->h, &filter, &t, e);
	if (r == 0)
		r = choose_runs(c, t, &chosen, e);
	if (r == 0) {
		shown = c->options->args.n ? &chosen : t;
		r = c->options->json ? log_json(c, shown, e) : history_show_runs(shown, e);
	}
	free(chosen.runs);
	return r;
}

const struct history_verb history_verb_log = {
	.name = "log",
	.args = "[RUN...]",
	.summary = "list the runs, in their order",
	.more = "RUN is a number or an id of a run; for single runs --json has the facts of "
		"their hosts too.\n\n"
		"EXAMPLES\n"
		"  cgbench history log\n"
		"  cgbench history log --suite cpu-quota --kernel '6.12*'\n"
		"  cgbench history log 93 --json",
	.options = HISTORY_LOG,
	.run = run_log,
};

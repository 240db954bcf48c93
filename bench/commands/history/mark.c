/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mark: changes that somebody knows of. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "base/output.h"
#include "cgbench/scope.h"
#include "commands/history/verb.h"
#include "history/history_show.h"

static int list_marks(const struct history_context *c, struct err *e)
{
	const struct trend_filter filter = {.runs_only = true};
	scope(trend_free_scope) struct trend *t = NULL;
	int r = history_read(c->h, &filter, &t, e);
	json_t *list;

	if (r < 0 || !c->options->json)
		return r < 0 ? r : history_show_marks(t, e);
	list = json_array();
	for (size_t i = 0; i < t->n_marks; i++)
		json_array_append_new(list, history_mark_json(&t->marks[i]));
	return output_json(list, e);
}

static int run_mark(struct history_context *c, struct err *e)
{
	const struct history_options *o = c->options;
	const char *pattern = o->filter.series ? o->filter.series : "*";
	int64_t id = 0;
	int r;

	if (o->unmark)
		return history_unmark(c->h, o->unmark, e);
	if (o->args.n == 0)
		return list_marks(c, e);
	if (o->args.n != 2 || !o->args.v[1][0])
		return err_set(e, -EINVAL,
			       "expected a run or a date, and why it is known: "
			       "cgbench history mark 93 --series '*cpu.usage_error' \"new tick\"");
	r = history_mark(c->h, o->args.v[0], pattern, o->args.v[1], &id, e);
	if (r == 0)
		printf("mark %lld\n", (long long)id);
	return r;
}

const struct history_verb history_verb_mark = {
	.name = "mark",
	.args = "[RUN|DATE WHY]",
	.summary = "say that a change is known, and why",
	.more = "RUN is the run with which the change came, as `history changes` tells it; with a "
		"DATE, the first run since then. In noise a mark holds for changes found up to "
		"two "
		"runs away, in the exact lab for that run alone. Known changes are shown as such, "
		"and fail no gate. Without arguments, lists the marks.\n\n"
		"EXAMPLES\n"
		"  cgbench history mark 93 --series '*cpu.*' \"new scheduler, accepted\"\n"
		"  cgbench history mark 2026-03-01 \"BIOS update\"\n"
		"  cgbench history mark\n"
		"  cgbench history mark --remove 2",
	.options = HISTORY_MARK,
	.run = run_mark,
};

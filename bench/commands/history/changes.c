/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes: where series changed, and the gate on it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "cgbench/scope.h"
#include "commands/history/verb.h"
#include "history/history_show.h"

/* The index of the first run since then. */
static int since_run(const struct history_context *c, const struct trend *t, size_t *out,
		     struct err *e)
{
	const char *since = c->options->since;
	scope_free char *date = NULL;
	int64_t id = 0;
	size_t i = 0;
	int r = since ? history_date(c->h, since, &date, NULL) : 0;

	if (r == -EINVAL)
		r = history_find_run(c->h, since, &id, e);
	if (r < 0)
		return r;
	while (since && i < t->n_runs &&
	       (date ? strcmp(t->runs[i].date, date) < 0 : t->runs[i].id != id))
		i++;
	*out = i;
	return 0;
}

static void drop_before(struct trend_changes *changes, size_t run)
{
	size_t kept = 0;

	for (size_t i = 0; i < changes->n; i++) {
		const struct trend_change *c = &changes->list[i];
		if (c->series->points[c->point].run >= run)
			changes->list[kept++] = *c;
	}
	changes->n = kept;
}

static struct history_gate judge(const struct trend_changes *changes, size_t runs)
{
	struct history_gate gate = {.runs = runs, .inconclusive = changes->series_judged == 0};

	for (size_t i = 0; i < changes->n; i++) {
		const struct trend_change *c = &changes->list[i];
		gate.regressed +=
			c->direction == TREND_WORSE && !c->mark && trend_change_age(c) <= runs;
	}
	return gate;
}

int history_read_changes(const struct history_context *c, struct trend **t,
			 struct trend_changes *changes, struct err *e)
{
	size_t since = 0;
	int r = history_read(c->h, &c->options->filter, t, e);

	if (r == 0)
		r = since_run(c, *t, &since, e);
	if (r == 0)
		r = trend_changes(*t, &c->options->find, changes, e);
	if (r == 0)
		drop_before(changes, since);
	return r;
}

static int run_changes(struct history_context *c, struct err *e)
{
	scope(trend_free_scope) struct trend *t = NULL;
	scope(trend_changes_clear) struct trend_changes changes = {0};
	struct history_gate gate;
	int r = history_read_changes(c, &t, &changes, e);

	if (r < 0)
		return r;
	gate = judge(&changes, c->options->gate);
	if (gate.runs)
		c->code = gate.regressed      ? EXIT_GATE
			  : gate.inconclusive ? EXIT_INCONCLUSIVE
					      : EXIT_PASS;
	return c->options->json ? output_json(history_changes_json(t, &changes, &gate), e)
				: history_show_changes(t, &changes, &gate, e);
}

const struct history_verb history_verb_changes = {
	.name = "changes",
	.args = "",
	.summary = "tell where series changed",
	.more = "Change points are found by E-divisive (Matteson & James 2014) on ranks, with a\n"
		"permutation test, in overlapping windows (as Hunter, Fleming et al. 2023), and\n"
		"near the ends by the rank sum test; all corrected for the number of series.\n"
		"CHANCE is how likely so clear a split is where nothing changed. In noise, a\n"
		"large step is believed after four or five runs, a small one after more, and\n"
		"placed to within two runs. In the exact lab there is no noise: any difference\n"
		"is a change, at once (of the kernel, or of another input, such as cgbench "
		"itself).\n\n"
		"EXAMPLES\n"
		"  cgbench history changes\n"
		"  cgbench history changes --series '*/cpu.usage_error' --since 2026-03-01\n"
		"  cgbench history changes --gate            in CI, after `history add`\n"
		"  cgbench history changes --gate=3 --min-change 1 --json\n\n"
		"Exit codes: 0; with --gate 1 when something got worse that no mark explains, 3 "
		"when no series has enough runs to tell; 2 usage.",
	.options = HISTORY_CHANGES,
	.run = run_changes,
};

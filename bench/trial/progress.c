/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/progress.h"

#include <string.h>
#include <unistd.h>

#include "cgbench/clock.h"

enum { BAR_WIDTH = 24 };

void progress_begin(struct progress *p, FILE *out, bool quiet, const struct plan *plan)
{
	*p = (struct progress){.out = out,
			       .quiet = quiet,
			       .total = plan->n_trials,
			       .terminal = isatty(fileno(out)) == 1,
			       .begin_nsec = now_nsec()};
	for (size_t i = 0; i < plan->n_trials; i++)
		p->planned_usec += plan->trials[i].duration_usec;
}

/* What is left, from how long the plan's time took so far; the plan's own time at the start. */
static double left_sec(const struct progress *p)
{
	double left = (double)(p->planned_usec - p->done_usec) / 1e6;
	double spent = (double)(now_nsec() - p->begin_nsec) / 1e9;

	return p->done_usec ? left * spent * 1e6 / (double)p->done_usec : left;
}

void progress_trial(struct progress *p, const struct plan *plan, const struct trial_plan *t)
{
	char bar[BAR_WIDTH + 1], text[PLAN_LABEL_MAX];
	size_t full = p->total ? p->done * BAR_WIDTH / p->total : 0;

	if (p->quiet || !p->terminal)
		return;
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', full);
	bar[BAR_WIDTH] = '\0';
	plan_label(plan, t, text);
	fprintf(p->out, "\r\033[K[%s] %zu/%zu  %.0f s left  %.60s", bar, p->done, p->total,
		left_sec(p), text);
	fflush(p->out);
}

void progress_done(struct progress *p, const struct plan *plan, const struct trial_plan *t,
		   const struct trial_data *data)
{
	char text[PLAN_LABEL_MAX];

	p->done++;
	p->done_usec += t->duration_usec;
	if (p->quiet || (p->terminal && (!data || data->status == TRIAL_OK)))
		return;
	plan_label(plan, t, text);
	/* On a terminal, what did not go well is worth a line that stays. */
	fprintf(p->out, "%s[%zu/%zu] %s: %s%s%s\n", p->terminal ? "\r\033[K" : "", p->done,
		p->total, text, data ? trial_status_name(data->status) : "there already",
		data && data->reason[0] ? ": " : "", data ? data->reason : "");
	fflush(p->out);
}

void progress_end(struct progress *p)
{
	if (p->terminal && !p->quiet) {
		fputs("\r\033[K", p->out);
		fflush(p->out);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_samples: the table that is made from samples.csv. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "runs/results.h"
#include "runs/traces.h"

enum { BINS = CHART_POINTS_MAX / 2 }; /* of an envelope */

/* Marks of a series, in the order of chart.mark. */
enum { MARK_LIMIT, MARK_START, MARK_KILL, MARK_UNTIL };

static double largest(const struct trace *t)
{
	double max = 0;

	for (size_t i = 0; i < t->n_samples; i++)
		max = fmax(max, t->samples[i].value);
	return max;
}

/*
 * When an OOM kill began to free memory: the last sample near the most, or, when none was taken
 * after it, the end of the trial, which ends with its last process.
 */
static double freed_usec(const struct trace *t, double max)
{
	size_t last = 0;

	for (size_t i = 0; i < t->n_samples; i++)
		if (t->samples[i].value > 0.95 * max)
			last = i;
	return last + 1 < t->n_samples ? t->samples[last].t_usec : t->trial->duration_usec;
}

/* Points of least and most in bins of equal time; all samples when there are few. */
static int add_envelope(struct chart *c, struct chart_series *s, const struct trace *t)
{
	double from = t->samples[0].t_usec, until = t->samples[t->n_samples - 1].t_usec;
	double width = t->n_samples <= BINS ? 0 : (until - from) / BINS;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_samples;) {
		double begin = t->samples[i].t_usec;
		double low = t->samples[i].value, high = low;
		for (i++; i < t->n_samples && t->samples[i].t_usec < begin + width; i++) {
			low = fmin(low, t->samples[i].value);
			high = fmax(high, t->samples[i].value);
		}
		r = chart_point(c, s, (double[]){begin, low, high});
	}
	return r;
}

static void set_marks(const struct plot_input *in, const struct trace *t, double limit,
		      const struct results *oom_kills, struct chart_series *s)
{
	const struct trial_plan *plan = plot_planned(in, t->trial);
	const struct group_plan *group = planned_group(plan, t->group);
	const struct result *oom = results_find(oom_kills, t->trial, t->group);

	s->mark[MARK_LIMIT] = limit;
	s->mark[MARK_UNTIL] = fmax(t->samples[t->n_samples - 1].t_usec, t->trial->duration_usec);
	if (group && group->start_usec)
		s->mark[MARK_START] = (double)group->start_usec;
	s->mark[MARK_KILL] = planned_kill_usec(plan, t->group);
	if (oom && oom->value > 0)
		s->mark[MARK_KILL] = freed_usec(t, largest(t));
}

static int add_samples(const struct plot_input *in, const struct trace *t, double limit,
		       const struct results *oom_kills, struct chart *c)
{
	char label[CHART_TEXT_MAX];
	struct chart_panel *panel;
	struct chart_series *s;

	panel = chart_panel(c, plot_label(in, t->trial, label));
	if (!panel)
		return -ENOMEM;
	panel->low = 0;
	panel->high = 1.12 * fmax(limit, largest(t)); /* of a NAN and a number, the number */
	s = chart_series(c, (unsigned)c->n_panels, 1, t->group);
	if (!s)
		return -ENOMEM;
	set_marks(in, t, limit, oom_kills, s);
	return add_envelope(c, s, t);
}

/* A group is worth a panel when it came near its limit; which groups have one, the suite says. */
static bool near_limit(const struct plot_input *in, const struct trace *t, const char *knob,
		       double *limit)
{
	const struct trial_plan *plan = plot_planned(in, t->trial);

	*limit = planned_limit(planned_group(plan, t->group), knob);
	return t->n_samples > 1 && largest(t) > 0 && !(largest(t) < *limit / 2) &&
	       (!in->planned->plan || !isnan(*limit));
}

/* What of a run becomes panels. */
struct choice {
	const char *knob; /* the limit that groups came near */
	size_t max;       /* panels at most */
	size_t left_out;  /* cells for which there was no room */
};

static int choose_samples(const struct plot_input *in, const struct traces *all,
			  const struct results *oom_kills, struct choice *choice,
			  struct plot_cells *cells, struct chart *c)
{
	unsigned last_cell = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++) {
		const struct trace *t = &all->v[i];
		double limit;
		if (t->trial->cell_number == last_cell || !near_limit(in, t, choice->knob, &limit))
			continue;
		last_cell = t->trial->cell_number;
		if (cells->n == choice->max) {
			choice->left_out++;
			continue;
		}
		cells->v[cells->n++] = last_cell;
		r = add_samples(in, t, limit, oom_kills, c);
	}
	return r < 0 ? r : chart_number(c, "left_out", (double)choice->left_out);
}

/* The argument panels_max, within what a page can hold. */
static size_t panels_max(const struct plot_args *args)
{
	unsigned long asked = strtoul(plot_arg(args, "panels_max", "0"), NULL, 10);

	return asked > 0 && asked < PLOT_CELLS_MAX ? asked : PLOT_CELLS_MAX;
}

int plot_build_samples(const struct plot_input *in, const struct plot_args *args,
		       struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct traces all scope(traces_clear) = {0};
	struct results oom_kills scope(results_clear) = {0};
	struct choice choice = {.knob = plot_arg(args, "limit", ""), .max = panels_max(args)};
	const char *name = plot_arg(args, "name", "");
	int r = traces_load_samples(in->run, name, &all, e);

	if (r == 0)
		r = results_select(in->d, in->run, "memory.events_oom_kill", &oom_kills, e);
	if (r < 0)
		return r;
	c->n_columns = 3;
	c->marks[MARK_LIMIT] = "limit";
	c->marks[MARK_START] = "start";
	c->marks[MARK_KILL] = "kill";
	c->marks[MARK_UNTIL] = "until";
	cells->n = 0;
	if (choose_samples(in, &all, &oom_kills, &choice, cells, c) < 0)
		return err_no_memory(e);
	if (c->n_panels == 0)
		return err_set(e, -ENODATA, "samples.csv has no '%s' of a group that came near %s",
			       name, *choice.knob ? choice.knob : "a limit");
	chart_grid(c, c->n_panels <= 3 ? (unsigned)c->n_panels : 3);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_stalls: the tables that are made from stalls.csv. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/plot_source.h"
#include "plot/roles.h"
#include "runs/results.h"
#include "runs/traces.h"
#include "stats/stats.h"

enum {
	CURVE_POINTS = 200, /* of a distribution */
	PANELS_MAX = 12,
	STYLES_MAX = 6,
	TIMELINE_PERIODS = 10,
	TIMELINE_THREADS_MAX = 16,
	TIMELINE_BARS_MAX = 1000,
};

static unsigned threads_of(const struct trace *t)
{
	return t->n_stalls ? t->stalls[t->n_stalls - 1].thread + 1 : 0;
}

static double total_usec(const struct trace *t)
{
	double total = 0;

	for (size_t i = 0; i < t->n_stalls; i++)
		total += t->stalls[i].length_usec;
	return total;
}

/* Bars show best with several threads that run and stall for about as long. */
static double timeline_score(const struct trace *t)
{
	unsigned threads = threads_of(t);
	double share = total_usec(t) / (threads * t->trial->duration_usec);

	if (threads == 0 || threads > TIMELINE_THREADS_MAX || isnan(share))
		return -1;
	return threads + 0.5 - fabs(share - 0.5);
}

static const struct trace *choose_timeline(const struct traces *all)
{
	const struct trace *best = NULL;

	for (size_t i = 0; i < all->n; i++) {
		double score = timeline_score(&all->v[i]);
		if (score > 0 && (!best || score > timeline_score(best)))
			best = &all->v[i];
	}
	return best;
}

/* About ten periods: the stalls of a throttled thread come one a period. */
static double timeline_until_usec(const struct plot_input *in, const struct trace *t)
{
	const struct trial_plan *plan = plot_planned(in, t->trial);
	const struct group_plan *group = planned_group(plan, t->group);
	double end = t->trial->duration_usec, until = end;

	for (size_t i = 0; group && i < group->n_limits; i++)
		if (group->limits[i].value.period_usec)
			until = TIMELINE_PERIODS * (double)group->limits[i].value.period_usec;
	if (until == end && t->n_stalls > TIMELINE_PERIODS &&
	    t->stalls[TIMELINE_PERIODS].thread == t->stalls[0].thread)
		until = t->stalls[TIMELINE_PERIODS].start_usec;
	return fmin(until, end);
}

/* The bars of one thread, runs or stalls. */
static int add_bars(struct chart *c, struct chart_series *s, const struct trace *t, unsigned thread,
		    double until, bool stalls)
{
	double ran_from = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_stalls && s->n < TIMELINE_BARS_MAX * 3; i++) {
		const struct stall_point *p = &t->stalls[i];
		double begin = fmax(p->start_usec, 0), end = p->start_usec + p->length_usec;
		if (p->thread != thread || begin >= until)
			continue;
		if (stalls)
			r = chart_point(c, s, (double[]){thread, begin, fmin(end, until)});
		else if (begin > ran_from)
			r = chart_point(c, s, (double[]){thread, ran_from, begin});
		ran_from = end;
	}
	if (r == 0 && !stalls && ran_from < until)
		r = chart_point(c, s, (double[]){thread, ran_from, until});
	return r;
}

static int add_timeline(struct chart *c, const struct trace *t, double until)
{
	static const char *const labels[] = {"runs", "is stalled"};
	int r = 0;

	for (unsigned k = 0; r == 0 && k < 2; k++) {
		struct chart_series *s = chart_series(c, 1, k + 1, labels[k]);
		if (!s)
			return -ENOMEM;
		for (unsigned thread = 0; r == 0 && thread < threads_of(t); thread++)
			r = add_bars(c, s, t, thread, until, k == 1);
	}
	for (unsigned thread = 0; r == 0 && thread < threads_of(t); thread++) {
		char label[32];
		snprintf(label, sizeof(label), "thread %u", thread);
		r = chart_tick(c, thread, label);
	}
	return r;
}

int plot_build_timeline(const struct plot_input *in, const struct plot_args *args,
			struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct traces all scope(traces_clear) = {0};
	struct results theory scope(results_clear) = {0};
	char label[CHART_TEXT_MAX];
	const struct result *median;
	const struct trace *t;
	double until;
	int r = traces_load_stalls(in->run, &all, e);

	(void)args, (void)cells;
	if (r == 0)
		r = results_select(in->d, in->run, "stall.p50_usec", &theory, e);
	if (r < 0)
		return r;
	t = choose_timeline(&all);
	if (!t)
		return err_set(e, -ENODATA, "stalls.csv has no stall of a thread");
	until = timeline_until_usec(in, t);
	median = results_find(&theory, t->trial, t->group);
	c->n_columns = 3;
	c->grid_columns = 1;
	if (!chart_panel(c, plot_label(in, t->trial, label)) || add_timeline(c, t, until) < 0 ||
	    chart_number(c, "until", until) < 0 ||
	    chart_number(c, "theory", median ? median->expected : NAN) < 0 ||
	    chart_text(c, "group", t->group) < 0)
		return err_no_memory(e);
	return 0;
}

/* The stalls of all repeats of one cell. */
struct pool {
	const struct trace *first;
	char panel[CHART_TEXT_MAX], series[CHART_TEXT_MAX];
	double theory, *lengths;
	size_t n;
};

struct pools {
	struct pool *v;
	size_t n;
};

static void free_pools(struct pools *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].lengths);
	free(p->v);
}

static int add_to_pool(struct pool *p, const struct trace *t)
{
	for (size_t i = 0; i < t->n_stalls; i++) {
		double *length = array_push(p->lengths, p->n);
		if (!length)
			return -ENOMEM;
		*length = t->stalls[i].length_usec;
	}
	return 0;
}

/*
 * Whether theory has something to say of the group's stalls: it has a quota, and the quota binds.
 * Other groups stall too, behind their neighbours, which is another question.
 */
static bool under_quota(const struct plot_input *in, const struct trace *t,
			const struct result *theory)
{
	const struct trial_plan *plan = plot_planned(in, t->trial);

	if (theory && !isnan(theory->expected))
		return theory->expected > 0;
	return !isnan(planned_limit(planned_group(plan, t->group), "cpu.max"));
}

/* Pools the traces by cell and group. */
static int make_pools(const struct plot_input *in, const struct traces *all,
		      const struct results *theory, struct pools *out)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->n; i++) {
		const struct trace *t = &all->v[i];
		const struct result *median = results_find(theory, t->trial, t->group);
		struct pool *p = out->n ? &out->v[out->n - 1] : NULL;
		if (t->n_stalls == 0 || !under_quota(in, t, median))
			continue;
		if (!p || p->first->trial->cell_number != t->trial->cell_number ||
		    strcmp(p->first->group, t->group) != 0) {
			p = array_push(out->v, out->n);
			if (!p)
				return -ENOMEM;
			p->first = t;
			p->theory = median ? median->expected : NAN;
		}
		r = add_to_pool(p, t);
	}
	return r;
}

/* Returns how many panels side by side put like below like, or -ENOMEM. */
static int name_pools(const struct plot_input *in, const struct plot_args *args, struct pools *p)
{
	const char *asked[ROLES] = {[ROLE_X] = NULL,
				    [ROLE_PANELS] = plot_arg(args, "panels", ""),
				    [ROLE_SERIES] = plot_arg(args, "series", "")};
	const struct run_trial **used = calloc(p->n + 1, sizeof(const struct run_trial *));
	struct roles roles;

	if (!used)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++)
		used[i] = p->v[i].first->trial;
	roles_assign(in->d, asked, used, &roles);
	free(used);
	for (size_t i = 0; i < p->n; i++) {
		struct pool *pool = &p->v[i];
		role_text(&roles, ROLE_PANELS, pool->first->trial, pool->panel,
			  sizeof(pool->panel));
		role_text(&roles, ROLE_SERIES, pool->first->trial, pool->series,
			  sizeof(pool->series));
	}
	return (int)roles.panel_values;
}

/* The share of stalls that are at most so long, at up to CURVE_POINTS ranks. */
static int add_curve(struct chart *c, struct chart_series *s, struct pool *p)
{
	size_t points = p->n < CURVE_POINTS ? p->n : CURVE_POINTS;
	struct chart_panel *panel = &c->panels[s->panel - 1];
	int r;

	stats_sort(p->lengths, p->n);
	panel->high = fmax(panel->high, 1.06 * fmax(p->lengths[p->n - 1], p->theory));
	r = chart_point(c, s, (double[]){p->lengths[0], 0});
	for (size_t i = 1; r == 0 && i <= points; i++) {
		size_t rank = i * p->n / points;
		r = chart_point(
			c, s, (double[]){p->lengths[rank - 1], 100 * (double)rank / (double)p->n});
	}
	return r;
}

/* The number of a panel or a series by its name, from 1; a new one when there is none. */
static unsigned number_of(const char *const *names, size_t *n, const char *name)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(names[i], name) == 0)
			return (unsigned)i + 1;
	return (unsigned)++*n;
}

static int add_pools(struct chart *c, struct pools *pools)
{
	const char *panels[PANELS_MAX + 1], *styles[STYLES_MAX + 1];
	size_t n_panels = 0, n_styles = 0, left_out = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < pools->n; i++) {
		struct pool *p = &pools->v[i];
		size_t known_panels = n_panels, known_styles = n_styles;
		unsigned panel = number_of(panels, &n_panels, p->panel);
		unsigned style = number_of(styles, &n_styles, p->series);
		struct chart_series *s;
		if (panel > PANELS_MAX || style > STYLES_MAX) {
			n_panels = known_panels;
			n_styles = known_styles;
			left_out++;
			continue;
		}
		panels[panel - 1] = p->panel;
		styles[style - 1] = p->series;
		if (panel > known_panels && !chart_panel(c, p->panel))
			return -ENOMEM;
		s = chart_series(c, panel, style, p->series);
		if (!s)
			return -ENOMEM;
		s->mark[0] = p->theory;
		r = add_curve(c, s, p);
	}
	return r < 0 ? r : chart_number(c, "left_out", (double)left_out);
}

int plot_build_stalls(const struct plot_input *in, const struct plot_args *args,
		      struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct traces all scope(traces_clear) = {0};
	struct results theory scope(results_clear) = {0};
	scope(free_pools) struct pools pools = {0};
	int r = traces_load_stalls(in->run, &all, e);

	(void)cells;
	if (r == 0)
		r = results_select(in->d, in->run, "stall.p50_usec", &theory, e);
	if (r < 0)
		return r;
	if (make_pools(in, &all, &theory, &pools) < 0)
		return err_no_memory(e);
	if (pools.n == 0)
		return err_set(e, -ENODATA, "stalls.csv has no stall of a group under a quota");
	c->n_columns = 2;
	c->marks[0] = "theory";
	r = name_pools(in, args, &pools);
	if (r < 0 || add_pools(c, &pools) < 0)
		return err_no_memory(e);
	chart_grid(c, (unsigned)r);
	return 0;
}

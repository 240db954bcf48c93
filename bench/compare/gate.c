/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/gate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cgbench/array.h"

/* A change that has no size in percent is as large as can be. */
static bool exceeds(const struct comparison *v, double change, double limit)
{
	return v->scale == SCALE_UNIT || isnan(change) || change > limit;
}

bool gate_fails(const struct comparison *v, const struct gate_options *o)
{
	if (v->outcome == OUTCOME_REGRESSED)
		return exceeds(v, comparison_worse(v), o->max_regress);
	/* Without noise a difference is a fact about the kernel, whether it has a better way or
	 * not. */
	if (v->exact && v->outcome == OUTCOME_CHANGED)
		return v->change == 0 || exceeds(v, fabs(v->change), o->max_regress);
	return false;
}

/* The end of the interval on which the metric is worse. */
static double worst_case(const struct comparison *v)
{
	return v->better == BETTER_HIGHER ? -v->interval.low : v->interval.high;
}

bool gate_undecided(const struct compared *c, const struct comparison *v,
		    const struct gate_options *o)
{
	double limit = fmax(o->max_regress, c->options.margin);

	if (v->outcome != OUTCOME_INCONCLUSIVE || v->why == WHY_INPUTS ||
	    v->better == BETTER_NEUTRAL || v->unguarded)
		return false;
	/* Only an interval of enough values says what can be excluded. */
	return v->why != WHY_NOISE || exceeds(v, worst_case(v), limit);
}

static void judge_value(struct budget *b, const struct run *r, size_t at)
{
	if (r->verdict[at] == VERDICT_NONE)
		return;
	b->n++;
	b->unresolved += r->verdict[at] == VERDICT_UNRESOLVED;
	if (r->verdict[at] != VERDICT_FAIL)
		return;
	if (b->failed == 0 || fabs(r->value[at]) > fabs(b->worst))
		b->worst = r->value[at];
	b->failed++;
}

static int judge_budgets(const struct run *r, struct gated *out, struct err *e)
{
	for (uint32_t i = 0; i < r->n_series; i++) {
		struct budget b = {.series = i, .worst = NAN}, *slot;
		for (size_t at = r->first[i]; at < r->first[i + 1]; at++)
			judge_value(&b, r, at);
		out->failed_budgets += b.failed > 0;
		if (b.n == 0)
			continue;
		slot = array_push(out->budgets, out->n_budgets);
		if (!slot)
			return err_no_memory(e);
		*slot = b;
	}
	return 0;
}

static enum exit_code choose_code(const struct gated *g)
{
	if (g->regressed + g->failed_budgets > 0)
		return EXIT_GATE;
	return g->undecided + g->broken > 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
}

int gate_judge(const struct run *run, const struct compared *c, const struct gate_options *o,
	       struct gated *out, struct err *e)
{
	int r;

	*out = (struct gated){0};
	r = judge_budgets(run, out, e);
	if (r < 0) {
		gated_clear(out);
		return r;
	}
	for (size_t i = 0; c && i < c->n; i++) {
		out->regressed += gate_fails(&c->v[i], o);
		out->undecided += gate_undecided(c, &c->v[i], o);
	}
	/* Without a base, the run's own broken trials count; with one, the gaps of both. */
	out->broken = c ? c->n_gaps : run->n_broken;
	out->code = choose_code(out);
	return 0;
}

void gated_clear(struct gated *g)
{
	free(g->budgets);
	*g = (struct gated){0};
}

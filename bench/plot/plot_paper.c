/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_paper: the claims of a paper by their x, what was published beside what was measured. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "paper/outcome.h"
#include "plot/plot_source.h"

/* Columns: x, published, expected here, measured. */
static int add_claim(const struct claim_outcome *c, struct chart *chart, struct err *e)
{
	const char *label = c->claim->spec->series.str ?: "";
	const double point[] = {c->claim->x, c->published, c->expected, c->measured};
	struct chart_series *s = NULL;

	for (size_t i = 0; i < chart->n_series; i++)
		if (strcmp(chart->series[i].label, label) == 0)
			s = &chart->series[i];
	if (!s)
		s = chart_series(chart, 1, (unsigned)chart->n_series + 1, label);
	return s && chart_point(chart, s, point) == 0 ? 0 : err_no_memory(e);
}

static int add_facts(const struct outcome *o, struct chart *c)
{
	const struct paper_spec *p = &o->of.suite->paper;
	const char *log = p->plot_log.str ?: "";
	int r = chart_text(c, "title", p->title.str);

	if (r == 0)
		r = chart_text(c, "x", p->plot_x.str);
	if (r == 0)
		r = chart_text(c, "y", p->plot_y.str);
	if (r == 0)
		r = chart_text(c, "verdict", paper_verdict_name(o->verdict));
	if (r == 0)
		r = chart_number(c, "log_x", strchr(log, 'x') != NULL);
	if (r == 0)
		r = chart_number(c, "log_y", strchr(log, 'y') != NULL);
	return r;
}

static int build(const struct outcome *o, struct chart *c, struct err *e)
{
	int r = 0;

	if (!o->of.suite->paper.plot_x.str)
		return err_set(e, -ENODATA, "the paper had no figure: 'plot' is not in its suite");
	c->n_columns = 4;
	if (!chart_panel(c, ""))
		return err_no_memory(e);
	for (size_t i = 0; r == 0 && i < o->of.claims.n; i++)
		if (!isnan(o->v[i].claim->x) && o->v[i].verdict != CLAIM_ELSEWHERE)
			r = add_claim(&o->v[i], c, e);
	if (r == 0 && c->n_series == 0)
		return err_set(e, -ENODATA, "no claim that counts here has an 'x'");
	if (r == 0 && add_facts(o, c) < 0)
		r = err_no_memory(e);
	chart_grid(c, 1);
	return r;
}

int plot_build_paper(const struct plot_input *in, const struct plot_args *args,
		     struct plot_cells *cells, struct chart *c, struct err *e)
{
	struct outcome o = {.data = NULL};
	int r;

	(void)args;
	(void)cells;
	if (!in->planned->suite || !in->planned->suite->paper.id.str)
		return err_set(e, -ENODATA, "the suite is of no paper");
	r = outcome_load(in->run->path, &o, e);
	if (r == 0)
		r = build(&o, c, e);
	outcome_free(&o);
	return r;
}

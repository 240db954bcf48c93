/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_expects: the suite's budgets, as numbers in the units of their metrics. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/nearest.h"
#include "cgbench/array.h"
#include "metrics/metric.h"
#include "suite/cell.h"

/* How a number of a metric may be written beside plain: 64M for a metric in bytes. */
static const struct scale {
	const char *unit; /* of the metric */
	enum unit_kind kind;
	double per_unit; /* of the kind's base unit in the metric's */
} scales[] = {
	{"bytes", UNIT_BYTES, 1},
	{"usec", UNIT_USEC, 1},
	{"%", UNIT_PPM, 10000},
};

static bool plain(const char *text, double *value)
{
	const struct csv_field field = {.str = text, .len = strlen(text)};

	return csv_field_number(&field, value) == 0;
}

static bool scaled(const char *text, const char *unit, double *value)
{
	bool negative = *text == '-';
	uint64_t v;

	for (size_t i = 0; i < array_len(scales); i++) {
		if (strcmp(scales[i].unit, unit) != 0 ||
		    unit_parse(scales[i].kind, text + negative, &v, NULL) < 0)
			continue;
		*value = (negative ? -1 : 1) * (double)v / scales[i].per_unit;
		return true;
	}
	return false;
}

static int bound(const struct cell *c, const struct metric *m, const struct text *t, double *value,
		 struct err *e)
{
	const char *text;
	int r;

	*value = NAN;
	if (!t->str)
		return 0;
	r = cell_text(c, t, &text, e);
	if (r < 0 || scaled(text, m->unit, value) || plain(text, value))
		return r;
	return cell_fault(c, t, e, "'%s' is no value of %s, whose unit is %s", text, m->name,
			  m->unit);
}

static int within(const struct cell *c, const struct text *t, double *pct, struct err *e)
{
	static const struct quantity share = {"within", UNIT_PPM, 0, 0, 1000000000};
	uint64_t ppm;
	int r = cell_number(c, &share, t, &ppm, e);

	if (r == 0)
		*pct = t->str ? (double)ppm / 10000 : NAN;
	return r;
}

static int find_metric(const struct cell *c, const struct text *t, const char **name,
		       const struct metric **out, struct err *e)
{
	struct nearest near = {.word = NULL};
	char hint[NEAREST_HINT_MAX];
	int r = cell_text(c, t, name, e);

	if (r < 0)
		return r;
	*out = metric_find(*name);
	if (*out)
		return 0;
	near.word = *name;
	for (size_t g = 0; metric_groups[g]; g++)
		for (const struct metric *m = metric_groups[g]->metrics; m->name; m++)
			nearest_offer(&near, m->name);
	return cell_fault(c, t, e, "metric '%s' is unknown%s; `cgbench list metrics` shows them",
			  *name, nearest_hint(&near, hint));
}

static int expect(const struct cell *c, const struct expect_spec *from, const struct trial_plan *t,
		  struct expect_plan *to, struct err *e)
{
	const struct metric *m = NULL;
	const char *name;
	unsigned group;
	int r = find_metric(c, &from->metric, &name, &m, e);

	if (r == 0 && from->group.str) {
		r = cell_group(c, &from->group, &group, e);
		if (r == 0)
			to->group = t->groups[group].name;
	}
	if (r == 0)
		r = within(c, &from->within, &to->within_pct, e);
	if (r == 0)
		r = bound(c, m, &from->min, &to->min, e);
	if (r == 0)
		r = bound(c, m, &from->max, &to->max, e);
	if (r == 0)
		r = bound(c, m, &from->equals, &to->equals, e);
	if (r < 0)
		return r;
	if (to->min > to->max)
		return cell_fault(c, &from->min, e, "min is greater than max: nothing can pass");
	to->metric = arena_text(c->arena, name, strlen(name));
	return to->metric ? 0 : err_set(e, -ENOMEM, "out of memory for budgets");
}

int cell_expects(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct part *p = c->part;
	int r = 0;

	out->expects = arena_array(c->arena, p->n_expects, sizeof(*out->expects));
	if (!out->expects)
		return err_set(e, -ENOMEM, "out of memory for budgets");
	for (; r == 0 && out->n_expects < p->n_expects; out->n_expects++)
		r = expect(c, &p->expects[out->n_expects], out, &out->expects[out->n_expects], e);
	return r;
}

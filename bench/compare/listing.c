/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/output.h"
#include "base/table.h"
#include "cgbench/array.h"
#include "compare/wording.h"

/* ---- columns ---- */

struct item {
	const struct listing *l;
	const struct comparison *v;
	const struct series *series;
	const char *column, *previous; /* of a matrix */
};

/* A cell is a text, or a number; NAN and NULL are missing. */
struct content {
	const char *text;
	double number;
};

static struct content as_text(const char *value)
{
	return (struct content){.text = value, .number = NAN};
}

static struct content as_number(double value)
{
	return (struct content){.number = value};
}

/* clang-format off */
#define TEXT(name, value) static struct content get_##name(const struct item *i) { return as_text(value); }
#define NUMBER(name, value) static struct content get_##name(const struct item *i) { return as_number(value); }

TEXT(column, i->column)
TEXT(previous, i->previous)
TEXT(group, dataset_text(i->l->d, i->series->group))
TEXT(metric, dataset_text(i->l->d, i->series->metric))
TEXT(unit, dataset_text(i->l->d, i->series->unit))
TEXT(better, better_names[i->v->better])
TEXT(outcome, i->column && !i->v->compared ? NULL : outcome_names[i->v->outcome])
TEXT(why, i->v->why && (!i->column || i->v->compared) ? why_texts[i->v->why] : NULL)
TEXT(scale, scale_names[i->v->scale])
NUMBER(n_base, (double)i->v->n_base)
NUMBER(n_head, (double)i->v->n_head)
NUMBER(base, i->v->base)
NUMBER(head, i->v->head)
NUMBER(change, i->v->change)
NUMBER(low, isnan(i->v->change) ? NAN : i->v->interval.low)
NUMBER(high, isnan(i->v->change) ? NAN : i->v->interval.high)
NUMBER(shift, isnan(i->v->change) ? NAN : i->v->shift)
NUMBER(delta, isnan(i->v->change) ? NAN : i->v->delta)
NUMBER(p, i->v->p)
NUMBER(adjusted, i->v->adjusted)
NUMBER(detectable, i->v->detectable)
NUMBER(outliers_base, (double)i->v->outliers_base)
NUMBER(outliers_head, (double)i->v->outliers_head)
TEXT(unlike, i->l->label[0] ? i->l->label : NULL)
/* clang-format on */

static struct content get_gate(const struct item *i)
{
	if (!i->l->gate || !i->l->compared)
		return as_text(NULL);
	if (gate_fails(i->v, i->l->gate))
		return as_text("fail");
	return as_text(gate_undecided(i->l->compared, i->v, i->l->gate) ? "undecided" : "pass");
}

/* After the axes of the cell. */
static const struct {
	const char *name;
	struct content (*get)(const struct item *i);
} columns[] = {
	{"column", get_column},
	{"previous", get_previous},
	{"group", get_group},
	{"metric", get_metric},
	{"unit", get_unit},
	{"better", get_better},
	{"outcome", get_outcome},
	{"why", get_why},
	{"scale", get_scale},
	{"n_base", get_n_base},
	{"n_head", get_n_head},
	{"base", get_base},
	{"head", get_head},
	{"change", get_change},
	{"low", get_low},
	{"high", get_high},
	{"shift", get_shift},
	{"delta", get_delta},
	{"p", get_p},
	{"adjusted", get_adjusted},
	{"detectable", get_detectable},
	{"outliers_base", get_outliers_base},
	{"outliers_head", get_outliers_head},
	{"gate", get_gate},
	{"unlike", get_unlike},
};

/* ---- walking ---- */

typedef int visit(void *to, const struct item *i, struct err *e);

/* Every comparison, in the order of the listing. */
static int walk(const struct listing *l, visit *v, void *to, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && l->compared && i < l->compared->n; i++) {
		const struct comparison *c = &l->compared->v[i];
		r = v(to, &(struct item){.l = l, .v = c, .series = &l->d->series[c->series]}, e);
	}
	for (size_t row = 0; l->by && row < l->by->n_rows; row++) {
		for (size_t i = 0; r == 0 && i < l->by->n_columns; i++) {
			const struct comparison *c = &l->by->rows[row].v[i];
			struct item item = {.l = l,
					    .v = c,
					    .series = &l->d->series[c->series],
					    .column = l->by->columns[i],
					    .previous = i ? l->by->columns[i - 1] : NULL};
			if (c->n_base + c->n_head > 0)
				r = v(to, &item, e);
		}
	}
	return r;
}

/* ---- CSV ---- */

static int csv_header(struct csv_writer *w, const struct dataset *d, struct err *e)
{
	for (size_t i = 0; i < d->n_axes; i++)
		csv_text(w, dataset_text(d, d->axes[i]));
	for (size_t i = 0; i < array_len(columns); i++)
		csv_text(w, columns[i].name);
	return csv_end_row(w, e);
}

static int csv_item(void *to, const struct item *item, struct err *e)
{
	struct csv_writer *w = to;

	for (uint32_t i = 0; i < item->l->d->n_axes; i++)
		csv_text(w, cell_axis(item->l->d, item->series->cell, i));
	for (size_t i = 0; i < array_len(columns); i++) {
		struct content c = columns[i].get(item);
		if (c.text)
			csv_text(w, c.text);
		else
			csv_number(w, c.number);
	}
	return csv_end_row(w, e);
}

int listing_csv(const struct listing *l, const char *path, struct err *e)
{
	struct csv_writer *w = NULL;
	int closed, r = strcmp(path, "-") == 0 ? csv_to_fd(STDOUT_FILENO, "standard output", &w, e)
					       : csv_create(AT_FDCWD, path, false, &w, e);

	if (r == 0)
		r = csv_header(w, l->d, e);
	if (r == 0)
		r = walk(l, csv_item, w, e);
	closed = csv_close(w, r == 0 ? e : NULL);
	return r < 0 ? r : closed;
}

/* ---- JSON ---- */

/* A row at a time: a million of them as one value would not fit. */
struct json_out {
	FILE *f;
	const char *between;
};

static int json_put(FILE *f, json_t *value, struct err *e)
{
	int bad = value ? json_dumpf(value, f, JSON_COMPACT | JSON_REAL_PRECISION(12)) : -1;

	json_decref(value);
	return bad ? err_set(e, value ? -EIO : -ENOMEM, "cannot write JSON") : 0;
}

static json_t *number_or_null(double v)
{
	if (!isfinite(v))
		return json_null();
	return v == trunc(v) && fabs(v) < 9e15 ? json_integer((json_int_t)v) : json_real(v);
}

static json_t *axes_of(const struct item *item)
{
	const struct dataset *d = item->l->d;
	json_t *axes = json_object();

	for (uint32_t i = 0; i < d->n_axes; i++) {
		const char *value = cell_axis(d, item->series->cell, i);
		if (value)
			json_object_set_new(axes, dataset_text(d, d->axes[i]), json_string(value));
	}
	return axes;
}

static int json_item(void *to, const struct item *item, struct err *e)
{
	struct json_out *out = to;
	json_t *row = json_object();

	json_object_set_new(row, "axes", axes_of(item));
	for (size_t i = 0; i < array_len(columns); i++) {
		struct content c = columns[i].get(item);
		if (c.text || isfinite(c.number))
			json_object_set_new(row, columns[i].name,
					    c.text ? json_string(c.text)
						   : number_or_null(c.number));
	}
	fputs(out->between, out->f);
	out->between = ",\n";
	return json_put(out->f, row, e);
}

static json_t *json_gate(const struct listing *l)
{
	const struct gated *g = l->gated;

	return json_pack("{si,si,si,si,si,sf}", "exit_code", (int)g->code, "regressed",
			 (int)g->regressed, "undecided", (int)g->undecided, "broken_cells",
			 (int)g->broken, "failed_budgets", (int)g->failed_budgets, "max_regress",
			 l->gate->max_regress);
}

static json_t *json_gaps(const struct listing *l)
{
	json_t *gaps = json_array();
	char label[CELL_LABEL_MAX];

	for (size_t i = 0; l->compared && i < l->compared->n_gaps; i++) {
		const struct gap *g = &l->compared->gaps[i];
		json_array_append_new(
			gaps,
			json_pack("{ss,ss,si,ss,ss}", "cell",
				  cell_label(l->d, g->cell, UINT32_MAX, label), "run",
				  g->in_head ? "head" : "base", "broken_trials", (int)g->n_broken,
				  "status", g->n_broken ? dataset_text(l->d, g->status) : "missing",
				  "reason", dataset_text(l->d, g->reason)));
	}
	return gaps;
}

static json_t *json_budgets(const struct listing *l)
{
	json_t *budgets = json_array();
	char label[CELL_LABEL_MAX];

	for (size_t i = 0; l->gated && i < l->gated->n_budgets; i++) {
		const struct budget *b = &l->gated->budgets[i];
		const struct series *s = &l->d->series[b->series];
		if (b->failed + b->unresolved == 0)
			continue;
		json_array_append_new(
			budgets, json_pack("{ss,ss,ss,si,si,si,so}", "cell",
					   cell_label(l->d, s->cell, UINT32_MAX, label), "group",
					   dataset_text(l->d, s->group), "metric",
					   dataset_text(l->d, s->metric), "values", (int)b->n,
					   "failed", (int)b->failed, "unresolved",
					   (int)b->unresolved, "worst", number_or_null(b->worst)));
	}
	return budgets;
}

/* NULL: a run without a base. */
static const struct compare_options *listing_options(const struct listing *l)
{
	return l->by ? &l->by->options : l->compared ? &l->compared->options : NULL;
}

static json_t *json_heading(const struct listing *l)
{
	const struct compare_options *options = listing_options(l);
	json_t *h = json_object();

	if (l->base)
		json_object_set_new(h, "base", json_string(l->base->path));
	if (l->head)
		json_object_set_new(h, "head", json_string(l->head->path));
	if (l->by)
		json_object_set_new(h, "by", json_string(l->by->axis));
	json_object_set_new(h, "unlike", json_string(l->label));
	if (options && options->other_inputs)
		json_object_set_new(h, "note", json_string(other_inputs_note));
	if (options)
		json_object_set_new(h, "exact", json_boolean(options->exact));
	for (size_t i = 0; l->compared && i < OUTCOMES; i++)
		json_object_set_new(h, outcome_names[i],
				    json_integer((json_int_t)l->compared->counts[i]));
	if (l->gated) {
		json_object_set_new(h, "gate", json_gate(l));
		json_object_set_new(h, "budgets", json_budgets(l));
	}
	if (l->noise)
		json_object_set_new(h, "noise", aa_json(l->d, l->noise));
	json_object_set_new(h, "gaps", json_gaps(l));
	return h;
}

int listing_json(const struct listing *l, const char *path, struct err *e)
{
	struct json_out out = {.between = "\n"};
	int r = output_open(path, &out.f, e);

	if (r < 0)
		return r;
	fputs("{\"summary\":", out.f);
	r = json_put(out.f, json_heading(l), e);
	fputs(",\n\"comparisons\":[", out.f);
	if (r == 0)
		r = walk(l, json_item, &out, e);
	fputs("\n]}\n", out.f);
	return output_close(out.f, path, r, e);
}

/* ---- tables ---- */

enum { ROWS_SHOWN = 2000 }; /* more than anybody reads; --csv and --json have them all */

static const struct table_column compare_table[] = {
	{.name = "VERDICT"},
	{.name = "CELL", .wraps = true},
	{.name = "GROUP"},
	{.name = "METRIC"},
	{.name = "BASE", .number = true},
	{.name = "HEAD", .number = true},
	{.name = "UNIT"},
	{.name = "CHANGE", .number = true},
	{.name = "95% INTERVAL", .number = true},
	{.name = "WOULD SEE", .number = true},
	{.name = "NOTE", .wraps = true},
};

static const char *interval_text(const struct comparison *v, char *buf, size_t size)
{
	buf[0] = '\0';
	if (!isnan(v->change) && !isnan(v->p))
		snprintf(buf, size, "%+.3g to %+.3g", v->interval.low + 0.0,
			 v->interval.high + 0.0);
	return buf;
}

static const char *detectable_text(const struct comparison *v, const char *unit, char *buf)
{
	buf[0] = '\0';
	if (isnan(v->p) || isnan(v->detectable) || v->constant)
		return buf;
	if (isinf(v->detectable))
		snprintf(buf, CHANGE_TEXT_MAX, "none");
	else
		change_text(v->detectable, v->scale, unit, buf);
	return buf[0] == '+' ? buf + 1 : buf;
}

static int add_row(struct table *t, const struct listing *l, const struct comparison *v,
		   struct err *e)
{
	const struct series *s = &l->d->series[v->series];
	const char *unit = dataset_text(l->d, s->unit);
	char cell[CELL_LABEL_MAX], base[CHANGE_TEXT_MAX], head[CHANGE_TEXT_MAX],
		change[CHANGE_TEXT_MAX], interval[CHANGE_TEXT_MAX], sees[CHANGE_TEXT_MAX],
		note[128];
	size_t outliers = v->outliers_base + v->outliers_head;

	snprintf(note, sizeof(note), "%s%s", why_texts[v->why],
		 v->better == BETTER_EXPECTED && v->outcome != OUTCOME_SAME
			 ? (v->why ? "; change of the error" : "change of the error")
			 : "");
	if (outliers > 0 && !l->compared->options.exact) {
		size_t used = strlen(note);
		snprintf(note + used, sizeof(note) - used, "%s%zu outlier%s", used ? "; " : "",
			 outliers, outliers > 1 ? "s" : "");
	}
	{
		const char *const cells[] = {
			outcome_names[v->outcome],
			cell_label(l->d, s->cell, UINT32_MAX, cell),
			dataset_text(l->d, s->group),
			dataset_text(l->d, s->metric),
			short_number(v->base, base),
			short_number(v->head, head),
			unit,
			change_text(v->change, v->scale, unit, change),
			interval_text(v, interval, sizeof(interval)),
			detectable_text(v, unit, sees),
			note,
		};
		return table_add(t, cells, e);
	}
}

static int print_compared(const struct listing *l, struct err *e)
{
	const struct compared *c = l->compared;
	struct table *t;
	size_t shown = 0;
	int r = table_new(compare_table, array_len(compare_table), &t, e);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < c->n && shown < ROWS_SHOWN; i++) {
		if (!l->all && c->v[i].outcome >= OUTCOME_INCONCLUSIVE &&
		    !(l->gate && gate_undecided(c, &c->v[i], l->gate)))
			continue;
		r = add_row(t, l, &c->v[i], e);
		shown++;
	}
	if (r == 0 && shown > 0)
		r = table_print(t, e);
	if (shown == ROWS_SHOWN)
		printf("... and more: --csv and --json have all\n");
	table_free(t);
	return r;
}

/* What became of a metric of a group over all its cells, in one column. */
struct sum {
	size_t n, counts[OUTCOMES];
	size_t came, went;  /* the metric is there in one of the two columns only */
	double worst, best; /* of what regressed or changed, and of what improved */
	enum scale worst_scale, best_scale;
};

static void sum_add(struct sum *s, const struct comparison *v)
{
	if (!v->compared)
		return;
	s->n++;
	s->counts[v->outcome]++;
	s->came += v->why == WHY_ONLY_HEAD;
	s->went += v->why == WHY_ONLY_BASE;
	if (isnan(v->change))
		return;
	if (v->outcome < OUTCOME_IMPROVED && fabs(v->change) >= fabs(s->worst)) {
		s->worst = v->change;
		s->worst_scale = v->scale;
	}
	if (v->outcome == OUTCOME_IMPROVED && fabs(v->change) >= fabs(s->best)) {
		s->best = v->change;
		s->best_scale = v->scale;
	}
}

/* "worse 3/12 +5.2%", "better 1/12 -2%", "new", "gone", "=", "?", or "" where there is nothing. */
static const char *sum_text(const struct sum *s, const char *unit, char *buf, size_t size)
{
	static const char *const words[] = {
		[OUTCOME_REGRESSED] = "worse",
		[OUTCOME_CHANGED] = "changed",
		[OUTCOME_IMPROVED] = "better",
	};
	size_t used = 0;

	if (s->n > 0 && (s->came == s->n || s->went == s->n))
		return s->came ? "new" : "gone";
	buf[0] = '\0';
	for (size_t i = 0; i < array_len(words); i++) {
		char change[CHANGE_TEXT_MAX];
		if (s->counts[i] == 0 || used >= size)
			continue;
		if (i == OUTCOME_IMPROVED)
			change_text(s->best, s->best_scale, unit, change);
		else
			change_text(s->worst, s->worst_scale, unit, change);
		used += (size_t)snprintf(buf + used, size - used, "%s%s %zu/%zu %s",
					 used ? ", " : "", words[i], s->counts[i], s->n, change);
	}
	if (used == 0 && s->n > 0)
		snprintf(buf, size, "%s", s->counts[OUTCOME_INCONCLUSIVE] ? "?" : "=");
	return buf;
}

enum { LEFT = 3 }; /* columns of a matrix before those that are compared */

/* As many as fit into a table; --csv and --json have all. */
static size_t shown_columns(const struct by *by)
{
	size_t most = TABLE_COLUMNS_MAX - LEFT;

	return by->n_columns < most ? by->n_columns : most;
}

/* Whether two rows are of one metric and group: they follow each other. */
static bool same_metric(const struct listing *l, const struct by_row *a, const struct by_row *b)
{
	const struct series *x = &l->d->series[a->series], *y = &l->d->series[b->series];

	return x->metric == y->metric && x->group == y->group;
}

/* One line for rows `from` to `to`: a metric of a group over all its cells, or a single cell. */
static int add_matrix_line(struct table *t, const struct listing *l, size_t from, size_t to,
			   struct err *e)
{
	enum { TEXT_MAX = 128 };
	const struct by *by = l->by;
	const struct series *s = &l->d->series[by->rows[from].series];
	const char *cells[TABLE_COLUMNS_MAX];
	char texts[TABLE_COLUMNS_MAX][TEXT_MAX], label[CELL_LABEL_MAX], first[CHANGE_TEXT_MAX];
	size_t n = shown_columns(by);

	cells[0] = dataset_text(l->d, s->metric);
	cells[1] = dataset_text(l->d, s->group);
	cells[2] = l->all ? cell_label(l->d, s->cell, UINT32_MAX, label) : "";
	for (size_t i = 0; i < n; i++) {
		struct sum sum = {0};
		for (size_t row = from; row < to; row++)
			sum_add(&sum, &by->rows[row].v[i]);
		cells[LEFT + i] =
			i ? sum_text(&sum, dataset_text(l->d, s->unit), texts[i], sizeof(texts[i]))
			  : "";
	}
	if (to == from + 1)
		cells[LEFT] = short_number(by->rows[from].v[0].head, first);
	return table_add(t, cells, e);
}

static int matrix_table(const struct by *by, struct table **t, struct err *e)
{
	struct table_column heads[TABLE_COLUMNS_MAX] = {
		{.name = "METRIC"}, {.name = "GROUP"}, {.name = "CELL", .wraps = true}};
	size_t n = shown_columns(by);

	for (size_t i = 0; i < n; i++)
		heads[LEFT + i] = (struct table_column){.name = by->columns[i], .wraps = true};
	return table_new(heads, LEFT + n, t, e);
}

static int print_matrix(const struct listing *l, struct err *e)
{
	const struct by *by = l->by;
	struct table *t;
	int r = matrix_table(by, &t, e);

	if (r < 0)
		return r;
	printf("Each column is compared with the one before it, %s: how many cells changed, and "
	       "the greatest change.\n",
	       by->axis);
	for (size_t from = 0, to; r == 0 && from < by->n_rows; from = to) {
		to = from + 1;
		while (!l->all && to < by->n_rows && same_metric(l, &by->rows[from], &by->rows[to]))
			to++;
		r = add_matrix_line(t, l, from, to, e);
	}
	if (r == 0)
		r = table_print(t, e);
	table_free(t);
	return r;
}

static void print_gaps(const struct listing *l)
{
	char label[CELL_LABEL_MAX];

	for (size_t i = 0; i < l->compared->n_gaps; i++) {
		const struct gap *g = &l->compared->gaps[i];
		cell_label(l->d, g->cell, UINT32_MAX, label);
		if (g->n_broken == 0)
			printf("missing in %s: %s\n", g->in_head ? "head" : "base", label);
		else
			printf("broken in %s: %s: %zu trial%s, %s: %s\n",
			       g->in_head ? "head" : "base", label, g->n_broken,
			       g->n_broken > 1 ? "s" : "", dataset_text(l->d, g->status),
			       dataset_text(l->d, g->reason));
	}
}

static void print_budgets(const struct listing *l)
{
	char label[CELL_LABEL_MAX], worst[CHANGE_TEXT_MAX];

	for (size_t i = 0; i < l->gated->n_budgets; i++) {
		const struct budget *b = &l->gated->budgets[i];
		const struct series *s = &l->d->series[b->series];
		cell_label(l->d, s->cell, UINT32_MAX, label);
		if (b->failed > 0)
			printf("over budget: %s %s %s: %zu of %zu, worst %s %s\n", label,
			       dataset_text(l->d, s->group), dataset_text(l->d, s->metric),
			       b->failed, b->n, short_number(b->worst, worst),
			       dataset_text(l->d, s->unit));
	}
	if (l->gated->n_budgets > 0)
		printf("budgets: %zu of %zu hold\n", l->gated->n_budgets - l->gated->failed_budgets,
		       l->gated->n_budgets);
}

static void print_counts(const struct listing *l)
{
	const struct compared *c = l->compared;

	printf("%zu comparisons%s:", c->n, c->options.exact ? ", exact" : "");
	for (size_t i = 0; i < OUTCOMES; i++)
		printf(" %zu %s%s", c->counts[i], outcome_names[i], i + 1 < OUTCOMES ? "," : "\n");
	if (c->counts[OUTCOME_INCONCLUSIVE] > 0)
		printf("(--all lists what is inconclusive, and why)\n");
}

int listing_print(const struct listing *l, struct err *e)
{
	int r = 0;

	if (l->label[0])
		printf("UNLIKE HOSTS (base | head): %s\n", l->label);
	if (listing_options(l) && listing_options(l)->other_inputs)
		puts(other_inputs_note);
	if (l->by)
		return print_matrix(l, e);
	if (l->compared)
		r = print_compared(l, e);
	if (r < 0)
		return r;
	if (l->compared) {
		print_gaps(l);
		print_counts(l);
	}
	if (l->noise)
		r = aa_print(l->d, l->noise, l->noise_gate, e);
	else
		print_budgets(l);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: a suite's matrix, spelled out, and how long it takes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/output.h"
#include "base/table.h"
#include "cgbench/exit.h"
#include "command.h"
#include "suite/describe.h"
#include "suite/family.h"
#include "suite/recipe_args.h"

struct options {
	struct recipe_args args;
	bool json;
};

static const struct option_row rows[] = {
	{"json", 'j', NULL, "Print the plan as JSON, with every value as it will be used",
	 INTO(OPTION_FLAG, struct options, json)},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	RECIPE_LINE(struct options, args),
	.doc = "Print what a run of a suite would do: its trials in their order, each with its "
	       "groups, the limits as the kernel will be given them, what it borrows from the "
	       "host, and the time it all takes.\v"
	       "Nothing is made or run, and no host is looked at. A trial keeps its number "
	       "whatever "
	       "the filter.\n\n"
	       "EXAMPLES\n"
	       "  cgbench plan default\n"
	       "  cgbench plan cpu-quota --filter quota=20% --filter threads=1\n"
	       "  cgbench plan my.yaml --repeats 3 --seed 42\n"
	       "  cgbench plan default --filter part=cpu --json\n\n"
	       "Exit codes: 0, or 2 when the suite or a filter is wrong.",
};

static bool has_parts(const struct plan *p)
{
	return p->trials[0].part != NULL;
}

static bool has_actions(const struct plan *p)
{
	for (size_t i = 0; i < p->n_trials; i++)
		if (p->trials[i].n_actions)
			return true;
	return false;
}

static bool has_host(const struct plan *p)
{
	for (size_t i = 0; i < p->n_trials; i++)
		if (p->trials[i].host)
			return true;
	return false;
}

static bool has_conditions(const struct plan *p)
{
	for (size_t i = 0; i < p->n_trials; i++) {
		const struct trial_plan *t = &p->trials[i];
		for (size_t x = 0; x < t->n_expects; x++)
			if (t->expects[x].when)
				return true;
		if (t->when)
			return true;
	}
	return false;
}

/* A filter may leave only parts that have no such axis. */
static bool has_axis(const struct plan *p, size_t axis)
{
	for (size_t i = 0; i < p->n_trials; i++)
		if (p->trials[i].axis_values[axis])
			return true;
	return false;
}

/* The columns depend on the plan; what each of them shows is said here and in fill_cells(). */
static size_t fill_columns(const struct plan *p, struct table_column *columns)
{
	size_t n = 0;

	columns[n++] = (struct table_column){.name = "TRIAL", .number = true};
	columns[n++] = (struct table_column){.name = "CELL", .number = true};
	columns[n++] = (struct table_column){.name = "REPEAT", .number = true};
	if (has_parts(p))
		columns[n++] = (struct table_column){.name = "PART"};
	for (size_t i = 0; i < p->n_axes; i++)
		if (has_axis(p, i))
			columns[n++] =
				(struct table_column){.name = p->axis_names[i], .number = true};
	columns[n++] = (struct table_column){.name = "TIME", .number = true};
	columns[n++] = (struct table_column){.name = "GROUPS", .wraps = true};
	if (has_host(p))
		columns[n++] = (struct table_column){.name = "HOST", .wraps = true};
	if (has_actions(p))
		columns[n++] = (struct table_column){.name = "ACTIONS", .wraps = true};
	if (has_conditions(p))
		columns[n++] = (struct table_column){.name = "CONDITIONS", .wraps = true};
	return n;
}

/* Texts of one row that are made for it. */
struct texts_of_row {
	char trial[16], cell[16], repeat[16], time[UNIT_TEXT_MAX];
	char *groups, *host, *actions, *conditions;
};

static void fill_cells(const struct plan *p, const struct trial_plan *t,
		       const struct texts_of_row *row, const char **cells)
{
	size_t n = 0;

	cells[n++] = row->trial;
	cells[n++] = row->cell;
	cells[n++] = row->repeat;
	if (has_parts(p))
		cells[n++] = t->part;
	for (size_t i = 0; i < p->n_axes; i++)
		if (has_axis(p, i))
			cells[n++] = t->axis_values[i];
	cells[n++] = row->time;
	cells[n++] = row->groups;
	if (has_host(p))
		cells[n++] = row->host;
	if (has_actions(p))
		cells[n++] = row->actions;
	if (has_conditions(p))
		cells[n] = row->conditions;
}

static int add_trial(const struct plan *p, const struct trial_plan *t, struct table *table,
		     const char **cells, struct err *e)
{
	struct texts_of_row row = {.groups = describe_groups(t),
				   .host = describe_host(t),
				   .actions = describe_actions(t),
				   .conditions = describe_conditions(t)};
	int r = 0;

	snprintf(row.trial, sizeof(row.trial), "%u", t->trial);
	snprintf(row.cell, sizeof(row.cell), "%u", t->cell);
	snprintf(row.repeat, sizeof(row.repeat), "%u", t->repeat);
	unit_format(UNIT_USEC, t->warmup_usec + t->duration_usec, row.time);
	if (!row.groups || !row.host || !row.actions || !row.conditions)
		r = err_no_memory(e);
	fill_cells(p, t, &row, cells);
	if (r == 0)
		r = table_add(table, cells, e);
	free(row.groups);
	free(row.host);
	free(row.actions);
	free(row.conditions);
	return r;
}

static int print_table(const struct plan *p, struct err *e)
{
	enum { OTHERS = 9 };
	struct table_column *columns = arena_array(p->arena, p->n_axes + OTHERS, sizeof(*columns));
	const char **cells = arena_array(p->arena, p->n_axes + OTHERS, sizeof(*cells));
	struct table *table;
	int r;

	if (!columns || !cells)
		return err_no_memory(e);
	r = table_new(columns, fill_columns(p, columns), &table, e);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < p->n_trials; i++)
		r = add_trial(p, &p->trials[i], table, cells, e);
	if (r == 0)
		r = table_print(table, e);
	table_free(table);
	return r;
}

static bool has_trials(const struct plan *p, const struct part *part)
{
	for (size_t i = 0; i < p->n_trials; i++)
		if (p->trials[i].part == part->name.str)
			return true;
	return false;
}

static void print_questions(const struct suite *s, const struct plan *p)
{
	printf("%s: %s\n", s->name.str, s->question.str);
	for (size_t i = 0; has_parts(p) && i < s->n_parts; i++)
		if (has_trials(p, &s->parts[i]))
			printf("  %s: %s\n", s->parts[i].name.str, s->parts[i].question.str);
	putchar('\n');
}

static int print_plan(const struct suite *s, const struct plan *p, struct err *e)
{
	char takes[DESCRIBE_DURATION_MAX];
	int r;

	print_questions(s, p);
	r = print_table(p, e);
	if (r < 0)
		return r;
	printf("\n%zu trial%s of %u cell%s", p->n_trials, p->n_trials == 1 ? "" : "s", p->n_cells,
	       p->n_cells == 1 ? "" : "s");
	if (p->n_cells < p->n_cells_whole)
		printf(" (the suite has %u)", p->n_cells_whole);
	if (p->n_left_out)
		printf("; %u more are left out by their 'when'", p->n_left_out);
	printf("; about %s", describe_duration(plan_usec(p), takes));
	if (plan_most_usec(p) > plan_usec(p))
		printf(", %s were no probe to answer", describe_duration(plan_most_usec(p), takes));
	putchar('\n');
	return 0;
}

static int plan_and_print(const struct options *o, const char *name, struct err *e)
{
	struct suite *suite = NULL;
	struct plan *plan = NULL;
	int r = suite_load(name, &suite, e);

	if (r == 0)
		r = recipe_plan(&o->args.recipe, suite, &plan, e);
	if (r == 0)
		r = o->json ? output_json(describe_json(plan), e) : print_plan(suite, plan, e);
	plan_free(plan);
	suite_free(suite);
	return r;
}

static int plan_all(const struct options *o, struct err *e)
{
	char **names = NULL;
	size_t n = 0;
	int r = family_names(o->args.suite, &names, &n, e);

	if (r == 0 && n > 1 && o->json)
		r = err_set(e, -EINVAL, "--json is of one suite; '%s' stands for %zu, %s the first",
			    o->args.suite, n, names[0]);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (i)
			putchar('\n');
		r = plan_and_print(o, names[i], e);
	}
	suite_names_free(names, n);
	return r;
}

static int run(int argc, char **argv)
{
	struct options o = {0};
	struct err e = {""};

	options_parse(&arguments, argc, argv, &o);
	if (plan_all(&o, &e) == 0)
		return EXIT_PASS;
	fprintf(stderr, "cgbench plan: %s\n", e.text);
	return EXIT_USAGE;
}

const struct command command_plan = {.name = "plan",
				     .summary = "the matrix of a suite, and how long it takes",
				     .order = 40,
				     .run = run};

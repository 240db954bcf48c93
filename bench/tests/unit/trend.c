/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a history is asked for: changes, their direction, marks, the gate, and pictures. */
#include "history/trend.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "history/history_plot.h"
#include "plot/gnuplot.h"
#include "tests/support/history_runs.h"
#include "tests/test.h"

extern const struct command command_history;

/* ---- changes and marks ---- */

/* A history of n runs in which cell 0 gets worse at `step`. */
static void fill(const struct history_place *p, unsigned n, unsigned step, bool exact)
{
	struct history *h = history_make(p);

	for (unsigned i = 0; i < n; i++) {
		struct history_made m;
		history_make_run(&m, i, i >= step ? 5 : 0);
		m.run.exact = exact;
		for (unsigned k = 0; exact && k < HISTORY_VALUES; k++)
			m.values[k].value = i >= step && k < HISTORY_REPEATS ? 105 : 100;
		history_must_add(h, &m.run);
	}
	history_close(h);
}

static int run_history(const struct history_place *p, ...)
{
	char *argv[16] = {(char[]){"cgbench history"}};
	int argc = 1;
	va_list ap;

	va_start(ap, p);
	for (char *arg; argc < 14 && (arg = va_arg(ap, char *));)
		argv[argc++] = arg;
	va_end(ap);
	argv[argc++] = (char[]){"--db"};
	argv[argc++] = (char *)p->path;
	return command_history.run(argc, argv);
}

#define HISTORY(p, ...) run_history(p, __VA_ARGS__, (char *)NULL)

static void test_the_gate(void **state)
{
	static const struct {
		const char *name;
		unsigned runs, step;
		const char *gate;
		int code;
		bool exact;
	} rows[] = {
		{"no change", 60, 999, "--gate", EXIT_PASS, false},
		{"a new regression", 60, 52, "--gate", EXIT_GATE, false},
		{"an old regression", 60, 30, "--gate", EXIT_PASS, false},
		{"an old one, a longer look", 60, 30, "--gate=40", EXIT_GATE, false},
		{"too few runs", 4, 2, "--gate", EXIT_INCONCLUSIVE, false},
		{"exact, the newest run", 4, 3, "--gate=1", EXIT_GATE, true},
		{"exact, the run before", 4, 2, "--gate=1", EXIT_PASS, true},
		{"exact, no change", 4, 999, "--gate", EXIT_PASS, true},
		{"exact, one run", 1, 999, "--gate", EXIT_INCONCLUSIVE, true},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct history_place p = history_place_make();
		int code;
		fill(&p, rows[i].runs, rows[i].step, rows[i].exact);
		code = HISTORY(&p, "changes", (char *)rows[i].gate);
		if (code != rows[i].code)
			fail_msg("%s: %d, expected %d", rows[i].name, code, rows[i].code);
		/* Without the gate it is an answer, not a verdict. */
		assert_int_equal(HISTORY(&p, "changes"), EXIT_PASS);
		history_place_remove(&p);
	}
}

static void test_marks(void **state)
{
	/* The change of cell 0 came with run 53, which is of 2026-02-22. */
	static const struct {
		const char *where, *pattern;
		bool exact;
		int code;
	} rows[] = {
		{"53", "*", false, EXIT_PASS},
		{"run-0052", "*", false, EXIT_PASS},
		{"53", "*quota=5%*", false, EXIT_PASS},
		{"53", "*/subject/cpu.*", false, EXIT_PASS},
		{"53", "*quota=20%*", false, EXIT_GATE},
		{"51", "*", false, EXIT_PASS},
		{"47", "*", false, EXIT_GATE},
		{"58", "*", false, EXIT_GATE},
		{"2026-02-22", "*", false, EXIT_PASS},
		{"2026-02-21T12:00:00Z", "*", false, EXIT_PASS},
		{"2026-01-22", "*", false, EXIT_GATE},
		{"2027-01-01", "*", false, EXIT_GATE},
		{"53", "*", true, EXIT_PASS},
		{"52", "*", true, EXIT_GATE},
		{"54", "*", true, EXIT_GATE},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct history_place p = history_place_make();
		int code;
		fill(&p, 60, 52, rows[i].exact);
		assert_int_equal(HISTORY(&p, "changes", "--gate"), EXIT_GATE);
		assert_int_equal(HISTORY(&p, "mark", (char *)rows[i].where, "known well",
					 "--series", (char *)rows[i].pattern),
				 EXIT_PASS);
		code = HISTORY(&p, "changes", "--gate");
		if (code != rows[i].code)
			fail_msg("mark %s on %s: %d", rows[i].where, rows[i].pattern, code);
		assert_int_equal(HISTORY(&p, "mark", "--remove", "1"), EXIT_PASS);
		assert_int_equal(HISTORY(&p, "changes", "--gate"), EXIT_GATE);
		history_place_remove(&p);
	}
}

static void test_usage(void **state)
{
	struct history_place p = history_place_make();
	(void)state;

	assert_int_equal(HISTORY(&p, "log"), EXIT_USAGE); /* there is none yet */
	fill(&p, 3, 999, false);
	assert_int_equal(HISTORY(&p, "log"), EXIT_PASS);
	assert_int_equal(HISTORY(&p, "log", "2", "--json"), EXIT_PASS);
	assert_int_equal(HISTORY(&p, "log", "no-such-run"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "changes", "unexpected"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "changes", "--since", "never"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "add"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "add", "/nonexistent"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "mark", "2"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "mark", "99", "why"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "mark", "--remove", "5"), EXIT_USAGE);
	assert_int_equal(HISTORY(&p, "no-such-verb"), EXIT_USAGE);
	history_place_remove(&p);
}

static size_t changes_in(struct history *h, const struct trend_filter *filter)
{
	const struct trend_options options = {0};
	struct trend_changes c;
	struct trend *t = NULL;
	size_t n;

	assert_int_equal(history_read(h, filter, &t, NULL), 0);
	assert_int_equal(trend_changes(t, &options, &c, NULL), 0);
	n = c.n;
	trend_changes_clear(&c);
	trend_free(t);
	return n;
}

/* Runs of another host, or on hosts that take turns, are series of their own. */
static void test_only_alike_hosts_are_joined(void **state)
{
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	struct trend *t;
	(void)state;

	for (unsigned i = 0; i < 60; i++) {
		struct history_made m;
		history_make_run(&m, i, i >= 30 ? 5 : 0);
		m.run.host = i >= 30 ? "new machine" : "old machine";
		m.run.kernel = i % 2 ? "6.1.0" : "6.12.1";
		history_must_add(h, &m.run);
	}
	t = history_read_all(h);
	assert_int_equal(t->n_series, 2 * HISTORY_CELLS);
	assert_int_equal(t->series[0].n, 30);
	trend_free(t);
	assert_int_equal(changes_in(h, NULL), 0);
	history_close(h);
	history_place_remove(&p);
}

static void test_filters(void **state)
{
	static const struct {
		struct trend_filter filter;
		size_t runs, series, changes;
	} rows[] = {
		{{.series = NULL}, 60, 3, 1},          {{.series = "*quota=5%*"}, 60, 1, 1},
		{{.series = "*quota=20%*"}, 60, 1, 0}, {{.series = "nothing"}, 60, 0, 0},
		{{.suite = "s*"}, 60, 3, 1},           {{.suite = "other"}, 0, 0, 0},
		{{.kernel = "6.12.*"}, 60, 3, 1},      {{.kernel = "6.1.*"}, 0, 0, 0},
		{{.runs_only = true}, 60, 0, 0},
	};
	struct history_place p = history_place_make();
	struct history *h;
	(void)state;

	fill(&p, 60, 30, false);
	h = history_make(&p);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct trend *t = NULL;
		assert_int_equal(history_read(h, &rows[i].filter, &t, NULL), 0);
		assert_int_equal(t->n_runs, rows[i].runs);
		assert_int_equal(t->n_series, rows[i].series);
		assert_int_equal(changes_in(h, &rows[i].filter), rows[i].changes);
		trend_free(t);
	}
	history_close(h);
	history_place_remove(&p);
}

/* A thousand runs with five changes, through the database and back. */
static void test_a_thousand_runs(void **state)
{
	static const unsigned planted[] = {110, 290, 520, 700, 930};
	const struct trend_options options = {0};
	struct history_place p = history_place_make();
	struct history *h = history_make(&p);
	struct trend_changes c;
	struct trend *t;
	unsigned passed = 0;
	(void)state;

	for (unsigned i = 0; i < 1000; i++) {
		struct history_made m;
		passed += passed < array_len(planted) && i >= planted[passed];
		history_make_run(&m, i, passed % 2 ? 2 : 0);
		history_must_add(h, &m.run);
	}
	t = history_read_all(h);
	history_check_whole(t, 1000);
	assert_int_equal(trend_changes(t, &options, &c, NULL), 0);
	assert_int_equal(c.n, array_len(planted));
	for (size_t i = 0; i < c.n; i++) {
		assert_in_range(c.list[i].point, planted[i] - 2, planted[i] + 2);
		assert_non_null(strstr(c.list[i].series->name, history_cells[0]));
		/* Farther from what was expected is worse. */
		assert_int_equal(c.list[i].direction, i % 2 ? TREND_BETTER : TREND_WORSE);
		assert_true(fabs(fabs(c.list[i].percent) - 2) < 0.5);
	}
	trend_changes_clear(&c);
	trend_free(t);
	history_close(h);
	history_place_remove(&p);
}

static void test_direction_follows_the_metric(void **state)
{
	static const struct {
		const char *metric;
		double before, after, expected;
		enum trend_direction direction;
	} rows[] = {
		{"cpu.usage_error", 1, 3, 0, TREND_WORSE},
		{"cpu.usage_error", -3, 1, 0, TREND_BETTER},
		{"cpu.usage_error", -1, 1, 0, TREND_CHANGED},
		{"cpu.usage_error", 1, 3, NAN, TREND_CHANGED},
		{"no.such_metric", 1, 3, 0, TREND_CHANGED},
	};
	const struct trend_options options = {0};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct trend_run runs[2] = {{.date = (char[]){"2026-01-01"}},
					    {.date = (char[]){"2026-01-02"}}};
		struct trend_point points[2] = {
			{.run = 0, .median = rows[i].before, .expected = rows[i].expected},
			{.run = 1, .median = rows[i].after, .expected = rows[i].expected}};
		struct trend_series s = {.name = (char[]){"s"},
					 .metric = (char *)rows[i].metric,
					 .exact = true,
					 .points = points,
					 .n = 2};
		struct trend t = {.runs = runs, .n_runs = 2, .series = &s, .n_series = 1};
		struct trend_changes c;
		assert_int_equal(trend_changes(&t, &options, &c, NULL), 0);
		assert_int_equal(c.n, 1);
		if (c.list[0].direction != rows[i].direction)
			fail_msg("%s from %g to %g: %s", rows[i].metric, rows[i].before,
				 rows[i].after, trend_direction_name(c.list[0].direction));
		trend_changes_clear(&c);
	}
}

/* ---- plots ---- */

static void test_a_plot_of_many_runs_is_an_envelope(void **state)
{
	enum { RUNS = 5001, SPIKE = 777 };
	char date[] = "2026-01-01T00:00:00Z", kernel[] = "6.12", label[] = "";
	struct trend_run *runs = calloc(RUNS, sizeof(*runs));
	struct trend_point *points = calloc(RUNS, sizeof(*points));
	struct trend_series s = {.name = (char[]){"suite a=1/g/m"},
				 .metric = (char[]){"m"},
				 .unit = (char[]){"usec"},
				 .host = (char[]){"0123456789abcdef"},
				 .points = points,
				 .n = RUNS};
	struct trend t = {.runs = runs, .n_runs = RUNS, .series = &s, .n_series = 1};
	struct trend_change change = {.series = &s, .point = 3000, .before = 10, .after = 20};
	struct trend_changes changes = {.list = &change, .n = 1};
	struct chart c;
	double highest = 0;
	(void)state;

	for (size_t i = 0; i < RUNS; i++) {
		double y = i == SPIKE ? 99 : i < 3000 ? 10 : 20;
		points[i] = (struct trend_point){.run = i, .median = y, .low = y, .high = y};
		runs[i] = (struct trend_run){.date = date, .kernel = kernel, .label = label};
	}
	assert_int_equal(history_chart(&t, &changes, &s, &c, NULL), 0);
	assert_int_equal(c.n_series, 3);
	assert_in_range(c.series[0].n / c.n_columns, 1000, CHART_POINTS_MAX);
	for (size_t i = 0; i < c.series[0].n; i += c.n_columns)
		highest = fmax(highest, c.series[0].points[i + 3]);
	assert_true(highest == 99); /* a spike is not lost between the points */
	assert_true(c.panels[0].high < 99 && c.panels[0].high > 20);
	assert_true(c.series[1].points[2] == 10); /* the levels, from run 1 to the change */
	assert_true(c.series[1].points[4] == 3000.5);
	assert_true(c.series[2].mark[0] == 3000.5);
	/* The table is written by style, and the script counts on this order. */
	assert_true(c.series[0].style < c.series[1].style);
	assert_true(c.series[1].style < c.series[2].style);
	chart_clear(&c);
	free(runs);
	free(points);
}

/* The words of a picture, which SVG has as text. */
static char *read_svg(const char *folder, const struct trend_series *s)
{
	char name[HISTORY_PICTURE_MAX], path[600];
	scope_file FILE *f = NULL;
	char *text = NULL;
	size_t size = 0;

	history_picture(s, name);
	snprintf(path, sizeof(path), "%s/%s.png", folder, name);
	assert_int_equal(access(path, R_OK), 0);
	snprintf(path, sizeof(path), "%s/%s.svg", folder, name);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(getdelim(&text, &size, '\0', f) > 0);
	return text;
}

static void test_a_picture(void **state)
{
	static const char *const words[] = {"When did cpu.usage_error change?",
					    "cpu.usage_error, %",
					    "suite quota=5%/subject",
					    "60 runs on host host",
					    "known: it's `known`",
					    "(UTC)"};
	const struct trend_options options = {0};
	struct history_place p = history_place_make();
	struct trend_changes c;
	struct err e = {""};
	scope_free char *svg = NULL;
	struct history *h;
	struct trend *t;
	int64_t id;
	(void)state;

	if (gnuplot_check(&e) < 0)
		test_skip("%s", e.text);
	fill(&p, 60, 30, false);
	h = history_make(&p);
	assert_int_equal(history_mark(h, "31", "*", "it's `known`", &id, NULL), 0);
	t = history_read_all(h);
	assert_int_equal(trend_changes(t, &options, &c, NULL), 0);
	assert_int_equal(c.n, 1);
	if (history_plot(t, &c, c.list[0].series, p.folder, &e) < 0)
		fail_msg("%s", e.text);
	svg = read_svg(p.folder, c.list[0].series);
	for (size_t i = 0; i < array_len(words); i++)
		if (!strstr(svg, words[i]))
			fail_msg("the picture does not say: %s", words[i]);
	trend_changes_clear(&c);
	trend_free(t);
	history_close(h);
	history_place_remove(&p);
}

static void test_names_of_pictures(void **state)
{
	static const struct {
		const char *name, *host;
	} rows[] = {
		{"suite quota=20% period=100ms/subject/cpu.usage_error", "a"},
		{"suite quota=20% period=100ms/subject/cpu.usage_error", "b"},
		{"suite quota=20% period=100ms/subject/cpu.usage-error", "a"},
		{"../../etc/passwd; rm -rf $HOME `x`", "a"},
		{"a very long name, a very long name, a very long name, a very long name, a very "
		 "long name, a very long name, a very long name, a very long name",
		 "a"},
	};
	char names[array_len(rows)][HISTORY_PICTURE_MAX];
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct trend_series s = {.name = (char *)rows[i].name,
					 .host = (char *)rows[i].host};
		history_picture(&s, names[i]);
		assert_int_equal(strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789"
						  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.=-"),
				 strlen(names[i]));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(names[i], names[k]);
	}
}

const struct CMUnitTest tests_unit_trend[] = {
	cmocka_unit_test(test_the_gate),
	cmocka_unit_test(test_marks),
	cmocka_unit_test(test_usage),
	cmocka_unit_test(test_only_alike_hosts_are_joined),
	cmocka_unit_test(test_filters),
	cmocka_unit_test(test_a_thousand_runs),
	cmocka_unit_test(test_direction_follows_the_metric),
	cmocka_unit_test(test_a_plot_of_many_runs_is_an_envelope),
	cmocka_unit_test(test_a_picture),
	cmocka_unit_test(test_names_of_pictures),
	{0},
};

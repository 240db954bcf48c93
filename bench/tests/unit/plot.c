/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plots, from synthetic run directories (plotrun.h) to tables, scripts and pictures. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/chart.h"
#include "plot/gnuplot.h"
#include "plot/plot.h"
#include "plot/plot_script.h"
#include "plot/roles.h"
#include "plot/scatter.h"
#include "tests/support/plotrun.h"
#include "tests/support/proc.h"
#include "tests/test.h"

static void need_gnuplot(void)
{
	struct err e = {""};

	if (gnuplot_check(&e) < 0)
		test_skip("%s", e.text);
}

/* The whole file, terminated; freed by the caller. NULL when it is not there. */
static char *read_file(const char *folder, const char *name, size_t *size)
{
	scope_file FILE *f = NULL;
	char path[512], *text;
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	assert_int_equal(fstat(fileno(f), &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)st.st_size, f), st.st_size);
	if (size)
		*size = (size_t)st.st_size;
	return text;
}

static void expect_same(const char *a, const char *b, const char *name)
{
	size_t n = 0, m = 0;
	scope_free char *x = read_file(a, name, &n), *y = read_file(b, name, &m);

	assert_non_null(x);
	assert_non_null(y);
	assert_int_equal(n, m);
	assert_memory_equal(x, y, n);
}

static const struct plot *find(const struct plots *plots, const char *name)
{
	for (size_t i = 0; i < plots->n; i++)
		if (strcmp(plots->v[i].name, name) == 0)
			return &plots->v[i];
	fail_msg("no plot '%s'", name);
	return NULL;
}

/* What each kind of run has to show; every other plot is skipped, with a reason. */
static const struct {
	const struct plotrun *run;
	const char *drawn[4];
} expectations[] = {
	{&plotrun_cpu, {"stalls", "timeline", "usage-error"}},
	{&plotrun_one, {"stalls", "timeline", "usage-error"}},
	{&plotrun_wide, {"stalls", "timeline", "usage-error"}},
	{&plotrun_memory, {"memory"}},
	{&plotrun_bomb, {"fork-bomb"}},
	{&plotrun_victims, {"heat-map"}},
};

static bool listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void expect_pictures(const char *folder, const char *name)
{
	static const char *const magic[][2] = {{"png", "\x89PNG"}, {"svg", "<?xml"}};

	for (size_t i = 0; i < array_len(magic); i++) {
		char file[128];
		size_t n = 0;
		snprintf(file, sizeof(file), "%s.%s", name, magic[i][0]);
		scope_free char *bytes = read_file(folder, file, &n);
		assert_non_null(bytes);
		assert_true(n > 2000);
		assert_memory_equal(bytes, magic[i][1], strlen(magic[i][1]));
	}
}

static void each_run_shows_what_it_has(void **state)
{
	(void)state;
	need_gnuplot();
	for (size_t i = 0; i < array_len(expectations); i++) {
		char *dir = plotrun_folder(), folder[256];
		struct plots plots = {0};
		struct err e = {""};

		plotrun_write(expectations[i].run, dir);
		snprintf(folder, sizeof(folder), "%s/plots", dir);
		assert_int_equal(plot_draw(dir, &(struct plot_options){0}, &plots, &e), 0);
		for (size_t p = 0; p < plots.n; p++) {
			bool drawn = listed(expectations[i].drawn, plots.v[p].name);
			if (plots.v[p].outcome == PLOT_FAILED)
				fail_msg("%s: %s", plots.v[p].name, plots.v[p].why);
			assert_int_equal(plots.v[p].outcome, drawn ? PLOT_DRAWN : PLOT_SKIPPED);
			if (drawn)
				expect_pictures(folder, plots.v[p].name);
			else
				assert_string_not_equal(plots.v[p].why, "");
		}
		free(plots.v);
		plotrun_remove(dir);
	}
}

/* A panel a level, a field a cell, in the order of the suite; who did not report is marked. */
static void a_matrix_is_a_heat_map(void **state)
{
	static const char expected[] = "# 0: level: none\n"
				       "1\t1\t-5\t0\n2\t1\t19\t0\n"
				       "1\t2\t3\t0\n2\t2\t27\t0\n"
				       "1\t3\t11\t0\n2\t3\t35\t0\n"
				       "\n\n# 1: level: tight\n"
				       "1\t1\t43\t0\n2\t1\t67\t0\n"
				       "1\t2\t51\t0\n2\t2\t75\t0\n"
				       "1\t3\t59\t0\n2\t3\t100\t1\n";
	char *dir = plotrun_folder(), *into = plotrun_folder();
	struct plot_options o = {.into = into, .only = (const char *const[]){"heat-map", NULL}};
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	plotrun_write(&plotrun_victims, dir);
	assert_int_equal(plot_draw(dir, &o, &plots, &e), 0);
	assert_int_equal(find(&plots, "heat-map")->outcome, PLOT_DRAWN);
	scope_free char *table = read_file(into, "heat-map.heat.tsv", NULL);
	scope_free char *set = read_file(into, "heat-map.heat.set", NULL);
	assert_non_null(table);
	assert_string_equal(table, expected);
	assert_non_null(strstr(set, "heat_tick_label[5] = ['hogs', 'bomb', 'cpu', 'wake-up', "
				    "'forks']"));
	assert_non_null(strstr(set, "heat_tick_at[5] = [1, 2, -1, -2, -3]"));
	free(plots.v);
	plotrun_remove(dir);
	plotrun_remove(into);
}

/* A quota and nothing else: no series has a name, so no legend is drawn. */
static void a_suite_with_one_axis_is_drawn(void **state)
{
	char *folder = plotrun_folder();
	struct plot_options o = {.into = folder};
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	assert_int_equal(plot_draw(test_fixture("runs/quota-only"), &o, &plots, &e), 0);
	for (size_t i = 0; i < plots.n; i++)
		if (plots.v[i].outcome == PLOT_FAILED)
			fail_msg("%s: %s", plots.v[i].name, plots.v[i].why);
	expect_pictures(folder, "usage-error");
	expect_pictures(folder, "stalls");
	free(plots.v);
	plotrun_remove(folder);
}

/* U+FFFE as an axis, and "]]>" everywhere. */
static void pictures_are_xml(void **state)
{
	static const char *const only[] = {"usage-error", NULL};
	char *folder = plotrun_folder(), path[256];
	struct plot_options o = {.into = folder, .only = only};
	struct plots plots = {0};
	struct err e = {""};
	struct proc p;

	(void)state;
	need_gnuplot();
	if (access("/usr/bin/xmllint", X_OK) != 0)
		test_skip("no xmllint (Debian: libxml2-utils)");
	assert_int_equal(plot_draw(test_fixture("runs/no-xml"), &o, &plots, &e), 0);
	assert_int_equal(plots.v[0].outcome, PLOT_DRAWN);
	snprintf(path, sizeof(path), "%s/usage-error.svg", folder);
	p = PROC("/usr/bin/xmllint", "--noout", path);
	if (p.code != 0)
		fail_msg("%s", p.output);
	proc_free(&p);
	free(plots.v);
	plotrun_remove(folder);
}

/* Expected across, measured upwards, and what is between them: of what the suite judges only. */
static void measured_stands_beside_theory(void **state)
{
	static const char *const only[] = {"tick-model", NULL};
	char *folder = plotrun_folder();
	struct plot_options o = {.into = folder, .only = only};
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	assert_int_equal(plot_draw(test_fixture("runs/tick"), &o, &plots, &e), 0);
	assert_int_equal(plots.v[0].outcome, PLOT_DRAWN);
	expect_pictures(folder, "tick-model");
	scope_free char *tsv = read_file(folder, "tick-model.theory.tsv", NULL);
	assert_non_null(tsv);
	assert_non_null(strstr(tsv, "\n3.636152\t3.629\t-0.1966"));
	assert_non_null(strstr(tsv, "# 2: stall.interval_p50_usec\n20\t19.998152\t"));
	free(plots.v);
	plotrun_remove(folder);
}

static void twice_the_same_bytes(void **state)
{
	static const char *const files[] = {"usage-error.png", "usage-error.svg", "stalls.png",
					    "stalls.svg",      "timeline.png",    "timeline.svg"};
	char *dir = plotrun_folder(), *again = plotrun_folder();
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	plotrun_write(&plotrun_cpu, dir);
	assert_int_equal(plot_draw(dir, &(struct plot_options){0}, &plots, &e), 0);
	free(plots.v);
	assert_int_equal(plot_draw(dir, &(struct plot_options){.into = again}, &plots, &e), 0);
	free(plots.v);
	char first[256];
	snprintf(first, sizeof(first), "%s/plots", dir);
	for (size_t i = 0; i < array_len(files); i++)
		expect_same(first, again, files[i]);
	plotrun_remove(dir);
	plotrun_remove(again);
}

/* Sums up what a table says of its first series: its first row that is a number. */
static double second_column(const char *tsv)
{
	const char *line = strchr(tsv, '\n'); /* after the comment */
	double x, y;

	assert_non_null(line);
	assert_int_equal(sscanf(line + 1, "%lf\t%lf", &x, &y), 2);
	return y;
}

static void tables_hold_the_values_of_the_rows(void **state)
{
	static const char *const only[] = {"usage-error", NULL};
	char *dir = plotrun_folder(), folder[256];
	struct plots plots = {0};
	struct err e = {""};
	double value = NAN;

	(void)state;
	plotrun_write(&plotrun_one, dir);
	plot_draw(dir, &(struct plot_options){.only = only}, &plots,
		  &e); /* gnuplot may be missing: the tables are there */
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", dir);
	scope_free char *tsv = read_file(folder, "usage-error.metric.tsv", NULL);
	scope_free char *set = read_file(folder, "usage-error.metric.set", NULL);
	scope_free char *rows = read_file(dir, "results.csv", NULL);
	assert_non_null(tsv);
	assert_non_null(set);
	sscanf(strstr(rows, "cpu.usage_error,%,"), "cpu.usage_error,%%,%lf", &value);
	assert_true(fabs(second_column(tsv) - value) < 1e-9);
	assert_non_null(strstr(set, "metric_x_name = 'quota'"));
	assert_non_null(strstr(set, "array metric_title[1] = ['period 100ms']"));
	assert_non_null(strstr(set, "array metric_legend[1] = ['threads 1']"));
	assert_non_null(strstr(set, "array metric_tick_label[1] = ['20%%']"));
	plotrun_remove(dir);
}

static void the_band_is_what_the_suite_allows(void **state)
{
	static const char *const only[] = {"usage-error", NULL};
	char *dir = plotrun_folder(), folder[256];
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	plotrun_write(&plotrun_cpu, dir);
	plot_draw(dir, &(struct plot_options){.only = only}, &plots, &e);
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", dir);
	scope_free char *set = read_file(folder, "usage-error.metric.set", NULL);
	assert_non_null(set);
	assert_non_null(strstr(set, "metric_has_bounds = 1\n"));
	assert_non_null(strstr(set, "metric_bound_low = -3\n"));
	assert_non_null(strstr(set, "metric_bound_high = 3\n"));
	plotrun_remove(dir);
}

static void limits_and_kills_are_marked(void **state)
{
	char *memory = plotrun_folder(), *bomb = plotrun_folder(), folder[256];
	struct plots plots = {0};
	struct err e = {""};
	double kills[2];

	(void)state;
	plotrun_write(&plotrun_memory, memory);
	plot_draw(memory, &(struct plot_options){.only = (const char *const[]){"memory", NULL}},
		  &plots, &e);
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", memory);
	scope_free char *set = read_file(folder, "memory.samples.set", NULL);
	assert_non_null(set);
	assert_non_null(strstr(set, "array samples_limit[2] = [67108864, 31457280]"));
	assert_int_equal(sscanf(strstr(set, "samples_kill[2] = ["), "samples_kill[2] = [%lf, %lf]",
				&kills[0], &kills[1]),
			 2);
	assert_true(kills[0] > 90000 && kills[0] < 110000); /* 64 MiB at 700 bytes a usec */
	assert_true(isnan(kills[1]));                       /* file pages are reclaimed */

	plotrun_write(&plotrun_bomb, bomb);
	plot_draw(bomb, &(struct plot_options){.only = (const char *const[]){"fork-bomb", NULL}},
		  &plots, &e);
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", bomb);
	scope_free char *tasks = read_file(folder, "fork-bomb.samples.set", NULL);
	assert_non_null(tasks);
	assert_non_null(strstr(tasks, "array samples_limit[3] = [64, 64, 64]"));
	assert_non_null(strstr(tasks, "array samples_start[3] = [600000, 600000, 600000]"));
	assert_non_null(strstr(tasks, "array samples_kill[3] = [1500000, 1500000, 1500000]"));
	plotrun_remove(memory);
	plotrun_remove(bomb);
}

static void errors_of_a_run_directory(void **state)
{
	static const struct {
		const char *trials; /* the file's content; NULL: none */
		int code;
		const char *says;
	} rows[] = {
		{NULL, -ENOENT, "no run here"},
		{"trial,cell\n1,1\n", -EINVAL, "no column 'status'"},
		{"run,suite,part,trial,cell,repeat,status,reason,duration_usec,placement\n",
		 -ENODATA, "no trial"},
		{"run,suite,part,trial,cell,repeat,status,reason,duration_usec,placement\n"
		 "r,s,,one,1,1,ok,,1,\n",
		 -EINVAL, "trials.csv:2: trial is 'one'; expected a trial's number"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char *dir = plotrun_folder(), path[256];
		struct plots plots = {0};
		struct err e = {""};
		const char *const files[][2] = {
			{"trials.csv", rows[i].trials},
			{"host.json", "{}"},
			{"results.csv", "trial,group,metric,unit,value,expected,verdict\n"},
		};
		for (size_t k = 0; rows[i].trials && k < array_len(files); k++) {
			snprintf(path, sizeof(path), "%s/%s", dir, files[k][0]);
			FILE *f = fopen(path, "we");
			assert_non_null(f);
			fputs(files[k][1], f);
			assert_int_equal(fclose(f), 0);
		}
		assert_int_equal(plot_draw(dir, &(struct plot_options){0}, &plots, &e),
				 rows[i].code);
		if (!strstr(e.text, rows[i].says))
			fail_msg("'%s' does not say '%s'", e.text, rows[i].says);
		free(plots.v);
		plotrun_remove(dir);
	}
}

static void an_unknown_plot_lists_those_there_are(void **state)
{
	char *dir = plotrun_folder();
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	plotrun_write(&plotrun_one, dir);
	assert_int_equal(
		plot_draw(dir, &(struct plot_options){.only = (const char *const[]){"usage", NULL}},
			  &plots, &e),
		-ENOENT);
	assert_non_null(strstr(e.text, "no plot 'usage'"));
	assert_non_null(strstr(e.text, "usage-error, timeline, stalls, memory, memory-high"));
	plotrun_remove(dir);
}

static void without_gnuplot_the_package_is_named(void **state)
{
	char *dir = plotrun_folder();
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	plotrun_write(&plotrun_one, dir);
	assert_int_equal(setenv("PATH", dir, 1), 0);
	assert_int_equal(plot_draw(dir, &(struct plot_options){0}, &plots, &e), -ENOSYS);
	assert_non_null(strstr(e.text, "gnuplot-nox"));
	assert_int_equal(find(&plots, "usage-error")->outcome, PLOT_FAILED);
	free(plots.v);
	plotrun_remove(dir);
}

static void write_script(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Heads of scripts, and what is made of them. */
static void heads_of_scripts(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *says; /* of an error; else the value of the argument `name` */
	} rows[] = {
		{"# table: metric name=pids.peak\nplot x\n", 0, "pids.peak"},
		{"# SPDX\n#\n# table: samples name=a limit=b\n", 0, "a"},
		{"# table: metrics name=pids.peak\n", -EINVAL, "one.gp:1: unknown table 'metrics'"},
		{"#\n# table:\n", -EINVAL, "one.gp:2: unknown table ''"},
		{"# table: metric pids.peak\n", -EINVAL, "'pids.peak': expected KEY=VALUE"},
		{"# table: metric =pids.peak\n", -EINVAL, "expected KEY=VALUE"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char *dir = plotrun_folder();
		struct plot_script *scripts = NULL;
		struct err e = {""};
		size_t n = 0;

		write_script(dir, "one.gp", rows[i].text);
		write_script(dir, "style.gp", "# no table here\nset key\n# table: metric\n");
		write_script(dir, "README", "# table: metric\n");
		assert_int_equal(plot_scripts_find(dir, &scripts, &n, &e), rows[i].code);
		if (rows[i].code == 0) {
			assert_int_equal(n, 1);
			assert_string_equal(scripts[0].name, "one");
			assert_string_equal(plot_arg(&scripts[0].needs[0].args, "name", ""),
					    rows[i].says);
		} else if (!strstr(e.text, rows[i].says)) {
			fail_msg("'%s' does not say '%s'", e.text, rows[i].says);
		}
		free(scripts);
		plotrun_remove(dir);
	}
}

/* One file adds a plot: a script of these few lines, of a metric that no shipped plot shows. */
static void a_new_script_is_a_new_plot(void **state)
{
	char *dir = plotrun_folder(), *data = plotrun_folder(), plots_folder[256];
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	plotrun_write(&plotrun_cpu, dir);
	snprintf(plots_folder, sizeof(plots_folder), "%s/plots", data);
	assert_int_equal(mkdir(plots_folder, 0777), 0);
	write_script(plots_folder, "work.gp",
		     "# table: metric name=work.ops_per_cpu_sec\n"
		     "load 'work.metric.set'\n"
		     "set terminal @format; set output name.'.'.format\n"
		     "set datafile separator tab\n"
		     "plot 'work.metric.tsv' using 1:2 title metric_unit\n");
	assert_int_equal(setenv("CGBENCH_DATA", data, 1), 0);
	assert_int_equal(plot_draw(dir, &(struct plot_options){0}, &plots, &e), 0);
	assert_int_equal(plots.n, 1);
	assert_string_equal(find(&plots, "work")->why, "");
	free(plots.v);
	plotrun_remove(dir);
	plotrun_remove(data);
}

/* A run directory may come from a stranger: its texts are never run, and never break a script. */
static void texts_of_a_run_are_only_text(void **state)
{
	struct plotrun evil = plotrun_one;
	char *dir = plotrun_folder(), folder[256], mark[300];
	const char *quotas[] = {"9'`touch mark`'%s\\", "20%", NULL};
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	evil.quotas = quotas;
	plotrun_write(&evil, dir);
	assert_int_equal(plot_draw(dir, &(struct plot_options){0}, &plots, &e), 0);
	assert_int_equal(find(&plots, "usage-error")->outcome, PLOT_DRAWN);
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", dir);
	snprintf(mark, sizeof(mark), "%s/mark", folder);
	assert_int_equal(access(mark, F_OK), -1);
	scope_free char *svg = read_file(folder, "usage-error.svg", NULL);
	assert_non_null(strstr(svg, "'`touch mark`'%s\\"));
	plotrun_remove(dir);
}

static void settings_are_quoted_and_bounded(void **state)
{
	char settings[32] = "";
	struct err e = {""};

	(void)state;
	assert_int_equal(gnuplot_set(settings, sizeof(settings), "a", "it's", &e), 0);
	assert_string_equal(settings, "a = 'it''s'; ");
	assert_int_equal(gnuplot_set(settings, sizeof(settings), "b", "0123456789012345", &e),
			 -ENAMETOOLONG);
}

static void charts_cut_long_texts_between_characters(void **state)
{
	struct chart c = {.n_columns = 2};
	char text[512] = "";

	(void)state;
	for (size_t i = 0; i < 240; i += 3) /* a character of two bytes and one of one */
		snprintf(text + i, sizeof(text) - i, "\xc2\xb5s");
	struct chart_panel *p = chart_panel(&c, text);
	assert_non_null(p);
	size_t n = strlen(p->title);
	assert_true(n < CHART_TEXT_MAX);
	assert_string_equal(p->title + n - 3, "...");
	/* What stands before the dots is a whole character. */
	assert_true(p->title[n - 4] == 's' || (unsigned char)p->title[n - 4] == 0xb5);
	assert_non_null(chart_panel(&c, "a\tb\nc"));
	assert_string_equal(c.panels[1].title, "a b c");
	/* U+FFFE, U+FFFF, a surrogate, an overlong slash, half a character: no SVG could hold them.
	 */
	assert_non_null(chart_panel(&c, "a\xef\xbf\xbe\xef\xbf\xbf"
					"b\xed\xa0\x80\xc0\xaf\xc2"));
	assert_string_equal(c.panels[2].title, "a??b???");
	chart_clear(&c);
}

static void scatter_has_medians_and_bounds(void **state)
{
	struct observation v[] = {
		{"a", "p", "s", 3}, {"a", "p", "s", 1}, {"a", "p", "s", 2},
		{"b", "p", "s", 5}, {"b", "p", "t", 7}, {"b", "p", "t", 9},
	};
	struct scatter s = {.v = v, .n = array_len(v), .low = -10, .high = NAN};
	struct chart c = {0};
	struct err e = {""};

	(void)state;
	assert_int_equal(scatter_arrange(&s, &c, &e), 0);
	assert_int_equal(c.n_panels, 1);
	assert_int_equal(c.n_series, 2);
	assert_int_equal(c.n_ticks, 2);
	assert_int_equal(c.series[0].n, 4 * 4);
	assert_true(c.series[0].points[3] == 2);       /* median of 1, 2, 3 */
	assert_true(isnan(c.series[0].points[4 + 3])); /* once a cell */
	assert_true(c.series[1].points[3] == 8);       /* of 7 and 9 */
	assert_true(c.panels[0].low < -10 && c.panels[0].high > 9);
	chart_clear(&c);
}

static void scatter_leaves_out_what_does_not_fit(void **state)
{
	struct observation v[100] = {0};
	struct scatter s = {.v = v, .n = array_len(v), .low = NAN, .high = NAN};
	struct chart c = {0};
	struct err e = {""};

	(void)state;
	for (size_t i = 0; i < array_len(v); i++)
		snprintf(v[i].panel, sizeof(v[i].panel), "%zu", i % 20);
	assert_int_equal(scatter_arrange(&s, &c, &e), 0);
	assert_int_equal(c.n_panels, 12);
	assert_int_equal(c.grid_columns, 3);
	for (size_t i = 0; i < c.n_facts; i++)
		if (strcmp(c.facts[i].name, "left_out") == 0)
			assert_true(c.facts[i].number == 40);
	chart_clear(&c);
}

/* Axes to roles: as asked for, and where the suite calls them something else. */
static void roles_of_axes(void **state)
{
	static const char *const names[] = {"size", "kind", "only"};
	static const char *const values[][3] = {{"1", "a", "z"}, {"2", "a", "z"}, {"1", "b", "z"}};
	static const struct {
		const char *x, *panels, *series;         /* asked */
		const char *is_x, *is_panel, *is_series; /* of the first trial */
	} rows[] = {
		{"size", "kind", "", "1", "kind a", ""},
		{"kind", "size,only", "", "a", "size 1, only z", ""},
		{"", "", "", "1", "kind a", ""},
		{"quota", "", "size", "a", "", "size 1"},
		{"size", NULL, NULL, "1", "kind a", ""},
		{"size", "part", "", "1", "part p", "kind a"},
	};
	struct run_trial trials[3];
	struct dataset *d;
	const struct run_trial *used[] = {&trials[0], &trials[1], &trials[2], NULL};
	char buf[128];

	(void)state;
	assert_int_equal(dataset_new(&d, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		struct axis_value cell[4] = {{AXIS_PART, intern_add(d->texts, "p", 1)}};
		trials[i] = (struct run_trial){.number = (unsigned)i + 1};
		for (size_t a = 0; a < 3; a++)
			cell[a + 1] = (struct axis_value){dataset_add_axis(d, names[a]),
							  intern_add(d->texts, values[i][a], 1)};
		assert_int_equal(cell_id(d, cell, 4, &trials[i].cell), 0);
	}
	for (size_t i = 0; i < array_len(rows); i++) {
		const char *asked[ROLES] = {rows[i].x, rows[i].panels, rows[i].series};
		struct roles r;
		roles_assign(d, asked, used, &r);
		assert_string_equal(role_text(&r, ROLE_X, &trials[0], buf, sizeof(buf)),
				    rows[i].is_x);
		assert_string_equal(role_text(&r, ROLE_PANELS, &trials[0], buf, sizeof(buf)),
				    rows[i].is_panel);
		assert_string_equal(role_text(&r, ROLE_SERIES, &trials[0], buf, sizeof(buf)),
				    rows[i].is_series);
	}
	dataset_free(d);
}

/* What there is no room for is counted, and the count is drawn. */
static void what_is_left_out_is_said(void **state)
{
	char *dir = plotrun_folder(), folder[256];
	struct plots plots = {0};
	struct err e = {""};

	(void)state;
	need_gnuplot();
	plotrun_write(&plotrun_wide, dir); /* 24 quotas, of which 12 panels are drawn */
	assert_int_equal(
		plot_draw(dir,
			  &(struct plot_options){.only = (const char *const[]){"stalls", NULL}},
			  &plots, &e),
		0);
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", dir);
	scope_free char *set = read_file(folder, "stalls.stalls.set", NULL);
	scope_free char *svg = read_file(folder, "stalls.svg", NULL);
	assert_non_null(set);
	assert_non_null(svg);
	assert_non_null(strstr(set, "stalls_left_out = 12\n"));
	assert_non_null(strstr(svg, "; 12 cells more not shown"));
	plotrun_remove(dir);
}

/* Few points reach gnuplot, whatever a run has: lines slow it down superlinearly. */
static void long_runs_are_drawn_by_few_points(void **state)
{
	char *dir = plotrun_folder(), path[256], folder[256];
	struct plots plots = {0};
	struct err e = {""};
	size_t lines = 0;
	FILE *f;

	(void)state;
	plotrun_write(&plotrun_memory, dir);
	snprintf(path, sizeof(path), "%s/samples.csv", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("trial,group,t_usec,metric,value\n", f);
	for (unsigned i = 0; i < 200000; i++)
		fprintf(f, "1,subject,%u,memory.current,%u\n", i * 10, i == 77777 ? 1 : 60U << 20);
	assert_int_equal(fclose(f), 0);
	plot_draw(dir, &(struct plot_options){.only = (const char *const[]){"memory", NULL}},
		  &plots, &e);
	free(plots.v);
	snprintf(folder, sizeof(folder), "%s/plots", dir);
	scope_free char *tsv = read_file(folder, "memory.samples.tsv", NULL);
	assert_non_null(tsv);
	for (const char *p = tsv; *p; p++)
		lines += *p == '\n';
	assert_in_range(lines, 500, CHART_POINTS_MAX);
	assert_non_null(strstr(tsv, "\t1\t62914560\n")); /* the one dip is still there */
	plotrun_remove(dir);
}

const struct CMUnitTest tests_unit_plot[] = {
	cmocka_unit_test(each_run_shows_what_it_has),
	cmocka_unit_test(a_matrix_is_a_heat_map),
	cmocka_unit_test(a_suite_with_one_axis_is_drawn),
	cmocka_unit_test(pictures_are_xml),
	cmocka_unit_test(measured_stands_beside_theory),
	cmocka_unit_test(twice_the_same_bytes),
	cmocka_unit_test(tables_hold_the_values_of_the_rows),
	cmocka_unit_test(the_band_is_what_the_suite_allows),
	cmocka_unit_test(limits_and_kills_are_marked),
	cmocka_unit_test(errors_of_a_run_directory),
	cmocka_unit_test(an_unknown_plot_lists_those_there_are),
	cmocka_unit_test(without_gnuplot_the_package_is_named),
	cmocka_unit_test(heads_of_scripts),
	cmocka_unit_test(a_new_script_is_a_new_plot),
	cmocka_unit_test(texts_of_a_run_are_only_text),
	cmocka_unit_test(settings_are_quoted_and_bounded),
	cmocka_unit_test(charts_cut_long_texts_between_characters),
	cmocka_unit_test(scatter_has_medians_and_bounds),
	cmocka_unit_test(scatter_leaves_out_what_does_not_fit),
	cmocka_unit_test(roles_of_axes),
	cmocka_unit_test(what_is_left_out_is_said),
	cmocka_unit_test(long_runs_are_drawn_by_few_points),
	{0},
};

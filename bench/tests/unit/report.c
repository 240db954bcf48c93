/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report: its parts, and the page and the LaTeX of synthetic runs (plotrun.h). */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/shipped.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "report/html.h"
#include "report/report.h"
#include "report/report_assets.h"
#include "report/svg.h"
#include "tests/support/plotrun.h"
#include "tests/test.h"

static void expect_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not there", part);
}

static void expect_not_in(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	if (at)
		fail_msg("'%s' is there: %.80s", part, at);
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

/* ---- markup ---- */

static char *html_of(void (*write)(FILE *f, const void *arg), const void *arg)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	write(f, arg);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void write_text(FILE *f, const void *arg)
{
	html_text(f, arg);
}

static void write_markup(FILE *f, const void *arg)
{
	html_put(f, "<a href=\"@\">@</a>@", arg, "b&c");
}

static void texts_are_escaped(void **state)
{
	static const char *const rows[][2] = {
		{"plain", "plain"},
		{"", ""},
		{"<script>", "&lt;script&gt;"},
		{"a & b", "a &amp; b"},
		{"\"'", "&quot;&#39;"},
		{"\xc2\xb5s <", "\xc2\xb5s &lt;"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		scope_free char *text = html_of(write_text, rows[i][0]);
		assert_string_equal(text, rows[i][1]);
	}
	scope_free char *markup = html_of(write_markup, "\"><b>");
	assert_string_equal(markup, "<a href=\"&quot;&gt;&lt;b&gt;\">b&amp;c</a>");
}

#define THIN "\xe2\x80\xaf"

static void numbers_for_people(void **state)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0, "0"},
		{NAN, ""},
		{64, "64"},
		{-3, "-3"},
		{0.39384, "0.3938"},
		{-0.04442, "-0.04442"},
		{9999, "9999"},
		{9999.4, "9999"},
		{9999.6, "10" THIN "000"},
		{10000, "10" THIN "000"},
		{2008044.3, "2" THIN "008" THIN "044"},
		{-67108864, "-67" THIN "108" THIN "864"},
		{123456.0, "123" THIN "456"},
		{1e17, "1e+17"},
		{0.0000123, "1.23e-05"},
	};
	char buf[HTML_NUMBER_MAX];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++)
		assert_string_equal(html_number(rows[i].value, buf), rows[i].text);
}

/* ---- pictures ---- */

static int inline_svg(const char *svg, char **out, struct err *e)
{
	size_t n;
	FILE *f = open_memstream(out, &n);
	int r;

	assert_non_null(f);
	r = svg_inline("x.svg", svg, "p-", "Plot: \"x\"", f, e);
	assert_int_equal(fclose(f), 0);
	return r;
}

static void pictures_become_part_of_the_page(void **state)
{
	static const char svg[] =
		"<?xml version=\"1.0\"?>\n<svg width=\"9\" viewBox=\"0 0 9 9\" "
		"xmlns=\"http://www.w3.org/2000/svg\">\n<title>Gnuplot</title><desc>by</desc>"
		"<g id=\"a\" ><title>plot_1</title><path id='b' d='M0 0' "
		"stroke='rgb(  0,  95, 163)'/><use xlink:href='#b'/>"
		"<text fill = \"none\">1 &lt; 2</text><rect filter='url(#c)'/></g></svg>\n";
	char *out = NULL;
	struct err e = {""};

	(void)state;
	assert_int_equal(inline_svg(svg, &out, &e), 0);
	assert_string_equal(
		out, "<svg role=\"img\" aria-label=\"Plot: &quot;x&quot;\" viewBox=\"0 0 9 9\">\n"
		     "<g id=\"p-a\"><path id=\"p-b\" d=\"M0 0\" stroke=\"rgb(  0,  95, 163)\"/>"
		     "<use href=\"#p-b\"/><text fill=\"none\">1 &lt; 2</text>"
		     "<rect filter=\"url(#p-c)\"/></g></svg>\n");
	free(out);
}

static void pictures_of_strangers_are_refused(void **state)
{
	static const char *const rows[] = {
		"no picture at all",
		"<svg><script>alert(1)</script></svg>",
		"<svg><SCRIPT>alert(1)</SCRIPT></svg>",
		"<svg onload=\"alert(1)\"></svg>",
		"<svg><g onclick='alert(1)'/></svg>",
		"<svg><g style='background:url(http://x)'/></svg>",
		"<svg><use xlink:href='http://x/y#z'/></svg>",
		"<svg><use href='data:text/html,x'/></svg>",
		"<svg><use href='javascript:alert(1)'/></svg>",
		"<svg><path fill='url(http://x)'/></svg>",
		"<svg><foreignObject><p/></foreignObject></svg>",
		"<svg><image href='#a'/></svg>",
		"<svg><a href='#a'/></svg>",
		"<svg><style>@import 'x'</style></svg>",
		"<svg><!-- --></svg>",
		"<svg><g id=a></g></svg>",
		"<svg><g id='a></svg>",
		"<svg><g id='<script>'/></svg>",
		"<svg><g",
		"<svg><title>never ends</svg>",
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct err e = {""};
		char *out = NULL;
		if (inline_svg(rows[i], &out, &e) != -EINVAL)
			fail_msg("taken: %s", rows[i]);
		assert_non_null(strstr(e.text, "x.svg"));
		free(out);
	}
}

/* Every colour that the plots draw with has a second value for the dark in the style sheet. */
static void every_colour_of_the_plots_is_in_the_style_sheet(void **state)
{
	char folder[512], path[600], line[512];
	unsigned r, g, b, colours = 0;
	struct err e = {""};

	(void)state;
	assert_int_equal(data_path(DATA_PLOTS, folder, sizeof(folder), &e), 0);
	snprintf(path, sizeof(path), "%s/style.gp", folder);
	scope_file FILE *f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		for (const char *p = line; (p = strstr(p, "'#")); p++) {
			char stroke[64];
			if (sscanf(p, "'#%2x%2x%2x'", &r, &g, &b) != 3 || (r & g & b) == 255)
				continue;
			snprintf(stroke, sizeof(stroke), "rgb(%3u, %3u, %3u)", r, g, b);
			expect_in(report_page_css, stroke);
			colours++;
		}
	}
	assert_true(colours >= 10);
}

/* ---- numbers ---- */

static void load(const char *dir, struct report *r)
{
	struct err e = {""};

	if (report_load(&dir, 1, r, &e) < 0)
		fail_msg("%s", e.text);
}

static const struct summary *find_summary(const struct report *r, const char *metric,
					  const char *cell_part)
{
	const struct summaries *s = &r->runs[0].summaries;
	char label[CELL_LABEL_MAX];

	for (size_t i = 0; i < s->n; i++) {
		const struct series *series = &r->data->series[s->v[i].series];
		if (strcmp(dataset_text(r->data, series->metric), metric) == 0 &&
		    strstr(cell_label(r->data, series->cell, UINT32_MAX, label), cell_part))
			return &s->v[i];
	}
	fail_msg("no %s of %s", metric, cell_part);
	return NULL;
}

/* results.csv again, read by other means: values of a metric in a cell, in order of size. */
static size_t values_of(const char *dir, const char *metric, const char *axes, double *v,
			size_t max)
{
	char path[512], line[1024], needle[128];
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/results.csv", dir);
	snprintf(needle, sizeof(needle), ",%s,", metric);
	scope_file FILE *f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) && n < max) {
		const char *at = strstr(line, needle);
		if (!at || !strstr(line, axes))
			continue;
		assert_int_equal(sscanf(at + strlen(needle), "%*[^,],%lf", &v[n++]), 1);
	}
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && v[k] < v[k - 1]; k--) {
			double t = v[k];
			v[k] = v[k - 1];
			v[k - 1] = t;
		}
	return n;
}

static void medians_are_those_of_the_rows(void **state)
{
	char *dir = plotrun_folder();
	struct report r;
	double v[8] = {0};

	(void)state;
	plotrun_write(&plotrun_cpu, dir);
	load(dir, &r);
	const struct summary *s =
		find_summary(&r, "cpu.usage_error", "quota=20% period=100ms threads=2");
	assert_int_equal(values_of(dir, "cpu.usage_error", ",20%,100ms,2", v, 8), 5);
	assert_int_equal(s->n, 5);
	assert_true(fabs(s->median - v[2]) < 1e-9);
	assert_true(s->interval.low >= v[0] && s->interval.high <= v[4]);
	assert_true(isnan(s->expected));
	s = find_summary(&r, "cpu.usage_usec", "quota=20% period=100ms threads=2");
	assert_true(fabs(s->expected - 400000) < 1e-6);
	assert_true(fabs(s->error_pct - v[2]) < 1e-3);
	report_clear(&r);
	plotrun_remove(dir);
}

static void verdicts_are_counted_and_the_furthest_named(void **state)
{
	char *dir = plotrun_folder(), label[CELL_LABEL_MAX], budget[BUDGET_TEXT_MAX];
	struct report r;
	double v[256] = {0};
	size_t n, within = 0;

	(void)state;
	plotrun_write(&plotrun_cpu, dir);
	load(dir, &r);
	n = values_of(dir, "cpu.usage_error", "", v, 256);
	assert_int_equal(n, 120);
	for (size_t i = 0; i < n; i++)
		within += fabs(v[i]) <= 3;
	const struct summaries *s = &r.runs[0].summaries;
	assert_int_equal(s->judged.pass, within);
	assert_int_equal(s->judged.fail, n - within);
	assert_int_equal(s->n_budgets, 1);
	assert_true(fabs(s->budgets[0].worst - v[119]) < 1e-9);
	expect_in(cell_label(r.data, s->budgets[0].worst_cell, UINT32_MAX, label), "quota=5%");
	assert_string_equal(report_budget(&r.runs[0], r.data, &s->budgets[0], budget), "within 3%");
	assert_string_equal(report_question(&r.runs[0], r.data, 0),
			    "How exactly does cpu.max hold a group to its quota?");
	report_clear(&r);
	plotrun_remove(dir);
}

/* ---- the page ---- */

static char *page_of(const char *const *dirs, size_t n)
{
	struct report r;
	struct err e = {""};
	char *page = NULL;
	size_t size = 0;

	if (report_load(dirs, n, &r, &e) < 0 || report_html(&r, &page, &size, &e) < 0)
		fail_msg("%s", e.text);
	assert_non_null(page);
	assert_int_equal(page ? strlen(page) : 0, size);
	report_clear(&r);
	return page;
}

static void need_gnuplot(void)
{
	if (system("gnuplot --version >/dev/null 2>&1") != 0)
		test_skip("gnuplot is not installed (Debian: apt install gnuplot-nox)");
}

static void the_page_has_everything_and_fetches_nothing(void **state)
{
	static const char *const parts[] = {
		"<h1>How exactly does cpu.max hold a group to its quota?</h1>",
		"<b>Failed.</b>",
		"120 trials, none of which broke.",
		"Questions and verdicts",
		"id=\"run-1-plot-usage-error\"",
		"id=\"run-1-plot-stalls\"",
		"id=\"run-1-plot-timeline\"",
		"id=\"run-1-results\" class=\"sortable\"",
		"<th scope=\"col\" class=\"num\">95% interval</th>",
		"Measured in the exact lab",
		"scripts/lab --kernel 6.12.30-cloud-amd64 --cpus 4 --shift 3 --exact",
		"SYNTHETIC: nothing was measured",
		"default-src &#39;none&#39;",
		"prefers-color-scheme: dark",
	};
	static const char *const absent[] = {"src=",  "http:", "https:", "@import",
					     "url(h", "<link", "<iframe"};
	char *dir = plotrun_folder(), plots[512];

	(void)state;
	need_gnuplot();
	plotrun_write(&plotrun_cpu, dir);
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	for (size_t i = 0; i < array_len(parts); i++)
		if (strcmp(parts[i], "default-src &#39;none&#39;") != 0)
			expect_in(page, parts[i]);
	expect_in(page, "default-src 'none'");
	for (size_t i = 0; i < array_len(absent); i++)
		expect_not_in(page, absent[i]);
	assert_int_equal(count_of(page, "<svg"), 3);
	assert_int_equal(count_of(page, "<tr data-family="), 24 * 6);
	snprintf(plots, sizeof(plots), "%s/plots", dir);
	assert_int_equal(access(plots, F_OK), -1); /* the run is as it was */
	plotrun_remove(dir);
}

static void the_same_page_every_time(void **state)
{
	char *dir = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_memory, dir);
	scope_free char *a = page_of((const char *const[]){dir}, 1);
	scope_free char *b = page_of((const char *const[]){dir}, 1);
	assert_string_equal(a, b);
	plotrun_remove(dir);
}

static void several_runs_share_a_page(void **state)
{
	char *a = plotrun_folder(), *b = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_memory, a);
	plotrun_write(&plotrun_bomb, b);
	scope_free char *page = page_of((const char *const[]){a, b}, 2);
	expect_in(page, "<h1>2 runs of synthetic</h1>");
	expect_in(page, "id=\"run-1-results\"");
	expect_in(page, "id=\"run-2-results\"");
	expect_in(page, "Is a fork bomb contained");
	expect_not_in(page, "unlike hosts");
	plotrun_remove(a);
	plotrun_remove(b);
}

static void replace(const char *dir, const char *file, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void unlike_hosts_are_said_to_be(void **state)
{
	char *a = plotrun_folder(), *b = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_memory, a);
	plotrun_write(&plotrun_memory, b);
	replace(b, "host.json", "{\"kernel\": \"6.1.0\", \"hz\": 1000}");
	scope_free char *page = page_of((const char *const[]){a, b}, 2);
	expect_in(page, "The runs are of unlike hosts");
	expect_in(page, "<td class=\"words\">6.1.0</td>");
	plotrun_remove(a);
	plotrun_remove(b);
}

/* A run directory may come from a stranger: whatever stands in it is text. */
static void markup_in_a_run_is_only_text(void **state)
{
	struct plotrun evil = plotrun_one;
	const char *quotas[] = {"9<script>alert(1)</script>", "20%", NULL};
	char *dir = plotrun_folder();

	(void)state;
	evil.quotas = quotas;
	plotrun_write(&evil, dir);
	replace(dir, "host.json",
		"{\"kernel\": \"<img src=x onerror=alert(2)>\", \"\\\"><i>\": \"</td>\", "
		"\"filters\": [\"a'; rm -rf x\"]}");
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	expect_not_in(page, "<script>alert");
	expect_not_in(page, "<img");
	expect_not_in(page, "\"><i>");
	expect_in(page, "9&lt;script&gt;alert(1)");
	expect_in(page, "--filter &#39;a&#39;\\&#39;&#39;; rm -rf x&#39;");
	plotrun_remove(dir);
}

static void pictures_that_are_there_are_taken_if_they_are_new(void **state)
{
	static const char svg[] = "<svg viewBox=\"0 0 1 1\"><text>taken as it is</text></svg>";
	static const char bad[] = "<svg viewBox=\"0 0 1 1\"><script>1</script></svg>";
	char *dir = plotrun_folder(), path[512];

	(void)state;
	plotrun_write(&plotrun_memory, dir);
	snprintf(path, sizeof(path), "%s/plots", dir);
	assert_int_equal(mkdir(path, 0777), 0);
	replace(dir, "plots/memory.svg", svg);
	replace(dir, "plots/other.svg", bad);
	scope_free char *taken = page_of((const char *const[]){dir}, 1);
	expect_in(taken, "taken as it is");
	expect_not_in(taken, "<script>1");
	expect_in(taken, "other: element &#39;script&#39; is none that gnuplot writes");

	/* Rows that came later than the picture. */
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}};
	struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	snprintf(path, sizeof(path), "%s/plots/memory.svg", dir);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	scope_free char *drawn = page_of((const char *const[]){dir}, 1);
	expect_not_in(drawn, "taken as it is");
	plotrun_remove(dir);
}

static void without_gnuplot_there_is_a_page(void **state)
{
	char *dir = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_one, dir);
	assert_int_equal(setenv("PATH", dir, 1), 0);
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	expect_in(page, "no plots: gnuplot is not installed (Debian: apt install gnuplot-nox)");
	expect_in(page, "id=\"run-1-results\"");
	plotrun_remove(dir);
}

static void without_its_suite_a_run_has_a_page(void **state)
{
	char *dir = plotrun_folder(), path[512];

	(void)state;
	plotrun_write(&plotrun_one, dir);
	snprintf(path, sizeof(path), "%s/suite.yaml", dir);
	assert_int_equal(unlink(path), 0);
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	expect_in(page, "questions and budgets are not known");
	expect_in(page, "<h1>synthetic on Linux 6.12.30-cloud-amd64 in the exact lab</h1>");
	plotrun_remove(dir);
}

static void of_many_rows_the_judged_are_shown(void **state)
{
	struct plotrun large = plotrun_cpu;
	char *dir = plotrun_folder();

	(void)state;
	large.filler_rows = 16000;
	plotrun_write(&large, dir);
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	assert_int_equal(count_of(page, "<tr data-family="), 5000);
	assert_int_equal(count_of(page, " judged\">"), 24);
	expect_in(page, "3144 rows more are not shown;");
	plotrun_remove(dir);
}

static void broken_trials_are_listed(void **state)
{
	char *dir = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_one, dir);
	replace(dir, "trials.csv",
		"run,suite,part,trial,cell,repeat,status,reason,start_usec,duration_usec,setup_"
		"usec,"
		"teardown_usec,samples,samples_lost,sampler_cost_usec,harness_cpu_usec,placement,"
		"ran_on,quota,period,threads\n"
		"r,s,,1,1,1,unenforced,cpu.max of the parent is "
		"tighter,1,1,1,1,1,0,1,1,,,20%,100ms,"
		"1\n");
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	expect_in(page, "<b class=\"fail\">1 broke</b>");
	expect_in(page, "<td>unenforced</td><td>cpu.max of the parent is tighter</td>");
	expect_in(page, "Trials that broke have no values");
	plotrun_remove(dir);
}

/* Ten of twelve lost more than 3%, one of which did not report. */
static void leaks_are_told(void **state)
{
	char *dir = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_victims, dir);
	scope_free char *page = page_of((const char *const[]){dir}, 1);
	expect_in(page, "Which shared resource leaked");
	expect_in(page,
		  "<td class=\"cell\">level=none antagonist=hogs victim=forks</td><td>victim lost "
		  "11.0% of its throughput to CPU time: it waited for a CPU 11.00% of the time, "
		  "0.00% alone (cpu.pressure).</td>");
	expect_in(page, "victim did not report");
	expect_not_in(page, "antagonist=hogs victim=wake-up</td><td>victim lost 3.0%");
	assert_int_equal(count_of(page, "<td>victim lost") + count_of(page, "<td>victim did"), 10);
	plotrun_remove(dir);
}

static void what_is_no_run_is_refused(void **state)
{
	char *dir = plotrun_folder();
	const char *path = dir;
	struct report r;
	struct err e = {""};

	(void)state;
	assert_int_equal(report_load(&path, 1, &r, &e), -ENOENT);
	expect_in(e.text, "no run here");
	plotrun_remove(dir);
}

/* ---- words ---- */

/* Facts of a host, and what the page says and does not say of the numbers there. */
static void limits_of_validity(void **state)
{
	static const struct {
		const char *host, *says, *silent;
	} rows[] = {
		{"{\"lab\": \"exact\"}", "exact lab", "governor"},
		{"{\"lab\": \"live\"}", "real time", "exact lab"},
		{"{\"virtualisation\": \"none\"}", "this machine and kernel", "hypervisor"},
		{"{\"virtualisation\": \"kvm\"}", "hypervisor", "exact lab"},
		{"{\"governor\": \"schedutil\"}", "frequency was free", "exact lab"},
		{"{\"governor\": \"performance\", \"turbo\": \"off\"}", "this machine",
		 "frequency was free"},
		{"{\"governor\": \"performance\", \"turbo\": \"on\"}", "frequency was free",
		 "exact lab"},
		{"{}", "Fewer than five repeats", "tick"},
	};

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char *dir = plotrun_folder();
		plotrun_write(&plotrun_one, dir);
		replace(dir, "host.json", rows[i].host);
		scope_free char *page = page_of((const char *const[]){dir}, 1);
		char *limits = strstr(page, "Limits of validity</h3>");
		assert_non_null(limits);
		*strstr(limits, "</ul>") = '\0';
		expect_in(limits, rows[i].says);
		expect_not_in(limits, rows[i].silent);
		plotrun_remove(dir);
	}
}

static void commands_that_make_it_again(void **state)
{
	static const struct {
		const char *host, *command;
	} rows[] = {
		{"{}", "cgbench run DIR/suite.yaml\n"},
		{"{\"seed\": 42, \"repeats\": 7, \"filters\": [\"quota=20%\"]}",
		 "cgbench run --repeats 7 --seed 42 --filter quota=20% DIR/suite.yaml\n"},
		{"{\"lab\": \"exact\", \"kernel\": \"6.1.0-50\", \"lab_shift\": 0, \"topology\": "
		 "{\"packages\": 2, \"cores\": 4, \"cpus\": 8, \"nodes\": 2}}",
		 "scripts/lab --kernel 6.1.0-50 --sockets 2 --cores 2 --threads 2 --nodes 2 "
		 "--shift "
		 "0 --exact --include DIR/suite.yaml -- \\\n"},
		{"{\"lab\": \"live\", \"topology\": {\"packages\": 1, \"cores\": 4, \"cpus\": 4}}",
		 "scripts/lab --cpus 4 --live --include"},
	};
	char *dir = plotrun_folder(), expected[1024];

	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		const char *at = strstr(rows[i].command, "DIR");
		struct report r;
		plotrun_write(&plotrun_one, dir);
		replace(dir, "host.json", rows[i].host);
		load(dir, &r);
		scope_free char *text = report_reproduce(&r.runs[0]);
		snprintf(expected, sizeof(expected), "%.*s%s%s",
			 at ? (int)(at - rows[i].command) : (int)strlen(rows[i].command),
			 rows[i].command, at ? dir : "", at ? at + 3 : "");
		expect_in(text, expected);
		report_clear(&r);
	}
	plotrun_remove(dir);
}

/* ---- LaTeX ---- */

static char *latex_of(const char *dir)
{
	struct report r;
	struct err e = {""};
	char *text = NULL;
	size_t n;

	load(dir, &r);
	if (report_latex(&r, &text, &n, &e) < 0)
		fail_msg("%s", e.text);
	report_clear(&r);
	return text;
}

static void latex_has_numbers_by_name(void **state)
{
	char *dir = plotrun_folder();

	(void)state;
	plotrun_write(&plotrun_memory, dir);
	scope_free char *text = latex_of(dir);
	expect_in(text, "cgb@judged\\endcsname{6}\n");
	expect_in(text,
		  "cgb@memory.peak_bytes/subject/kind=anon,limit=64M\\endcsname{67\\,108\\,864}\n");
	expect_in(text, "cgb@memory.peak_bytes/subject/kind=anon,limit=64M/n\\endcsname{3}\n");
	expect_in(text, "cgbt@memory.overshoot_bytes\\endcsname{%\n\\begin{tabular}{llrr}");
	expect_in(text, "memory.overshoot\\_bytes & subject & at most 0 bytes & 0 & pass \\\\\n");
	plotrun_remove(dir);
}

/* What a paper would do, through pdflatex where there is one. */
static void latex_compiles(void **state)
{
	static const char paper[] =
		"\\documentclass{article}\n\\begin{document}\n\\input{numbers.tex}\n"
		"Usage was off by \\cgbench{cpu.usage_error/subject/quota=20pct,period=100ms,"
		"threads=1}\\,\\%, of \\cgbench{cpu_model}.\n\n\\cgbenchtable{verdicts}\n\n"
		"\\cgbenchtable{cpu.usage_error}\n\\end{document}\n";
	static const char wrong[] = "\\documentclass{article}\n\\begin{document}\n"
				    "\\input{numbers.tex}\n\\cgbench{no.such/key}\n"
				    "\\end{document}\n";
	char *dir = plotrun_folder(), command[512];

	(void)state;
	if (system("pdflatex --version >/dev/null 2>&1") != 0)
		test_skip("pdflatex is not installed (Debian: apt install texlive-latex-base)");
	plotrun_write(&plotrun_cpu, dir);
	scope_free char *text = latex_of(dir);
	replace(dir, "numbers.tex", text);
	replace(dir, "paper.tex", paper);
	replace(dir, "wrong.tex", wrong);
	snprintf(command, sizeof(command),
		 "cd %s && pdflatex -interaction=nonstopmode -halt-on-error paper.tex >log || "
		 "{ tail -n 30 log; false; }",
		 dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command),
		 "cd %s && pdflatex -interaction=nonstopmode -halt-on-error wrong.tex >log; "
		 "grep -q \"no number 'no.such/key'\" log",
		 dir);
	assert_int_equal(system(command), 0);
	plotrun_remove(dir);
}

/* ---- a real browser ---- */

static void the_page_in_a_browser(void **state)
{
	static const struct plotrun *const runs[] = {&plotrun_cpu, &plotrun_bomb};
	char command[1024];

	(void)state;
	need_gnuplot();
	test_timeout(300);
	if (system("node --version >/dev/null 2>&1") != 0)
		test_skip("node is not installed (Debian: apt install nodejs)");
	for (size_t i = 0; i < array_len(runs); i++) {
		char *dir = plotrun_folder();
		int status;
		plotrun_write(runs[i], dir);
		scope_free char *page = page_of((const char *const[]){dir}, 1);
		replace(dir, "report.html", page);
		snprintf(command, sizeof(command),
			 "node bench/tests/browser/report.mjs %s/report.html", dir);
		fflush(stdout);
		status = system(command);
		plotrun_remove(dir);
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
			test_skip("no browser: apt install chromium; npm install --prefix "
				  "build/browser "
				  "playwright-core");
		assert_int_equal(status, 0);
	}
}

const struct CMUnitTest tests_unit_report[] = {
	cmocka_unit_test(texts_are_escaped),
	cmocka_unit_test(numbers_for_people),
	cmocka_unit_test(pictures_become_part_of_the_page),
	cmocka_unit_test(pictures_of_strangers_are_refused),
	cmocka_unit_test(every_colour_of_the_plots_is_in_the_style_sheet),
	cmocka_unit_test(medians_are_those_of_the_rows),
	cmocka_unit_test(verdicts_are_counted_and_the_furthest_named),
	cmocka_unit_test(the_page_has_everything_and_fetches_nothing),
	cmocka_unit_test(the_same_page_every_time),
	cmocka_unit_test(several_runs_share_a_page),
	cmocka_unit_test(unlike_hosts_are_said_to_be),
	cmocka_unit_test(markup_in_a_run_is_only_text),
	cmocka_unit_test(pictures_that_are_there_are_taken_if_they_are_new),
	cmocka_unit_test(without_gnuplot_there_is_a_page),
	cmocka_unit_test(without_its_suite_a_run_has_a_page),
	cmocka_unit_test(of_many_rows_the_judged_are_shown),
	cmocka_unit_test(broken_trials_are_listed),
	cmocka_unit_test(leaks_are_told),
	cmocka_unit_test(what_is_no_run_is_refused),
	cmocka_unit_test(limits_of_validity),
	cmocka_unit_test(commands_that_make_it_again),
	cmocka_unit_test(latex_has_numbers_by_name),
	cmocka_unit_test(latex_compiles),
	cmocka_unit_test(the_page_in_a_browser),
	{0},
};

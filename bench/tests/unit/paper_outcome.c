/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What claims come to, from a run directory that the exact lab made, and what is printed of it. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/exit.h"
#include "command.h"
#include "paper/present.h"
#include "plot/plot.h"
#include "tests/support/plotrun.h"
#include "tests/support/subcommand.h"
#include "tests/test.h"

extern const struct command command_paper;

static const char paper[] =
	"paper:\n"
	"  id: P0\n"
	"  title: A|B\n"
	"  cite: {key: k1, type: inproceedings, title: \"100% of A_B\", where: C, year: \"2026\"}\n"
	"  scaled: by half\n"
	"  plot: {x: \"quota, ms\", y: \"stall, ms\", log: y}\n"
	"  cells: {long: {quota: 10ms}}\n"
	"  claims:\n"
	"  - {name: near, published: {experiment: e, condition: c, metric: m}, cell: {quota: "
	"5ms},\n"
	"     measured: \"subject:stall.p50_usec / 1000\", within: 1%, of: published,\n"
	"     x: 5, series: stalls,\n"
	"     expected: \"subject:expected.stall.p50_usec / 1000\"}\n"
	"  - {name: far, cell: {quota: 5ms}, measured: \"long.subject:stall.p50_usec /\n"
	"     subject:stall.p50_usec\", equals: 3, within: 5%}\n"
	"  - {name: other, host: {fair_scheduler: CFS}, measured: \"subject:stall.count\", min: "
	"1}\n"
	"  - {name: unrun, cell: {quota: 50ms}, measured: \"subject:stall.count\", min: 1}\n"
	"  - {name: not here, infeasible: it needs eighty CPUs}\n"
	"  - {name: unforetold, cell: {quota: 5ms}, measured: \"subject:stall.count\", within: "
	"5%,\n"
	"     expected: \"subject:expected.stall.count\"}\n";

/* The fixture `tick` with a paper; returns its folder. */
static char *make_run(void)
{
	char *dir = plotrun_folder(), line[1024], path[512];
	FILE *f;

	snprintf(line, sizeof(line), "cp %s/* %s/", test_fixture("runs/tick"), dir);
	assert_int_equal(system(line), 0);
	snprintf(path, sizeof(path), "%s/suite.yaml", dir);
	f = fopen(path, "a");
	assert_non_null(f);
	fputs(paper, f);
	assert_int_equal(fclose(f), 0);
	snprintf(path, sizeof(path), "%s/published.csv", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("experiment,condition,metric,unit,value,source,note\ne,c,m,ms,5.25,x,\n", f);
	assert_int_equal(fclose(f), 0);
	return dir;
}

static void test_claims_of_a_run(void **state)
{
	static const enum claim_verdict verdicts[] = {CLAIM_HOLDS,      CLAIM_DIFFERS,
						      CLAIM_ELSEWHERE,  CLAIM_NOT_RUN,
						      CLAIM_INFEASIBLE, CLAIM_NO_VALUE};
	char *dir = make_run();
	struct outcome o;
	struct err e = {""};
	(void)state;

	if (outcome_load(dir, &o, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(o.of.claims.n, array_len(verdicts));
	for (size_t i = 0; i < array_len(verdicts); i++)
		assert_int_equal(o.v[i].verdict, verdicts[i]);
	assert_true(fabs(o.v[0].measured - 5.263632) < 1e-9);
	assert_true(fabs(o.v[0].expected - 5.258048) < 1e-9);
	assert_true(fabs(o.v[0].published - 5.25) < 1e-9);
	assert_true(fabs(o.v[1].measured - 10263.384 / 5263.632) < 1e-9);
	assert_string_equal(o.v[2].reason, "fair_scheduler is EEVDF here, and was CFS");
	assert_string_equal(o.v[4].reason, "it needs eighty CPUs");
	assert_int_equal(o.counted, 2);
	assert_int_equal(o.verdict, PAPER_DIFFERS);
	outcome_free(&o);
	plotrun_remove(dir);
}

/* Roles and verdicts as letters, e fault x fixed; + holds, - differs, ! infeasible, ? no value. */
static void test_verdicts(void **state)
{
	static const struct {
		const char *claims;
		enum paper_verdict verdict;
	} rows[] = {
		{"e+ e+", PAPER_REPRODUCED},   {"e+ e-", PAPER_DIFFERS},
		{"e+ e!", PAPER_REPRODUCED},   {"e! e!", PAPER_INFEASIBLE},
		{"e+ e?", PAPER_INCONCLUSIVE}, {"f+ x-", PAPER_REPRODUCED},
		{"f- x+", PAPER_FIXED},        {"x+ x+", PAPER_FIXED},
		{"x+ x-", PAPER_DIFFERS},      {"f- x-", PAPER_DIFFERS},
		{"f-", PAPER_DIFFERS},         {"f- x+ e-", PAPER_DIFFERS},
		{"f- x+ e+", PAPER_FIXED},     {"", PAPER_INCONCLUSIVE},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct claim claims[4] = {{.unit = ""}};
		struct claim_outcome v[4] = {{.claim = NULL}};
		size_t n = 0;
		for (const char *p = rows[i].claims; *p; p += p[2] ? 3 : 2, n++) {
			claims[n].role = *p == 'e'   ? ROLE_EFFECT
					 : *p == 'f' ? ROLE_FAULT
						     : ROLE_FIXED;
			v[n].claim = &claims[n];
			v[n].verdict = p[1] == '+'   ? CLAIM_HOLDS
				       : p[1] == '-' ? CLAIM_DIFFERS
				       : p[1] == '!' ? CLAIM_INFEASIBLE
						     : CLAIM_NO_VALUE;
		}
		if (outcome_verdict(v, n) != rows[i].verdict)
			fail_msg("'%s' is %s", rows[i].claims,
				 paper_verdict_name(outcome_verdict(v, n)));
	}
}

static void require(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("'%s' lacks '%s'", text, wanted);
}

static void test_reports(void **state)
{
	char *dir = make_run();
	struct subcommand r = SUBCOMMAND(command_paper, "report", dir);
	(void)state;

	assert_int_equal(r.code, EXIT_GATE);
	require(r.out, "5.25         5.258   5.2636 reproduced");
	require(r.out, "scaled: by half\n");
	require(r.out, "P0 cpu-tick: differs on 6.12.117+deb13-cloud-amd64, 2 of 6 claims");
	subcommand_free(&r);
	r = SUBCOMMAND(command_paper, "report", "--markdown", dir);
	require(r.out, "| P0 | A\\|B | far, ratio |  |  | 1.9499 | 1 of 2 | **differs** |");
	subcommand_free(&r);
	r = SUBCOMMAND(command_paper, "report", "--latex", dir);
	require(r.out, "near, ms & 5.25 & 5.258 & 5.2636 & reproduced \\\\\n");
	require(r.out,
		"% @inproceedings{k1,\n%   title = {100\\% of A\\_B},\n%   booktitle = {C},");
	subcommand_free(&r);
	plotrun_remove(dir);
}

static void test_csv(void **state)
{
	char *dir = make_run(), path[512], text[4096];
	struct err e = {""};
	struct outcome o;
	FILE *f;
	int fd = open(dir, O_DIRECTORY | O_CLOEXEC);
	(void)state;

	assert_int_equal(outcome_load(dir, &o, &e), 0);
	assert_int_equal(present_csv(&o, fd, &e), 0);
	close(fd);
	snprintf(path, sizeof(path), "%s/paper.csv", dir);
	f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	require(text, "id,paper,claim,unit,published,expected,measured,verdict,reason,kernel,hz,");
	require(text, "\nP0,cpu-tick,near,ms,5.25,5.258048,5.263632,reproduced,,6.12.117");
	require(text, "\nP0,cpu-tick,not here,,,,,infeasible here,it needs eighty CPUs,6.12");
	outcome_free(&o);
	plotrun_remove(dir);
}

/* x, published, expected here, measured: what the figure is drawn from. */
static void test_plot(void **state)
{
	struct plots plots = {.v = NULL};
	char *dir = make_run(), path[512], text[512];
	struct err e = {""};
	FILE *f;
	int r = plot_draw(dir, &(struct plot_options){.only = (const char *const[]){"paper", NULL}},
			  &plots, &e);
	(void)state;

	/* Without gnuplot the table is there all the same. */
	if (r < 0 && r != -ENOSYS)
		fail_msg("%s", e.text);
	if (r == 0)
		assert_int_equal(plots.v[0].outcome, PLOT_DRAWN);
	free(plots.v);
	snprintf(path, sizeof(path), "%s/plots/paper.paper.tsv", dir);
	f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	require(text, "5\t5.25\t5.258048\t5.263632\n");
	plotrun_remove(dir);
}

/* The archive holds what its sums say, and is the same when it is made again. */
static void test_pack(void **state)
{
	char *dir = make_run(), *to = plotrun_folder(), a[512], b[512], line[2048];
	struct subcommand r;
	(void)state;

	snprintf(a, sizeof(a), "%s/a.tar", to);
	snprintf(b, sizeof(b), "%s/b.tar", to);
	r = SUBCOMMAND(command_paper, "pack", dir, "--out", a);
	if (r.code != EXIT_PASS)
		fail_msg("%s", r.err);
	subcommand_free(&r);
	r = SUBCOMMAND(command_paper, "pack", dir, "--out", b);
	assert_int_equal(r.code, EXIT_PASS);
	subcommand_free(&r);
	r = SUBCOMMAND(command_paper, "pack", dir, "--out", b);
	assert_int_equal(r.code, EXIT_USAGE);
	require(r.err, "is there already");
	subcommand_free(&r);
	snprintf(line, sizeof(line),
		 "set -e; cmp %s %s; cd %s; tar xf a.tar; cd */; sha256sum --quiet -c SHA256SUMS; "
		 "grep -q published.csv SHA256SUMS; grep -q 'rerun /root/run' REPRODUCE.md",
		 a, b, to);
	assert_int_equal(system(line), 0);
	plotrun_remove(dir);
	plotrun_remove(to);
}

const struct CMUnitTest tests_unit_paper_outcome[] = {
	cmocka_unit_test(test_claims_of_a_run),
	cmocka_unit_test(test_verdicts),
	cmocka_unit_test(test_reports),
	cmocka_unit_test(test_csv),
	cmocka_unit_test(test_plot),
	cmocka_unit_test(test_pack),
	{0},
};

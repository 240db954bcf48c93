/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shards and merged runs: directories written by hand, merged in every way they may and may not. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "record/row.h"
#include "runs/merge.h"
#include "suite/recipe.h"
#include "tests/test.h"

enum { TRIALS = 6, TEXT_MAX = 8192 };

/* Three cells, each twice. */
static const char suite_text[] = "suite: small\n"
				 "question: Is it so?\n"
				 "repeats: 2\n"
				 "duration: 1s\n"
				 "axes:\n"
				 "  quota: [20%, 50%, 80%]\n"
				 "groups:\n"
				 "  - name: subject\n"
				 "    limits: {cpu.max: \"${quota} 100ms\"}\n"
				 "    run: {workload: spin}\n";

static struct suite *small_suite(void)
{
	struct suite *suite = NULL;
	struct err e = {""};

	if (suite_parse("small.yaml", suite_text, strlen(suite_text), &suite, &e) < 0)
		fail_msg("%s", e.text);
	return suite;
}

static void write_text(const char *dir, const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void read_text(const char *dir, const char *name, char text[static TEXT_MAX])
{
	char path[512];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, TEXT_MAX - 1, f);
	text[n] = '\0';
	fclose(f);
}

/* A run of some of the trials. */
struct portion {
	const char *trials;     /* digits: "135" */
	const char *id;         /* "20260101T000000Z-small" when NULL */
	const char *unfinished; /* trials with rows in results.csv, and none in trials.csv */
	const char *kernel, *machine, *shard;
	unsigned seed, repeats;
	const char *extra_column;
};

static void write_host(const char *dir, const struct portion *p)
{
	struct suite *suite = small_suite();
	struct recipe recipe = {.seed = p->seed, .repeats = p->repeats, .stall_min_usec = 1000};
	json_t *host = json_pack(
		"{s:s, s:s, s:s, s:i, s:s, s:s}", "kernel", p->kernel ? p->kernel : "6.12",
		"machine", p->machine ? p->machine : "board", "run",
		p->id ? p->id : "20260101T000000Z-small", "trials", (int)strlen(p->trials), "suite",
		"small", "suite_digest", suite->digest);
	char *text;

	if (p->shard)
		assert_int_equal(shard_parse(p->shard, &recipe.shard, NULL), 0);
	assert_int_equal(recipe_note(&recipe, host, NULL), 0);
	text = json_dumps(host, JSON_INDENT(2) | JSON_SORT_KEYS);
	write_text(dir, "host.json", text);
	free(text);
	json_decref(host);
	suite_free(suite);
}

static void add_rows(char *results, char *stalls, const struct portion *p, const char *trials)
{
	for (const char *t = trials; t && *t; t++) {
		size_t r = strlen(results), s = strlen(stalls);
		/* Two rows of results, one with a field that needs its quotes, and a stall. */
		snprintf(results + r, TEXT_MAX - r,
			 "%s,small,%c,\"a, \"\"b\"\"\",1.5%s\n%s,small,%c,cpu,2%s\n",
			 p->id ? p->id : "20260101T000000Z-small", *t, p->extra_column ? ",x" : "",
			 p->id ? p->id : "20260101T000000Z-small", *t, p->extra_column ? ",x" : "");
		snprintf(stalls + s, TEXT_MAX - s, "%c,subject,0,%c00,5\n", *t, *t);
	}
}

static void write_part(const char *dir, const struct portion *p)
{
	char results[TEXT_MAX], trials[TEXT_MAX] = "run,trial,start_usec\n";
	char stalls[TEXT_MAX] = "trial,group,thread,start_usec,length_usec\n";
	char command[512];

	snprintf(command, sizeof(command), "mkdir -p %s", dir);
	assert_int_equal(system(command), 0);
	snprintf(results, sizeof(results), "run,suite,trial,metric,value%s\n",
		 p->extra_column ? p->extra_column : "");
	add_rows(results, stalls, p, p->trials);
	add_rows(results, stalls, p, p->unfinished);
	for (const char *t = p->trials; *t; t++) {
		size_t n = strlen(trials);
		snprintf(trials + n, sizeof(trials) - n, "%s,%c,7\n",
			 p->id ? p->id : "20260101T000000Z-small", *t);
	}
	write_host(dir, p);
	write_text(dir, "suite.yaml", suite_text);
	write_text(dir, "results.csv", results);
	write_text(dir, "trials.csv", trials);
	write_text(dir, "stalls.csv", stalls);
	write_text(dir, "samples.csv", "trial,group,t_usec,metric,value\n");
}

struct fixture {
	char folder[64];
	char dirs[8][96];
	const char *list[8];
	size_t n;
	char to[96];
};

static void fixture_make(struct fixture *f, const struct portion *parts, size_t n)
{
	memset(f, 0, sizeof(*f));
	strcpy(f->folder, "/tmp/cgbench-merge-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->n = n;
	for (size_t i = 0; i < n; i++) {
		snprintf(f->dirs[i], sizeof(f->dirs[i]), "%s/part-%zu", f->folder, i);
		write_part(f->dirs[i], &parts[i]);
		f->list[i] = f->dirs[i];
	}
	snprintf(f->to, sizeof(f->to), "%s/merged", f->folder);
}

static void fixture_end(const struct fixture *f)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", f->folder);
	assert_int_equal(system(command), 0);
}

static void assert_same_files(const char *a, const char *b)
{
	static const char *const names[] = {"results.csv", "trials.csv", "samples.csv",
					    "stalls.csv", "suite.yaml"};

	for (size_t i = 0; i < array_len(names); i++) {
		char x[TEXT_MAX], y[TEXT_MAX];
		read_text(a, names[i], x);
		read_text(b, names[i], y);
		assert_string_equal(x, y);
	}
}

/* However the trials were dealt out, the merged files are those of the run that has them all. */
static void test_as_one_run(void **state)
{
	static const struct {
		struct portion parts[4];
		size_t n;
	} rows[] = {
		{{{.trials = "135"}, {.trials = "246"}}, 2},
		{{{.trials = "246"}, {.trials = "135"}}, 2},
		{{{.trials = "15"}, {.trials = "26"}, {.trials = "3"}, {.trials = "4"}}, 4},
		{{{.trials = "123456"}}, 1},
		{{{.trials = "123456"}, {.trials = ""}}, 2},
		{{{.trials = "123456", .id = "20260101T000000Z-small"},
		  {.trials = "", .id = "20260101T000500Z-small"}},
		 2},
		{{{.trials = "14", .shard = "1/3"},
		  {.trials = "36", .shard = "3/3", .id = "20260102T000000Z-small"},
		  {.trials = "25", .shard = "2/3"}},
		 3},
		/* The rows of a trial that broke off are dropped for those of the one that did not.
		 */
		{{{.trials = "123", .unfinished = "4"}, {.trials = "456"}}, 2},
	};
	struct fixture whole;
	(void)state;

	fixture_make(&whole, &(struct portion){.trials = "123456"}, 1);
	for (size_t i = 0; i < array_len(rows); i++) {
		struct merge_outcome outcome;
		struct fixture f;
		struct err e = {""};
		fixture_make(&f, rows[i].parts, rows[i].n);
		if (merge_runs(f.list, f.n, f.to, false, &outcome, &e) < 0)
			fail_msg("row %zu: %s", i, e.text);
		assert_same_files(f.to, whole.dirs[0]);
		assert_int_equal(outcome.trials, TRIALS);
		assert_int_equal(outcome.missing, 0);
		fixture_end(&f);
	}
	fixture_end(&whole);
}

/* What merges in two steps is the same as in one, host.json included. */
static void test_in_steps(void **state)
{
	static const struct portion parts[] = {{.trials = "15", .machine = "a", .shard = "1/4"},
					       {.trials = "26", .machine = "b", .shard = "2/4"},
					       {.trials = "3", .shard = "3/4"},
					       {.trials = "4", .shard = "4/4"}};
	char halves[2][96], steps[96], one[TEXT_MAX], two[TEXT_MAX];
	struct merge_outcome outcome;
	struct fixture f;
	(void)state;

	fixture_make(&f, parts, array_len(parts));
	for (int i = 0; i < 2; i++) {
		snprintf(halves[i], sizeof(halves[i]), "%s/half-%d", f.folder, i);
		assert_int_equal(merge_runs(f.list + 2 * i, 2, halves[i], true, &outcome, NULL), 0);
	}
	assert_int_equal(outcome.missing, 4);
	snprintf(steps, sizeof(steps), "%s/steps/", f.folder);
	assert_int_equal(
		merge_runs((const char *[]){halves[1], halves[0]}, 2, steps, false, &outcome, NULL),
		0);
	assert_int_equal(merge_runs(f.list, f.n, f.to, false, &outcome, NULL), 0);
	assert_same_files(steps, f.to);
	read_text(steps, "host.json", one);
	read_text(f.to, "host.json", two);
	assert_string_equal(one, two);
	assert_non_null(strstr(one, "\"machine\": null"));
	assert_non_null(strstr(one, "\"trials\": 6"));
	assert_non_null(strstr(one, "\"kernel\": \"6.12\""));
	fixture_end(&f);
}

/* The topology is kept where all parts have the same. */
static void test_topology(void **state)
{
	static const struct portion parts[] = {{.trials = "135"}, {.trials = "246"}};
	static const char xml[] = "<topology version=\"2.0\"/>\n";
	struct merge_outcome outcome;
	struct fixture f;
	char text[TEXT_MAX], path[160];
	(void)state;

	fixture_make(&f, parts, array_len(parts));
	write_text(f.dirs[0], "topology.xml", xml);
	snprintf(path, sizeof(path), "%s/topology.xml", f.to);
	assert_int_equal(merge_runs(f.list, f.n, f.to, false, &outcome, NULL), 0);
	assert_int_equal(access(path, F_OK), -1);
	write_text(f.dirs[1], "topology.xml", xml);
	snprintf(f.to, sizeof(f.to), "%s/again", f.folder);
	assert_int_equal(merge_runs(f.list, f.n, f.to, false, &outcome, NULL), 0);
	read_text(f.to, "topology.xml", text);
	assert_string_equal(text, xml);
	fixture_end(&f);
}

/* A seed's order is the order of the merged rows, too. */
static void test_seeded(void **state)
{
	struct portion parts[2] = {{.seed = 5}, {.seed = 5}};
	struct recipe recipe = {.seed = 5};
	struct suite *suite = small_suite();
	struct plan *plan = NULL;
	char order[TRIALS + 1] = "", share[2][TRIALS + 1] = {"", ""};
	struct merge_outcome outcome;
	struct fixture f, whole;
	struct err e = {""};
	(void)state;

	assert_int_equal(recipe_plan(&recipe, suite, &plan, &e), 0);
	for (size_t i = 0; i < TRIALS; i++) {
		char digit = (char)('0' + plan->trials[i].trial);
		order[i] = digit;
		strncat(share[(digit - '1') % 2], &digit, 1);
	}
	assert_string_not_equal(order, "123456");
	parts[0].trials = share[0];
	parts[1].trials = share[1];
	fixture_make(&f, parts, 2);
	fixture_make(&whole, &(struct portion){.trials = order, .seed = 5}, 1);
	if (merge_runs(f.list, f.n, f.to, false, &outcome, &e) < 0)
		fail_msg("%s", e.text);
	assert_same_files(f.to, whole.dirs[0]);
	fixture_end(&f);
	fixture_end(&whole);
	plan_free(plan);
	suite_free(suite);
}

static void test_refused(void **state)
{
	static const struct {
		struct portion parts[2];
		int code;
		const char *words;
	} rows[] = {
		{{{.trials = "135"}, {.trials = "246", .kernel = "6.18"}},
		 -EPERM,
		 "kernel: 6.12 | 6.18"},
		{{{.trials = "135"}, {.trials = "246", .seed = 3}}, -EPERM, "seed: 0 | 3"},
		{{{.trials = "135"}, {.trials = "246", .repeats = 2}}, -EPERM, "repeats: 0 | 2"},
		{{{.trials = "135"}, {.trials = "2346"}}, -EPERM, "trial 3 is in "},
		{{{.trials = "135"}, {.trials = "26"}},
		 -EPERM,
		 "1 of the 6 trials are in none of the runs: 4;"},
		{{{.trials = "1"}, {.trials = ""}}, -EPERM, ": 2, 3, 4, 5, 6;"},
		{{{.trials = "135"}, {.trials = "2467"}}, -EPERM, "a trial 7"},
		{{{.trials = "135"}, {.trials = "246", .extra_column = ",note"}},
		 -EPERM,
		 "5 | 6 columns"},
		{{{.trials = "315"}, {.trials = "246"}}, -EINVAL, "rows of trial 1"},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct merge_outcome outcome;
		struct fixture f;
		struct err e = {""};
		fixture_make(&f, rows[i].parts, 2);
		if (merge_runs(f.list, f.n, f.to, false, &outcome, &e) != rows[i].code)
			fail_msg("row %zu: %s", i, e.text);
		if (!strstr(e.text, rows[i].words))
			fail_msg("row %zu: '%s' lacks '%s'", i, e.text, rows[i].words);
		/* Neither the directory nor a draft of it. */
		assert_int_equal(access(f.to, F_OK), -1);
		assert_int_equal(rmdir(f.folder), -1);
		for (size_t p = 0; p < 2; p++) {
			char command[128];
			snprintf(command, sizeof(command), "rm -r %s", f.dirs[p]);
			assert_int_equal(system(command), 0);
		}
		assert_int_equal(rmdir(f.folder), 0);
	}
}

static void test_existing_place(void **state)
{
	struct merge_outcome outcome;
	struct fixture f;
	struct err e = {""};
	(void)state;

	fixture_make(&f, &(struct portion){.trials = "123456"}, 1);
	assert_int_equal(merge_runs(f.list, 1, f.dirs[0], false, &outcome, &e), -EEXIST);
	fixture_end(&f);
}

/* Numbers of another suite are not this one's. */
static void test_edited_suite(void **state)
{
	struct merge_outcome outcome;
	struct fixture f;
	struct err e = {""};
	(void)state;

	fixture_make(&f, &(struct portion){.trials = "123456"}, 1);
	write_text(f.dirs[0], "suite.yaml", "suite: other\n");
	assert_int_equal(merge_runs(f.list, 1, f.to, false, &outcome, &e), -EINVAL);
	fixture_end(&f);
}

static void test_shard_texts(void **state)
{
	static const char *const bad[] = {"",    "1",    "/4",  "1/",   "0/4",  "5/4",     "-1/4",
					  "1/0", "1/4/", "a/b", "1/ 4", " 1/4", "1/200000"};
	struct shard s = {7, 9};
	char text[SHARD_TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < array_len(bad); i++) {
		struct err e = {""};
		assert_int_equal(shard_parse(bad[i], &s, &e), -EINVAL);
		assert_non_null(strstr(e.text, "expected I/N"));
	}
	assert_int_equal(s.index, 7);
	assert_int_equal(shard_parse("3/12", &s, NULL), 0);
	assert_string_equal(shard_text(&s, text), "3/12");
	assert_string_equal(shard_text(&(struct shard){0}, text), "");
}

/* Every trial is in one shard; none differs from another by more than one trial. */
static void test_shards_deal(void **state)
{
	static const struct recipe recipes[] = {
		{0}, {.seed = 9}, {.repeats = 3}, {.filters = {"quota=50%"}}};
	struct suite *suite = small_suite();
	(void)state;

	for (size_t i = 0; i < array_len(recipes); i++) {
		for (unsigned count = 1; count <= 8; count++) {
			unsigned seen[64] = {0}, n = 0, least = 64, most = 0;
			struct recipe recipe = recipes[i];
			struct plan *plan = NULL;
			assert_int_equal(recipe_plan(&recipe, suite, &plan, NULL), 0);
			n = (unsigned)plan->n_trials;
			plan_free(plan);
			for (unsigned k = 1; k <= count; k++) {
				recipe.shard = (struct shard){k, count};
				assert_int_equal(recipe_plan(&recipe, suite, &plan, NULL), 0);
				for (size_t t = 0; t < plan->n_trials; t++)
					assert_int_equal(seen[plan->trials[t].trial]++, 0);
				least = plan->n_trials < least ? (unsigned)plan->n_trials : least;
				most = plan->n_trials > most ? (unsigned)plan->n_trials : most;
				n -= (unsigned)plan->n_trials;
				plan_free(plan);
			}
			assert_int_equal(n, 0);
			assert_true(most - least <= 1);
		}
	}
	suite_free(suite);
}

/* What host.json keeps is what was asked for. */
static void test_recipe_round_trip(void **state)
{
	struct recipe recipe = {.repeats = 4,
				.seed = 42,
				.stall_min_usec = 500,
				.as = "nobody caps=none",
				.shard = {2, 3},
				.filters = {"quota=20%", "quota=50%"}},
		      again, other;
	json_t *host = json_object();
	struct err e = {""};
	(void)state;

	assert_int_equal(recipe_note(&recipe, host, &e), 0);
	assert_int_equal(recipe_read(host, &again, &e), 0);
	assert_int_equal(recipe_require_same(&recipe, &again, &e), 0);
	assert_int_equal(again.shard.index, 2);
	assert_int_equal(again.shard.count, 3);
	assert_null(again.filters[2]);
	other = again;
	other.filters[1] = NULL;
	assert_int_equal(recipe_require_same(&recipe, &other, &e), -EINVAL);
	assert_string_equal(e.text, "filters: quota=50% | none");
	other = again;
	other.as = NULL;
	assert_int_equal(recipe_require_same(&recipe, &other, &e), -EINVAL);
	assert_string_equal(e.text, "as: nobody caps=none | none");
	json_object_set_new(host, "as", json_integer(7));
	assert_int_equal(recipe_read(host, &again, &e), -EINVAL);
	json_object_set_new(host, "as", json_null());
	json_object_set_new(host, "shard", json_string("4/3"));
	assert_int_equal(recipe_read(host, &again, &e), -EINVAL);
	json_object_set_new(host, "shard", json_null());
	json_object_set_new(host, "repeats", json_string("many"));
	assert_int_equal(recipe_read(host, &again, &e), -EINVAL);
	json_decref(host);
}

const struct CMUnitTest tests_unit_merge[] = {
	cmocka_unit_test(test_as_one_run),
	cmocka_unit_test(test_in_steps),
	cmocka_unit_test(test_seeded),
	cmocka_unit_test(test_topology),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_existing_place),
	cmocka_unit_test(test_edited_suite),
	cmocka_unit_test(test_shard_texts),
	cmocka_unit_test(test_shards_deal),
	cmocka_unit_test(test_recipe_round_trip),
	{0},
};

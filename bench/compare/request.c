/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "compare/aa.h"
#include "compare/by_map.h"
#include "compare/export.h"
#include "compare/listing.h"
#include "compare/wanted.h"
#include "host/hosts.h"

/* ---- options ---- */

static void take_correction(void *options, const char *arg, const struct argp_state *state)
{
	struct compare_request *q = options;

	for (enum correction c = 0; c < CORRECTIONS; c++) {
		if (strcmp(correction_names[c], arg) != 0)
			continue;
		q->compare.correction = c;
		return;
	}
	argp_error(state, "--correct %s: expected bh, holm or none", arg);
}

static void take_export(void *options, const char *arg, const struct argp_state *state)
{
	struct compare_request *q = options;
	size_t n = strcspn(arg, "=");

	for (const struct export_format *const *f = export_formats; *f; f++) {
		struct export_request *x;
		if (strlen((*f)->name) != n || strncmp((*f)->name, arg, n) != 0)
			continue;
		x = array_push(q->exports, q->n_exports);
		if (!x) {
			argp_failure(state, EXIT_CANNOT, ENOMEM, "exports");
			return;
		}
		*x = (struct export_request){.format = (*f)->name,
					     .path = arg[n] ? arg + n + 1 : "-"};
		return;
	}
	argp_error(state, "--export %.*s: no such format; --help lists them", (int)n, arg);
}

#define Q(kind_, field) INTO(kind_, struct compare_request, field)

const struct option_row compare_request_rows[] = {
	{"metric", 0, "PATTERN",
	 "Only metrics of this name or pattern (latency.*); may be given again",
	 Q(OPTION_WORDS, metrics), .group = 1},
	{"allow", 0, "FACT",
	 "The hosts may differ in this fact of host.json (kernel, hz, cpu_model, ...; all); every "
	 "output then says so; may be given again",
	 Q(OPTION_WORDS, allow), .group = 1},
	{"gate", 0, NULL,
	 "Let the exit code tell: 1 when a budget is missed or something regressed, 3 when that "
	 "cannot be excluded",
	 Q(OPTION_FLAG, gate), .group = 2},
	{"guard", 0, "PATTERN",
	 "Of these metrics alone the gate has to be sure (exit 3 when it is not); what regressed "
	 "fails it wherever it is; may be given again (all)",
	 Q(OPTION_WORDS, guard), .group = 2},
	{"max-regress", 0, "PCT",
	 "The gate lets regressions up to this pass: percent, or points of an error (0)",
	 Q(OPTION_NUMBER, limits.max_regress), .max = 1e6, .group = 2},
	{"margin", 0, "PCT", "What is surely below this is called the same (5)",
	 Q(OPTION_NUMBER, compare.margin), .max = 1e6, .group = 2},
	{"level", 0, "P", "The chance of a false alarm in one comparison (0.01)",
	 Q(OPTION_NUMBER, compare.level), .max = 1, .group = 3},
	{"share", 0, "Q",
	 "The expected share of false ones among the alarms (0.05); with holm, the chance of any",
	 Q(OPTION_NUMBER, compare.share), .max = 1, .group = 3},
	{"correct", 0, "METHOD", "For many comparisons: bh, holm or none (bh)", OPTION_OWN,
	 .take = take_correction, .group = 3},
	{"interleaved", 0, NULL,
	 "Base and head took turns, as `cgbench ab` has them: a drift is no obstacle",
	 Q(OPTION_FLAG, compare.interleaved), .group = 3},
	{"all", 'a', NULL, "List also what is inconclusive or the same", Q(OPTION_FLAG, all),
	 .group = 4},
	{"csv", 0, "[FILE]", "All comparisons as CSV", Q(OPTION_TEXT, csv), .group = 4},
	{"json", 0, "[FILE]", "All comparisons as JSON", Q(OPTION_TEXT, json), .group = 4},
	{"export", 0, "FORMAT[=FILE]",
	 "In a format of another program, see below; may be given again", OPTION_OWN,
	 .take = take_export, .group = 4},
	{0},
};

struct compare_request compare_request_new(void)
{
	return (struct compare_request){.compare = {.level = COMPARE_LEVEL,
						    .share = COMPARE_SHARE,
						    .margin = COMPARE_MARGIN,
						    .correction = CORRECT_BH}};
}

void compare_request_free(struct compare_request *q)
{
	free(q->runs.v);
	free(q->allow.v);
	free(q->metrics.v);
	free(q->guard.v);
	free(q->exports);
	*q = (struct compare_request){0};
}

char *compare_request_exports_help(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	for (const struct export_format *const *x = export_formats; *x; x++)
		fprintf(f, "  %-16s %s\n", (*x)->name, (*x)->summary);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- answers ---- */

/* What an answer is made of; everything in it is freed at the end. */
struct answer {
	const struct compare_request *q;
	struct dataset *d;
	struct run **runs;
	size_t n_runs;
	struct host_differences differences;
	char *label, *unlike;
	struct compared *compared;
	struct by *by;
	struct gated gated;
	struct aa noise;
};

static void answer_clear(struct answer *a)
{
	gated_clear(&a->gated);
	aa_clear(&a->noise);
	compared_free(a->compared);
	by_free(a->by);
	free(a->label);
	free(a->unlike);
	host_differences_free(&a->differences);
	for (size_t i = 0; i < a->n_runs; i++)
		run_free(a->runs[i]);
	free(a->runs);
	dataset_free(a->d);
}

static int load(struct answer *a, struct err *e)
{
	int r = dataset_new(&a->d, e);

	/* One more: an A/A comparison makes two of one. */
	a->runs = calloc(a->q->runs.n + 1, sizeof(struct run *));
	if (r == 0 && !a->runs)
		return err_no_memory(e);
	for (a->n_runs = 0; r == 0 && a->n_runs < a->q->runs.n; a->n_runs += r == 0)
		r = run_load(a->d, a->q->runs.v[a->n_runs], &a->runs[a->n_runs], e);
	return r;
}

/* An A/A comparison of one run is one of its halves, which are put in its place. */
static int split(struct answer *a, struct err *e)
{
	struct run *whole = a->runs[0];
	int r = aa_split(whole, &a->runs[0], &a->runs[1], e);

	if (r < 0)
		return r;
	run_free(whole);
	a->n_runs = 2;
	return 0;
}

static int check_hosts(struct answer *a, struct err *e)
{
	int r = hosts_differ(a->runs[0]->host, a->runs[1]->host, &a->differences, e);

	if (r == 0 && a->q->allow.n)
		r = hosts_allow(&a->differences, a->q->allow.v, e);
	return r == 0 ? hosts_check(&a->differences, e) : r;
}

/* A misspelt metric would guard nothing, and let all pass. */
static int check_guard(const struct answer *a, struct err *e)
{
	scope_free char *unmatched = wanted_unmatched(a->q->guard.v, a->d);

	if (!unmatched)
		return err_no_memory(e);
	return unmatched[0] ? err_set(e, -EINVAL, "--guard: %s", unmatched) : 0;
}

static int compare_two(struct answer *a, struct err *e)
{
	struct compare_options o = a->q->compare;
	int r = check_hosts(a, e);

	if (r == 0)
		r = check_guard(a, e);
	o.metrics = a->q->metrics.v;
	o.guard = a->q->guard.v;
	if (r == 0 && host_is_exact(a->runs[0]->host) && host_is_exact(a->runs[1]->host)) {
		r = hosts_same_inputs(a->runs[0]->host, a->runs[1]->host, &a->differences, &o.exact,
				      e);
		o.other_inputs = !o.exact;
	}
	/* The repeats of one run are not the same thing to the microsecond, even in the exact lab:
	 * what is the same there is the run. */
	if (a->q->aa && a->q->runs.n == 1) {
		o.interleaved = true;
		o.exact = o.other_inputs = false;
	}
	return r == 0 ? compare_runs(a->d, a->runs[0], a->runs[1], &o, &a->compared, e) : r;
}

static int compare_by(struct answer *a, struct err *e)
{
	struct compare_options o = a->q->compare;

	o.metrics = a->q->metrics.v;
	o.guard = a->q->guard.v;
	return by_compare(a->d, a->runs, a->n_runs, a->q->by, a->q->allow.v, &o, &a->by, e);
}

/* What is to lie above the noise: the gate, or without one, what counts as the same. */
static double noise_gate(const struct compare_request *q)
{
	return q->limits.max_regress > 0 ? q->limits.max_regress : q->compare.margin;
}

static bool compared_nothing(const struct answer *a)
{
	if (a->by)
		return by_pairs(a->by) == 0;
	if (a->compared)
		return compared_pairs(a->compared, a->q->gate) == 0;
	return a->q->gate && a->gated.n_budgets == 0;
}

static int judge(struct answer *a, struct err *e)
{
	int r = gate_judge(a->runs[a->n_runs - 1], a->compared, &a->q->limits, &a->gated, e);

	if (r == 0 && a->gated.code == EXIT_PASS && compared_nothing(a))
		a->gated.code = EXIT_INCONCLUSIVE;
	if (r == 0 && a->q->aa)
		r = aa_measure(a->d, a->compared, noise_gate(a->q), &a->noise, e);
	return r;
}

static int label(struct answer *a, const struct host_differences *u, struct err *e)
{
	a->label = host_differences_label(u);
	a->unlike = host_differences_names(u);
	return a->label && a->unlike ? 0 : err_no_memory(e);
}

static int find_answer(struct answer *a, struct err *e)
{
	int r = load(a, e);

	if (r == 0 && a->q->by) {
		r = compare_by(a, e);
		if (r == 0)
			r = label(a, &a->by->differences, e);
	} else if (r == 0) {
		if (a->q->aa && a->n_runs == 1)
			r = split(a, e);
		if (r == 0 && a->n_runs > 1)
			r = compare_two(a, e);
		if (r == 0)
			r = judge(a, e);
		if (r == 0)
			r = label(a, &a->differences, e);
	}
	return r;
}

/* Whether something else than the tables goes to stdout. */
static bool stdout_taken(const struct compare_request *q)
{
	for (size_t i = 0; i < q->n_exports; i++)
		if (strcmp(q->exports[i].path, "-") == 0)
			return true;
	return (q->csv && strcmp(q->csv, "-") == 0) || (q->json && strcmp(q->json, "-") == 0);
}

static int put_out(const struct answer *a, struct err *e)
{
	const struct compare_request *q = a->q;
	struct listing l = {.d = a->d,
			    .base = a->n_runs > 1 && !a->by ? a->runs[0] : NULL,
			    .head = a->by ? NULL : a->runs[a->n_runs - 1],
			    .compared = a->compared,
			    .by = a->by,
			    .gated = a->by ? NULL : &a->gated,
			    .gate = &q->limits,
			    .noise = q->aa ? &a->noise : NULL,
			    .noise_gate = noise_gate(q),
			    .label = a->label,
			    .unlike = a->unlike,
			    .all = q->all};
	int r = 0;

	if (!stdout_taken(q))
		r = listing_print(&l, e);
	if (r == 0 && q->csv)
		r = listing_csv(&l, q->csv, e);
	if (r == 0 && q->json)
		r = listing_json(&l, q->json, e);
	if (r == 0 && q->map)
		r = by_map_write(a->d, a->by, a->runs[0]->host, q->map, e);
	for (size_t i = 0; r == 0 && i < q->n_exports; i++)
		r = export_write(q->exports[i].format, q->exports[i].path, &l, e);
	return r;
}

/* A gate that guards nothing must not pass, nor one with a misspelt metric without a word. */
static int warn_of_nothing(const struct answer *a, struct err *e)
{
	scope_free char *unmatched = wanted_unmatched(a->q->metrics.v, a->d);
	bool nothing = compared_nothing(a);

	if (!unmatched)
		return err_no_memory(e);
	if (nothing && !unmatched[0])
		fprintf(stderr, "cgbench: nothing was compared: %s\n",
			a->compared || a->by
				? "no cell, group and metric has values on both sides that can be "
				  "judged"
				: "the suite has no budget; name a base to compare with");
	else if (nothing || unmatched[0])
		fprintf(stderr, "cgbench: %s%s\n", nothing ? "nothing was compared: " : "",
			unmatched);
	return 0;
}

static enum exit_code choose_code(const struct answer *a)
{
	if (compared_nothing(a))
		return EXIT_INCONCLUSIVE;
	if (!a->q->gate || a->by)
		return EXIT_PASS;
	/* Where there is nothing to be found, a gate is judged by what it would have found. */
	if (a->q->aa)
		return a->noise.below + a->noise.alarms > 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
	return a->gated.code;
}

int compare_request_answer(const struct compare_request *q, enum exit_code *code, struct err *e)
{
	struct answer a = {.q = q};
	int r = find_answer(&a, e);

	if (r == 0)
		r = put_out(&a, e);
	if (r == 0)
		r = warn_of_nothing(&a, e);
	if (r == 0)
		*code = choose_code(&a);
	answer_clear(&a);
	return r;
}

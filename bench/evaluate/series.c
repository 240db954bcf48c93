/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/series.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "evaluate/account.h"
#include "stats/stats.h"

/* Doubts: how far from the median is far (robust standard deviations), and what is short. */
static const double OUTLIER_SD = 5, OUTLIER_SHARE = 0.1, SHORT_SECONDS = 0.005, LEVEL = 0.95;

enum { CODES_MAX = 8, WARMUP = 3 };

int series_add(struct series *s, const struct series_run *run)
{
	struct series_run *slot = array_push(s->runs, s->n);

	if (!slot)
		return -ENOMEM;
	*slot = *run;
	return 0;
}

void series_free(struct series *s)
{
	free(s->runs);
	*s = (struct series){.command = s->command};
}

/* The columns of a run, for whoever wants one of them of all runs. */
static double seconds(const struct series_run *r)
{
	return r->seconds;
}

static double user(const struct series_run *r)
{
	return r->user_seconds;
}

static double system_time(const struct series_run *r)
{
	return r->system_seconds;
}

static double peak(const struct series_run *r)
{
	return r->peak_bytes;
}

static double log_seconds(const struct series_run *r)
{
	return log(r->seconds);
}

/* The caller frees v, which is sorted; NULL: no memory. */
static struct sorted sorted_of(const struct series *s, double (*of)(const struct series_run *r),
			       double **v)
{
	*v = calloc(s->n + 1, sizeof(**v));
	for (size_t i = 0; *v && i < s->n; i++)
		(*v)[i] = of(&s->runs[i]);
	if (*v)
		stats_sort(*v, s->n);
	return (struct sorted){*v, s->n};
}

static double median_of(const struct series *s, double (*of)(const struct series_run *r))
{
	scope_free double *v = NULL;
	struct sorted sorted = sorted_of(s, of, &v);

	return v && s->n > 0 ? stats_median(sorted) : NAN;
}

static double mean_of(const struct series *s, double (*of)(const struct series_run *r))
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += of(&s->runs[i]);
	return sum / (double)s->n;
}

/* Of the sample; NAN of one run. */
static double deviation_of(const struct series *s)
{
	double mean = mean_of(s, seconds), sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += pow(s->runs[i].seconds - mean, 2);
	return s->n > 1 ? sqrt(sum / (double)(s->n - 1)) : NAN;
}

static void print_time(const struct series *s, struct sorted t, FILE *f)
{
	struct interval i = stats_median_interval(t, LEVEL);

	fputs("  time    median ", f);
	account_print_seconds(stats_median(t), f);
	if (s->n > 1) {
		fputs(" [", f);
		account_print_seconds(i.low, f);
		fputs(" to ", f);
		account_print_seconds(i.high, f);
		fputs("], mean ", f);
		account_print_seconds(mean_of(s, seconds), f);
		fputs(", deviation ", f);
		account_print_seconds(deviation_of(s), f);
		fputs(", from ", f);
		account_print_seconds(t.v[0], f);
		fputs(" to ", f);
		account_print_seconds(t.v[s->n - 1], f);
	}
	fprintf(f, ", %zu run%s\n", s->n, s->n == 1 ? "" : "s");
}

static void print_resources(const struct series *s, FILE *f)
{
	double in_user = median_of(s, user), in_system = median_of(s, system_time);
	double bytes = median_of(s, peak);

	if (!isnan(in_user) && !isnan(in_system)) {
		fputs("  CPU     user ", f);
		account_print_seconds(in_user, f);
		fputs(", system ", f);
		account_print_seconds(in_system, f);
		fputc('\n', f);
	}
	if (!isnan(bytes)) {
		fputs("  memory  peak ", f);
		account_print_bytes(bytes, f);
		fputc('\n', f);
	}
}

/* "exit    0 (9 times), 137 (once)"; nothing where all went well. */
static void print_codes(const struct series *s, FILE *f)
{
	int codes[CODES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t known = 0;
		while (known < n && codes[known] != s->runs[i].code)
			known++;
		if (known == n && n < CODES_MAX)
			codes[n++] = s->runs[i].code;
	}
	if (n == 1 && codes[0] == 0)
		return;
	fputs("  exit   ", f);
	for (size_t c = 0; c < n; c++) {
		unsigned times = 0;
		for (size_t i = 0; i < s->n; i++)
			times += s->runs[i].code == codes[c];
		fprintf(f, "%s %d (", c ? "," : "", codes[c]);
		fprintf(f, times == 1 ? "once)" : "%u times)", times);
	}
	fputc('\n', f);
}

/* Far by the spread of the others, and far enough to matter. */
static bool is_outlier(double value, struct sorted t)
{
	double median = stats_median(t), sd = STATS_MAD_SD * stats_mad(t);

	return fabs(value - median) > OUTLIER_SD * sd &&
	       fabs(value - median) > OUTLIER_SHARE * median;
}

static void print_doubts(const struct series *s, struct sorted t, FILE *f)
{
	double median = stats_median(t);
	bool first = s->n > 2 && is_outlier(s->runs[0].seconds, t) && s->runs[0].seconds > median;
	size_t others = 0;

	for (size_t i = first ? 1 : 0; s->n > 2 && i < s->n; i++)
		others += is_outlier(s->runs[i].seconds, t);
	if (first)
		fprintf(f,
			"  note    the first run took %.3g times the median, as with cold caches: "
			"--warmup %d leaves such runs out\n",
			s->runs[0].seconds / median, WARMUP);
	if (others)
		fprintf(f,
			"  note    %zu of %zu runs %s far from the others: what else ran? "
			"(cgbench doctor); --repeat %zu finds the usual time all the same\n",
			others, s->n, others == 1 ? "lies" : "lie", s->n * 3);
	if (median < SHORT_SECONDS)
		fputs("  note    so short a time is as much the start of a process as the "
		      "command's work\n",
		      f);
}

static int print_one(const struct series *s, FILE *f, struct err *e)
{
	scope_free double *v = NULL;
	struct sorted t = sorted_of(s, seconds, &v);

	if (!v)
		return err_no_memory(e);
	fprintf(f, "%s\n", s->command);
	print_time(s, t, f);
	print_resources(s, f);
	print_codes(s, f);
	print_doubts(s, t, f);
	return 0;
}

/* By what factor the other takes longer than the fastest. */
static int print_factor(struct stats *stats, const struct series *fastest, const struct series *s,
			FILE *f, struct err *e)
{
	scope_free double *x = NULL, *y = NULL;
	struct sorted a = sorted_of(fastest, log_seconds, &x), b = sorted_of(s, log_seconds, &y);
	struct interval i;
	int r;

	if (!x || !y)
		return err_no_memory(e);
	r = stats_shift_interval(stats, a, b, LEVEL, &i, e);
	if (r < 0)
		return r;
	fprintf(f, "  %.3g times as fast", exp(stats_shift(a, b)));
	if (isfinite(i.low) && isfinite(i.high))
		fprintf(f, " [%.3g to %.3g]", exp(i.low), exp(i.high));
	fprintf(f, " as %s", s->command);
	if (!(i.low > 0))
		fprintf(f, ": not told apart; --repeat %zu may",
			2 * (s->n > fastest->n ? s->n : fastest->n));
	fputc('\n', f);
	return 0;
}

static int print_fastest(const struct series *v, size_t n, FILE *f, struct err *e)
{
	const struct series *fastest = v;
	struct stats *stats = stats_new();
	int r = stats ? 0 : err_no_memory(e);

	for (size_t i = 1; i < n; i++)
		if (median_of(&v[i], seconds) < median_of(fastest, seconds))
			fastest = &v[i];
	if (r == 0)
		fprintf(f, "fastest: %s\n", fastest->command);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (&v[i] != fastest)
			r = print_factor(stats, fastest, &v[i], f, e);
	stats_free(stats);
	return r;
}

int series_print(const struct series *v, size_t n, FILE *f, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = print_one(&v[i], f, e);
	return r == 0 && n > 1 ? print_fastest(v, n, f, e) : r;
}

/* JSON has no NAN. */
static json_t *number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *one_json(const struct series *s, struct sorted t)
{
	json_t *times = json_array(), *codes = json_array(), *bytes = json_array();

	for (size_t i = 0; i < s->n; i++) {
		json_array_append_new(times, number(s->runs[i].seconds));
		json_array_append_new(codes, json_integer(s->runs[i].code));
		json_array_append_new(bytes, number(s->runs[i].peak_bytes));
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "command",
			 s->command, "mean", number(mean_of(s, seconds)), "stddev",
			 number(deviation_of(s)), "median", number(stats_median(t)), "user",
			 number(mean_of(s, user)), "system", number(mean_of(s, system_time)), "min",
			 number(t.v[0]), "max", number(t.v[s->n - 1]), "times", times,
			 "memory_usage_byte", bytes, "exit_codes", codes);
}

int series_export(const struct series *v, size_t n, FILE *f, struct err *e)
{
	json_t *results = json_array(), *whole = json_pack("{s:o}", "results", results);
	int r = whole ? 0 : err_no_memory(e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		scope_free double *sorted = NULL;
		struct sorted t = sorted_of(&v[i], seconds, &sorted);
		if (!sorted || json_array_append_new(results, one_json(&v[i], t)) < 0)
			r = err_no_memory(e);
	}
	if (r == 0 && (json_dumpf(whole, f, JSON_INDENT(2)) < 0 || fputc('\n', f) == EOF))
		r = err_set(e, -EIO, "cannot write the JSON");
	json_decref(whole);
	return r;
}

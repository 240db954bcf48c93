/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_words: what a report says in sentences: questions, budgets, limits of validity, commands.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "report/html.h"
#include "report/report.h"

static const char *host_text(const struct report_run *run, const char *fact)
{
	const char *text = json_string_value(json_object_get(run->run->host, fact));

	return text ? text : "";
}

static double host_number(const struct report_run *run, const char *fact)
{
	const json_t *number = json_object_get(run->run->host, fact);

	return json_is_number(number) ? json_number_value(number) : NAN;
}

/* ---- questions and budgets ---- */

static bool same_part(const struct trial_plan *p, const char *part)
{
	return strcmp(p->part ? p->part : "", part) == 0;
}

const char *report_question(const struct report_run *run, const struct dataset *d, uint32_t part)
{
	const char *name = dataset_text(d, part);

	if (!run->planned.plan)
		return "";
	if (!name[0])
		return run->planned.suite->question.str ? run->planned.suite->question.str : "";
	for (size_t i = 0; i < run->planned.plan->n_trials; i++)
		if (same_part(&run->planned.plan->trials[i], name))
			return run->planned.plan->trials[i].question;
	return "";
}

static void budget_words(const struct expect_plan *x, const char *unit,
			 char buf[static BUDGET_TEXT_MAX])
{
	char low[HTML_NUMBER_MAX], high[HTML_NUMBER_MAX];

	if (!isnan(x->equals)) {
		snprintf(buf, BUDGET_TEXT_MAX, "exactly %s %s", html_number(x->equals, low), unit);
	} else if (!isnan(x->within_pct)) {
		snprintf(buf, BUDGET_TEXT_MAX, "within %s%%", html_number(x->within_pct, low));
	} else if (!isnan(x->min) && !isnan(x->max)) {
		snprintf(buf, BUDGET_TEXT_MAX, "%s to %s %s", html_number(x->min, low),
			 html_number(x->max, high), unit);
	} else if (!isnan(x->min)) {
		snprintf(buf, BUDGET_TEXT_MAX, "at least %s %s", html_number(x->min, low), unit);
	} else {
		snprintf(buf, BUDGET_TEXT_MAX, "at most %s %s", html_number(x->max, low), unit);
	}
}

static const struct expect_plan *find_expect(const struct trial_plan *p, const char *metric,
					     const char *group)
{
	for (size_t i = 0; i < p->n_expects; i++)
		if (strcmp(p->expects[i].metric, metric) == 0 &&
		    (!p->expects[i].group || strcmp(p->expects[i].group, group) == 0))
			return &p->expects[i];
	return NULL;
}

const char *report_budget(const struct report_run *run, const struct dataset *d,
			  const struct part_budget *j, char buf[static BUDGET_TEXT_MAX])
{
	const char *unit = dataset_text(d, j->unit);

	buf[0] = '\0';
	for (size_t i = 0; run->planned.plan && i < run->planned.plan->n_trials; i++) {
		const struct trial_plan *p = &run->planned.plan->trials[i];
		const struct expect_plan *x;
		char words[BUDGET_TEXT_MAX] = "";
		if (!same_part(p, dataset_text(d, j->part)))
			continue;
		x = find_expect(p, dataset_text(d, j->metric), dataset_text(d, j->group));
		if (!x)
			continue;
		budget_words(x, strcmp(unit, "count") == 0 ? "" : unit, words);
		if (buf[0] && strcmp(buf, words) != 0)
			memcpy(words, "depends on the cell", sizeof("depends on the cell"));
		memcpy(buf, words, sizeof(words));
	}
	return buf;
}

const char *report_title(const struct report_run *run, char buf[static 256])
{
	const char *kernel = host_text(run, "kernel"), *where = host_text(run, "lab");

	snprintf(buf, 256, "%.80s%s%.80s%s%.20s%s", host_text(run, "suite"),
		 kernel[0] ? " on Linux " : "", kernel, where[0] ? " in the " : "", where,
		 where[0] ? " lab" : "");
	return buf;
}

/* ---- limits of validity ---- */

static bool always(const struct report_run *run)
{
	(void)run;
	return true;
}

static bool in_exact_lab(const struct report_run *run)
{
	return host_is_exact(run->run->host);
}

static bool in_live_lab(const struct report_run *run)
{
	return strcmp(host_text(run, "lab"), "live") == 0;
}

static bool native(const struct report_run *run)
{
	return !host_text(run, "lab")[0];
}

static bool virtualised(const struct report_run *run)
{
	const char *v = host_text(run, "virtualisation");

	return native(run) && v[0] && strcmp(v, "none") != 0;
}

static bool frequency_varies(const struct report_run *run)
{
	const char *governor = host_text(run, "governor");

	return native(run) && ((governor[0] && strcmp(governor, "performance") != 0) ||
			       strcmp(host_text(run, "turbo"), "on") == 0);
}

static bool few_repeats(const struct report_run *run)
{
	return !in_exact_lab(run) && run_repeats(run->run) < SUMMARY_INTERVAL_MIN;
}

static bool has_unresolved(const struct report_run *run)
{
	return run->summaries.judged.unresolved > 0;
}

static bool any_broken(const struct report_run *run)
{
	return run->run->n_broken > 0;
}

static const struct {
	bool (*holds)(const struct report_run *run);
	const char *sentence;
} limits[] = {
	{in_exact_lab,
	 "Measured in the exact lab: a real kernel on an emulated machine whose time is counted in "
	 "instructions. Limits, counters, events, error codes and the order of things are the "
	 "kernel's own and repeat byte for byte; a difference between two kernels is a fact."},
	{in_exact_lab,
	 "Every instruction takes the same virtual time there. Caches, memory bandwidth, "
	 "frequency, SMT, interrupts of real devices and the cost of virtualisation do not exist. "
	 "Latencies and CPU costs are those of a slow, even CPU: compare them with each other, "
	 "never with hardware."},
	{in_exact_lab,
	 "One run is one of many possible interleavings, always the same one. It bounds nothing: "
	 "how often and how far hardware strays is for bare metal to tell."},
	{in_live_lab,
	 "Measured in a virtual machine in real time. Ratios, counters and error codes hold; "
	 "absolute latencies include the emulator or hypervisor and the host's other work."},
	{native,
	 "The numbers hold for this machine and kernel as described in the environment, with "
	 "whatever else ran at the time. `cgbench doctor` tells its noise floor."},
	{virtualised,
	 "The host is a virtual machine itself: time that the hypervisor takes away looks like "
	 "time that the kernel withheld."},
	{frequency_varies,
	 "The CPU's frequency was free to change (governor or turbo): work per second is not "
	 "comparable between trials; usage, limits and counters are."},
	{few_repeats,
	 "Fewer than five repeats: medians are shown, but no interval, and outliers cannot be told "
	 "from the rest."},
	{has_unresolved, "Values marked unresolved have a quota below the scheduler's tick, which "
			 "is held in bursts "
			 "of a tick: too few for this window; they are neither good nor bad."},
	{any_broken,
	 "Trials that broke have no values; they are listed, and missing from every median."},
	{always,
	 "Samples see what lasts longer than their interval. Peaks (memory.peak, pids.peak) are "
	 "kept by the kernel and miss nothing."},
};

const char **report_validity(const struct report_run *run)
{
	const char **list = calloc(array_len(limits) + 1, sizeof(const char *));
	size_t n = 0;

	for (size_t i = 0; list && i < array_len(limits); i++)
		if (limits[i].holds(run))
			list[n++] = limits[i].sentence;
	return list;
}

/* ---- how to make it again ---- */

/* In single quotes where a shell would take it for more than a word. */
static void put_word(FILE *f, const char *word)
{
	if (word[0] && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789%+,-./:=@_")]) {
		fputs(word, f);
		return;
	}
	putc('\'', f);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, f);
	putc('\'', f);
}

static void put_filters(FILE *f, const struct report_run *run)
{
	const json_t *filters = json_object_get(run->run->host, "filters");

	for (size_t i = 0; i < json_array_size(filters); i++) {
		const char *filter = json_string_value(json_array_get(filters, i));
		fputs(" --filter ", f);
		put_word(f, filter ? filter : "");
	}
}

static void put_run_options(FILE *f, const struct report_run *run)
{
	double seed = host_number(run, "seed"), repeats = host_number(run, "repeats");

	if (repeats > 0)
		fprintf(f, " --repeats %.0f", repeats);
	if (seed > 0)
		fprintf(f, " --seed %.0f", seed);
	put_filters(f, run);
}

static double topology_count_of(const struct report_run *run, const char *what)
{
	const json_t *n = json_object_get(json_object_get(run->run->host, "topology"), what);

	return json_is_number(n) ? json_number_value(n) : 1;
}

static void put_machine(FILE *f, const struct report_run *run)
{
	double cpus = topology_count_of(run, "cpus"), sockets = topology_count_of(run, "packages");
	double cores = topology_count_of(run, "cores"), nodes = topology_count_of(run, "nodes");
	double shift = host_number(run, "lab_shift");

	if (host_text(run, "kernel")[0])
		fprintf(f, " --kernel %s", host_text(run, "kernel"));
	if (sockets > 1 || cores != cpus)
		fprintf(f, " --sockets %.0f --cores %.0f --threads %.0f", sockets, cores / sockets,
			cpus / cores);
	else
		fprintf(f, " --cpus %.0f", cpus);
	if (nodes > 1)
		fprintf(f, " --nodes %.0f", nodes);
	if (in_exact_lab(run) && !isnan(shift))
		fprintf(f, " --shift %.0f", shift);
	fputs(in_exact_lab(run) ? " --exact" : " --live", f);
}

/* The suite of the run directory itself, so that a suite that has changed since does not matter. */
static void put_lab(FILE *f, const struct report_run *run)
{
	char *inner = NULL;
	size_t n;
	FILE *command = open_memstream(&inner, &n);

	fputs("scripts/lab", f);
	put_machine(f, run);
	fputs(" --include ", f);
	put_word(f, run->path);
	fputs("/suite.yaml -- \\\n    sh -c ", f);
	if (command) {
		fputs("cgbench run --no-plots", command);
		put_run_options(command, run);
		fputs(" --results \"$CGBENCH_OUT\" ./suite.yaml", command);
		fclose(command);
		put_word(f, inner);
	}
	putc('\n', f);
	free(inner);
}

static void put_native(FILE *f, const struct report_run *run)
{
	fputs("cgbench run", f);
	put_run_options(f, run);
	putc(' ', f);
	put_word(f, run->path);
	fputs("/suite.yaml\n", f);
}

char *report_reproduce(const struct report_run *run)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	if (native(run))
		put_native(f, run);
	else
		put_lab(f, run);
	fputs("cgbench plot ", f);
	put_word(f, run->path);
	fputs("\ncgbench report ", f);
	put_word(f, run->path);
	putc('\n', f);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

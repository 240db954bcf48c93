/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doctor: what this host can measure, what is missing, what helps, and how noisy it is. */
#include <errno.h>
#include <jansson.h>
#include <libsmartcols.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "cgbench/scope.h"
#include "command.h"
#include "host/check.h"
#include "host/noise.h"

enum { NOISE_MAX_SEC = 3600 };

struct options {
	const char *root; /* NULL: this host */
	double noise_sec; /* 0: the noise is not measured */
	bool json;
};

/* All that is known when the looking is done. */
struct report {
	struct patient patient;
	struct finding *findings; /* one a row of checks */
	struct noise *noise;      /* one a CPU; NULL: not measured */
	size_t n_noise;
};

static const struct option_row rows[] = {
	{"json", 'j', NULL, "Print everything, and all that is known of the host, as JSON",
	 INTO(OPTION_FLAG, struct options, json)},
	{"root", 'r', "TREE",
	 "Examine the captured tree of another host's /proc and /sys; measures no noise",
	 INTO(OPTION_TEXT, struct options, root)},
	{"noise", 'n', "SECONDS", "Measure the noise for so long; 0: not at all [1]",
	 INTO(OPTION_NUMBER, struct options, noise_sec), .max = NOISE_MAX_SEC},
	{0},
};

static const struct command_line arguments = {
	.rows = rows,
	.doc = "Tell what this host can measure, what is missing, and what would help. Changes "
	       "nothing.\v"
	       "Each check is ok, warn (it has a bearing on the numbers), missing (what needs it "
	       "cannot be measured here) or unknown. The noise is what a thread that wants nothing "
	       "but its CPU loses to the rest of the host: a smaller effect cannot be told from "
	       "it.\n\n"
	       "Exit codes: 0 runs are possible here, 77 they are not, 2 usage.\n\n"
	       "EXAMPLES\n"
	       "  cgbench doctor\n"
	       "  cgbench doctor --noise 10             a better look at rare disturbances\n"
	       "  cgbench doctor --json --noise 0       what a script wants to know\n"
	       "  cgbench doctor --root captured/host   another host, from its /proc and /sys",
};

/* ---- what was found, put together ---- */

static bool can_run(const struct report *r)
{
	for (size_t i = 0; checks[i].name; i++)
		if (checks[i].required && r->findings[i].status == CHECK_MISSING)
			return false;
	return true;
}

/* The CPU that lost most; differences below that are the host's. */
static const struct noise *noisiest(const struct report *r)
{
	const struct noise *worst = r->noise;

	for (size_t i = 1; i < r->n_noise; i++)
		if (noise_lost_share(&r->noise[i]) > noise_lost_share(worst))
			worst = &r->noise[i];
	return worst;
}

static uint64_t longest_gap_nsec(const struct report *r)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < r->n_noise; i++)
		if (r->noise[i].longest_nsec > longest)
			longest = r->noise[i].longest_nsec;
	return longest;
}

/* ---- for people ---- */

static const struct column {
	const char *name;
	int flags;
} columns[] = {
	{"STATUS", 0},
	{"CHECK", 0},
	{"NEEDED FOR", SCOLS_FL_WRAP},
	{"FOUND", SCOLS_FL_WRAP},
};

static int add_line(struct libscols_table *table, const struct check *c, const struct finding *f)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		return -1;
	return scols_line_set_data(line, 0, check_status_name(f->status)) ||
	       scols_line_set_data(line, 1, c->name) || scols_line_set_data(line, 2, c->needs) ||
	       scols_line_set_data(line, 3, f->evidence);
}

static int print_checks(const struct report *r)
{
	struct libscols_table *table = scols_new_table();
	int failed = !table;

	for (size_t i = 0; !failed && i < array_len(columns); i++)
		failed = !scols_table_new_column(table, columns[i].name, 0.1, columns[i].flags);
	for (size_t i = 0; !failed && checks[i].name; i++)
		failed = add_line(table, &checks[i], &r->findings[i]);
	if (!failed)
		failed = scols_print_table(table);
	scols_unref_table(table);
	return failed;
}

/* Each remedy once, after the checks that it is for. */
static void print_remedies(const struct report *r)
{
	bool any = false;

	for (size_t i = 0; checks[i].name; i++) {
		const char *remedy = r->findings[i].remedy;
		size_t first = 0;
		while (strcmp(r->findings[first].remedy, remedy) != 0)
			first++;
		if (!remedy[0] || first != i)
			continue;
		printf("%s  %s", any ? "" : "\nWhat would help:\n", checks[i].name);
		for (size_t j = i + 1; checks[j].name; j++)
			if (strcmp(r->findings[j].remedy, remedy) == 0)
				printf(", %s", checks[j].name);
		printf(": %s\n", remedy);
		any = true;
	}
}

/* A length as people say it: three digits at most. */
static const char *duration(uint64_t nsec, char buf[static 32])
{
	if (nsec < NSEC_PER_MSEC)
		snprintf(buf, 32, "%.3g us", (double)nsec / (double)NSEC_PER_USEC);
	else
		snprintf(buf, 32, "%.3g ms", (double)nsec / (double)NSEC_PER_MSEC);
	return buf;
}

static void print_noise(const struct report *r)
{
	const struct noise *worst = r->noise ? noisiest(r) : NULL;
	double lost_percent = worst ? 100 * noise_lost_share(worst) : 0;
	char longest[32], p99[32];

	if (!worst)
		return;
	duration(longest_gap_nsec(r), longest);
	printf("\nNoise on %zu CPUs for %.3g s: CPU %u lost most, %.3g%% of its time, 99%% of its "
	       "gaps up to %s; the longest gap anywhere took %s.\n",
	       r->n_noise, (double)worst->spun_nsec / (double)NSEC_PER_SEC, worst->cpu,
	       lost_percent, duration(worst->p99_nsec, p99), longest);
	if (patient_in_exact_lab(&r->patient))
		puts("In the exact lab that is no noise but a property of the machine, whose CPUs "
		     "take turns: it is the same in every run, and every difference is real.");
	else
		printf("Do not trust a difference in CPU time below %.3g%%, or a single latency "
		       "below %s: the host itself makes these.\n",
		       lost_percent, longest);
}

static void print_verdict(const struct report *r)
{
	const char *separator = "";

	if (can_run(r)) {
		puts("\ncgbench can run here: try `cgbench run default`.");
		return;
	}
	fputs("\ncgbench cannot run on this host as it is, for want of: ", stdout);
	for (size_t i = 0; checks[i].name; i++) {
		if (!checks[i].required || r->findings[i].status != CHECK_MISSING)
			continue;
		printf("%s%s", separator, checks[i].name);
		separator = ", ";
	}
	puts(".\nNothing was changed. In the lab it runs anyway: scripts/lab -- cgbench run "
	     "default");
}

/* ---- for machines ---- */

static json_t *checks_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; checks[i].name; i++) {
		const struct finding *f = &r->findings[i];
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:b, s:s, s:s, s:s}", "name", checks[i].name,
					"status", check_status_name(f->status), "required",
					checks[i].required, "needed_for", checks[i].needs,
					"evidence", f->evidence, "remedy", f->remedy));
	}
	return list;
}

static json_t *noise_json(const struct report *r)
{
	json_t *list = r->noise ? json_array() : json_null();

	for (size_t i = 0; r->noise && i < r->n_noise; i++) {
		const struct noise *n = &r->noise[i];
		json_array_append_new(
			list,
			json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "cpu", n->cpu,
				  "spun_nsec", (json_int_t)n->spun_nsec, "step_nsec",
				  (json_int_t)n->step_nsec, "gaps", (json_int_t)n->gaps,
				  "lost_nsec", (json_int_t)n->lost_nsec, "longest_nsec",
				  (json_int_t)n->longest_nsec, "p99_nsec", (json_int_t)n->p99_nsec,
				  "lost_share", noise_lost_share(n)));
	}
	return list;
}

static int print_json(const struct report *r)
{
	json_t *all = json_pack("{s:b, s:o, s:o, s:O}", "can_run", can_run(r), "checks",
				checks_json(r), "noise", noise_json(r), "facts", r->patient.facts);
	int failed = !all || json_dumpf(all, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF;

	json_decref(all);
	return failed;
}

static int print_text(const struct report *r)
{
	if (print_checks(r))
		return -1;
	print_remedies(r);
	print_noise(r);
	print_verdict(r);
	return 0;
}

/* ---- looking ---- */

static int examine(const struct options *o, const struct root *root, struct report *r,
		   struct err *e)
{
	int ret = patient_read(root, &r->patient, e);
	size_t n = 0;

	if (ret < 0)
		return ret;
	for (const struct check *c = checks; c->name; c++) {
		struct finding *f = array_push(r->findings, n);
		if (!f)
			return err_no_memory(e);
		check_run(c, &r->patient, f);
	}
	if (root->live && o->noise_sec > 0)
		ret = noise_measure((uint64_t)llround(o->noise_sec * (double)NSEC_PER_SEC),
				    &r->noise, &r->n_noise, e);
	return ret;
}

static void report_free(struct report *r)
{
	patient_free(&r->patient);
	free(r->findings);
	free(r->noise);
}

/* A message that the disk or the pipe did not take is no diagnosis. */
static enum exit_code print(const struct options *o, const struct report *r)
{
	int failed = o->json ? print_json(r) : print_text(r);

	if (failed || fflush(stdout) != 0) {
		perror("cgbench doctor: cannot write the report");
		return EXIT_CANNOT;
	}
	return can_run(r) ? EXIT_PASS : EXIT_CANNOT;
}

static int run(int argc, char **argv)
{
	struct options o = {.noise_sec = 1};
	struct report r = {.noise = NULL};
	struct err e = {""};
	struct root root;
	enum exit_code code = EXIT_CANNOT;

	options_parse(&arguments, argc, argv, &o);
	if (root_open(o.root, &root, &e) < 0) {
		fprintf(stderr, "cgbench doctor: %s\n", e.text);
		return EXIT_USAGE;
	}
	if (examine(&o, &root, &r, &e) < 0)
		fprintf(stderr, "cgbench doctor: %s\n", e.text);
	else
		code = print(&o, &r);
	report_free(&r);
	root_close(&root);
	return code;
}

const struct command command_doctor = {.name = "doctor",
				       .summary = "what this host can measure, what is missing",
				       .order = 5,
				       .run = run};

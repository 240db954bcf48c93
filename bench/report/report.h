/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report: runs, told to people: one page of HTML that needs nothing but itself, or LaTeX to be
 * included in a paper. Made from run directories alone.
 */
#ifndef CGBENCH_REPORT_H
#define CGBENCH_REPORT_H

#include "host/hosts.h"
#include "runs/load.h"
#include "runs/planned.h"
#include "runs/summary.h"

/* A plot as part of the page; svg is NULL when there is none, and `why` says why. */
struct report_plot {
	char name[64];
	char *svg;      /* as gnuplot wrote it */
	unsigned order; /* among the run's plots */
	struct err why;
};

struct report_run {
	char *path;
	struct run *run;
	struct planned planned; /* empty when the suite cannot be read */
	struct summaries summaries;
	struct report_plot *plots;
	size_t n_plots;
	struct err note; /* what the run lacks as a whole; "" when nothing */
};

struct report {
	struct dataset *data;
	struct report_run *runs;
	size_t n;
	struct host_differences differences; /* facts in which a run differs from the first */
};

/*
 * Reads runs. Plots that are in a run's directory and newer than its rows are taken from there;
 * else they are drawn. Errors: those of reading a run; -ENOMEM. Plots are no reason to fail.
 */
int report_load(const char *const *paths, size_t n, struct report *out, struct err *e);
void report_clear(struct report *r);

/* The page, and the LaTeX, as text that the caller frees. -ENOMEM. */
int report_html(const struct report *r, char **text, size_t *n, struct err *e);
int report_latex(const struct report *r, char **text, size_t *n, struct err *e);

/* ---- what both tell in words ---- */

enum { BUDGET_TEXT_MAX = 128 };

/* What the suite allows: "within 5%", "at least 1", "" when that is not known. */
const char *report_budget(const struct report_run *run, const struct dataset *d,
			  const struct part_budget *j, char buf[static BUDGET_TEXT_MAX]);

/* The question of a part (a text of the dataset), of the whole suite for part 0; "" unknown. */
const char *report_question(const struct report_run *run, const struct dataset *d, uint32_t part);

/* "default on Linux 6.12.117 in the exact lab" */
const char *report_title(const struct report_run *run, char buf[static 256]);

/*
 * What these numbers do not tell, given where they were measured: sentences, NULL-terminated, in
 * an array that the caller frees (and not the sentences). NULL: out of memory.
 */
const char **report_validity(const struct report_run *run);

/* The command lines that make the run again, one a line; freed by the caller. NULL: no memory. */
char *report_reproduce(const struct report_run *run);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_view: what the sections of the page are written from; for the report's own files. */
#ifndef CGBENCH_REPORT_VIEW_H
#define CGBENCH_REPORT_VIEW_H

#include <stdio.h>

#include "report/report.h"

/* One run on the page. */
struct view {
	FILE *f;
	const struct report *report;
	const struct report_run *run;
	char id[32]; /* "run-1", the prefix of the run's ids */
};

static inline const char *view_text(const struct view *v, uint32_t id)
{
	return dataset_text(v->report->data, id);
}

/* A cell without its suite, which all of the run share: "cpu quota=20% threads=4". */
static inline const char *view_cell(const struct view *v, uint32_t cell,
				    char buf[static CELL_LABEL_MAX])
{
	cell_label(v->report->data, cell, 0, buf);
	if (!buf[0])
		snprintf(buf, CELL_LABEL_MAX, "the only one");
	return buf;
}

/* A count as text, for html_put. */
struct count_text {
	char s[24];
};

static inline struct count_text count_text(size_t n)
{
	struct count_text t;

	snprintf(t.s, sizeof(t.s), "%zu", n);
	return t;
}

#define COUNT(n) count_text(n).s

/* The sections, in the order in which they stand. Errors: -ENOMEM. */
void report_put_banner(const struct view *v);
void report_put_budgets(const struct view *v);
int report_put_leaks(const struct view *v, struct err *e);
int report_put_plots(const struct view *v, struct err *e);
void report_put_results(const struct view *v);
void report_put_broken(const struct view *v);
void report_put_environment(const struct view *v);
int report_put_validity(const struct view *v, struct err *e);
int report_put_reproduce(const struct view *v, struct err *e);

#endif

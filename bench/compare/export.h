/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export: what was compared, in the formats of other programs. bench/analysis/export.c has the
 * table; each format is a file of its own. Formats that follow a value over time (Bencher,
 * github-action-benchmark, Otava, OpenMetrics) get head's values; those that report an outcome
 * (JUnit, Markdown) get the verdicts. Facts in which the hosts may differ are in each of them.
 */
#ifndef CGBENCH_EXPORT_H
#define CGBENCH_EXPORT_H

#include <stdio.h>

#include "compare/listing.h"

struct export_format {
	const char *name;
	const char *summary;
	/* Writes it all; what fails in writing is found by the caller. -ENOMEM. */
	int (*write)(FILE *f, const struct listing *l, struct err *e);
};

extern const struct export_format export_junit, export_markdown, export_github_smaller,
	export_github_bigger, export_bencher, export_otava, export_openmetrics;

/* All of them; ends with NULL. */
extern const struct export_format *const export_formats[];

/* Writes one format to a file, or to stdout ("-"). -EINVAL for an unknown format. */
int export_write(const char *format, const char *path, const struct listing *l, struct err *e);

/* What is exported of a series of one run. */
struct export_value {
	const struct series *series;
	const struct run *run;
	enum metric_better better;
	size_t n;
	double median;
	struct interval interval; /* of the median, 95% */
	double error;             /* |median distance from the expected value|; NAN without one */
	struct interval error_interval;
};

/* Calls for each series of a run that the comparison asked for, in the order of the dataset. */
typedef int export_visit(void *to, const struct export_value *v, struct err *e);
int export_walk(const struct listing *l, const struct run *run, export_visit *visit, void *to,
		struct err *e);

enum { SERIES_LABEL_MAX = CELL_LABEL_MAX + 256 };

/* "cpu-quota quota=20%/subject/cpu.usage_error", with `between` before group and metric. */
const char *series_label(const struct dataset *d, const struct series *s, const char *between,
			 char buf[static SERIES_LABEL_MAX]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * account: what became of one command under limits, in a sentence: how it ended, and of each
 * resource what it took, of how much, and what the limit did to it.
 */
#ifndef CGBENCH_ACCOUNT_H
#define CGBENCH_ACCOUNT_H

#include <stdbool.h>
#include <stdio.h>

#include "evaluate/evaluate.h"

struct account {
	int wait_status; /* as waitpid gives it */
	bool cut_short;  /* it ran on until it was ended, and has no status */
	double seconds;  /* that it ran */
	const struct limit_plan *limits;
	size_t n_limits;
	const struct evaluation *values; /* of the one group */
	bool swap_is_open;               /* memory.max is no limit of memory and swap together */
};

/* One line. What was not measured is not mentioned. */
void account_print(const struct account *a, FILE *f);

/* What the group was allowed of a metric, in its unit; NAN: no limit, or none of that. */
double account_allowed(const struct account *a, const char *metric);

/* The value of a metric; NAN: not measured. */
double account_measured(const struct account *a, const char *metric);

/* Three digits and a unit: "12.3 ms", "4.8 s"; "94M". */
void account_print_seconds(double s, FILE *f);
void account_print_bytes(double bytes, FILE *f);

#endif

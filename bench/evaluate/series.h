/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * series: a command that was run several times: how long it took, how far the runs lie apart, what
 * that says of them, and which of several commands is the fastest.
 */
#ifndef CGBENCH_SERIES_H
#define CGBENCH_SERIES_H

#include <stddef.h>
#include <stdio.h>

#include "cgbench/err.h"

/* NAN: not measured. */
struct series_run {
	double seconds;                      /* from its start to its end */
	double user_seconds, system_seconds; /* of its group, by cpu.stat */
	double peak_bytes;                   /* of its group, by memory.peak */
	int code;                            /* as a shell has it: 128 + the signal */
};

struct series {
	const char *command;
	struct series_run *runs; /* in the order of their time */
	size_t n;
};

int series_add(struct series *s, const struct series_run *run); /* -ENOMEM */
void series_free(struct series *s);

/*
 * For each command its times with the 95% interval of their median, its CPU time, memory and exit
 * codes, and what makes the numbers doubtful, naming the option that mends it; of several commands
 * the fastest, and by what factor (the Hodges-Lehmann shift of the logarithms). -ENOMEM.
 */
int series_print(const struct series *v, size_t n, FILE *f, struct err *e);

/* As hyperfine's --export-json has it, so that its scripts read it. -ENOMEM, -EIO. */
int series_export(const struct series *v, size_t n, FILE *f, struct err *e);

#endif

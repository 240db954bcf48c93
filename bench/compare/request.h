/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * request: what `cgbench compare` and `cgbench ab` ask: which runs, compared how, printed and
 * exported where; and the way from there to an exit code.
 */
#ifndef CGBENCH_COMPARE_REQUEST_H
#define CGBENCH_COMPARE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/options.h"
#include "compare/compare.h"
#include "compare/gate.h"

struct export_request {
	const char *format, *path; /* path: "-" is stdout */
};

struct compare_request {
	struct words runs; /* one: its budgets; two: base and head; with `by`, any number */
	struct words allow, metrics, guard;
	const char *by; /* an axis or a fact; NULL: base and head */
	bool aa;        /* base and head are the same thing; one run is split */
	bool gate;      /* the exit code says what the gate says */
	bool all;
	struct compare_options compare;
	struct gate_options limits;
	const char *csv, *json; /* paths; NULL: not asked for */
	const char *map;        /* with `by`: where its picture goes, without .png; or NULL */
	struct export_request *exports;
	size_t n_exports;
};

/* The options that fill a struct compare_request, to begin with as compare_request_new() has it. */
extern const struct option_row compare_request_rows[];
struct compare_request compare_request_new(void);
void compare_request_free(struct compare_request *q);

/* The help of all exports, to be freed: a line each. NULL when memory is out. */
char *compare_request_exports_help(void);

/*
 * Answers. Errors: -EPERM when the runs are of unlike hosts, for which the exit code is 3; those of
 * reading and writing, for which it is 2.
 */
int compare_request_answer(const struct compare_request *q, enum exit_code *code, struct err *e);

#endif

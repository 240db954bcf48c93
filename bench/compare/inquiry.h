/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inquiry: what `cgbench compare` and `cgbench ab` ask: which runs, compared how, printed and
 * exported where; and the way from there to an exit code.
 */
#ifndef CGBENCH_INQUIRY_H
#define CGBENCH_INQUIRY_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "compare/compare.h"
#include "compare/gate.h"

struct export_request {
	const char *format, *path; /* path: "-" is stdout */
};

/* A list of arguments; v ends with NULL once it has one. */
struct words {
	const char **v;
	size_t n;
};

struct inquiry {
	struct words runs; /* one: its budgets; two: base and head; with `by`, any number */
	struct words allow, metrics;
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

/* Options of argp; the input of its parser is a struct inquiry, to begin with from here. */
extern const struct argp inquiry_argp;
struct inquiry inquiry_new(void);
int words_add(struct words *w, const char *word);
void inquiry_free(struct inquiry *q);

/* The help of all exports, to be freed: a line each. NULL when memory is out. */
char *inquiry_exports_help(void);

/*
 * Answers. Errors: -EPERM when the runs are of unlike hosts, for which the exit code is 3; those of
 * reading and writing, for which it is 2.
 */
int inquiry_answer(const struct inquiry *q, enum exit_code *code, struct err *e);

#endif

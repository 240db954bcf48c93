/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases: a suite read as a list of cases, one a part: what became of each, in a line. For suites
 * that ask whether a kernel does what is documented, and for KTAP.
 */
#ifndef CGBENCH_CASES_H
#define CGBENCH_CASES_H

#include <jansson.h>

#include "evaluate/evaluate.h"

enum case_state {
	CASE_OPEN,        /* some of its trials have not run */
	CASE_HOLDS,       /* every budget was met */
	CASE_DIFFERS,     /* one was missed */
	CASE_UNRESOLVED,  /* nothing finer than the tick can tell */
	CASE_UNSUPPORTED, /* what it asks about is not here */
	CASE_BROKEN,      /* a trial broke, or yielded no value for a budget */
	CASE_STATES,
};

enum { CASE_NOTES_MAX = 8 };

/* One part of the suite, over all its trials. */
struct case_result {
	const char *name; /* the part, or the suite; borrowed from the plan */
	const char *part; /* the part as the plan's trials have it; NULL: none */
	size_t planned, done;
	bool holds, differs, unresolved, broken; /* whether some trial did */
	char *says;                              /* the value nearest to its bound, or why not */
	double strain;                           /* of says */
	char *notes[CASE_NOTES_MAX]; /* everything that does not hold; n_notes of them kept */
	size_t n_notes;
};

struct cases {
	struct case_result *v; /* in the order of the plan */
	size_t n;
};

/* A row for each part of the plan, which has to outlive it. -ENOMEM. */
int cases_begin(const struct plan *plan, struct cases *out, struct err *e);
void cases_free(struct cases *c);

/* Adds a trial; *done receives its case if that was the last one of it, else NULL. -ENOMEM. */
int cases_add(struct cases *c, const struct plan *plan, const struct trial_data *t,
	      const struct evaluation *v, const struct case_result **done, struct err *e);

enum case_state case_state(const struct case_result *c);

/* "holds", "differs", "not supported here" ... */
const char *case_state_name(enum case_state s);

/* To stdout: a line for each case, and how many there are of a kind. -EIO. */
int cases_print(const struct cases *c, struct err *e);

/* Adds "cases" to an object: name, state, says and notes of each. */
void cases_json(const struct cases *c, json_t *to);

#endif

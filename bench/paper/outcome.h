/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcome: what a paper's claims come to in a run, from its directory alone: published, expected
 * for this kernel, measured, and a verdict that is computed from the three.
 */
#ifndef CGBENCH_OUTCOME_H
#define CGBENCH_OUTCOME_H

#include "paper/claim.h"
#include "runs/load.h"

enum claim_verdict {
	CLAIM_HOLDS,
	CLAIM_DIFFERS,
	CLAIM_INFEASIBLE, /* with the reason: it says so, or what it needs is not here */
	CLAIM_ELSEWHERE,  /* of a host unlike this one: it does not count */
	CLAIM_NOT_RUN,    /* none of its trials was to be run: it does not count */
	CLAIM_NO_VALUE,   /* they were, and gave no number */
};

/* Of a claim, and of the paper as a whole. */
enum paper_verdict {
	PAPER_REPRODUCED,
	PAPER_FIXED,
	PAPER_DIFFERS,
	PAPER_INFEASIBLE,
	PAPER_INCONCLUSIVE,
};

enum { OUTCOME_REASON_MAX = 200 };

struct claim_outcome {
	const struct claim *claim;
	double published, expected, measured; /* NAN: there is none */
	enum claim_verdict verdict;
	char reason[OUTCOME_REASON_MAX]; /* "": none needed */
};

struct outcome {
	struct claims_of_suite of;
	struct dataset *data;
	struct run *run;
	struct claim_outcome *v; /* as many as of.claims */
	size_t counted;          /* of them: those that hold or differ */
	enum paper_verdict verdict;
	char reason[OUTCOME_REASON_MAX];
};

/*
 * Reads a run directory whose suite has a paper. Published values are those beside the results
 * (published.csv) where such a file is, else those that ship. -EINVAL for a run of no paper; else
 * errors of reading. The caller calls outcome_free, which takes what is half made.
 */
int outcome_load(const char *dir, struct outcome *out, struct err *e);
void outcome_free(struct outcome *o);

/* The claims' verdicts to the paper's; o->v is filled. Pure, for tests. */
enum paper_verdict outcome_verdict(const struct claim_outcome *v, size_t n);

/* Whether a value keeps a claim's bounds. */
bool outcome_holds(const struct claim *c, double measured, double expected);

/* "reproduced", "fixed since", "differs", "infeasible here", "inconclusive" */
const char *paper_verdict_name(enum paper_verdict v);

/* The same of a claim, by its role: a fault that is no more is "fixed since" where the paper is. */
const char *claim_verdict_name(const struct claim_outcome *c, enum paper_verdict paper);

#endif

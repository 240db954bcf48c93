/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compare: the repeats of a metric in one run against those in another, and a verdict.
 *
 *	improved, regressed   the test, corrected for the number of comparisons, says that it moved,
 *	                      and the metric says which way is better
 *	changed               the same for a metric without a better way
 *	same                  the interval of the change lies within the margin: had it moved by
 *	                      more, these repeats would have shown it
 *	inconclusive          neither; `why` says what is missing
 *
 * "No difference was found" is thus never called the same. Runs of the exact lab have no noise:
 * there, what is equal is the same and what is not differs, by however little. That holds for runs
 * of the same inputs, kernel apart. Where those differ, chance falls otherwise, and only metrics
 * that are exact by nature (metric.h) are judged; the others are inconclusive.
 *
 * A metric of which nearer to its expected value is better is compared by the distance from it.
 */
#ifndef CGBENCH_COMPARE_H
#define CGBENCH_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/metric.h"
#include "runs/load.h"
#include "stats/stats.h"

/* In the order in which they are listed. */
enum outcome {
	OUTCOME_REGRESSED,
	OUTCOME_CHANGED,
	OUTCOME_IMPROVED,
	OUTCOME_INCONCLUSIVE,
	OUTCOME_SAME,
	OUTCOMES,
};

extern const char *const outcome_names[OUTCOMES];

/* Why there is no verdict, or what else is to be known of it. */
enum why {
	WHY_NONE,
	WHY_ONLY_BASE, /* the other has no such metric */
	WHY_ONLY_HEAD,
	WHY_FEW,    /* no outcome of so few repeats could be told from chance */
	WHY_NOISE,  /* the interval is wider than the margin */
	WHY_DRIFT,  /* it may be one drift through both runs */
	WHY_INPUTS, /* exact runs of other inputs: it may be chance */
	WHY_SHAPE,  /* distributions differ, but not in where their middle is */
	WHYS,
};

extern const char *const why_texts[WHYS];

/* What a change is measured in. */
enum scale {
	SCALE_PERCENT, /* of the base's median */
	SCALE_POINTS,  /* percent of the expected value; or the metric's unit is percent */
	SCALE_UNIT,    /* the metric's unit: the base's median is 0 */
};

struct comparison {
	uint32_t series;
	enum metric_better better; /* EXPECTED only where there are expected values */
	enum scale scale;
	enum outcome outcome;
	enum why why;
	bool compared; /* of a matrix: there is a column before it with which it can be */
	bool exact;    /* judged without noise */
	bool constant; /* all values of both sides are one and the same */
	size_t n_base, n_head;
	size_t outliers_base, outliers_head;
	double base, head;        /* medians, in the metric's unit; NAN: no value */
	double change;            /* of the medians, on the scale */
	struct interval interval; /* of the change, 95% */
	double shift;             /* Hodges-Lehmann, on the scale */
	double delta;             /* Cliff's */
	double p, adjusted;       /* stats_test; NAN in exact comparisons */
	double detectable;        /* what these repeats would have found, on the scale */
	double sd;                /* of both, robust, on the scale */
	double trend;             /* of both, in the order of time; a standard normal */
	double step;              /* p of a change beyond that trend; 1: it may be all */
	double step_over_line;    /* how much likelier two levels are than one line, a logarithm */
	bool unguarded;           /* not what the gate was asked to guard */
};

struct compare_options {
	double level; /* the chance of a false alarm in any one comparison: the greatest p */
	double share; /* of false ones among the alarms: the greatest adjusted p */
	enum correction correction;
	double margin;    /* on the scale: percent, or points */
	bool interleaved; /* base and head took turns, so that a drift of the host meets both */
	bool exact;
	/* Exact, but with other inputs: only what is exact by nature is judged. */
	bool other_inputs;
	const char *const *metrics; /* fnmatch patterns, NULL-terminated; NULL: all */
	const char *const *guard;   /* those that a gate has to be sure of; likewise */
};

/*
 * Two bounds, since they guard against different things. With the first, no more than 1% of what
 * did not move is an alarm, however much else did. With the second, few of the alarms are false
 * when next to nothing moved.
 */
#define COMPARE_LEVEL  0.01
#define COMPARE_SHARE  0.05
#define COMPARE_MARGIN 5.0

/* What this program knows of a metric; of one that it lacks, nothing: neutral, and not exact. */
struct metric_nature {
	enum metric_better better;
	bool exact; /* by nature, see metric.h */
};

struct metric_nature metric_nature(const char *metric);

/* The values of one side in the order of their time; expected may be NULL. */
struct side {
	const double *value, *expected;
	size_t n;
};

/* Tables and room, shared by all comparisons of a family. */
struct comparer;

int comparer_new(struct comparer **out, struct err *e);
void comparer_free(struct comparer *c);

/* Measures one pair: all fields but outcome, why, adjusted and detectable. -ENOMEM. */
int compare_measure(struct comparer *c, struct side base, struct side head, const char *unit,
		    enum metric_better better, struct comparison *out, struct err *e);

/*
 * Judges what was measured, as one family: metrics that can get worse, and in a family of their
 * own those that cannot. -ENOMEM.
 */
int compare_judge(struct comparison *v, size_t n, const struct compare_options *o, struct err *e);

/* For values without noise: measures and judges. -ENOMEM. */
int compare_exactly(struct comparer *c, struct side base, struct side head, const char *unit,
		    enum metric_better better, struct comparison *out, struct err *e);

/* A cell that one of the runs lacks, or in which its trials broke. */
struct gap {
	uint32_t cell;
	bool in_head;            /* else in base */
	size_t n_broken;         /* 0: the run does not have the cell */
	uint32_t status, reason; /* texts, of the first broken trial */
};

struct compared {
	struct comparison *v; /* sorted: by outcome, then the greatest changes first */
	size_t n;
	size_t counts[OUTCOMES];
	struct gap *gaps;
	size_t n_gaps;
	struct compare_options options;
};

/* Compares all that two runs of a dataset have. -ENOMEM. */
int compare_runs(const struct dataset *d, const struct run *base, const struct run *head,
		 const struct compare_options *o, struct compared **out, struct err *e);
void compared_free(struct compared *c);

/* How much worse head is, on the scale; negative: better; 0 for a metric that has no such way. */
double comparison_worse(const struct comparison *c);

/* A run's values of a series. */
struct side run_side(const struct run *r, uint32_t series);

/* Measures a pair in the way that the options ask for, and judges it if that needs no family. */
int compare_pair(struct comparer *c, const struct compare_options *o, struct side base,
		 struct side head, const char *unit, struct metric_nature metric,
		 struct comparison *out, struct err *e);

/*
 * Of how many series both runs have values: with none, nothing was compared. judged: without those
 * that other inputs leave to chance.
 */
size_t compared_pairs(const struct compared *c, bool judged);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value: what was measured, named, beside what theory gives. */
#ifndef CGBENCH_VALUE_H
#define CGBENCH_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_FAIL, VERDICT_UNRESOLVED };

/* "" for none */
const char *verdict_name(enum verdict v);

/* What values were judged to be. */
struct tally {
	unsigned pass, fail, unresolved;
	unsigned missing; /* budgets for metrics that were not measured */
};

void tally_count(struct tally *t, enum verdict v);
void tally_add(struct tally *to, const struct tally *t);

/* "fail" when any value failed, else "pass" when any passed, else "unresolved"; "": not judged. */
const char *tally_word(const struct tally *t);

/* The group of what belongs to the trial and to none of its groups. */
#define VALUE_OF_TRIAL (-1)

enum { VALUE_METRIC_MAX = 96, VALUE_UNIT_MAX = 16 };

/* One measured value. A missing expectation is NAN. */
struct value {
	char metric[VALUE_METRIC_MAX];
	char unit[VALUE_UNIT_MAX];
	int group; /* index into the trial's groups, or VALUE_OF_TRIAL */
	double value, expected, error_pct;
	bool unresolved; /* theory says nothing at this resolution: no verdict */
	enum verdict verdict;
};

/* Where metrics put their values; `group` is whom they are of. */
struct value_sink {
	struct value *values;
	size_t n;
	const char *segment; /* of the window that they are about; NULL: all of it */
	int group;
};

#endif

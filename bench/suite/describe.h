/* SPDX-License-Identifier: GPL-3.0-or-later */
/* describe: a plan in words, and as JSON. */
#ifndef CGBENCH_DESCRIBE_H
#define CGBENCH_DESCRIBE_H

#include <jansson.h>

#include "suite/expand.h"

enum { DESCRIBE_DURATION_MAX = 48 };

/* "1 min 49 s" */
const char *describe_duration(uint64_t usec, char buf[static DESCRIBE_DURATION_MAX]);

/*
 * "subject {cpu.max=20000 100000}: spin on 1 CPU spread; ...": groups with their limits as they
 * will be written, and what runs in them, with the parameters that are not at their defaults. New
 * strings, which the caller frees; NULL without memory.
 */
char *describe_groups(const struct trial_plan *t);

/* What a trial borrows: "swap 256M zram; /sys/kernel/mm/lru_gen/enabled=0"; "" for nothing. */
char *describe_host(const struct trial_plan *t);
void describe_put_host(FILE *f, const struct trial_plan *t);

/* "at 2s kill bomb; ..."; "" when there are none. */
char *describe_actions(const struct trial_plan *t);

/*
 * "only when has cpu.stat.local; pids.peak only when ...; without relation.x (period == 10ms)": of
 * the trial and its budgets; "" when there are no conditions.
 */
char *describe_conditions(const struct trial_plan *t);

/* All of a plan; NULL when memory is out. */
json_t *describe_json(const struct plan *p);

#endif

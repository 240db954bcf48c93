/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sampler: reads what the metrics want sampled, at a chosen rate, on descriptors that are opened
 * once (a pread on a held descriptor costs a fifteenth of a read by name). Its own cost and the
 * samples that it was too late for are part of the result.
 */
#ifndef CGBENCH_SAMPLER_H
#define CGBENCH_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "cgroup/cgrp.h"
#include "model/trial_data.h"

struct sampler;

/*
 * groups[i] is sampled as group i, for the metrics and for what the plan (NULL: none) wants read;
 * a file that a group does not have is not sampled there.
 */
int sampler_open(const struct cgrp *const *groups, size_t n, const struct trial_plan *plan,
		 struct sampler **out, struct err *e);

/* Takes one sample of everything; `late` periods have passed unsampled. -ENOMEM. */
int sampler_take(struct sampler *s, uint64_t late, struct trial_data *t, struct err *e);

/*
 * How often to sample without taking more than a 200th of a CPU: the period asked for, doubled
 * until that holds. For where no CPU is free, and a sampler takes its time from what it measures.
 * Takes some samples, which are thrown away. -ENOMEM.
 */
int sampler_period(struct sampler *s, uint64_t asked_usec, uint64_t *usec, struct err *e);

/* The same from what one sample costs. */
uint64_t sampler_slow_down(uint64_t asked_usec, uint64_t cost_nsec);

void sampler_close(struct sampler *s);

#endif

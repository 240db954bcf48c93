/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan: a suite's matrix, spelled out. Pure: text in, typed trials out, nothing touched. Every
 * "${axis}" is replaced, every value parsed, every name resolved; a fault names its place in the
 * suite file. What comes out can be run without asking the suite anything again.
 */
#ifndef CGBENCH_PLAN_H
#define CGBENCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/workload.h"
#include "cgroup/knob.h"
#include "host/topology.h"
#include "suite/suite.h"

struct limit_plan {
	const struct knob *knob;
	struct knob_value value;
};

struct place_plan {
	unsigned cpus; /* how many; 0: not placed */
	enum place_where where;
	unsigned node; /* for PLACE_NODE */
};

struct run_plan {
	const struct workload *workload; /* NULL: exec, or nothing */
	unsigned threads;
	uint64_t params[WORKLOAD_PARAMS_MAX]; /* in the order of the workload's table */
	char **argv;                          /* exec: ends with NULL */
};

struct group_plan {
	char *name;
	int parent; /* index into the trial's groups; -1: below the trial's own group */
	uint64_t start_usec;
	struct limit_plan *limits;
	size_t n_limits;
	struct place_plan place;
	struct run_plan run;
};

struct action_plan {
	uint64_t at_usec;
	enum action_verb verb;
	unsigned group;
	struct limit_plan write;
	unsigned to;
};

/* What the suite expects of a metric; an absent bound is NAN. */
struct expect_plan {
	char *metric;
	char *group; /* NULL: any */
	double within_pct, min, max, equals;
};

struct trial_plan {
	/* From 1, in the order of the file, over the whole matrix: filters change no number. */
	unsigned trial;
	unsigned cell;
	unsigned repeat;
	const char *part;     /* NULL in a suite without parts */
	const char *question; /* of the part, or of the suite */
	const char *
		*axis_values; /* as typed, plan->n_axes of them; NULL: its part has no such axis */
	uint64_t duration_usec, warmup_usec, sample_every_usec, timeout_usec;
	struct group_plan *groups; /* parents before children */
	size_t n_groups;
	struct action_plan *actions; /* sorted by at_usec */
	size_t n_actions;
	struct expect_plan *expects;
	size_t n_expects;
};

struct plan {
	const struct suite *suite; /* borrowed */
	const char **axis_names;   /* of all parts, each once */
	size_t n_axes;
	struct trial_plan *trials; /* in the order in which they run */
	size_t n_trials;
	unsigned n_cells;       /* that the trials are of */
	unsigned n_cells_whole; /* of the whole matrix, without filters */
	uint64_t seed;
	struct arena *arena; /* holds what the trials point to; repeats of a cell share it */
};

struct plan_options {
	unsigned repeats; /* 0: as the suite says */
	uint64_t seed;    /* 0: the order of the file; else shuffled within each repeat */
	/*
	 * "axis=value" terms, NULL-terminated, or NULL; "part=name" is one, too. Terms of one axis
	 * are alternatives; a cell must pass for every axis that is named.
	 */
	const char *const *filter;
};

/*
 * Expands a suite. Errors: -EINVAL, with file:line:column (an unknown axis, knob, workload,
 * parameter, group or metric; a value out of range; a bomb without pids.max and memory.max), or
 * for a filter that no cell passes. The caller frees with plan_free, before the suite.
 */
int plan_expand(const struct suite *s, const struct plan_options *o, struct plan **out,
		struct err *e);

void plan_free(struct plan *p);

/* The time that the trials take by themselves, set-up and tear-down estimated. */
uint64_t plan_usec(const struct plan *p);

#endif

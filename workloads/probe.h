/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe: workloads that are a table of questions to the kernel, each answered by numbers: which
 * errno a call ends with, how many of something there are. A file is an area, a row is a probe:
 *
 *	static void lesser_euid(struct probe *p) { ... p->error = box_write(&p->box, ...); }
 *	#define PROBES(P) P(lesser_euid, "lesser-euid-open") P(...)
 *	PROBE_WORKLOAD(probe_core, "probe-core", "what the core refuses", PROBES,
 *"lesser-euid-open")
 *
 * and a suite says {workload: probe-core, what: lesser-euid-open} and expects work.errno. A probe
 * that has its answer ends the trial. One that never had it answers PROBE_NONE to everything.
 */
#ifndef CGWORK_PROBE_H
#define CGWORK_PROBE_H

#include "box.h"

enum { PROBE_NONE = 99999 };

enum { PROBE_ERRNO, PROBE_CLONE_ERRNO, PROBE_VALUE, PROBE_AFTER };

/* One probe while it runs, and its answers: what it does not set is 0. Shared with its children. */
struct probe {
	struct box box;
	_Atomic uint64_t ticks; /* of probe_ticker() */
	int error;              /* work.errno: of the call that it is about; 0: it worked */
	int clone_error;        /* work.clone_errno: the same for clone3 into a group */
	long value, after;      /* work.value, work.after: numbers, as the probe says */
};

typedef void probe_fn(struct probe *p);

/* For PROBE_WORKLOAD: asks, answers, and ends the process. */
uint64_t probe_step(struct work *w, probe_fn *const *fns);

/* For box_spawn() with the probe: counts every millisecond, and ends never. */
int probe_ticker(void *probe);

/* Whether the ticker has counted on within 50 ms. */
bool probe_runs(const struct probe *p);

/* Puts a digit behind the answer: a row of states is read as a decimal number, 0 first left out. */
void probe_digit(long *answer, long digit);

/* Makes a tree: its groups by their paths, parents first. */
void probe_tree(const struct probe *p, const char *const *groups, size_t n);

#define PROBE_NAME_OF(fn, name) name,
#define PROBE_FN_OF(fn, name)   fn,

/* NOLINTBEGIN(bugprone-macro-parentheses): names of fields and tables take none */
/* fallback_: one of the names, for who asks for none. */
#define PROBE_WORKLOAD(symbol, name_, summary_, PROBES, fallback_)                          \
	static probe_fn *const symbol##_fns[] = {PROBES(PROBE_FN_OF)};                      \
	static const char *const symbol##_names[] = {PROBES(PROBE_NAME_OF) NULL};           \
	static const struct param symbol##_params[] = {                                     \
		{.name = "what",                                                            \
		 .summary = "the question; the answer is errno, clone_errno, value, after", \
		 .choices = symbol##_names,                                                 \
		 .fallback = fallback_},                                                    \
		{0},                                                                        \
	};                                                                                  \
	static uint64_t symbol##_step(struct work *w)                                       \
	{                                                                                   \
		return probe_step(w, symbol##_fns);                                         \
	}                                                                                   \
	const struct workload workload_##symbol = {                                         \
		.name = name_,                                                              \
		.summary = summary_,                                                        \
		.params = symbol##_params,                                                  \
		.counters = {[PROBE_ERRNO] = "errno",                                       \
			     [PROBE_CLONE_ERRNO] = "clone_errno",                           \
			     [PROBE_VALUE] = "value",                                       \
			     [PROBE_AFTER] = "after"},                                      \
		.ends = true,                                                               \
		.step = symbol##_step,                                                      \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * data: what one trial leaves behind, for metrics and rows. Times are CLOCK_MONOTONIC nanoseconds.
 *
 *	spawn --- ready --- [before] open gate ... actions ... [after] stop, kill --- [end] rmdir
 *	                    |<------------- window ----------->|        |<- kill ->|
 */
#ifndef CGBENCH_TRIAL_DATA_H
#define CGBENCH_TRIAL_DATA_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "cgbench/page.h"
#include "model/plan.h"
#include "model/timeline.h"

/* Interface files as they read at one moment. */
struct snapshot_file {
	const char *name; /* borrowed from the metric's table */
	char *text;       /* NULL: the group has no such file */
};

/* What the page's counters say at a moment. */
struct page_base {
	uint64_t nsec;
	uint64_t ops[PAGE_THREADS_MAX], cpu_nsec[PAGE_THREADS_MAX];
	uint64_t counters[PAGE_COUNTERS_MAX];
};

struct snapshot {
	uint64_t nsec;
	struct snapshot_file *files;
	size_t n;
	struct page_base *page; /* at the beginning of a segment; NULL elsewhere */
};

struct sample {
	uint64_t nsec;
	unsigned group;
	const char *metric; /* borrowed from the metric's table */
	double value;
};

/* What was borrowed from the host, and what it read. */
struct host_note {
	char *what, *before, *during, *after; /* after NULL: it is gone, or was not read */
	char *path;                           /* of a setting's file; NULL: it has none */
};

struct cpu_theory;

struct group_data {
	const struct group_plan *plan;
	unsigned index;
	struct snapshot before, after, end;
	struct snapshot *marks; /* when each segment began */
	size_t n_marks;
	struct timeline timeline;     /* its limits, and cgroup.freeze, as they read back */
	const struct cpu_theory *cpu; /* of the time that is evaluated; NULL: not computed */
	struct page *page;            /* NULL: no workload of ours ran here */
	/* What the page said when the window began, 0 without a warm-up; NULL with the page. */
	struct page_base *base;
	const struct page_base *last; /* at the end of the segment in view; NULL: the page */
	bool exited;                  /* its first process has ended; before close: by itself */
	int exit_status;              /* as waitpid gives it; meaningful when exited */
	struct rusage usage;          /* of it and what it waited for; meaningful when exited */
	uint64_t opened_nsec, exit_nsec;
	uint64_t freeze_nsec, frozen_nsec; /* the last freeze, frozen 1 seen after it; 0: not */
	uint64_t kill_nsec, empty_nsec;    /* cgroup.kill written, populated 0 seen; 0: not */
	unsigned cpus[CPU_SETSIZE];        /* where its threads were put, in their order */
	unsigned n_cpus;
	struct identity_seen *identity; /* read back; NULL: it runs as the harness does */
	cpu_set_t ran_on;               /* CPUs that its threads saw themselves on */
	char *output;  /* what an exec: program reported or printed; NULL: nothing kept */
	bool reported; /* ... is what it wrote to its report, and not what it printed */
	char *tail;    /* the end of what its processes printed, as text; NULL: nothing */
};

enum trial_status {
	TRIAL_OK,
	TRIAL_UNENFORCED, /* a limit did not read back, or an ancestor is tighter */
	TRIAL_SKIPPED,    /* a requirement is missing */
	TRIAL_TIMEOUT,
	TRIAL_FAILED,
	TRIAL_DNR,       /* the workload did not report */
	TRIAL_DISTURBED, /* the harness was too late: numbers, and no verdict */
};

/* The beginning of a segment of the window. */
struct mark {
	const char *name;
	uint64_t nsec;
};

struct trial_data {
	const struct trial_plan *plan;
	enum trial_status status;
	char reason[512];
	uint64_t begin_nsec; /* the first step of set-up */
	uint64_t open_nsec;  /* the gate opened: zero of samples and stalls */
	uint64_t close_nsec; /* the window ended */
	uint64_t setup_nsec, teardown_nsec;
	uint64_t harness_cpu_nsec;  /* of the harness, inside the window */
	uint64_t sample_every_usec; /* as it was done: at least what was asked for; 0: not at all */
	uint64_t samples_taken, samples_lost, sampler_nsec;
	unsigned cpus_online;
	uint64_t tick_usec; /* of the scheduler (1/HZ); 0: not known */
	struct group_data *groups;
	size_t n_groups;
	struct sample *samples;
	size_t n_samples;
	struct mark *marks; /* segments that have begun, in the order of time */
	size_t n_marks;
	struct timeline outside; /* what the groups above the trial's allow */
	struct probes probes;    /* of files and features that conditions ask for */
	struct move *moves;      /* in the order of time */
	size_t n_moves;
	struct host_note *host; /* in the order in which it was borrowed */
	size_t n_host;
};

const char *trial_status_name(enum trial_status s);

/* Whether a trial of this status has numbers. */
bool trial_has_numbers(enum trial_status s);

/* The text of a file in a snapshot, or NULL. */
const char *snapshot_text(const struct snapshot *s, const char *file);

void trial_data_free(struct trial_data *t);

#endif

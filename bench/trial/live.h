/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live: a trial while it exists in the kernel: groups, processes, descriptors. What is to be kept
 * of it is in its struct trial_data; the rest ends with live_end().
 */
#ifndef CGBENCH_LIVE_H
#define CGBENCH_LIVE_H

#include "cgroup/cgrp.h"
#include "host/topology.h"
#include "model/trial_data.h"
#include "trial/hotplug.h"
#include "trial/spawn.h"

struct ledger;

/* What trials share: made once a run. */
struct trial_env {
	const char *run; /* the name of the run: cgbench-PID-START */
	const struct cgrp_base *base;
	const struct cgrp *run_root;
	const struct topology *topology; /* NULL: nothing can be placed */
	const char *cgwork;              /* path of the workload program */
	struct rlimit files;             /* as found: what programs get */
	uint64_t tick_usec;              /* 0: not known */
	uint64_t stall_min_usec;
	struct hotplug *hotplug;     /* NULL: no CPU may be taken off line here */
	const struct ledger *ledger; /* NULL: nothing may be borrowed from the host here */
	pid_t guardian;              /* a child of this process that is no trial's */
	bool pass_streams; /* programs keep the harness's standard streams; else output is kept */
};

struct live_group {
	struct cgrp cgrp;
	struct child child;
	struct page *page; /* its group_data owns it */
	int page_fd, gate_fd, output_fd, report_fd, events_fd;
	off_t output_freed; /* how far capture_trim() has come */
	bool opened;
	bool was_populated; /* something was in it, by its cgroup.events */
};

/* A program that an action has started. */
struct errand {
	const struct action_plan *plan;
	struct child child; /* pid 0: it has ended */
	int output_fd;
};

struct live {
	const struct trial_env *env;
	const struct trial_plan *plan;
	struct trial_data *data;
	struct cgrp top; /* the trial's own group */
	struct live_group *groups;
	struct cgrp errands_group; /* of errands that name no group; fd -1: there are none */
	struct errand *errands;    /* in the order of their start */
	size_t n_errands;
	bool partitioned;     /* the run's root lets CPUs through to partitions */
	char disk[32];        /* the number of the trial's disk, "253:0"; "": it has none */
	bool scratch_is_set;  /* CGBENCH_SCRATCH is the disk's mount point */
	char *scratch_before; /* what it said before; NULL: nothing */
};

/* Ends the trial with a status and a reason; returns 0, since the trial has an outcome then. */
int live_outcome(struct live *l, enum trial_status s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Makes the groups, proves their limits, places and starts the workloads up to their gates. A
 * trial that cannot be set up as asked has an outcome instead; a negative errno means that the
 * harness itself cannot go on.
 */
int live_setup(struct live *l, struct err *e);

/* Opens the gates, samples, acts, and ends when the trial's duration is over. */
int live_window(struct live *l, struct err *e);

/* Stops and kills the workloads, timing each group until it is empty. */
int live_stop(struct live *l, struct err *e);

/* Removes the groups and closes everything; on any path, any number of times. */
int live_end(struct live *l, struct err *e);

/* Reads the files that the metrics want, of every group. `which` picks the snapshot of a group. */
enum live_moment { LIVE_BEFORE, LIVE_AFTER, LIVE_END };
int live_snapshot(struct live *l, enum live_moment which, struct err *e);

/* A segment of the window begins: notes where every group stands. */
int live_mark(struct live *l, const char *name, struct err *e);

/* What a page's counters say now. */
void live_note_page(const struct live *l, unsigned group, struct page_base *to);

/* Whether the trial has taken longer than its timeout, which is its outcome then. */
bool live_timed_out(struct live *l);

/* Opens a group's gate: its workload starts. */
int live_open_gate(struct live *l, unsigned group, struct err *e);

/* Kills one group and notes when. */
int live_kill(struct live *l, unsigned group, struct err *e);

/* Reaps what has ended, of ours and the orphans of bombs, and notes how the groups' own ended. */
void live_reap(struct live *l);

/* Sets the phase that latencies are counted in, in every page. */
void live_phase(struct live *l, enum page_phase phase);

#endif

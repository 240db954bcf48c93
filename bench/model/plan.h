/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan: what a run will do, spelled out: typed, resolved, with nothing left to look up.
 * suite/expand makes it from a suite file, `exec` from its options; what comes after knows no suite
 * file.
 */
#ifndef CGBENCH_PLAN_H
#define CGBENCH_PLAN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keyed.h"
#include "cgbench/workload.h"
#include "cgroup/knob.h"
#include "host/topology.h"
#include "model/condition.h"
#include "model/identity.h"
#include "model/sched_plan.h"

struct limit_plan {
	const struct knob *knob;
	struct knob_value value;
};

struct place_plan {
	unsigned cpus; /* how many; 0: not placed */
	enum place_where where;
	unsigned node;                /* for PLACE_NODE */
	enum place_relation relation; /* to the CPUs of group `beside`, in place of `where` */
	unsigned beside;
};

/* However it ends, by itself or by a signal. */
#define RUN_EXIT_ANY (-1)

struct run_plan {
	const struct workload *workload; /* NULL: exec, or nothing */
	unsigned threads;
	uint64_t params[WORKLOAD_PARAMS_MAX]; /* in the order of the workload's table */
	char **argv;                          /* exec: ends with NULL */
	bool fills_report; /* "@report" in argv is a file to report to: in suites only */
	int exit_code;     /* exec: the code that it has to end with, when it ends; RUN_EXIT_ANY */
	bool ends;         /* exec: that it ends before the window does is fine */
};

struct group_plan {
	char *name;
	int parent; /* index into the trial's groups; -1: below the trial's own group */
	uint64_t start_usec;
	int oom_score_adj; /* -1000 to 1000 */
	struct sched_plan sched;
	struct identity identity; /* of what runs in it */
	struct limit_plan *limits;
	size_t n_limits;
	struct place_plan place;
	struct run_plan run;
	unsigned spec; /* which of the suite's groups it was made from */
};

/* What is borrowed from the host for the time of a trial. */
enum disk_kind { DISK_NULL_BLK, DISK_LOOP };
enum swap_kind { SWAP_ZRAM, SWAP_NULL_BLK };
extern const char *const disk_kinds[], *const swap_kinds[]; /* their names; end with NULL */

struct disk_plan {
	uint64_t bytes; /* 0: no disk */
	enum disk_kind kind;
	uint64_t latency_usec;   /* of a request, beside the memory's own; 0: none */
	uint64_t bytes_per_sec;  /* 0: as fast as it is */
	unsigned depth;          /* requests at once; 0: the driver's default */
	const char *scheduler;   /* NULL: the kernel's choice */
	bool raw;                /* without a file system */
	const char *qos, *model; /* of iocost, behind the device's number; NULL: untouched */
};

struct setting_plan {
	const char *path; /* below /proc/sys or /sys */
	const char *text;
};

struct host_plan {
	uint64_t swap_bytes; /* 0: none is added */
	enum swap_kind swap_kind;
	struct disk_plan disk;
	struct setting_plan *settings; /* in the order of the file */
	size_t n_settings;
	const char **cgroup2; /* mount options to switch on; ends with NULL */
};

/* What stands for the trial's disk where a device's number goes: io.max: "disk rbps=1M". */
#define HOST_DISK "disk"

enum action_verb {
	ACTION_WRITE,
	ACTION_FILE,
	ACTION_KILL,
	ACTION_FREEZE,
	ACTION_THAW,
	ACTION_MOVE,
	ACTION_RUN,
	ACTION_CPU_OFFLINE,
	ACTION_CPU_ONLINE,
	ACTION_NOTHING, /* but to begin a segment */
};

/* In place of a group: the action is about none. */
#define ACTION_NO_GROUP UINT_MAX

struct action_plan {
	uint64_t at_usec;
	enum action_verb verb;
	unsigned group;
	struct limit_plan write;
	const char *file, *text; /* a file of the group that is no limit, and what to write there */
	unsigned to;
	char **argv;         /* to run; ends with NULL */
	unsigned cpu;        /* to take off line or bring on line */
	uint64_t every_usec; /* it is the first of a series, so far apart, until last_usec */
	uint64_t last_usec;
	bool again;          /* it is one of the others */
	unsigned spec;       /* which of the suite's actions it came from, for messages */
	const char *segment; /* the part of the window that begins with it; NULL: none does */
};

/* What a window with segments is called before the first of them begins. */
#define SEGMENT_START "start"

/* When a file is read whose number the suite wants as a metric. */
enum read_take {
	TAKE_AFTER,  /* at the window's end */
	TAKE_BEFORE, /* at its begin */
	TAKE_END,    /* after the kill */
	TAKE_DELTA,  /* after minus before */
	TAKE_PEAK,   /* the greatest of the samples */
	TAKE_SAMPLE, /* their mean */
};

struct read_plan {
	const char *metric; /* "read.NAME" */
	const char *unit;
	const char *file;
	int group; /* index; -1: every group */
	struct keyed_pick pick;
	enum read_take take;
};

/* What a program may report, and its unit. */
struct own_plan {
	const char *metric; /* "own.NAME" */
	const char *unit;
};

struct expr;

/*
 * What the suite expects of a metric, or of a relation between several; an absent bound is NAN.
 * Beside `equals`, within_pct is the distance from that; else it is the distance from theory.
 */
struct expect_plan {
	char *metric; /* of a relation, the name that it has in results.csv */
	char *group;  /* NULL: any */
	double within_pct, min, max, equals;
	const struct expr *relation;  /* NULL: the metric itself */
	const char *that;             /* the relation as it was typed */
	const struct condition *when; /* it counts only then; NULL: always */
	const char *when_text;
	const char *unit;
};

/* What ends a trial. Its duration does in any case. */
enum end_kind {
	END_DURATION,
	END_EXIT,  /* the first process of a group has ended */
	END_EMPTY, /* the last process of a group and of those below it has ended or left */
};

struct end_plan {
	enum end_kind kind;
	unsigned group;
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
	uint64_t duration_usec, warmup_usec, sample_every_usec;
	uint64_t timeout_usec; /* of the whole trial, from its first step to the window's end; 0:
				  none */
	struct end_plan end;
	struct host_plan *host;    /* NULL: nothing is borrowed */
	struct group_plan *groups; /* parents before children */
	size_t n_groups;
	struct action_plan *actions; /* sorted by at_usec */
	size_t n_actions;
	const struct condition *when; /* else it is skipped; NULL: never */
	const char *when_text;
	struct own_plan *own;
	size_t n_own;
	struct read_plan *reads;
	size_t n_reads;
	struct expect_plan *expects;
	size_t n_expects;
};

/* Whether some action of the trial begins a segment of this name, or it is the first one. */
bool plan_has_segment(const struct trial_plan *t, const char *name);

/* Whether a group's file is read for the suite, and whether as a sample. */
static inline bool read_is_of(const struct read_plan *r, unsigned group)
{
	return r->group < 0 || r->group == (int)group;
}

static inline bool read_is_sampled(const struct read_plan *r)
{
	return r->take == TAKE_PEAK || r->take == TAKE_SAMPLE;
}

struct plan {
	/* Of the suite: its name, its SHA-256 in hex, the file as it was read. Borrowed. */
	const char *suite, *question, *digest;
	const char *source;
	size_t source_bytes;
	bool cases;              /* each part is a case, and its outcome a line */
	const char **axis_names; /* of all parts, each once */
	size_t n_axes;
	struct trial_plan *trials; /* in the order in which they run */
	size_t n_trials;
	unsigned n_cells;       /* that the trials are of */
	unsigned n_cells_whole; /* of the whole matrix, without filters */
	unsigned n_left_out;    /* combinations that are no cells, for their conditions */
	uint64_t seed;
	struct arena *arena; /* holds what the trials point to; repeats of a cell share it */
};

enum { PLAN_LABEL_MAX = 256 };

/* What tells a trial from the others: "cpu quota=20% period=100ms repeat 2". */
const char *plan_label(const struct plan *plan, const struct trial_plan *t,
		       char buf[static PLAN_LABEL_MAX]);

#endif

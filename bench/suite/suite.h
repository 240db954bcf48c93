/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * suite: a suite file as it was typed, checked for shape. Every scalar keeps its place, so that
 * whoever finds a fault in its meaning later can still name file, line and column.
 */
#ifndef CGBENCH_SUITE_H
#define CGBENCH_SUITE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"
#include "model/plan.h"

enum { SUITE_DIGEST_MAX = 65, SUITE_GROUPS_MAX = 4096 };

/* A scalar as typed. str is NULL when an optional key is absent. */
struct text {
	char *str;
	int line, column; /* from 1 */
};

struct texts {
	struct text *v;
	size_t n;
};

struct pair {
	struct text key, value;
};

struct pairs {
	struct pair *v;
	size_t n;
};

struct axis {
	struct text name;
	struct texts values;
};

/* A combination of axis values that is left out. */
struct exclude {
	struct text when;   /* only then; absent: always */
	struct pairs terms; /* axis -> value; a cell that has them all is no cell */
};

struct group_spec {
	struct text name;
	int parent;        /* index into part->groups; -1: directly below the trial's group */
	struct text count; /* how many such groups, beside each other; absent: one */
	struct text depth; /* how many of each, below each other; absent: one */
	struct text oom_score_adj; /* of what runs in it; absent: 0 */
	struct text as;            /* as whom its workload runs; absent: as the harness */
	struct text sched, nice;   /* of its tasks; absent: as any process */
	struct text start;         /* when its gate opens, after the others; absent: at once */
	struct pairs limits;       /* knob -> value */
	struct text cpus, where;   /* place */
	struct text beside;        /* ... in relation to that group's; absent: to each other */
	struct texts like;         /* templates that say what it does not say itself */
	struct text workload;      /* run: one of workload and exec, or neither for a parent */
	struct text threads;
	struct pairs params; /* the other keys of run */
	struct texts exec;
	struct text exit, ends; /* of exec: its code, and whether it may end early */
};

struct action_spec {
	struct text at, group;
	struct text every, until; /* repeated; absent: once, to the end */
	enum action_verb verb;
	struct pairs write;          /* knob -> value */
	struct pairs file;           /* file -> text */
	struct text to;              /* move: a group's name */
	struct texts run;            /* a program and its arguments */
	struct text offline, online; /* a CPU\'s number */
	struct text segment;         /* what the time from here on is called; absent: no new one */
};

/* A number of an interface file, as a metric. */
struct read_spec {
	struct text name, file;
	struct text group; /* absent: every group */
	struct text key;   /* "slab", "8:0 rbytes"; absent: the file is one number */
	struct text as, take, unit;
};

/*
 * A budget of a metric, or of an expression over several: within a percentage of `equals` or else
 * of theory, or between min and max.
 */
struct expect_spec {
	struct text metric; /* one of the two */
	struct text that;
	struct text name;  /* of `that`, for results.csv; absent: its number */
	struct text group; /* absent: every group that has the metric */
	struct text within, min, max, equals;
	struct text when; /* it counts only then; absent: always */
};

/* What the machine has to be like while a trial runs: made, or set, and given back. */
struct host_spec {
	struct text swap; /* size, and maybe of what kind */
	struct text disk_size, disk_kind, disk_latency, disk_rate, disk_depth, disk_scheduler,
		disk_fs;
	struct texts cgroup2; /* mount options */
	struct pairs sysctl;  /* vm.swappiness -> value */
	struct pairs file;    /* a path below /sys or /proc/sys -> value */
	struct pairs iocost;  /* qos, model -> value, of the disk */
};

/*
 * One question and its matrix. A file with `parts` has several, whose cells are numbered through; a
 * file without is its own only part.
 */
struct part {
	struct text name; /* absent in a file without parts */
	struct text question;
	struct text when;  /* a condition on its cells; absent: none */
	struct text quick; /* which of them are run in a hurry: "no", or a condition */
	struct text repeats, duration, warmup, sample_every, timeout; /* absent: the suite's */
	struct text end_exit, end_empty; /* the group whose end ends a trial; or neither */
	struct axis *axes;
	size_t n_axes;
	struct texts *zips; /* axes whose values go together, the i-th with the i-th */
	size_t n_zips;
	struct exclude *excludes;
	size_t n_excludes;
	struct host_spec host;
	struct group_spec *groups; /* parents come before their children */
	size_t n_groups;
	struct group_spec
		*templates; /* parts of groups by name: the suite's, and then the part's */
	size_t n_templates;
	struct action_spec *actions;
	size_t n_actions;
	struct pairs own;        /* what a program reports -> its unit; empty: the suite's */
	struct read_spec *reads; /* the suite's, and then the part's */
	size_t n_reads;
	struct expect_spec *expects;
	size_t n_expects;
};

/* Cells of the matrix by a name: those that have all these axis values; `part` is an axis, too. */
struct cells_spec {
	struct text name;
	struct pairs terms;
};

/* One sentence of a paper, as numbers. */
struct claim_spec {
	struct text name, says;
	struct text role;                             /* effect (absent), fault or fixed */
	struct text experiment, condition, published; /* a row of results/published/SUITE.csv */
	struct pairs cell;                            /* whose trials; empty: all */
	struct pairs host;                            /* facts without which it does not count */
	struct text take;                             /* median (absent), mean, min or max */
	struct text measured, expected;               /* expressions */
	struct text unit;                             /* absent: as published, or of `measured` */
	struct text of;                               /* expected or published */
	struct text within, apart, equals, min, max;
	struct text infeasible; /* why it cannot be had here, and what it would need */
	struct text x, series;  /* where its point stands in the plot; absent: nowhere */
};

/* A publication that the suite runs again. */
struct paper_spec {
	struct text id; /* absent: the suite is of no paper */
	struct text title;
	struct text cite_type, cite_key, cite_author, cite_title, cite_where, cite_year, cite_url;
	struct text scaled, infeasible;
	struct text plot_x, plot_y, plot_log; /* labels of the axes, and which are logarithmic */
	struct cells_spec *cells;
	size_t n_cells;
	struct claim_spec *claims;
	size_t n_claims;
};

struct suite {
	char *path;
	char *source; /* the file as it was read, so that what ran can be kept */
	size_t source_bytes;
	struct text name, question;
	bool cases;         /* each part is a case, and its outcome a line */
	struct part *parts; /* at least one */
	size_t n_parts;
	struct paper_spec paper;
	char digest[SUITE_DIGEST_MAX]; /* SHA-256 of the file, in hex */
	struct arena *arena;           /* holds all of the above */
};

/*
 * Where a suite's file is: a word without a slash or a dot names one that ships with cgbench, and
 * papers/NAME the suite of a paper. -ENOENT when none of that name does.
 */
int suite_path(const char *suite, char path[static PATH_MAX], struct err *e);

/*
 * Reads a suite file, which suite_path() finds. What the suite says of repeats and times is then in
 * every part that says nothing else. Errors: -ENOENT and other errnos of reading; -EINVAL for a
 * malformed file, with a message "path:line:column: what, what was expected". The caller frees with
 * suite_free.
 */
int suite_load(const char *suite, struct suite **out, struct err *e);

/* The same from memory; path is for messages only. */
int suite_parse(const char *path, const char *text, size_t length, struct suite **out,
		struct err *e);

void suite_free(struct suite *s);

/* Fills e with "path:line:column: ..." for a fault found at t; returns -EINVAL. */
int suite_fault(const struct suite *s, const struct text *t, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Every suite that ships with cgbench: names without .yaml, sorted. */
int suite_names(char ***names, size_t *n, struct err *e);
/* The same of papers, which lie in a folder of their own: "papers/NAME". */
int suite_paper_names(char ***names, size_t *n, struct err *e);
void suite_names_free(char **names, size_t n);

#endif

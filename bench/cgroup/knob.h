/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * knob: the table of limits, the writable interface files that a suite may set. One row a knob
 * drives parsing, help, what is written, the comparison with what reads back, and how the limits
 * of ancestors combine (cgroup-v2.rst, "Controllers").
 */
#ifndef CGBENCH_KNOB_H
#define CGBENCH_KNOB_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgbench/err.h"

enum { KNOB_TEXT_MAX = 128 };

enum knob_kind {
	KNOB_BANDWIDTH, /* quota and period: "20% 100ms", "20ms 100ms", "max 100ms" */
	KNOB_BYTES,     /* bytes or max */
	KNOB_COUNT,     /* a count or max */
	KNOB_USEC,      /* a duration, written in microseconds */
	KNOB_WEIGHT,    /* 1 to 10000 */
	KNOB_PERCENT,   /* 0% to 100%, to a hundredth, or max */
	KNOB_FLAG,      /* 0 or 1 */
	KNOB_LIST,      /* CPUs or nodes: "0-3,8" */
	KNOB_WORD,      /* written as it is: cpuset.cpus.partition */
};

/* How a group's own value and its ancestors' make the value that holds. */
enum knob_combine {
	KNOB_OWN,      /* ancestors do not matter */
	KNOB_TIGHTEST, /* the smallest of all; bandwidth: the smallest quota/period */
};

struct knob {
	const char *name;       /* "memory.max": also the file's name */
	const char *controller; /* "memory"; NULL for cgroup.* files */
	enum knob_kind kind;
	enum knob_combine combine;
	uint64_t min, max; /* numbers that the kernel takes, inclusive; cpu.max: the quota's */
	const char *const *words; /* word only: what it may be, NULL-terminated */
	const char *summary;
	const char *expected; /* what to write, for messages; NULL: what its unit says */
	const char *example;
};

/* A parsed value. `max` is a fact of its own, never a huge number. */
struct knob_value {
	bool is_max;
	uint64_t number;          /* bytes, count, weight, flag, usec; bandwidth: quota in usec */
	uint64_t period_usec;     /* bandwidth only */
	char text[KNOB_TEXT_MAX]; /* list and word: as typed; else "" */
};

/* The table ends with a row without a name. */
extern const struct knob knobs[];

const struct knob *knob_find(const char *name); /* or NULL */

/* The same for a name that a user typed; -EINVAL names the nearest. */
int knob_find_or_say(const char *name, const struct knob **out, struct err *e);

/*
 * Parses what a suite or a command line says, in the units of units.h, and what the kernel prints
 * (plain microseconds and bytes). Errors: -EINVAL, -ERANGE; the message says what was expected.
 */
int knob_parse(const struct knob *k, const char *text, struct knob_value *v, struct err *e);

/* Parses what the kernel printed for the knob, one line. */
int knob_parse_kernel(const struct knob *k, const char *text, struct knob_value *v, struct err *e);

/* Reads a list of CPUs or nodes, "0-3,8"; an empty one is a list, too. */
bool knob_read_list(const char *text, cpu_set_t *set);

/* What is written to the file: "20000 100000", "67108864", "max". */
const char *knob_format(const struct knob *k, const struct knob_value *v,
			char buf[static KNOB_TEXT_MAX]);

/* Whether the kernel took the value that was asked for. Bytes may be rounded down to a page. */
bool knob_same(const struct knob *k, const struct knob_value *asked, const struct knob_value *got);

/* Whether a limits more than b does. */
bool knob_tighter(const struct knob *k, const struct knob_value *a, const struct knob_value *b);

#endif

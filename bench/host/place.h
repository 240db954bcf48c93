/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place: chooses CPUs by how they lie to each other. Pure: a machine is a flat table of CPUs, each
 * row saying which core, cache, node and package the CPU belongs to. topology makes the table.
 */
#ifndef CGBENCH_PLACE_H
#define CGBENCH_PLACE_H

#include <limits.h>
#include <sched.h>

#include "cgbench/err.h"

/* Where the CPUs of a group lie in relation to each other. */
enum place_where {
	PLACE_ANY,           /* the first CPUs that are free */
	PLACE_SAME_CORE,     /* SMT siblings of one core */
	PLACE_SAME_L3,       /* one thread a core, below one last-level cache */
	PLACE_SPREAD,        /* as far apart as can be, one thread a core first */
	PLACE_OTHER_PACKAGE, /* one CPU in each package in turn */
	PLACE_NODE,          /* within NUMA node N ("node:N") */
	PLACE_P_CORE,        /* performance cores of a hybrid CPU */
	PLACE_E_CORE,        /* efficiency cores */
};

/* Where the CPUs of a group lie in relation to those of another one. */
enum place_relation {
	BESIDE_NOTHING,
	BESIDE_SAME_CPU,      /* on the very same CPUs */
	BESIDE_SAME_CORE,     /* on their SMT siblings */
	BESIDE_SAME_L3,       /* on other cores below their last-level cache */
	BESIDE_OTHER_CORE,    /* on other cores of their package */
	BESIDE_OTHER_PACKAGE, /* outside of their package */
	BESIDE_OTHER_NODE,    /* outside of their NUMA node */
};

enum cpu_level {
	LEVEL_MACHINE, /* always 0: all CPUs are in it */
	LEVEL_PACKAGE,
	LEVEL_NODE, /* by the kernel's number */
	LEVEL_CACHE,
	LEVEL_CORE,
	LEVEL_KIND, /* of enum cpu_kind */
	LEVELS,
};

enum cpu_kind { KIND_EFFICIENCY, KIND_PERFORMANCE };

/* at[] of a CPU that belongs to no such thing: no cache is known, or all cores are of one kind. */
#define CPU_AT_NONE UINT_MAX

struct cpu {
	unsigned os;         /* the kernel's number, below CPU_SETSIZE */
	unsigned at[LEVELS]; /* which of each it belongs to */
};

/* "same-core", "node:1", ... to a place; -EINVAL says what is known. node is 0 but for node:N. */
int place_parse(const char *text, enum place_where *where, unsigned *node, struct err *e);
/* As place_parse takes it; "node:N" for every node. */
const char *place_name(enum place_where where);

/* The same for a relation; "same-cpu", ...; -EINVAL says what is known. */
int place_relation_parse(const char *text, enum place_relation *relation, struct err *e);
const char *place_relation_name(enum place_relation relation);

/*
 * Chooses n CPUs that lie so to all CPUs of `others`, those that nobody has taken first. -ENODEV
 * when there are fewer: "asked for 1 CPU on the same core; there are 0".
 */
int place_beside(const struct cpu *table, unsigned n_table, enum place_relation relation,
		 const cpu_set_t *others, unsigned n, const cpu_set_t *taken, unsigned *chosen,
		 struct err *e);

/*
 * Chooses n of n_table CPUs, in the order in which threads are put on them, avoiding the CPUs in
 * `taken` (NULL: none). The table is sorted by os; the first CPU wins every tie, so the same
 * question always has the same answer. chosen must hold n. Errors: -ENODEV when the machine has no
 * such place, with what it has ("asked for 2 threads of one core; the cores here have 1").
 */
int place_choose(const struct cpu *table, unsigned n_table, enum place_where where, unsigned node,
		 unsigned n, const cpu_set_t *taken, unsigned *chosen, struct err *e);

#endif

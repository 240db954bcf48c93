/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * topology: where on the machine a group runs. The only user of hwloc, which also replays any
 * machine from XML or a synthetic string, so that placement is tested without the hardware.
 */
#ifndef CGBENCH_TOPOLOGY_H
#define CGBENCH_TOPOLOGY_H

#include <sched.h>
#include <stddef.h>

#include "cgbench/err.h"
#include "host/place.h"

struct topology;

/* The machine we run on, seen through the CPUs that this process may use. */
int topology_load(struct topology **out, struct err *e);

/* A machine described by an hwloc synthetic string ("package:2 core:2 pu:2") or an XML file. */
int topology_load_synthetic(const char *description, struct topology **out, struct err *e);
int topology_load_xml(const char *path, struct topology **out, struct err *e);

void topology_free(struct topology *t);

/*
 * Chooses n CPUs, in the order in which threads are put on them, avoiding the CPUs in `taken`
 * (NULL: none). cpus must hold n. Errors: -ENODEV when this machine has no such place, with what
 * it has ("asked for 2 threads of one core; the cores here have 1").
 */
int topology_place(const struct topology *t, enum place_where where, unsigned node, unsigned n,
		   const cpu_set_t *taken, unsigned *cpus, struct err *e);

/* The same in relation to CPUs of others, see place_beside(). */
int topology_place_beside(const struct topology *t, enum place_relation relation,
			  const cpu_set_t *others, unsigned n, const cpu_set_t *taken,
			  unsigned *cpus, struct err *e);

unsigned topology_cpus(const struct topology *t);

struct topology_counts {
	unsigned packages, nodes, cores, cpus, threads_per_core; /* the most that any core has */
};
void topology_count(const struct topology *t, struct topology_counts *counts);

/* Writes the topology as hwloc XML into a file of an open directory. */
int topology_export(const struct topology *t, int dirfd, const char *name, struct err *e);

/* The version of hwloc. */
const char *topology_library(void);

#endif

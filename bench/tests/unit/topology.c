/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "tests/test.h"

/*
 * Each says where its memory is: where hwloc 2.9 has to add that itself it copies with memcpy what
 * overlaps, which valgrind reports.
 *
 * Two siblings a core: CPUs 0 and 1, 2 and 3, ...
 */
static const char smt[] = "package:1 [numa] l3:1 core:4 pu:2";
/* Package 0 has CPUs 0 to 7, the first of its two caches 0 to 3. */
static const char two_packages[] = "[numa] package:2 l3:2 core:2 pu:2";
/* Node n has CPUs 2n and 2n+1; nodes 0 and 1 are in package 0. */
static const char numa[] = "package:2 numa:2 core:2 pu:1";
static const char one_cpu[] = "package:1 [numa] pu:1";
/* Two performance cores (CPUs 0 to 3, SMT) and four efficiency cores (4 to 7). */
static const char hybrid[] = "topologies/p2-smt-e4.xml";
/* CPUs 0 to 3 have 446/1024 of the capacity of 4 and 5; no vendor names the kinds. */
static const char little_big[] = "topologies/little4-big2.xml";
/* One core may go faster than the others of its kind: not a hybrid. */
static const char turbo[] = "topologies/turbo-favoured.xml";

static struct topology *load(const char *machine)
{
	struct topology *t = NULL;
	struct err e = {""};
	int r = strstr(machine, ".xml") ? topology_load_xml(test_fixture(machine), &t, &e)
					: topology_load_synthetic(machine, &t, &e);

	if (r < 0)
		fail_msg("%s: %s", machine, e.text);
	return t;
}

/* "0 2 4" into a set. */
static cpu_set_t *parse_set(const char *list, cpu_set_t *set)
{
	char *end;

	if (!list)
		return NULL;
	CPU_ZERO(set);
	for (unsigned long cpu = strtoul(list, &end, 10); end != list;
	     cpu = strtoul(list, &end, 10)) {
		CPU_SET((unsigned)cpu, set);
		list = end;
	}
	return set;
}

static const char *format_list(const unsigned *cpus, unsigned n, char buf[static 256])
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < n; i++)
		used += (size_t)snprintf(buf + used, 256 - used, "%s%u", i ? " " : "", cpus[i]);
	return buf;
}

/* expected: the CPUs in their order; or, where there is no such place, the whole message. */
static const struct placement {
	const char *machine, *where;
	unsigned n;
	const char *taken, *expected;
} placements[] = {
	{smt, "any", 3, NULL, "0 1 2"},
	{smt, "any", 3, "0 2", "1 3 4"},
	{smt, "any", 9, NULL, "asked for 9 CPUs; this process may use 8"},
	{smt, "any", 7, "0 5",
	 "asked for 7 CPUs; this process may use 6 that no other group has taken"},

	{smt, "same-core", 2, NULL, "0 1"},
	{smt, "same-core", 2, "0", "2 3"},
	{smt, "same-core", 1, "0", "2"},
	{smt, "same-core", 1, "0 2 4 6", "1"},
	{smt, "same-core", 3, NULL, "asked for 3 threads of one core; the cores here have 2"},
	{smt, "same-core", 2, "0 2 4 6",
	 "asked for 2 threads of one core; the cores here have 1 that no other group has taken"},
	{numa, "same-core", 2, NULL, "asked for 2 threads of one core; the cores here have 1"},
	{hybrid, "same-core", 2, NULL, "0 1"},
	{hybrid, "same-core", 2, "1", "2 3"},

	{smt, "same-l3", 4, NULL, "0 2 4 6"},
	{smt, "same-l3", 3, "0", "2 4 6"},
	{smt, "same-l3", 4, "0", "2 4 6 1"},
	{smt, "same-l3", 5, NULL,
	 "asked for 5 cores below one last-level cache; the largest here has 4"},
	{two_packages, "same-l3", 2, NULL, "0 2"},
	{two_packages, "same-l3", 2, "0", "4 6"},
	{two_packages, "same-l3", 2, "0 4", "8 10"},
	{two_packages, "same-l3", 2, "0 1 4 5 8 9 12", "14 13"},
	{numa, "same-l3", 1, NULL,
	 "asked for 1 cores below one last-level cache; this machine does not tell its caches"},

	{smt, "spread", 4, NULL, "0 2 4 6"},
	{smt, "spread", 8, NULL, "0 2 4 6 1 3 5 7"},
	{smt, "spread", 2, "0 3", "4 6"},
	{two_packages, "spread", 2, NULL, "0 8"},
	{two_packages, "spread", 4, NULL, "0 8 4 12"},
	{two_packages, "spread", 9, NULL, "0 8 4 12 2 10 6 14 1"},
	{two_packages, "spread", 1, "0", "8"},
	{two_packages, "spread", 2, "0 1", "8 2"},
	{numa, "spread", 4, NULL, "0 4 2 6"},
	{hybrid, "spread", 6, NULL, "0 2 4 5 6 7"},
	{one_cpu, "spread", 1, NULL, "0"},
	{one_cpu, "spread", 2, NULL, "asked for 2 CPUs; this process may use 1"},

	{two_packages, "other-package", 3, NULL, "0 8 4"},
	{two_packages, "other-package", 1, "0", "8"},
	{two_packages, "other-package", 2, "0 1", "8 2"},
	{two_packages, "other-package", 5, "8 9 10 11 12 13", "0 14 4 15 2"},
	{two_packages, "other-package", 6, "8 9 10 11 12 13",
	 "asked for 6 CPUs, one in each package in turn; the packages here can give 5 that no "
	 "other group has taken"},
	{smt, "other-package", 2, NULL,
	 "asked for 2 CPUs, one in each package in turn; this machine has one package"},

	{numa, "node:3", 2, NULL, "6 7"},
	{numa, "node:0", 1, "0", "1"},
	{numa, "node:3", 3, NULL, "asked for 3 CPUs of one NUMA node; that node has 2"},
	{numa, "node:4", 1, NULL, "asked for NUMA node 4; the nodes with CPUs here are 0, 1, 2, 3"},
	{smt, "node:0", 3, NULL, "0 2 4"},

	{hybrid, "p-core", 3, NULL, "0 2 1"},
	{hybrid, "e-core", 4, NULL, "4 5 6 7"},
	{hybrid, "e-core", 2, "4 6", "5 7"},
	{hybrid, "e-core", 5, NULL, "asked for 5 CPUs of efficiency cores; here are 4"},
	{little_big, "p-core", 2, NULL, "4 5"},
	{little_big, "e-core", 2, NULL, "0 1"},
	{little_big, "p-core", 3, NULL, "asked for 3 CPUs of performance cores; here are 2"},
	{turbo, "p-core", 1, NULL,
	 "asked for 1 CPUs of performance cores; the cores here are all of one kind"},
	{smt, "e-core", 1, NULL,
	 "asked for 1 CPUs of efficiency cores; the cores here are all of one kind"},
	{smt, "any", 0, NULL, ""},
};

static void check_placement(const struct placement *row)
{
	unsigned cpus[16], node;
	enum place_where where;
	struct err e = {""};
	cpu_set_t taken;
	char list[256];
	struct topology *t = load(row->machine);
	int r;

	memset(cpus, 0xff, sizeof(cpus));
	assert_int_equal(place_parse(row->where, &where, &node, &e), 0);
	r = topology_place(t, where, node, row->n, parse_set(row->taken, &taken), cpus, &e);
	topology_free(t);
	if (strcmp(r == 0 ? format_list(cpus, row->n, list) : e.text, row->expected) != 0)
		fail_msg("%s, %s, %u CPUs, taken %s: got '%s'", row->machine, row->where, row->n,
			 row->taken ? row->taken : "none", r == 0 ? list : e.text);
	if (r < 0) {
		assert_int_equal(r, -ENODEV);
		assert_int_equal(cpus[0], ~0U); /* untouched */
	}
}

static void test_placements(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(placements); i++)
		check_placement(&placements[i]);
}

/* Beside the CPUs of `others`. */
static const struct {
	const char *machine, *where;
	unsigned n;
	const char *others, *taken, *expected;
} besides[] = {
	{smt, "same-cpu", 1, "2", "2", "2"},
	{smt, "same-cpu", 2, "2", "2", "asked for 2 CPUs that the others have; there is 1"},
	{smt, "same-core", 1, "2", "2", "3"},
	{smt, "same-core", 2, "0 2", "0 2", "1 3"},
	{numa, "same-core", 1, "0", "0", "asked for 1 CPU on the same core; there are 0"},
	{smt, "same-l3", 3, "0", "0 2", "3 4 5"},
	{two_packages, "same-l3", 1, "0", "0", "2"},
	{two_packages, "same-l3", 2, "0", "0", "2 3"},
	{two_packages, "same-l3", 3, "0", "0",
	 "asked for 3 CPUs on other cores below the same last-level cache; there are 2"},
	{numa, "same-l3", 1, "0", "0",
	 "asked for 1 CPU on other cores below the same last-level cache; there are 0"},
	{two_packages, "other-core", 3, "0", "0 3", "2 4 5"},
	{two_packages, "other-package", 2, "0", "0", "8 9"},
	{two_packages, "other-package", 1, "0 8", NULL,
	 "asked for 1 CPU in another package; there are 0"},
	{smt, "other-package", 1, "0", "0", "asked for 1 CPU in another package; there are 0"},
	{numa, "other-node", 2, "2", "2 0", "1 4"},
	{smt, "other-node", 1, "0", "0", "asked for 1 CPU in another NUMA node; there are 0"},
};

static void test_places_beside_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(besides); i++) {
		struct topology *t = load(besides[i].machine);
		enum place_relation relation;
		cpu_set_t taken, others;
		unsigned cpus[16];
		char list[256];
		struct err e = {""};
		int r;
		assert_int_equal(place_relation_parse(besides[i].where, &relation, &e), 0);
		assert_string_equal(place_relation_name(relation), besides[i].where);
		parse_set(besides[i].others, &others);
		r = topology_place_beside(t, relation, &others, besides[i].n,
					  parse_set(besides[i].taken, &taken), cpus, &e);
		topology_free(t);
		if (strcmp(r == 0 ? format_list(cpus, besides[i].n, list) : e.text,
			   besides[i].expected) != 0)
			fail_msg("row %zu, %s: got '%s'", i, besides[i].where,
				 r == 0 ? list : e.text);
	}
}

/* Cores that this process may not use, or may use in part, are no trap: the largest machine. */
static void test_places_on_1024_cpus(void **state)
{
	struct topology *t = load("package:8 [numa] l3:8 core:8 pu:2");
	unsigned *cpus = calloc(1024, sizeof(*cpus));
	cpu_set_t seen;
	(void)state;

	assert_int_equal(topology_place(t, PLACE_SPREAD, 0, 1024, NULL, cpus, NULL), 0);
	CPU_ZERO(&seen);
	for (unsigned i = 0; i < 1024; i++)
		CPU_SET(cpus[i], &seen);
	assert_int_equal(CPU_COUNT(&seen), 1024);
	assert_int_equal(topology_place(t, PLACE_SAME_CORE, 0, 2, &seen, cpus, NULL), -ENODEV);
	free(cpus);
	topology_free(t);
}

static void test_counts(void **state)
{
	static const struct {
		const char *machine;
		struct topology_counts counts;
	} rows[] = {
		{smt, {.packages = 1, .nodes = 1, .cores = 4, .cpus = 8, .threads_per_core = 2}},
		{two_packages,
		 {.packages = 2, .nodes = 1, .cores = 8, .cpus = 16, .threads_per_core = 2}},
		{numa, {.packages = 2, .nodes = 4, .cores = 8, .cpus = 8, .threads_per_core = 1}},
		{one_cpu,
		 {.packages = 1, .nodes = 1, .cores = 1, .cpus = 1, .threads_per_core = 1}},
		{hybrid, {.packages = 1, .nodes = 1, .cores = 6, .cpus = 8, .threads_per_core = 2}},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		struct topology *t = load(rows[i].machine);
		struct topology_counts c;
		topology_count(t, &c);
		assert_int_equal(topology_cpus(t), rows[i].counts.cpus);
		if (memcmp(&c, &rows[i].counts, sizeof(c)) != 0)
			fail_msg("%s: %u packages, %u nodes, %u cores, %u CPUs, %u threads a core",
				 rows[i].machine, c.packages, c.nodes, c.cores, c.cpus,
				 c.threads_per_core);
		topology_free(t);
	}
}

static void test_place_names(void **state)
{
	static const struct {
		const char *text;
		int code;
		enum place_where where;
		unsigned node;
	} rows[] = {
		{"any", 0, PLACE_ANY, 0},
		{"same-core", 0, PLACE_SAME_CORE, 0},
		{"same-l3", 0, PLACE_SAME_L3, 0},
		{"spread", 0, PLACE_SPREAD, 0},
		{"other-package", 0, PLACE_OTHER_PACKAGE, 0},
		{"p-core", 0, PLACE_P_CORE, 0},
		{"e-core", 0, PLACE_E_CORE, 0},
		{"node:0", 0, PLACE_NODE, 0},
		{"node:17", 0, PLACE_NODE, 17},
		{"node:N", -EINVAL, 0, 0},
		{"node:", -EINVAL, 0, 0},
		{"node:-1", -EINVAL, 0, 0},
		{"node:1x", -EINVAL, 0, 0},
		{"node:4294967296", -EINVAL, 0, 0},
		{"Spread", -EINVAL, 0, 0},
		{"", -EINVAL, 0, 0},
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		enum place_where where = PLACE_ANY;
		unsigned node = 0;
		struct err e = {""};
		int r = place_parse(rows[i].text, &where, &node, &e);
		if (r != rows[i].code || where != rows[i].where || node != rows[i].node)
			fail_msg("'%s': %d, where %d, node %u", rows[i].text, r, where, node);
		if (r == 0 && where != PLACE_NODE)
			assert_string_equal(place_name(where), rows[i].text);
		if (r < 0)
			assert_non_null(strstr(e.text, "expected any, same-core, same-l3, spread"));
	}
}

static void test_broken_descriptions(void **state)
{
	struct topology *t = NULL;
	struct err e = {""};
	(void)state;

	assert_true(topology_load_synthetic("package:x", &t, &e) < 0);
	assert_non_null(strstr(e.text, "package:x"));
	assert_true(topology_load_xml("/nonexistent.xml", &t, &e) < 0);
	assert_non_null(strstr(e.text, "/nonexistent.xml"));
	assert_null(t);
	topology_free(t);
}

/* What sched_setaffinity would refuse is not offered. */
static void test_the_host_shows_only_allowed_cpus(void **state)
{
	struct topology *t = NULL;
	cpu_set_t allowed, first;
	unsigned cpu = 0, got;
	(void)state;

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	while (!CPU_ISSET(cpu, &allowed))
		cpu++;
	CPU_ZERO(&first);
	CPU_SET(cpu, &first);
	assert_int_equal(sched_setaffinity(0, sizeof(first), &first), 0);
	assert_int_equal(topology_load(&t, NULL), 0);
	assert_int_equal(topology_cpus(t), 1);
	assert_int_equal(topology_place(t, PLACE_ANY, 0, 1, NULL, &got, NULL), 0);
	assert_int_equal(got, cpu);
	topology_free(t);
}

/* hwloc finds serial numbers when run by root: write some in, and see them left out. */
static void test_export_can_be_replayed_and_names_no_host(void **state)
{
	struct topology *t = load("topologies/named-host.xml"), *again = NULL;
	char path[] = "/tmp/cgtest-topology-XXXXXX", text[8192] = "";
	scope_fd int fd = mkstemp(path), dir = open("/", O_PATH);
	unsigned cpus[2];
	(void)state;

	assert_int_equal(topology_export(t, dir, path + 1, NULL), 0);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "\"CPUModel\" value=\"A processor\""));
	assert_null(strstr(text, "secret"));
	assert_int_equal(topology_load_xml(path, &again, NULL), 0);
	assert_int_equal(topology_place(again, PLACE_SAME_CORE, 0, 2, NULL, cpus, NULL), 0);
	topology_free(again);
	topology_free(t);
	unlink(path);
}

static void test_export_reports_a_full_disk(void **state)
{
	struct topology *t = load(smt);
	scope_fd int dev = open("/dev", O_PATH);
	struct err e = {""};
	(void)state;

	assert_int_equal(topology_export(t, dev, "full", &e), -ENOSPC);
	assert_non_null(strstr(e.text, "full: cannot write: No space left"));
	assert_int_equal(topology_export(t, -1, "name", &e), -EBADF);
	topology_free(t);
}

const struct CMUnitTest tests_unit_topology[] = {
	cmocka_unit_test(test_placements),
	cmocka_unit_test(test_places_beside_others),
	cmocka_unit_test(test_places_on_1024_cpus),
	cmocka_unit_test(test_counts),
	cmocka_unit_test(test_place_names),
	cmocka_unit_test(test_broken_descriptions),
	cmocka_unit_test(test_the_host_shows_only_allowed_cpus),
	cmocka_unit_test(test_export_can_be_replayed_and_names_no_host),
	cmocka_unit_test(test_export_reports_a_full_disk),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A placement is a row of `rules`: within which scope to choose, and what to keep apart, most
 * important first. One loop chooses for all of them: the free CPU whose surroundings are the least
 * crowded, again and again.
 */
#include "host/place.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"

/* How crowded a seat's surroundings are. "own" are the CPUs chosen so far. */
enum crowd { CROWD_END, CORE_ALL, CACHE_OWN, NODE_OWN, PACKAGE_OWN, PACKAGE_TAKEN, CROWDS };

static const struct crowd_rule {
	enum cpu_level level;
	bool own, taken;
} crowd_rules[CROWDS] = {
	[CORE_ALL] = {.level = LEVEL_CORE, .own = true, .taken = true},
	[CACHE_OWN] = {.level = LEVEL_CACHE, .own = true},
	[NODE_OWN] = {.level = LEVEL_NODE, .own = true},
	[PACKAGE_OWN] = {.level = LEVEL_PACKAGE, .own = true},
	[PACKAGE_TAKEN] = {.level = LEVEL_PACKAGE, .taken = true},
};

static const struct rule {
	const char *name;
	enum cpu_level scope;     /* all CPUs are chosen within one of these */
	bool fixed;               /* and the caller or `kind` says which */
	enum cpu_kind kind;       /* with scope LEVEL_KIND */
	bool one_per_core;        /* siblings of a chosen CPU stay free */
	bool in_turn;             /* no package gets its next CPU before all have as many */
	enum crowd apart[CROWDS]; /* what to keep apart, most important first */
	const char *asked, *have; /* for messages: "asked for N ASKED; HAVE M" */
	const char *absent;       /* why there may be no such scope at all */
} rules[] = {
	[PLACE_ANY] = {.name = "any", .asked = "CPUs", .have = "this process may use"},
	[PLACE_SAME_CORE] = {.name = "same-core",
			     .scope = LEVEL_CORE,
			     .asked = "threads of one core",
			     .have = "the cores here have"},
	[PLACE_SAME_L3] = {.name = "same-l3",
			   .scope = LEVEL_CACHE,
			   .one_per_core = true,
			   .apart = {CORE_ALL},
			   .asked = "cores below one last-level cache",
			   .have = "the largest here has",
			   .absent = "this machine does not tell its caches"},
	[PLACE_SPREAD] = {.name = "spread",
			  .apart = {CORE_ALL, PACKAGE_OWN, NODE_OWN, CACHE_OWN, PACKAGE_TAKEN},
			  .asked = "CPUs",
			  .have = "this process may use"},
	[PLACE_OTHER_PACKAGE] = {.name = "other-package",
				 .in_turn = true,
				 .apart = {PACKAGE_OWN, PACKAGE_TAKEN, CORE_ALL, NODE_OWN,
					   CACHE_OWN},
				 .asked = "CPUs, one in each package in turn",
				 .have = "the packages here can give"},
	[PLACE_NODE] = {.name = "node:N",
			.scope = LEVEL_NODE,
			.fixed = true,
			.apart = {CORE_ALL, PACKAGE_OWN, CACHE_OWN},
			.asked = "CPUs of one NUMA node",
			.have = "that node has"},
	[PLACE_P_CORE] = {.name = "p-core",
			  .scope = LEVEL_KIND,
			  .fixed = true,
			  .kind = KIND_PERFORMANCE,
			  .apart = {CORE_ALL, PACKAGE_OWN, NODE_OWN, CACHE_OWN},
			  .asked = "CPUs of performance cores",
			  .have = "here are",
			  .absent = "the cores here are all of one kind"},
	[PLACE_E_CORE] = {.name = "e-core",
			  .scope = LEVEL_KIND,
			  .fixed = true,
			  .kind = KIND_EFFICIENCY,
			  .apart = {CORE_ALL, PACKAGE_OWN, NODE_OWN, CACHE_OWN},
			  .asked = "CPUs of efficiency cores",
			  .have = "here are",
			  .absent = "the cores here are all of one kind"},
};

const char *place_name(enum place_where where)
{
	return rules[where].name;
}

static int parse_node(const char *digits, unsigned *node)
{
	size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > 6 || digits[n])
		return -1;
	*node = (unsigned)strtoul(digits, NULL, 10);
	return 0;
}

int place_parse(const char *text, enum place_where *where, unsigned *node, struct err *e)
{
	for (size_t i = 0; i < array_len(rules); i++) {
		if (i == PLACE_NODE || strcmp(text, rules[i].name) != 0)
			continue;
		*where = (enum place_where)i;
		*node = 0;
		return 0;
	}
	if (strncmp(text, "node:", 5) == 0 && parse_node(text + 5, node) == 0) {
		*where = PLACE_NODE;
		return 0;
	}
	return err_set(e, -EINVAL,
		       "place '%s' is unknown; expected any, same-core, same-l3, spread, "
		       "other-package, node:N (as node:0), p-core or e-core",
		       text);
}

/* A CPU while a placement is being made. */
struct seat {
	const struct cpu *cpu;
	bool free;
	unsigned crowd[CROWDS];
};

/* What one placement asks, and the most that any scope could give to it. */
struct request {
	const struct cpu *cpus;
	unsigned n_cpus;
	const struct rule *rule;
	const cpu_set_t *taken;
	const struct seat *start; /* every seat before the first is chosen */
	unsigned only;            /* the one scope that is allowed; CPU_AT_NONE: any */
	unsigned n;
	unsigned packages;
	unsigned most;
};

/* A CPU comes into use: everything that shares something with it becomes more crowded. */
static void seats_use(struct seat *seats, unsigned n, const struct cpu *used, bool own)
{
	for (unsigned i = 0; i < n; i++) {
		for (enum crowd c = CORE_ALL; c < CROWDS; c++) {
			const struct crowd_rule *r = &crowd_rules[c];
			if (own ? r->own : r->taken)
				seats[i].crowd[c] +=
					seats[i].cpu->at[r->level] == used->at[r->level];
		}
	}
}

static bool is_taken(const struct request *q, const struct cpu *c)
{
	return q->taken && CPU_ISSET(c->os, q->taken);
}

static void seats_start(struct seat *seats, const struct request *q)
{
	for (unsigned i = 0; i < q->n_cpus; i++)
		seats[i] = (struct seat){.cpu = &q->cpus[i], .free = !is_taken(q, &q->cpus[i])};
	for (unsigned i = 0; i < q->n_cpus; i++)
		if (!seats[i].free)
			seats_use(seats, q->n_cpus, seats[i].cpu, false);
}

static bool less_crowded(const struct rule *r, const struct seat *a, const struct seat *b)
{
	for (size_t i = 0; i < CROWDS && r->apart[i] != CROWD_END; i++)
		if (a->crowd[r->apart[i]] != b->crowd[r->apart[i]])
			return a->crowd[r->apart[i]] < b->crowd[r->apart[i]];
	return false;
}

/* The best free seat within a scope, or NULL. */
static struct seat *best_seat(struct seat *seats, const struct request *q, unsigned scope)
{
	struct seat *best = NULL;

	for (unsigned i = 0; i < q->n_cpus; i++) {
		struct seat *s = &seats[i];
		if (s->free && s->cpu->at[q->rule->scope] == scope &&
		    (!best || less_crowded(q->rule, s, best)))
			best = s;
	}
	return best;
}

static void close_core(struct seat *seats, unsigned n, unsigned core)
{
	for (unsigned i = 0; i < n; i++)
		if (seats[i].cpu->at[LEVEL_CORE] == core)
			seats[i].free = false;
}

/* Chooses up to q->n CPUs within one scope; returns how many there were. */
static unsigned choose(struct seat *seats, const struct request *q, unsigned scope,
		       unsigned *chosen)
{
	unsigned n = 0;

	memcpy(seats, q->start, q->n_cpus * sizeof(*seats));
	if (q->rule->in_turn && q->packages < 2)
		return 0;
	while (n < q->n) {
		struct seat *s = best_seat(seats, q, scope);
		if (!s || (q->rule->in_turn && s->crowd[PACKAGE_OWN] * q->packages > n))
			break;
		chosen[n++] = s->cpu->os;
		s->free = false;
		seats_use(seats, q->n_cpus, s->cpu, true);
		if (q->rule->one_per_core)
			close_core(seats, q->n_cpus, s->cpu->at[LEVEL_CORE]);
	}
	return n;
}

static bool scope_has_taken(const struct request *q, enum cpu_level level, unsigned scope)
{
	for (unsigned i = 0; i < q->n_cpus; i++)
		if (q->cpus[i].at[level] == scope && is_taken(q, &q->cpus[i]))
			return true;
	return false;
}

/* The scope of CPU i, or CPU_AT_NONE when an earlier CPU has the same: each comes up once. */
static unsigned scope_new_at(const struct request *q, enum cpu_level level, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (q->cpus[j].at[level] == q->cpus[i].at[level])
			return CPU_AT_NONE;
	return q->cpus[i].at[level];
}

static unsigned count_scopes(const struct request *q, enum cpu_level level)
{
	unsigned n = 0;

	for (unsigned i = 0; i < q->n_cpus; i++)
		n += scope_new_at(q, level, i) != CPU_AT_NONE;
	return n;
}

/* Tries every scope; unless `shared`, only those in which nobody has taken anything. */
static int try_scopes(struct request *q, bool shared, struct seat *seats, unsigned *chosen)
{
	for (unsigned i = 0; i < q->n_cpus; i++) {
		unsigned scope = scope_new_at(q, q->rule->scope, i), n;
		if (scope == CPU_AT_NONE || (q->only != CPU_AT_NONE && scope != q->only))
			continue;
		if (!shared && scope_has_taken(q, q->rule->scope, scope))
			continue;
		n = choose(seats, q, scope, chosen);
		if (n == q->n)
			return 0;
		if (n > q->most)
			q->most = n;
	}
	return -ENODEV;
}

static int explain_node(const struct request *q, struct err *e)
{
	char nodes[256] = "";
	size_t used = 0;

	for (unsigned i = 0; i < q->n_cpus && used < sizeof(nodes); i++)
		if (scope_new_at(q, LEVEL_NODE, i) != CPU_AT_NONE)
			used += (size_t)snprintf(nodes + used, sizeof(nodes) - used, "%s%u",
						 used ? ", " : "", q->cpus[i].at[LEVEL_NODE]);
	return err_set(e, -ENODEV, "asked for NUMA node %u; the nodes with CPUs here are %s",
		       q->only, nodes);
}

static bool scope_exists(const struct request *q)
{
	for (unsigned i = 0; i < q->n_cpus; i++) {
		unsigned at = q->cpus[i].at[q->rule->scope];
		if (q->only == CPU_AT_NONE ? at != CPU_AT_NONE : at == q->only)
			return true;
	}
	return false;
}

static int explain(const struct request *q, struct err *e)
{
	const struct rule *r = q->rule;

	if (!scope_exists(q) && r->scope == LEVEL_NODE)
		return explain_node(q, e);
	if (r->in_turn && q->packages < 2)
		return err_set(e, -ENODEV, "asked for %u %s; this machine has one package", q->n,
			       r->asked);
	if (!scope_exists(q) && r->absent)
		return err_set(e, -ENODEV, "asked for %u %s; %s", q->n, r->asked, r->absent);
	return err_set(e, -ENODEV, "asked for %u %s; %s %u%s", q->n, r->asked, r->have, q->most,
		       scope_has_taken(q, LEVEL_MACHINE, 0) ? " that no other group has taken"
							    : "");
}

/* The scopes in which nobody is come first. */
static int choose_anywhere(struct request *q, struct seat *seats, unsigned *chosen)
{
	if (try_scopes(q, false, seats, chosen) == 0)
		return 0;
	return try_scopes(q, true, seats, chosen);
}

int place_choose(const struct cpu *table, unsigned n_table, enum place_where where, unsigned node,
		 unsigned n, const cpu_set_t *taken, unsigned *chosen, struct err *e)
{
	const struct rule *r = &rules[where];
	struct request q = {.cpus = table, .n_cpus = n_table, .rule = r, .taken = taken, .n = n};
	struct seat *seats = calloc(2 * (size_t)n_table + 1, sizeof(*seats));
	unsigned found[CPU_SETSIZE]; /* no table has more */
	int ret;

	if (!seats)
		return err_set(e, -ENOMEM, "placement: out of memory");
	q.start = seats + n_table;
	seats_start(seats + n_table, &q);
	q.packages = count_scopes(&q, LEVEL_PACKAGE);
	q.only = !r->fixed ? CPU_AT_NONE : r->scope == LEVEL_NODE ? node : r->kind;
	ret = choose_anywhere(&q, seats, found);
	free(seats);
	if (ret < 0)
		return explain(&q, e);
	memcpy(chosen, found, n * sizeof(*chosen));
	return 0;
}

/* A CPU that shares one thing with the others, and another thing with none of them. */
static const struct relation {
	const char *name;
	enum cpu_level shared, apart;
	bool itself; /* the others' own CPUs, and no more to ask */
	const char *words;
} relations[] = {
	[BESIDE_SAME_CPU] = {.name = "same-cpu", .itself = true, .words = "that the others have"},
	[BESIDE_SAME_CORE] = {.name = "same-core",
			      .shared = LEVEL_CORE,
			      .words = "on the same core"},
	[BESIDE_SAME_L3] = {.name = "same-l3",
			    .shared = LEVEL_CACHE,
			    .apart = LEVEL_CORE,
			    .words = "on other cores below the same last-level cache"},
	[BESIDE_OTHER_CORE] = {.name = "other-core",
			       .shared = LEVEL_PACKAGE,
			       .apart = LEVEL_CORE,
			       .words = "on other cores of the same package"},
	[BESIDE_OTHER_PACKAGE] = {.name = "other-package",
				  .apart = LEVEL_PACKAGE,
				  .words = "in another package"},
	[BESIDE_OTHER_NODE] = {.name = "other-node",
			       .apart = LEVEL_NODE,
			       .words = "in another NUMA node"},
};

int place_relation_parse(const char *text, enum place_relation *relation, struct err *e)
{
	for (size_t i = BESIDE_SAME_CPU; i < array_len(relations); i++) {
		if (strcmp(text, relations[i].name) != 0)
			continue;
		*relation = (enum place_relation)i;
		return 0;
	}
	return err_set(e, -EINVAL,
		       "place '%s' is none beside another group; expected same-cpu, same-core, "
		       "same-l3, other-core, other-package or other-node",
		       text);
}

const char *place_relation_name(enum place_relation relation)
{
	return relations[relation].name;
}

/* LEVEL_MACHINE is shared by all, and so it never keeps apart. */
static bool lies_so(const struct cpu *c, const struct relation *r, const struct cpu *table,
		    unsigned n_table, const cpu_set_t *others)
{
	bool shared = false;

	if (CPU_ISSET(c->os, others))
		return r->itself;
	for (unsigned i = 0; i < n_table && !r->itself; i++) {
		const struct cpu *o = &table[i];
		if (!CPU_ISSET(o->os, others))
			continue;
		if (r->apart != LEVEL_MACHINE && o->at[r->apart] == c->at[r->apart])
			return false;
		shared |= o->at[r->shared] == c->at[r->shared] && c->at[r->shared] != CPU_AT_NONE;
	}
	return shared;
}

int place_beside(const struct cpu *table, unsigned n_table, enum place_relation relation,
		 const cpu_set_t *others, unsigned n, const cpu_set_t *taken, unsigned *chosen,
		 struct err *e)
{
	const struct relation *r = &relations[relation];
	unsigned found[CPU_SETSIZE], n_found = 0; /* no table has more */

	for (int shared = 0; shared < 2; shared++)
		for (unsigned i = 0; i < n_table; i++)
			if (lies_so(&table[i], r, table, n_table, others) &&
			    (taken && CPU_ISSET(table[i].os, taken)) == shared)
				found[n_found++] = table[i].os;
	if (n_found < n)
		return err_set(e, -ENODEV, "asked for %u CPU%s %s; there %s %u", n,
			       n == 1 ? "" : "s", r->words, n_found == 1 ? "is" : "are", n_found);
	memcpy(chosen, found, n * sizeof(*chosen));
	return 0;
}

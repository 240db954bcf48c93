/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trial/partition.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgbench/scope.h"
#include "cgroup/cgfile.h"

static const char cpus_file[] = "cpuset.cpus", partition_file[] = "cpuset.cpus.partition";
static const char exclusive_file[] = "cpuset.cpus.exclusive";

enum { LIST_MAX = 5 * CPU_SETSIZE };

static const struct knob_value *limit_of(const struct live *l, unsigned group, const char *name)
{
	const struct group_plan *g = &l->plan->groups[group];

	for (size_t i = 0; i < g->n_limits; i++)
		if (strcmp(g->limits[i].knob->name, name) == 0)
			return &g->limits[i].value;
	return NULL;
}

static bool is_partition(const struct live *l, unsigned group)
{
	const struct knob_value *v = limit_of(l, group, partition_file);

	return v && strcmp(v->text, "member") != 0;
}

/* Whether `above` (-1: the trial) is over a group, with no partition between them. */
static bool is_way_to(const struct live *l, int above, unsigned group)
{
	int at = l->plan->groups[group].parent;

	while (at >= 0 && at != above && !is_partition(l, (unsigned)at))
		at = l->plan->groups[at].parent;
	return at == above;
}

/* Whether something runs outside of all partitions. */
static bool others_run(const struct live *l)
{
	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		const struct run_plan *run = &l->plan->groups[g].run;
		int at = (int)g;
		while (at >= 0 && !is_partition(l, (unsigned)at))
			at = l->plan->groups[at].parent;
		if (at < 0 && (run->workload || run->argv))
			return true;
	}
	return false;
}

/* The CPUs that partitions right below want. */
static void wanted(const struct live *l, int above, cpu_set_t *set)
{
	CPU_ZERO(set);
	for (unsigned g = 0; g < l->plan->n_groups; g++) {
		const struct knob_value *cpus = limit_of(l, g, cpus_file);
		cpu_set_t own;
		if (is_partition(l, g) && is_way_to(l, above, g) && cpus &&
		    knob_read_list(cpus->text, &own))
			CPU_OR(set, set, &own);
	}
}

static void list_text(const cpu_set_t *set, char buf[static LIST_MAX])
{
	size_t used = 0;

	*buf = '\0';
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && used < LIST_MAX; cpu++)
		if (CPU_ISSET(cpu, set))
			used += (size_t)snprintf(buf + used, LIST_MAX - used, "%s%u",
						 used ? "," : "", cpu);
}

static bool has_exclusive(const struct cgrp *g)
{
	return faccessat(g->fd, exclusive_file, F_OK, 0) == 0;
}

static int let_through(const struct cgrp *g, const cpu_set_t *set, struct err *e)
{
	char list[LIST_MAX];

	list_text(set, list);
	return cgfile_write(g->fd, g->path, exclusive_file, list, e);
}

static int make_root(const struct cgrp *g, const cpu_set_t *set, struct err *e)
{
	scope_free char *now = NULL;
	char list[LIST_MAX];
	int r;

	list_text(set, list);
	r = cgfile_write(g->fd, g->path, cpus_file, list, e);
	if (r == 0)
		r = cgfile_write(g->fd, g->path, partition_file, "root", e);
	if (r == 0)
		r = cgfile_read(g->fd, g->path, partition_file, &now, e);
	if (r == 0 && strcmp(now, "root\n") != 0)
		return err_set(e, -EINVAL, "%s/%s: wrote 'root', reads back '%.*s'", g->path,
			       partition_file, (int)strcspn(now, "\n"), now);
	return r;
}

/* All CPUs but the first that no partition wants. */
static int share(const struct cgrp *g, const cpu_set_t *want, cpu_set_t *rest, struct err *e)
{
	scope_free char *text = NULL;
	int r = cgfile_read(g->fd, g->path, "cpuset.cpus.effective", &text, e);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (!knob_read_list(text, rest))
		return err_set(e, -EINVAL, "%s: '%s' is no list of CPUs", g->path, text);
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, rest) && !CPU_ISSET(cpu, want)) {
			CPU_CLR(cpu, rest);
			return 0;
		}
	return err_set(e, -EINVAL,
		       "partitions want all CPUs there are, %s; the host needs one of them", text);
}

static int open_way(struct live *l, const cpu_set_t *want, cpu_set_t *taken, struct err *e)
{
	const struct cgrp *root = l->env->run_root;
	cpu_set_t rest, all;
	int r;

	CPU_OR(taken, taken, want);
	if (has_exclusive(&l->top)) {
		r = let_through(root, want, e);
		return r < 0 ? r : let_through(&l->top, want, e);
	}
	r = share(root, want, &rest, e);
	if (r < 0)
		return r;
	if (CPU_EQUAL(&rest, want) && others_run(l))
		return err_set(e, -ENOSPC,
			       "before Linux 6.7 one CPU stays with the host, and partitions take "
			       "the others: none is left to what runs beside them");
	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, &all);
	CPU_XOR(&all, &all, &rest);
	CPU_OR(taken, taken, &all);
	r = make_root(root, &rest, e);
	return r < 0 ? r : make_root(&l->top, &rest, e);
}

int partition_prepare(struct live *l, cpu_set_t *taken, struct err *e)
{
	struct err why = {""};
	cpu_set_t want;
	int r;

	(void)e;
	wanted(l, -1, &want);
	if (CPU_COUNT(&want) == 0)
		return 0;
	if (!l->env->ledger)
		return live_outcome(l, TRIAL_SKIPPED,
				    "a partition takes CPUs away from the whole machine: in a lab, "
				    "or with run --allow-host-changes");
	l->partitioned = true;
	r = open_way(l, &want, taken, &why);
	if (r < 0)
		return live_outcome(l, r == -ENOSPC ? TRIAL_SKIPPED : TRIAL_UNENFORCED, "%s",
				    why.text);
	return 0;
}

int partition_pass(struct live *l, unsigned group, struct err *e)
{
	const struct cgrp *g = &l->groups[group].cgrp;
	struct err why = {""};
	cpu_set_t want;

	(void)e;
	if (!l->partitioned || is_partition(l, group))
		return 0;
	wanted(l, (int)group, &want);
	if (CPU_COUNT(&want) == 0 || !has_exclusive(g))
		return 0;
	if (let_through(g, &want, &why) < 0)
		return live_outcome(l, TRIAL_UNENFORCED, "%s", why.text);
	return 0;
}

/* An empty line clears a list. */
int partition_undo(struct live *l, struct err *e)
{
	const struct cgrp *g = l->env->run_root;
	int r;

	if (!l->partitioned)
		return 0;
	l->partitioned = false;
	if (has_exclusive(g))
		return cgfile_write(g->fd, g->path, exclusive_file, "\n", e);
	r = cgfile_write(g->fd, g->path, partition_file, "member", e);
	return r < 0 ? r : cgfile_write(g->fd, g->path, cpus_file, "\n", e);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "why/what_if.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/keyed.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgbench/scope.h"
#include "cgroup/cgfile.h"
#include "why/bounds.h"

struct asked {
	const struct root *root;
	const struct hierarchy *hierarchy;
	const struct levels *levels;
	const struct knob *knob;
	struct knob_value value;
	const char *group; /* of a move */
};

/* ---- memory ---- */

static uint64_t memory_part(const struct levels *l, const char *key)
{
	uint64_t bytes = 0;

	levels_number(l, l->v, "memory.stat", key, &bytes);
	return bytes;
}

/* What swap could still take of the group: the least of the device's rest and each level's. */
static uint64_t swap_room(const struct asked *a)
{
	scope_free char *text = NULL;
	const struct levels *l = a->levels;
	uint64_t room = 0;
	const char *free_line;

	if (root_read(a->root, "/proc/meminfo", &text, NULL) < 0)
		return 0;
	free_line = strstr(text, "\nSwapFree:");
	if (free_line)
		room = strtoull(free_line + strlen("\nSwapFree:"), NULL, 10) * 1024;
	for (size_t i = 0; i < l->n; i++) {
		struct knob_value v;
		uint64_t used = 0;
		if (!bound_limit(l, &l->v[i], "memory.swap.max", &v))
			continue;
		levels_number(l, &l->v[i], "memory.swap.current", NULL, &used);
		if (v.number <= used || v.number - used < room)
			room = v.number > used ? v.number - used : 0;
	}
	return room;
}

/* What reclaim may find, by where memory.stat puts it. */
struct parts {
	uint64_t clean;   /* page cache and slab that can be dropped or written back */
	uint64_t swapped; /* anonymous and shared memory for which there is swap */
};

static struct parts reclaimable(const struct asked *a)
{
	const struct levels *l = a->levels;
	uint64_t lru = memory_part(l, "inactive_anon") + memory_part(l, "active_anon");
	uint64_t file = memory_part(l, "inactive_file") + memory_part(l, "active_file");
	uint64_t room = swap_room(a);

	return (struct parts){.clean = file + memory_part(l, "slab_reclaimable"),
			      .swapped = lru < room ? lru : room};
}

static int say_memory(const struct asked *a, struct said *s, struct err *e)
{
	const struct parts p = reclaimable(a);
	char now[UNIT_TEXT_MAX], to[UNIT_TEXT_MAX], can[UNIT_TEXT_MAX], cache[UNIT_TEXT_MAX];
	char swap[UNIT_TEXT_MAX];
	bool hard = strcmp(a->knob->name, "memory.max") == 0;
	uint64_t usage = 0, over;

	if (!levels_number(a->levels, a->levels->v, "memory.current", NULL, &usage))
		return err_set(e, -ENOENT,
			       "%s has no memory.current: the memory controller is not "
			       "enabled for it",
			       a->levels->v->name);
	said_quantity(UNIT_BYTES, usage, now);
	unit_format(UNIT_BYTES, a->value.number, to);
	if (a->value.is_max || usage <= a->value.number)
		return said_add(s, e, "%s=%s: nothing happens now, %s are in use", a->knob->name,
				a->value.is_max ? "max" : to, now);
	over = usage - a->value.number;
	said_quantity(UNIT_BYTES, p.clean + p.swapped, can);
	said_quantity(UNIT_BYTES, p.clean, cache);
	said_quantity(UNIT_BYTES, p.swapped, swap);
	if (p.clean + p.swapped >= over)
		return said_add(s, e,
				"%s=%s: reclaim. %s are in use, and of these %s can go (%s of page "
				"cache and slab, %s to swap); nothing is killed",
				a->knob->name, to, now, can, cache, swap);
	return said_add(s, e,
			"%s=%s: %s. %s are in use, of which only %s can go (%s of page cache and "
			"slab, %s to swap)%s",
			a->knob->name, to, hard ? "the OOM killer" : "slowed down", now, can, cache,
			swap,
			hard ? ": processes are killed until it fits"
			     : "; each allocation waits up to 2 s, nothing is killed");
}

/* ---- CPU ---- */

/* What the group used between the two moments, in CPUs; false: there was only one. */
static bool cpus_used(const struct levels *l, double *cpus)
{
	uint64_t usec = levels_growth(l, l->v, "cpu.stat", "usage_usec");
	uint64_t nsec = l->nsec[LEVELS_LAST] - l->nsec[LEVELS_FIRST];

	if (!l->nsec[LEVELS_LAST] || nsec == 0)
		return false;
	*cpus = (double)usec * (double)NSEC_PER_USEC / (double)nsec;
	return true;
}

static int say_quota(const struct asked *a, struct said *s, struct err *e)
{
	const struct levels *l = a->levels;
	double quota = (double)a->value.number / (double)a->value.period_usec, used = 0;
	char limit[BOUND_TEXT_MAX], stall[UNIT_TEXT_MAX];

	if (a->value.is_max)
		return said_add(s, e, "cpu.max=max: never throttled by this level");
	bound_limit_text(resource_find("cpu.max"), &a->value, limit);
	if (!cpus_used(l, &used))
		return said_add(s, e,
				"cpu.max=%s: how much is used is known only after a while "
				"(--for)",
				limit);
	if (used <= quota)
		return said_add(s, e,
				"cpu.max=%s: enough on average, %.3g%% of a CPU were used; bursts "
				"above it within a period are throttled all the same",
				limit, 100 * used);
	said_quantity(UNIT_USEC, (uint64_t)((double)a->value.period_usec * (1 - quota / used)),
		      stall);
	return said_add(
		s, e,
		"cpu.max=%s: throttled in every period. %.3g%% of a CPU were used and %.3g%% "
		"remain: work takes %.3g times as long, in stalls of about %s each period",
		limit, 100 * used, 100 * quota, used / quota, stall);
}

/* ---- processes ---- */

static int say_pids(const struct asked *a, struct said *s, struct err *e)
{
	uint64_t current = 0;

	if (!levels_number(a->levels, a->levels->v, "pids.current", NULL, &current))
		return err_set(e, -ENOENT,
			       "%s has no pids.current: the pids controller is not "
			       "enabled for it",
			       a->levels->v->name);
	if (a->value.is_max)
		return said_add(s, e, "pids.max=max: never refused by this level");
	if (current < a->value.number)
		return said_add(s, e, "pids.max=%" PRIu64 ": room for %" PRIu64 " more",
				a->value.number, a->value.number - current);
	return said_add(s, e,
			"pids.max=%" PRIu64 ": nothing is ended, %" PRIu64
			" tasks stay; fork and clone are refused (EAGAIN) until there are fewer "
			"than %" PRIu64,
			a->value.number, current, a->value.number);
}

/* ---- moving there ---- */

/* Whether the user of this process may write a file, by its mode; root may write every one. */
static bool may_write(const struct asked *a, const char *below, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	scope_fd int dir = -1;

	if (a->hierarchy->uid == 0)
		return true;
	if (hierarchy_path(a->hierarchy, below, "", path, NULL) < 0 ||
	    root_open_dir(a->root, path, &dir, NULL) < 0 || fstatat(dir, name, &st, 0) < 0)
		return false;
	return (st.st_mode & S_IWOTH) || (st.st_uid == a->hierarchy->uid && (st.st_mode & S_IWUSR));
}

/* The level nearest to the group that is above both; the mount's root is above everything. */
static const struct level *common_level(const struct levels *l, const char *to)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t n = strlen(l->v[i].path);
		if (n == 0 || (strncmp(l->v[i].path, to, n) == 0 && (to[n] == '/' || !to[n])))
			return &l->v[i];
	}
	return &l->v[l->n - 1];
}

/* Controllers that manage a group as a whole; a group that hands one on holds no processes. */
static bool hands_on_domain(const char *subtree)
{
	static const char *const threaded[] = {"cpu", "cpuset", "perf_event", "pids"};
	char word[64];
	int n;

	for (; sscanf(subtree, "%63s%n", word, &n) == 1; subtree += n) {
		bool is_threaded = false;
		for (size_t i = 0; i < array_len(threaded); i++)
			is_threaded |= strcmp(word, threaded[i]) == 0;
		if (!is_threaded)
			return true;
	}
	return false;
}

static bool is_type(const struct levels *to, const char *type)
{
	const char *text = levels_text(to, to->v, "cgroup.type");

	return text && strncmp(text, type, strlen(type)) == 0;
}

static int say_move_to(const struct asked *a, const struct levels *to, struct said *s,
		       struct err *e)
{
	const struct level *from = a->levels->v, *common = common_level(a->levels, a->group);
	const char *subtree = levels_text(to, to->v, "cgroup.subtree_control");

	if (!may_write(a, to->v->path, "cgroup.procs"))
		return said_add(s, e, "move=%s: EACCES. This user may not write %s's cgroup.procs",
				to->v->name, to->v->name);
	if (!may_write(a, common->path, "cgroup.procs"))
		return said_add(
			s, e,
			"move=%s: EACCES. This user may not write cgroup.procs of %s, which "
			"is above both %s and %s",
			to->v->name, common->name, from->name, to->v->name);
	if (is_type(to, "domain invalid") || is_type(to, "threaded"))
		return said_add(
			s, e, "move=%s: EOPNOTSUPP. It is %s: a process as a whole cannot be there",
			to->v->name, is_type(to, "threaded") ? "threaded" : "an invalid domain");
	if (to->v->path[0] && subtree && hands_on_domain(subtree))
		return said_add(
			s, e,
			"move=%s: EBUSY. It hands controllers on to its children (%.*s), and "
			"no process may be beside them",
			to->v->name, (int)strcspn(subtree, "\n"), subtree);
	return said_add(s, e, "move=%s: allowed", to->v->name);
}

static int say_move(const struct asked *a, struct said *s, struct err *e)
{
	struct levels to;
	int r = levels_open(a->root, a->hierarchy, a->group, &to, e);

	if (r < 0)
		return r;
	r = levels_read(&to, a->root, a->hierarchy, LEVELS_FIRST, e);
	if (r == 0)
		r = say_move_to(a, &to, s, e);
	levels_free(&to);
	return r;
}

/* ---- what was asked ---- */

static const struct answer {
	const char *knob;
	int (*say)(const struct asked *a, struct said *s, struct err *e);
} answers[] = {
	{"memory.max", say_memory},
	{"memory.high", say_memory},
	{"cpu.max", say_quota},
	{"pids.max", say_pids},
};

static const char expected[] = "memory.max=, memory.high=, cpu.max=, pids.max= or move=GROUP";

int what_if_say(const struct root *r, const struct hierarchy *h, const struct levels *l,
		const char *asked, struct said *s, struct err *e)
{
	struct asked a = {.root = r, .hierarchy = h, .levels = l};
	const char *equals = strchr(asked, '=');
	size_t n = equals ? (size_t)(equals - asked) : 0;

	if (n == strlen("move") && strncmp(asked, "move", n) == 0) {
		a.group = equals + 1 + strspn(equals + 1, "/");
		return say_move(&a, s, e);
	}
	for (size_t i = 0; n && i < array_len(answers); i++) {
		if (strlen(answers[i].knob) != n || strncmp(asked, answers[i].knob, n) != 0)
			continue;
		a.knob = knob_find(answers[i].knob);
		n = (size_t)knob_parse(a.knob, equals + 1, &a.value, e);
		return n ? -EINVAL : answers[i].say(&a, s, e);
	}
	return err_set(e, -EINVAL, "what if '%s'? expected %s", asked, expected);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "why/refusals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "why/bounds.h"

/* What may happen at a limit: the counter that shows it, and what it is to the program. */
static const struct refusal {
	const char *limit;
	const char *file, *local, *key;
	const char *unless; /* the same, told better, when this key has grown too */
	const char *what;   /* "12 times NAME of GROUP (64M) ..." */
} refusals[] = {
	{"pids.max", "pids.events", "pids.events.local", "max", NULL,
	 "refused fork, vfork or clone: EAGAIN"},
	{"memory.max", "memory.events", "memory.events.local", "oom", NULL,
	 "could not be held by reclaim: what was over it was killed (SIGKILL), or got ENOMEM"},
	{"memory.max", "memory.events", "memory.events.local", "max", "oom",
	 "made the allocator wait for reclaim; nothing was refused"},
	{"memory.high", "memory.events", "memory.events.local", "high", NULL,
	 "slowed the allocator down and made it reclaim; nothing was refused"},
	{"memory.swap.max", "memory.swap.events", NULL, "fail", NULL,
	 "kept a page out of swap, so that memory could not be reclaimed"},
	{"cpu.max", "cpu.stat", NULL, "nr_throttled", NULL,
	 "stopped all threads until the next period"},
};

/* The level at which it was counted, and how often; NULL: at none. */
static const struct level *counted_at(const struct levels *l, const struct refusal *r,
				      uint64_t *times)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct level *at = &l->v[i];
		bool local = r->local && levels_text(l, at, r->local);
		*times = levels_growth(l, at, local ? r->local : r->file, r->key);
		if (*times)
			return at;
	}
	return NULL;
}

/*
 * Before Linux 6.11 a refused fork is counted where it was tried, whichever level's pids.max it
 * was. The one that was full, then: by its peak where there is one, else by its room now.
 */
static const struct level *full_level(const struct levels *l, const char *limit)
{
	const struct resource *r = resource_find(limit);
	const struct level *fullest = NULL;
	double least = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct knob_value v;
		uint64_t used = 0;
		if (!bound_limit(l, &l->v[i], limit, &v))
			continue;
		if (!levels_number(l, &l->v[i], r->peak, NULL, &used))
			levels_number(l, &l->v[i], r->usage, NULL, &used);
		if (!fullest || (double)v.number - (double)used < least) {
			fullest = &l->v[i];
			least = (double)v.number - (double)used;
		}
	}
	return fullest;
}

static int say(const struct levels *l, const struct refusal *r, struct said *s, struct err *e)
{
	char text[BOUND_TEXT_MAX] = "no limit of its own";
	uint64_t times = 0;
	const struct level *at = counted_at(l, r, &times), *by = at;
	struct knob_value limit;

	if (!at)
		return 0;
	if (!bound_limit(l, at, r->limit, &limit))
		by = full_level(l, r->limit);
	if (!by)
		return said_add(s, e,
				"%s: %" PRIu64 " times at %s, by a level that cannot be seen from "
				"here: it %s",
				r->limit, times, at->name, r->what);
	if (bound_limit(l, by, r->limit, &limit))
		bound_limit_text(resource_find(r->limit), &limit, text);
	return said_add(s, e, "%s of %s (%s) was met %" PRIu64 " time%s: it %s", r->limit, by->name,
			text, times, times == 1 ? "" : "s", r->what);
}

static bool told_better(const struct levels *l, const struct refusal *r)
{
	struct refusal better = *r;
	uint64_t times;

	better.key = r->unless;
	return r->unless && counted_at(l, &better, &times);
}

/* Who was killed is counted where it was, the limit perhaps further up. */
static int say_killed(const struct levels *l, struct said *s, struct err *e)
{
	static const struct refusal kill = {
		.file = "memory.events", .local = "memory.events.local", .key = "oom_kill"};
	static const struct refusal over = {
		.file = "memory.events", .local = "memory.events.local", .key = "oom"};
	uint64_t killed, ooms;
	const struct level *at = counted_at(l, &kill, &killed);

	if (!at)
		return 0;
	if (!counted_at(l, &over, &ooms))
		return said_add(s, e,
				"the OOM killer ended %" PRIu64
				" process%s of %s, but no limit that "
				"can be seen was met: the host itself, or a group above, ran out",
				killed, killed == 1 ? "" : "es", at->name);
	return said_add(s, e, "the OOM killer ended %" PRIu64 " process%s of %s: SIGKILL", killed,
			killed == 1 ? "" : "es", at->name);
}

/* mkdir meets these without being counted: what is full now was full then. */
static int say_full_tree(const struct levels *l, struct said *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++) {
		const struct level *at = &l->v[i];
		struct knob_value v;
		uint64_t n = 0;
		if (bound_limit(l, at, "cgroup.max.descendants", &v) &&
		    levels_number(l, at, "cgroup.stat", "nr_descendants", &n) && n >= v.number)
			r = said_add(s, e,
				     "cgroup.max.descendants of %s (%" PRIu64 ") is full: mkdir "
				     "below it is refused: EAGAIN",
				     at->name, v.number);
		if (r == 0 && bound_limit(l, at, "cgroup.max.depth", &v) && i >= v.number)
			r = said_add(s, e,
				     "cgroup.max.depth of %s (%" PRIu64 ") is reached: mkdir in %s "
				     "is refused: EAGAIN",
				     at->name, v.number, l->v[0].name);
	}
	return r;
}

int refusals_say(const struct levels *l, struct said *s, struct err *e)
{
	int r = say_killed(l, s, e);

	for (size_t i = 0; r == 0 && i < array_len(refusals); i++)
		if (!told_better(l, &refusals[i]))
			r = say(l, &refusals[i], s, e);
	return r < 0 ? r : say_full_tree(l, s, e);
}

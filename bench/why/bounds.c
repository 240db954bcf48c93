/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "why/bounds.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyed.h"
#include "cgbench/array.h"

/* From here on a limit is near enough to be what somebody is looking for. */
enum { NEAR_PERCENT = 90 };

const struct resource resources[] = {
	{.limit = "cpu.max", .unit = UNIT_USEC, .events = "cpu.stat", .key = "nr_throttled"},
	{.limit = "memory.max",
	 .unit = UNIT_BYTES,
	 .usage = "memory.current",
	 .peak = "memory.peak",
	 .events = "memory.events",
	 .local = "memory.events.local",
	 .key = "max"},
	{.limit = "memory.high",
	 .unit = UNIT_BYTES,
	 .usage = "memory.current",
	 .peak = "memory.peak",
	 .events = "memory.events",
	 .local = "memory.events.local",
	 .key = "high"},
	{.limit = "memory.swap.max",
	 .unit = UNIT_BYTES,
	 .usage = "memory.swap.current",
	 .peak = "memory.swap.peak",
	 .events = "memory.swap.events",
	 .key = "fail"},
	{.limit = "pids.max",
	 .unit = UNIT_COUNT,
	 .usage = "pids.current",
	 .peak = "pids.peak",
	 .events = "pids.events",
	 .local = "pids.events.local",
	 .key = "max"},
	{.limit = "cgroup.max.descendants",
	 .unit = UNIT_COUNT,
	 .usage = "cgroup.stat",
	 .usage_key = "nr_descendants"},
	{.limit = "cgroup.max.depth", .unit = UNIT_COUNT},
	{0},
};

const struct resource *resource_find(const char *limit)
{
	for (const struct resource *r = resources; r->limit; r++)
		if (strcmp(r->limit, limit) == 0)
			return r;
	return NULL;
}

bool bound_limit(const struct levels *l, const struct level *at, const char *limit,
		 struct knob_value *value)
{
	const char *text = levels_text(l, at, limit);
	char line[KNOB_TEXT_MAX];

	if (!text)
		return false;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
	return knob_parse_kernel(knob_find(limit), line, value, NULL) == 0 && !value->is_max;
}

static bool is_quota(const struct resource *r)
{
	return r->unit == UNIT_USEC;
}

static bool tighter(const struct resource *r, const struct knob_value *a,
		    const struct knob_value *b)
{
	return is_quota(r) ? knob_tighter(knob_find(r->limit), a, b) : a->number < b->number;
}

/* What a limit does not leave is negative: it was lowered below. */
static double room(const struct bound *b)
{
	return (double)b->limit.number - (double)b->usage;
}

/* A quota is met period by period. Without a second moment, all of its life counts. */
static double throttled_percent(const struct levels *l, const struct level *at)
{
	uint64_t met = levels_growth(l, at, "cpu.stat", "nr_throttled");
	uint64_t of = levels_growth(l, at, "cpu.stat", "nr_periods");

	if (!l->nsec[LEVELS_LAST]) {
		levels_number(l, at, "cpu.stat", "nr_throttled", &met);
		levels_number(l, at, "cpu.stat", "nr_periods", &of);
	}
	return of ? 100 * (double)met / (double)of : 0;
}

static void note_usage(const struct levels *l, const struct level *at, struct bound *b)
{
	const struct resource *r = b->of;

	if (is_quota(r)) {
		b->percent = throttled_percent(l, at);
		return;
	}
	/* How deep the group is below the level, no file says. */
	b->usage = (uint64_t)(at - l->v);
	if (r->usage)
		levels_number(l, at, r->usage, r->usage_key, &b->usage);
	if (r->peak)
		levels_number(l, at, r->peak, NULL, &b->peak);
	b->percent = b->limit.number ? 100 * (double)b->usage / (double)b->limit.number : 100;
}

/* Where this kernel has it, the file that counts what was met at this level only. */
static void note_events(const struct levels *l, const struct level *at, struct bound *b)
{
	const struct resource *r = b->of;
	const char *file = r->local && levels_text(l, at, r->local) ? r->local : r->events;

	if (!file)
		return;
	levels_number(l, at, file, r->key, &b->times);
	b->times_now = levels_growth(l, at, file, r->key);
}

static void note_level(const struct levels *l, const struct level *at, struct bound *b)
{
	const struct resource *r = b->of;
	struct bound here = {.of = r, .by = at};

	if (!bound_limit(l, at, r->limit, &here.limit))
		return;
	note_usage(l, at, &here);
	note_events(l, at, &here);
	if (!b->min || tighter(r, &here.limit, &b->smallest)) {
		b->min = at;
		b->smallest = here.limit;
	}
	/* A quota has no room to speak of: there the smallest share comes first. */
	if (b->by && (is_quota(r) ? b->min != at : room(&here) >= room(b)))
		return;
	here.min = b->min;
	here.smallest = b->smallest;
	*b = here;
}

int bounds_find(const struct levels *l, struct bounds *out, struct err *e)
{
	struct bounds found = {0};

	for (const struct resource *r = resources; r->limit; r++) {
		struct bound b = {.of = r}, *slot;
		bool any = false;
		for (size_t i = 0; i < l->n; i++) {
			any |= levels_text(l, &l->v[i], r->limit) != NULL;
			note_level(l, &l->v[i], &b);
		}
		slot = any ? array_push(found.v, found.n) : NULL;
		if (any && !slot) {
			bounds_free(&found);
			return err_no_memory(e);
		}
		if (slot)
			*slot = b;
	}
	*out = found;
	return 0;
}

void bounds_free(struct bounds *b)
{
	free(b->v);
	*b = (struct bounds){0};
}

const char *bound_limit_text(const struct resource *r, const struct knob_value *limit,
			     char buf[static BOUND_TEXT_MAX])
{
	char number[UNIT_TEXT_MAX], period[UNIT_TEXT_MAX];

	if (!is_quota(r)) {
		snprintf(buf, BOUND_TEXT_MAX, "%s", unit_format(r->unit, limit->number, number));
		return buf;
	}
	snprintf(buf, BOUND_TEXT_MAX, "%.4g%% of a CPU (%s every %s)",
		 100 * (double)limit->number / (double)limit->period_usec,
		 unit_format(UNIT_USEC, limit->number, number),
		 unit_format(UNIT_USEC, limit->period_usec, period));
	return buf;
}

static int say_near(const struct bound *b, struct said *s, struct err *e)
{
	char limit[BOUND_TEXT_MAX], used[UNIT_TEXT_MAX];

	bound_limit_text(b->of, &b->limit, limit);
	if (is_quota(b->of))
		return said_add(s, e, "%s of %s: %s; %.3g%% of its periods ended throttled",
				b->of->limit, b->by->name, limit, b->percent);
	return said_add(s, e, "%s of %s: %s of %s are in use (%.3g%%)", b->of->limit, b->by->name,
			said_quantity(b->of->unit, b->usage, used), limit, b->percent);
}

/* The group's limit looks small, and yet another one is met before. */
static int say_hidden(const struct bound *b, struct said *s, struct err *e)
{
	char limit[BOUND_TEXT_MAX], smallest[BOUND_TEXT_MAX];

	return said_add(s, e,
			"%s: the smallest is %s, of %s, but %s has less room left under its %s, "
			"which it shares with all that is below it",
			b->of->limit, bound_limit_text(b->of, &b->smallest, smallest), b->min->name,
			b->by->name, bound_limit_text(b->of, &b->limit, limit));
}

static int say_bound(const struct bound *b, struct said *s, struct err *e)
{
	int r = 0;

	if (!b->by)
		return 0;
	if (b->percent >= NEAR_PERCENT)
		r = say_near(b, s, e);
	return r == 0 && b->min != b->by ? say_hidden(b, s, e) : r;
}

/* The level at which the CPUs become as few as the group has. */
static int say_cpus(const struct levels *l, struct said *s, struct err *e)
{
	static const struct keyed_pick list = {PICK_LIST, NULL, NULL};
	const struct level *by = NULL;
	const char *own = levels_text(l, l->v, "cpuset.cpus.effective"), *text;
	double n = 0, above = 0;

	if (!own || !keyed_number(own, &list, &n))
		return 0;
	for (size_t i = 1; i < l->n && !by; i++) {
		text = levels_text(l, &l->v[i], "cpuset.cpus.effective");
		if (text && keyed_number(text, &list, &above) && above > n)
			by = &l->v[i - 1];
	}
	if (!by)
		return 0;
	return said_add(s, e, "cpuset.cpus of %s leaves %.0f of the %.0f CPUs above: %.*s",
			by->name, n, above, (int)strcspn(own, "\n"), own);
}

static int say_frozen(const struct levels *l, struct said *s, struct err *e)
{
	uint64_t frozen = 0, asked = 0;

	if (!levels_number(l, l->v, "cgroup.events", "frozen", &frozen) || !frozen)
		return 0;
	for (size_t i = 0; i < l->n; i++)
		if (levels_number(l, &l->v[i], "cgroup.freeze", NULL, &asked) && asked)
			return said_add(s, e,
					"frozen by cgroup.freeze of %s: nothing runs until 0 is "
					"written there",
					l->v[i].name);
	return said_add(s, e, "frozen by a group that cannot be seen from here");
}

/* memory.max alone does not hold memory and swap (cgroup-v2.rst, "memory.swap.max"). */
static int say_swap(const struct levels *l, const struct bounds *b, struct said *s, struct err *e)
{
	bool memory = false, swap = false;

	for (size_t i = 0; i < b->n; i++) {
		memory |= b->v[i].by && strcmp(b->v[i].of->limit, "memory.max") == 0;
		swap |= b->v[i].by && strcmp(b->v[i].of->limit, "memory.swap.max") == 0;
	}
	if (!memory || swap || !levels_text(l, l->v, "memory.swap.max"))
		return 0;
	return said_add(s, e,
			"memory.swap.max is max on every level: where there is swap, memory.max "
			"does not hold memory and swap together");
}

int bounds_say(const struct levels *l, const struct bounds *b, struct said *s, struct err *e)
{
	int r = say_frozen(l, s, e);

	for (size_t i = 0; r == 0 && i < b->n; i++)
		r = say_bound(&b->v[i], s, e);
	if (r == 0)
		r = say_cpus(l, s, e);
	if (r == 0)
		r = say_swap(l, b, s, e);
	if (r == 0 && l->cut)
		r = said_add(s, e,
			     "what is above %s cannot be seen from this cgroup namespace: a limit "
			     "there binds as well",
			     l->v[l->n - 1].name);
	return r;
}

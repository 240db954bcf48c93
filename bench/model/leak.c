/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/leak.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"

/* What explains less than this part of what was lost, does not explain it. */
#define ENOUGH 0.3

/* Pages a second that a neighbour takes from the victim's cache. Fewer may be chance. */
#define REFAULTS_MIN 10.0

const char *const leak_metrics[LEAK_SIGNS] = {
#define X(sign, name, unit, summary) [sign] = name,
	LEAK_SIGN_METRICS(X)
#undef X
};

static const struct words {
	const char *resource, *what, *shown_by;
} words[LEAK_SIGNS] = {
	[LEAK_THROTTLED] = {"a quota that it shares", "was throttled", "cpu.stat throttled_usec"},
	[LEAK_CPU] = {"CPU time", "waited for a CPU", "cpu.pressure"},
	[LEAK_MEMORY] = {"memory", "waited for memory", "memory.pressure"},
	[LEAK_IO] = {"the disk", "waited for I/O", "io.pressure"},
	[LEAK_SYSTEM] = {"the kernel's own work and locks",
			 "needed in the kernel, for the same work,",
			 "cpu.stat system_usec an operation"},
	[LEAK_USER] = {"its CPU's speed: caches, SMT, interrupts, turns of emulated CPUs",
		       "needed in user mode, for the same work,",
		       "cpu.stat user_usec an operation"},
};

void leak_init(struct leak *l)
{
	*l = (struct leak){
		.reported = true, .loss_pct = NAN, .lost_pct = NAN, .time_loss_pct = NAN};
	for (size_t i = 0; i < LEAK_SIGNS; i++)
		l->alone[i] = l->beside[i] = NAN;
}

void leak_take(struct leak *l, const char *metric, double value, double expected)
{
	if (strcmp(metric, LEAK_LOSS) == 0)
		l->loss_pct = value;
	else if (strcmp(metric, LEAK_LOST) == 0)
		l->lost_pct = value;
	else if (strcmp(metric, LEAK_TIME) == 0)
		l->time_loss_pct = value;
	else if (strcmp(metric, LEAK_REPORTED) == 0)
		l->reported = value != 0;
	else if (strcmp(metric, LEAK_LATENCY) == 0)
		l->by_latency = true;
	for (size_t i = 0; i < LEAK_SIGNS; i++) {
		if (strcmp(metric, leak_metrics[i]) != 0)
			continue;
		l->alone[i] = expected;
		l->beside[i] = value;
	}
}

bool leak_is_worth(const struct leak *l)
{
	return !l->reported || l->loss_pct > LEAK_WORTH_PCT || l->time_loss_pct > LEAK_WORTH_PCT;
}

/* A CPU that is faster beside the neighbour, as an emulated one may be, hides time that was lost.
 */
static bool is_hidden(const struct leak *l)
{
	return l->time_loss_pct > LEAK_WORTH_PCT && !(l->loss_pct > LEAK_WORTH_PCT);
}

/* NAN, when it is not known, is greater than nothing. */
static double growth(const struct leak *l, enum leak_sign s)
{
	return l->beside[s] - l->alone[s];
}

enum leak_sign leak_cause(const struct leak *l)
{
	enum leak_sign best = LEAK_SIGNS;
	double most = ENOUGH * (is_hidden(l) ? l->time_loss_pct : l->lost_pct);

	/* Who is throttled waits for a CPU, too: the first of two that are alike counts. */
	for (enum leak_sign s = LEAK_THROTTLED; s <= LEAK_USER; s++) {
		if (!(growth(l, s) > most))
			continue;
		best = s;
		most = growth(l, s) * 1.05;
	}
	if (best != LEAK_CPU && best != LEAK_USER && growth(l, LEAK_REFAULTS) > REFAULTS_MIN)
		return LEAK_REFAULTS;
	return best;
}

const char *leak_sentence(const struct leak *l, char buf[static LEAK_TEXT_MAX])
{
	enum leak_sign s = leak_cause(l);
	size_t used = 0;

	if (!l->reported)
		used = (size_t)snprintf(buf, LEAK_TEXT_MAX, "did not report: nothing got done");
	else if (is_hidden(l))
		used = (size_t)snprintf(buf, LEAK_TEXT_MAX, "lost %.1f%% of what it ran",
					l->time_loss_pct);
	else
		used = (size_t)snprintf(buf, LEAK_TEXT_MAX, "lost %.1f%% %s", l->loss_pct,
					l->by_latency ? "by latency" : "of its throughput");
	if (s == LEAK_SIGNS)
		snprintf(buf + used, LEAK_TEXT_MAX - used,
			 " to a lock or queue in the kernel: neither pressure nor CPU time of its "
			 "group shows it");
	else if (s == LEAK_REFAULTS)
		snprintf(buf + used, LEAK_TEXT_MAX - used,
			 " to memory: %.0f pages a second of its page cache were taken, %.0f alone "
			 "(memory.stat workingset_refault_file)",
			 l->beside[s], l->alone[s]);
	else
		snprintf(buf + used, LEAK_TEXT_MAX - used,
			 " to %s: it %s %.2f%% of the time, %.2f%% alone (%s)", words[s].resource,
			 words[s].what, l->beside[s], l->alone[s], words[s].shown_by);
	return buf;
}

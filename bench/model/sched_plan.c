/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/sched_plan.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cgbench/array.h"
#include "cgbench/units.h"

static const struct {
	const char *name;
	int policy;
	bool has_priority;
} policies[] = {
	{"other", SCHED_OTHER, false}, {"batch", SCHED_BATCH, false}, {"idle", SCHED_IDLE, false},
	{"fifo", SCHED_FIFO, true},    {"rr", SCHED_RR, true},
};

int sched_plan_parse(const char *text, struct sched_plan *out, struct err *e)
{
	size_t length = strcspn(text, ":");
	bool given = text[length] == ':';
	uint64_t priority = 0;

	for (size_t i = 0; i < array_len(policies); i++) {
		if (strlen(policies[i].name) != length ||
		    strncmp(policies[i].name, text, length) != 0)
			continue;
		if (policies[i].has_priority != given ||
		    (given && unit_parse(UNIT_COUNT, text + length + 1, &priority, NULL) < 0) ||
		    (given && (priority < 1 || priority > 99)))
			break;
		out->policy = policies[i].policy;
		out->priority = (int)priority;
		return 0;
	}
	return err_set(e, -EINVAL,
		       "sched: '%s'; expected fifo:1 to fifo:99, rr:1 to rr:99, batch, idle or "
		       "other",
		       text);
}

const char *sched_plan_text(const struct sched_plan *s, char buf[static SCHED_TEXT_MAX])
{
	char policy[24] = "", nice[16] = "";

	for (size_t i = 0; s->policy && i < array_len(policies); i++) {
		if (policies[i].policy != s->policy)
			continue;
		if (policies[i].has_priority)
			snprintf(policy, sizeof(policy), "sched=%s:%d", policies[i].name,
				 s->priority);
		else
			snprintf(policy, sizeof(policy), "sched=%s", policies[i].name);
	}
	if (s->nice)
		snprintf(nice, sizeof(nice), "nice=%d", s->nice);
	snprintf(buf, SCHED_TEXT_MAX, "%s%s%s", policy, *policy && *nice ? " " : "", nice);
	return buf;
}

int sched_plan_apply(const struct sched_plan *s)
{
	struct sched_param param = {.sched_priority = s->priority};

	if (s->nice && setpriority(PRIO_PROCESS, 0, s->nice) < 0)
		return errno;
	if (s->policy && sched_setscheduler(0, s->policy, &param) < 0)
		return errno;
	return 0;
}

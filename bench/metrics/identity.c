/* SPDX-License-Identifier: GPL-3.0-or-later */
/* identity: as whom a group's workload ran, as /proc told it (proc(5), namespaces(7)). */
#include <stdio.h>

#include "metrics/metric.h"

static const struct metric table[] = {
	{"identity.uid", "id", BETTER_NEUTRAL, "user of the workload, as /proc had it"},
	{"identity.gid", "id", BETTER_NEUTRAL, "its group of users"},
	{"identity.caps", "count", BETTER_NEUTRAL, "capabilities in effect"},
	{"identity.cap_eff", "mask", BETTER_NEUTRAL, "the same as a number: CapEff"},
	{"identity.no_new_privs", "flag", BETTER_NEUTRAL, "NoNewPrivs"},
	{"identity.seccomp", "mode", BETTER_NEUTRAL, "Seccomp: 0 none, 2 a filter"},
	{"identity.apart", "count", BETTER_NEUTRAL,
	 "kinds of namespaces that are not the harness's"},
	{"identity.joined", "count", BETTER_NEUTRAL,
	 "of those to be joined, kinds that are the same"},
	{"identity.ns_pid", "inode", BETTER_NEUTRAL, "PID namespace"},
	{"identity.ns_mount", "inode", BETTER_NEUTRAL, "mount namespace"},
	{"identity.ns_net", "inode", BETTER_NEUTRAL, "network namespace"},
	{"identity.ns_cgroup", "inode", BETTER_NEUTRAL, "cgroup namespace"},
	{"identity.ns_user", "inode", BETTER_NEUTRAL, "user namespace"},
	{"identity.ns_ipc", "inode", BETTER_NEUTRAL, "IPC namespace"},
	{"identity.ns_uts", "inode", BETTER_NEUTRAL, "UTS namespace"},
	{0},
};

static int namespaces(const struct identity_seen *seen, struct value_sink *sink, struct err *e)
{
	char name[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < IDENTITY_NS_COUNT; i++) {
		snprintf(name, sizeof(name), "identity.ns_%s", namespace_kinds[i].name);
		r = sink_value(sink, metric_find(name)->name, (double)seen->ns[i], e);
	}
	return r;
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	const struct identity_seen *seen = g->identity;
	int r = 0;

	(void)t;
	if (!seen)
		return 0;
	const struct {
		const char *metric;
		double value;
	} values[] = {
		{"identity.uid", seen->uid},
		{"identity.gid", seen->gid},
		{"identity.caps", __builtin_popcountll(seen->cap_eff)},
		{"identity.cap_eff", (double)seen->cap_eff},
		{"identity.no_new_privs", seen->no_new_privs},
		{"identity.seccomp", seen->seccomp},
		{"identity.apart", seen->apart},
		{"identity.joined", seen->joined},
	};
	for (size_t i = 0; r == 0 && i < sizeof(values) / sizeof(*values); i++)
		r = sink_value(sink, values[i].metric, values[i].value, e);
	return r < 0 ? r : namespaces(seen, sink, e);
}

static const char *const exact[] = {"identity.uid",          "identity.gid",     "identity.caps",
				    "identity.cap_eff",      "identity.apart",   "identity.joined",
				    "identity.no_new_privs", "identity.seccomp", NULL};

const struct metric_group metrics_identity = {
	.name = "identity", .metrics = table, .exact = exact, .compute = compute};

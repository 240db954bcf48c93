/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pressure: time lost waiting for a resource, as the kernel counts it (accounting/psi.rst). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/array.h"
#include "metrics/metric.h"

static const struct metric table[] = {
	{"pressure.cpu_some_usec", "usec", BETTER_LOWER, "some task of the group waited for a CPU"},
	{"pressure.cpu_full_usec", "usec", BETTER_LOWER, "all tasks of the group did"},
	{"pressure.memory_some_usec", "usec", BETTER_LOWER, "some task waited for memory"},
	{"pressure.memory_full_usec", "usec", BETTER_LOWER, "all tasks did"},
	{"pressure.io_some_usec", "usec", BETTER_LOWER, "some task waited for I/O"},
	{"pressure.io_full_usec", "usec", BETTER_LOWER, "all tasks did"},
	{0},
};

static const char *const reads[] = {"cpu.pressure", "memory.pressure", "io.pressure", NULL};

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234" */
static bool total_usec(const char *text, const char *line_name, uint64_t *usec)
{
	const char *line = text ? strstr(text, line_name) : NULL;
	const char *total = line ? strstr(line, "total=") : NULL;

	return total && single_u64(total + strlen("total="), usec);
}

static int compute(const struct trial_data *t, const struct group_data *g, struct value_sink *sink,
		   struct err *e)
{
	static const char *const rows[][3] = {
		{"pressure.cpu_some_usec", "cpu.pressure", "some "},
		{"pressure.cpu_full_usec", "cpu.pressure", "full "},
		{"pressure.memory_some_usec", "memory.pressure", "some "},
		{"pressure.memory_full_usec", "memory.pressure", "full "},
		{"pressure.io_some_usec", "io.pressure", "some "},
		{"pressure.io_full_usec", "io.pressure", "full "},
	};
	uint64_t before, after;
	int r = 0;

	(void)t;
	for (size_t i = 0; r == 0 && i < array_len(rows); i++)
		if (total_usec(snapshot_text(&g->before, rows[i][1]), rows[i][2], &before) &&
		    total_usec(snapshot_text(&g->after, rows[i][1]), rows[i][2], &after))
			r = sink_value(sink, rows[i][0], (double)after - (double)before, e);
	return r;
}

const struct metric_group metrics_pressure = {.name = "pressure",
					      .metrics = table,
					      .reads = reads,
					      .by_segment = true,
					      .compute = compute};

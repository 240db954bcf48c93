/* SPDX-License-Identifier: GPL-3.0-or-later */
/* harness: what measuring cost, inside the measured interval and around it. */
#include "metrics/metric.h"

static const struct metric table[] = {
	{"harness.setup_usec", "usec", BETTER_LOWER, "from the first mkdir to the open gate"},
	{"harness.teardown_usec", "usec", BETTER_LOWER, "removing the groups"},
	{"harness.cpu_usec", "usec", BETTER_LOWER, "CPU time of the harness inside the window"},
	{"harness.cpu_pct", "%", BETTER_LOWER, "the same, of one CPU"},
	{"harness.sample_every_usec", "usec", BETTER_NEUTRAL,
	 "how often samples were taken; longer than asked where no CPU is free for it"},
	{"harness.samples", "count", BETTER_NEUTRAL, "samples taken"},
	{"harness.samples_lost", "count", BETTER_LOWER, "samples that it was too late for"},
	{"harness.sample_cost_usec", "usec", BETTER_LOWER, "mean time to take one sample"},
	{0},
};

static int compute_trial(const struct trial_data *t, struct value_sink *sink, struct err *e)
{
	double window_nsec = (double)(t->close_nsec - t->open_nsec);
	int r = sink_value(sink, "harness.setup_usec", (double)t->setup_nsec / 1000, e);

	if (r == 0)
		r = sink_value(sink, "harness.teardown_usec", (double)t->teardown_nsec / 1000, e);
	if (r == 0)
		r = sink_value(sink, "harness.cpu_usec", (double)t->harness_cpu_nsec / 1000, e);
	if (r == 0 && window_nsec > 0)
		r = sink_value(sink, "harness.cpu_pct",
			       100 * (double)t->harness_cpu_nsec / window_nsec, e);
	if (r == 0 && t->sample_every_usec)
		r = sink_value(sink, "harness.sample_every_usec", (double)t->sample_every_usec, e);
	if (r == 0)
		r = sink_value(sink, "harness.samples", (double)t->samples_taken, e);
	if (r == 0)
		r = sink_value(sink, "harness.samples_lost", (double)t->samples_lost, e);
	if (r == 0 && t->samples_taken)
		r = sink_value(sink, "harness.sample_cost_usec",
			       (double)t->sampler_nsec / 1000 / (double)t->samples_taken, e);
	return r;
}

const struct metric_group metrics_harness = {
	.name = "harness", .metrics = table, .compute_trial = compute_trial};

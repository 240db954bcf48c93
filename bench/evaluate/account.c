/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/account.h"

#include <math.h>
#include <string.h>
#include <sys/wait.h>

#include "cgbench/array.h"
#include "cgbench/clock.h"

double account_measured(const struct account *a, const char *metric)
{
	for (size_t i = 0; i < a->values->n; i++)
		if (strcmp(a->values->values[i].metric, metric) == 0)
			return a->values->values[i].value;
	return NAN;
}

/* NULL: not limited by it. */
static const struct knob_value *limit(const struct account *a, const char *knob)
{
	for (size_t i = 0; i < a->n_limits; i++)
		if (strcmp(a->limits[i].knob->name, knob) == 0 && !a->limits[i].value.is_max)
			return &a->limits[i].value;
	return NULL;
}

static double cpus(const struct knob_value *v)
{
	return (double)v->number / (double)v->period_usec;
}

static double number(const struct account *a, const struct knob_value *v)
{
	(void)a;
	return (double)v->number;
}

static double cpus_allowed(const struct account *a, const struct knob_value *v)
{
	(void)a;
	return cpus(v);
}

static double usec_allowed(const struct account *a, const struct knob_value *v)
{
	return cpus(v) * a->seconds * USEC_PER_SEC;
}

double account_allowed(const struct account *a, const char *metric)
{
	static const struct {
		const char *metric, *knob;
		double (*of)(const struct account *a, const struct knob_value *v);
	} rows[] = {
		{"cpu.usage_usec", "cpu.max", usec_allowed},
		{"cpu.usage_cpus", "cpu.max", cpus_allowed},
		{"memory.current_bytes", "memory.max", number},
		{"memory.peak_bytes", "memory.max", number},
		{"memory.swap_bytes", "memory.swap.max", number},
		{"memory.swap_peak_bytes", "memory.swap.max", number},
		{"pids.current", "pids.max", number},
		{"pids.peak", "pids.max", number},
	};

	for (size_t i = 0; i < array_len(rows); i++) {
		const struct knob_value *v = limit(a, rows[i].knob);
		if (strcmp(rows[i].metric, metric) == 0)
			return v ? rows[i].of(a, v) : NAN;
	}
	return NAN;
}

void account_print_seconds(double s, FILE *f)
{
	if (s < 1)
		fprintf(f, "%.3g ms", s * 1e3);
	else
		fprintf(f, s < 100 ? "%.3g s" : "%.0f s", s);
}

void account_print_bytes(double bytes, FILE *f)
{
	static const char suffixes[] = "KMGT";
	size_t i = 0;

	if (bytes < 1024) {
		fprintf(f, "%.0f bytes", bytes);
		return;
	}
	for (bytes /= 1024; bytes >= 1000 && suffixes[i + 1]; i++)
		bytes /= 1024;
	fprintf(f, "%.3g%c", bytes, suffixes[i]);
}

/* "3 forks", "1 fork" */
static void print_count(double n, const char *what, FILE *f)
{
	fprintf(f, "%.0f %s%s", n, what, n == 1 ? "" : "s");
}

static void ending(const struct account *a, FILE *f)
{
	int signal = WIFSIGNALED(a->wait_status) ? WTERMSIG(a->wait_status) : 0;

	if (a->cut_short)
		fputs("ended by --timeout", f);
	else if (signal)
		fprintf(f, "exit %d (SIG%s)", 128 + signal, sigabbrev_np(signal) ?: "?");
	else
		fprintf(f, "exit %d", WEXITSTATUS(a->wait_status));
	fputs(" after ", f);
	account_print_seconds(a->seconds, f);
}

static void cpu(const struct account *a, FILE *f)
{
	double used = account_measured(a, "cpu.usage_usec"),
	       allowed = account_allowed(a, "cpu.usage_usec");

	if (isnan(used))
		return;
	fputs("; CPU: ", f);
	if (!isnan(allowed))
		fprintf(f, "throttled in %.0f of %.0f periods, ",
			account_measured(a, "cpu.nr_throttled"),
			account_measured(a, "cpu.nr_periods"));
	account_print_seconds(used / 1e6, f);
	if (isnan(allowed))
		return;
	fputs(" of ", f);
	account_print_seconds(allowed / 1e6, f);
	fputs(" allowed", f);
}

static void memory(const struct account *a, FILE *f)
{
	double peak = account_measured(a, "memory.peak_bytes"), allowed;
	double kills = account_measured(a, "memory.events_oom_kill");
	double met = account_measured(a, "memory.events_max"),
	       slowed = account_measured(a, "memory.events_high");

	if (isnan(peak))
		return;
	fputs("; memory: peak ", f);
	account_print_bytes(peak, f);
	allowed = account_allowed(a, "memory.peak_bytes");
	if (!isnan(allowed)) {
		fputs(" of ", f);
		account_print_bytes(allowed, f);
	}
	if (kills > 0) {
		fputs(", ", f);
		print_count(kills, "OOM kill", f);
	} else if (met > 0) {
		fputs(", reclaimed at the limit ", f);
		print_count(met, "time", f);
	}
	if (slowed > 0) {
		fputs(", slowed down by memory.high ", f);
		print_count(slowed, "time", f);
	}
	if (a->swap_is_open)
		fputs(", and swap is open (-l memory.swap.max=0 closes it)", f);
}

static void tasks(const struct account *a, FILE *f)
{
	double peak = account_measured(a, "pids.peak"), allowed = account_allowed(a, "pids.peak");
	double refused = account_measured(a, "pids.events_max"),
	       left = account_measured(a, "pids.current");

	if (!isnan(allowed)) {
		fputs("; tasks: ", f);
		if (!isnan(peak))
			fprintf(f, "peak %.0f of %.0f, ", peak, allowed);
		print_count(isnan(refused) ? 0 : refused, "fork", f);
		fputs(" refused", f);
	}
	if (!a->cut_short && left > 0) {
		fputs("; ", f);
		print_count(left, "task", f);
		fputs(" left behind, killed", f);
	}
}

void account_print(const struct account *a, FILE *f)
{
	ending(a, f);
	cpu(a, f);
	memory(a, f);
	tasks(a, f);
	fputc('\n', f);
}

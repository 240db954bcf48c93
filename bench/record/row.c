/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record/row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cgbench/scope.h"

struct column {
	const char *name;
	void (*put)(struct csv_writer *w, const struct row *r);
};

static double timeval_usec(const struct timeval *t)
{
	return (double)t->tv_sec * 1e6 + (double)t->tv_usec;
}

static double since_open_usec(const struct row *r, uint64_t nsec)
{
	return ((double)nsec - (double)r->trial->open_nsec) / 1000.0;
}

static void put_usec(struct csv_writer *w, const struct row *r, uint64_t nsec)
{
	/* A trial that never ran has no times: empty, not 0. */
	csv_number(w, r->trial->open_nsec ? (double)nsec / 1000.0 : NAN);
}

/* CPUs as "0,2", or "" */
static void cpu_words(FILE *f, const cpu_set_t *set)
{
	const char *comma = "";

	for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, set))
			continue;
		fprintf(f, "%s%u", comma, cpu);
		comma = ",";
	}
}

/* "subject=0,1;bystander=2": of the groups that have any. */
static void put_cpus(struct csv_writer *w, const struct row *r, bool asked)
{
	scope_free char *text = NULL;
	const char *semicolon = "";
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t g = 0; f && g < r->trial->n_groups; g++) {
		const struct group_data *d = &r->trial->groups[g];
		cpu_set_t set;
		CPU_ZERO(&set);
		for (unsigned i = 0; i < d->n_cpus; i++)
			CPU_SET(d->cpus[i], &set);
		if (!asked)
			set = d->ran_on;
		if (CPU_COUNT(&set) == 0)
			continue;
		fprintf(f, "%s%s=", semicolon, d->plan->name);
		cpu_words(f, &set);
		semicolon = ";";
	}
	if (!f || fclose(f) != 0)
		csv_no_memory(w);
	else
		csv_text(w, text);
}

/* clang-format off */
#define PUT(name, field) static void put_##name(struct csv_writer *w, const struct row *r) { field; }

PUT(run, csv_text(w, r->run))
PUT(suite, csv_text(w, r->plan->suite))
PUT(part, csv_text(w, r->trial->plan->part))
PUT(trial, csv_u64(w, r->trial->plan->trial))
PUT(cell, csv_u64(w, r->trial->plan->cell))
PUT(repeat, csv_u64(w, r->trial->plan->repeat))
PUT(status, csv_text(w, trial_status_name(r->trial->status)))
PUT(reason, csv_text(w, r->trial->reason))
PUT(group, csv_text(w, r->group ? r->group->plan->name : ""))
PUT(metric, csv_text(w, r->value->metric))
PUT(unit, csv_text(w, r->value->unit))
PUT(value, csv_number(w, r->value->value))
PUT(expected, csv_number(w, r->value->expected))
/* Ten thousandths of a percent say more than any clock here can. */
PUT(error_pct, csv_number(w, round(r->value->error_pct * 1e4) / 1e4))
PUT(verdict, csv_text(w, verdict_name(r->value->verdict)))
PUT(start, put_usec(w, r, r->trial->open_nsec))
PUT(duration, put_usec(w, r, r->trial->close_nsec - r->trial->open_nsec))
PUT(setup, put_usec(w, r, r->trial->setup_nsec))
PUT(teardown, put_usec(w, r, r->trial->teardown_nsec))
PUT(samples, csv_u64(w, r->trial->samples_taken))
PUT(samples_lost, csv_u64(w, r->trial->samples_lost))
PUT(sampler_cost, put_usec(w, r, r->trial->sampler_nsec))
PUT(harness_cpu, put_usec(w, r, r->trial->harness_cpu_nsec))
PUT(placement, put_cpus(w, r, true))
PUT(ran_on, put_cpus(w, r, false))
PUT(sample_time, csv_number(w, since_open_usec(r, r->sample->nsec)))
PUT(sample_metric, csv_text(w, r->sample->metric))
PUT(sample_value, csv_number(w, r->sample->value))
PUT(thread, csv_u64(w, r->stall->thread))
PUT(stall_start, csv_number(w, since_open_usec(r, r->stall->start_nsec)))
PUT(stall_length, csv_number(w, (double)r->stall->length_nsec / 1000.0))

PUT(program, csv_text(w, r->group->plan->run.argv[0]))
PUT(exit_code, csv_number(w, WIFEXITED(r->group->exit_status) ? WEXITSTATUS(r->group->exit_status)
							      : NAN))
PUT(signal, csv_number(w, WIFSIGNALED(r->group->exit_status) ? WTERMSIG(r->group->exit_status)
							     : NAN))
PUT(ended, csv_number(w, since_open_usec(r, r->group->exit_nsec)))
PUT(user, csv_number(w, timeval_usec(&r->group->usage.ru_utime)))
PUT(system, csv_number(w, timeval_usec(&r->group->usage.ru_stime)))
PUT(maxrss, csv_number(w, (double)r->group->usage.ru_maxrss * 1024))
PUT(output, csv_text(w, r->group->tail))

PUT(what, csv_text(w, r->host->what))
PUT(before, csv_text(w, r->host->before))
PUT(during, csv_text(w, r->host->during))
PUT(after, csv_text(w, r->host->after))

static const struct column results_columns[] = {
	{"run", put_run}, {"suite", put_suite}, {"part", put_part}, {"trial", put_trial},
	{"cell", put_cell}, {"repeat", put_repeat}, {"status", put_status}, {"group", put_group},
	{"metric", put_metric}, {"unit", put_unit}, {"value", put_value},
	{"expected", put_expected}, {"error_pct", put_error_pct}, {"verdict", put_verdict}, {0},
};
static const struct column trials_columns[] = {
	{"run", put_run}, {"suite", put_suite}, {"part", put_part}, {"trial", put_trial},
	{"cell", put_cell}, {"repeat", put_repeat}, {"status", put_status}, {"reason", put_reason},
	{"start_usec", put_start}, {"duration_usec", put_duration}, {"setup_usec", put_setup},
	{"teardown_usec", put_teardown}, {"samples", put_samples},
	{"samples_lost", put_samples_lost}, {"sampler_cost_usec", put_sampler_cost},
	{"harness_cpu_usec", put_harness_cpu}, {"placement", put_placement},
	{"ran_on", put_ran_on}, {0},
};
static const struct column samples_columns[] = {
	{"trial", put_trial}, {"group", put_group}, {"t_usec", put_sample_time},
	{"metric", put_sample_metric}, {"value", put_sample_value}, {0},
};
static const struct column stalls_columns[] = {
	{"trial", put_trial}, {"group", put_group}, {"thread", put_thread},
	{"start_usec", put_stall_start}, {"length_usec", put_stall_length}, {0},
};

static const struct column programs_columns[] = {
	{"trial", put_trial}, {"group", put_group}, {"program", put_program},
	{"exit_code", put_exit_code}, {"signal", put_signal}, {"ended_usec", put_ended},
	{"user_usec", put_user}, {"system_usec", put_system}, {"maxrss_bytes", put_maxrss},
	{"output", put_output}, {0},
};

static const struct column host_columns[] = {
	{"trial", put_trial}, {"what", put_what}, {"before", put_before}, {"during", put_during},
	{"after", put_after}, {0},
};

static const struct {
	const char *name;
	const struct column *columns;
	bool axes;
} files[ROW_FILES] = {
	[ROW_RESULTS] = {"results.csv", results_columns, true},
	[ROW_TRIALS] = {"trials.csv", trials_columns, true},
	[ROW_SAMPLES] = {"samples.csv", samples_columns, false},
	[ROW_STALLS] = {"stalls.csv", stalls_columns, false},
	[ROW_PROGRAMS] = {"programs.csv", programs_columns, false},
	[ROW_HOST] = {"host.csv", host_columns, false},
};
/* clang-format on */

bool row_file_is_newer(enum row_file f)
{
	return f == ROW_PROGRAMS || f == ROW_HOST;
}

const char *row_file_name(enum row_file f)
{
	return files[f].name;
}

bool row_is_axis(enum row_file f, const char *column)
{
	for (const struct column *c = files[f].columns; c->name; c++)
		if (strcmp(c->name, column) == 0)
			return false;
	return true;
}

bool row_is_column(const char *name)
{
	for (size_t f = 0; f < ROW_FILES; f++)
		for (const struct column *c = files[f].columns; files[f].axes && c->name; c++)
			if (strcmp(c->name, name) == 0)
				return true;
	return false;
}

int row_header(struct csv_writer *w, enum row_file f, const struct plan *plan, struct err *e)
{
	for (const struct column *c = files[f].columns; c->name; c++)
		csv_text(w, c->name);
	for (size_t a = 0; files[f].axes && a < plan->n_axes; a++)
		csv_text(w, plan->axis_names[a]);
	return csv_end_row(w, e);
}

int row_write(struct csv_writer *w, enum row_file f, const struct row *row, struct err *e)
{
	for (const struct column *c = files[f].columns; c->name; c++)
		c->put(w, row);
	for (size_t a = 0; files[f].axes && a < row->plan->n_axes; a++)
		csv_text(w, row->trial->plan->axis_values[a]);
	return csv_end_row(w, e);
}

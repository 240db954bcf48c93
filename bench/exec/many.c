/* SPDX-License-Identifier: GPL-3.0-or-later */
/* many: commands run again and again, in turns. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "cgbench/clock.h"
#include "cgbench/exit.h"
#include "evaluate/series.h"
#include "exec/exec.h"

/* One of the commands, and what its runs came to. */
struct job {
	char *name; /* its line, for messages; owned */
	char *shell[4], **argv;
	struct series series;
};

size_t exec_count(const struct exec_options *o)
{
	size_t n = 0;

	while (o->shell && o->argv[n])
		n++;
	return o->shell ? n : 1;
}

static int add_run(const struct exec_options *o, const struct trial_data *t, struct series *s,
		   struct err *e)
{
	struct evaluation v = {0};
	struct series_run run;
	struct account a;
	int r = evaluate(t, &v, e);

	if (r < 0)
		return r;
	a = exec_account(o, t, &v);
	run = (struct series_run){
		.seconds = a.seconds,
		.user_seconds = account_measured(&a, "cpu.user_usec") / USEC_PER_SEC,
		.system_seconds = account_measured(&a, "cpu.system_usec") / USEC_PER_SEC,
		.peak_bytes = account_measured(&a, "memory.peak_bytes"),
		.code = exec_code(t)};
	evaluation_free(&v);
	return series_add(s, &run) < 0 ? err_no_memory(e) : 0;
}

/* counts: not a warm-up. *code: why the series ends here; 0: it goes on. */
static int run_job(const struct exec_options *o, struct session *s, struct job *j, bool counts,
		   int *code, struct err *e)
{
	struct group_plan group;
	struct trial_plan plan = exec_plan(o, j->argv, &group);
	struct trial_data data;
	int r = trial_run(&s->env, &plan, &data, e);

	if (r == 0 && !trial_has_numbers(data.status))
		*code = exec_code(&data);
	else if (r == 0 && counts)
		r = add_run(o, &data, &j->series, e);
	trial_data_free(&data);
	return r;
}

/* In turns, so that what changes on the machine meanwhile meets all alike. */
static int run_jobs(const struct exec_options *o, struct session *s, struct job *jobs, size_t n,
		    int *code, struct err *e)
{
	int r = 0;

	s->env.pass_streams = o->show_output;
	for (uint64_t turn = 0; turn < (uint64_t)o->warmup + o->repeat; turn++)
		for (size_t i = 0; i < n; i++) {
			r = run_job(o, s, &jobs[i], turn >= o->warmup, code, e);
			if (r < 0 || *code)
				return r;
		}
	return 0;
}

/* "xz -k file" */
static char *line_of(char **argv)
{
	char *line = NULL;
	size_t size;
	FILE *f = open_memstream(&line, &size);

	for (char **word = argv; f && *word; word++)
		fprintf(f, "%s%s", word == argv ? "" : " ", *word);
	if (f)
		fclose(f);
	return line;
}

static int make_jobs(const struct exec_options *o, struct job *jobs, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct job *j = &jobs[i];
		*j = (struct job){.shell = {(char *)"sh", (char *)"-c", o->argv[i], NULL}};
		j->argv = o->shell ? j->shell : o->argv;
		j->name = o->shell ? strdup(o->argv[i]) : line_of(o->argv);
		j->series.command = j->name;
		if (!j->name)
			return err_no_memory(e);
	}
	return 0;
}

/* The first code that is not 0. */
static int code_of(const struct series *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].n; k++)
			if (v[i].runs[k].code)
				return v[i].runs[k].code;
	return 0;
}

/* What was measured until then, when a series has ended early. */
static int report_series(const struct exec_options *o, const struct series *v, size_t n,
			 struct err *e)
{
	FILE *out = stderr, *json;
	int r = o->output ? output_open(o->output, &out, e) : 0;

	if (r < 0)
		return r;
	r = series_print(v, n, out, e);
	if (o->output)
		r = output_close(out, o->output, r, e);
	else if (r == 0 && ferror(out))
		r = err_set(e, -EIO, "the account is not whole: stderr takes no more");
	if (r < 0 || !o->export_json)
		return r;
	r = output_open(o->export_json, &json, e);
	if (r < 0)
		return r;
	return output_close(json, o->export_json, series_export(v, n, json, e), e);
}

int exec_series(const struct exec_options *o, struct session *s)
{
	struct job jobs[EXEC_COMMANDS_MAX] = {0};
	struct series all[EXEC_COMMANDS_MAX];
	size_t n = exec_count(o), measured = 0;
	struct err e = {""}, later = {""};
	int code = 0, r = make_jobs(o, jobs, n, &e), closed, told = 0;

	if (r == 0)
		r = run_jobs(o, s, jobs, n, &code, &e);
	closed = session_close(s, &later);
	for (size_t i = 0; i < n; i++)
		if (jobs[i].series.n > 0)
			all[measured++] = jobs[i].series;
	if (measured > 0)
		told = report_series(o, all, measured, &later);
	if (r == -EINTR)
		code = 128 + SIGINT;
	else if (r < 0)
		code = exec_fail(EXIT_CANNOT, e.text);
	else if (code == 0)
		code = code_of(all, measured);
	for (size_t i = 0; i < n; i++) {
		series_free(&jobs[i].series);
		free(jobs[i].name);
	}
	return closed < 0 || told < 0 ? exec_fail(EXIT_CANNOT, later.text) : code;
}

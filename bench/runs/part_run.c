/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/part_run.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

int part_rows_next(struct part_rows *r, struct err *e)
{
	double trial;
	int more = csv_next(r->reader, &r->fields, e);

	if (more <= 0) {
		r->fields = NULL;
		return more;
	}
	if (csv_field_number(&r->fields[r->trial_column], &trial) < 0 ||
	    !(trial >= 1 && trial <= UINT32_MAX))
		return err_set(e, -EINVAL, "%s:%zu: expected the number of a trial", r->path,
			       csv_line(r->reader));
	r->trial = (unsigned)trial;
	return 0;
}

int part_rows_open(const struct part_run *p, enum row_file f, struct part_rows *out, struct err *e)
{
	struct part_rows rows scope(part_rows_close) = {0};
	int r;

	if (asprintf(&rows.path, "%s/%s", p->dir, row_file_name(f)) < 0) {
		rows.path = NULL;
		return err_set(e, -ENOMEM, "%s: out of memory", p->dir);
	}
	r = csv_open(rows.path, &rows.reader, e);
	if (r < 0)
		return r;
	rows.trial_column = csv_column(rows.reader, "trial");
	rows.run_column = csv_column(rows.reader, "run");
	if (rows.trial_column < 0)
		return err_set(e, -EINVAL, "%s:1: no column 'trial'", rows.path);
	r = part_rows_next(&rows, e);
	if (r == 0) {
		*out = rows;
		rows = (struct part_rows){0};
	}
	return r;
}

void part_rows_close(struct part_rows *r)
{
	csv_free(r->reader);
	free(r->path);
	*r = (struct part_rows){0};
}

static int load_trials(struct part_run *p, struct err *e)
{
	struct part_rows rows scope(part_rows_close) = {0};
	int r = part_rows_open(p, ROW_TRIALS, &rows, e);

	while (r == 0 && rows.fields) {
		unsigned *slot = array_push(p->trials, p->n_trials);
		if (!slot)
			return err_set(e, -ENOMEM, "%s: out of memory", p->dir);
		*slot = rows.trial;
		r = part_rows_next(&rows, e);
	}
	return r;
}

int part_run_load(const char *dir, struct part_run *out, struct err *e)
{
	struct part_run p scope(part_run_free) = {.dir = dir};
	int r = source_load(dir, &p.source, e);

	if (r < 0)
		return r;
	p.id = json_string_value(json_object_get(p.source.host, "run"));
	if (!p.id)
		return err_set(e, -EINVAL, "%s/host.json: no \"run\", the name of the run", dir);
	r = load_trials(&p, e);
	if (r == 0) {
		*out = p;
		p = (struct part_run){0};
	}
	return r;
}

void part_run_free(struct part_run *p)
{
	source_free(&p->source);
	free(p->trials);
	*p = (struct part_run){0};
}

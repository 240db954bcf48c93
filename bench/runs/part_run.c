/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/part_run.h"

#include <errno.h>
#include <stdlib.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "record/row_reader.h"

static int load_trials(struct part_run *p, struct err *e)
{
	struct row_reader rows scope(row_reader_close) = {0};
	int r = row_reader_open(p->dir, ROW_TRIALS, 0, &rows, e);

	while (r == 0 && (r = row_next(&rows, e)) > 0) {
		unsigned *slot = array_push(p->trials, p->n_trials);
		if (!slot)
			return err_set(e, -ENOMEM, "%s: out of memory", p->dir);
		*slot = rows.trial;
		r = 0;
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

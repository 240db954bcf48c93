/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/load.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/hosts.h"
#include "record/row_reader.h"

enum {
	COLUMNS_MAX = DATASET_AXES_MAX,
	DEPTH_MAX = 1, /* folders below a folder of runs */
};

/* A text column, and its last text: rows that follow each other mostly have the same one. */
struct text_column {
	int index;
	uint32_t axis; /* for axes */
	uint32_t id;
};

struct row_value {
	double value, expected;
	uint32_t series, trial;
	uint8_t verdict;
};

/* One directory on its way into a run. */
struct loader {
	struct dataset *d;
	struct run *run;
	struct row_reader in;                 /* the file being read */
	struct text_column axes[COLUMNS_MAX]; /* sorted by axis */
	size_t n_axes;
	struct text_column text[ROW_COLUMNS];
	uint32_t cell; /* of the last row */
	bool has_cell;
	struct row_value *rows;
	size_t n_rows;
};

static int no_memory(const struct loader *l, struct err *e)
{
	return err_set(e, -ENOMEM, "%s: out of memory", l->run->path);
}

static int by_axis(const void *a, const void *b)
{
	const struct text_column *x = a, *y = b;
	return x->axis < y->axis ? -1 : x->axis > y->axis;
}

/* Which columns are axes: suite, part, and all that the file's own table does not have. */
static int find_axes(struct loader *l, struct err *e)
{
	l->n_axes = 0;
	for (size_t i = 0; i < csv_columns(l->in.csv); i++) {
		const char *name = csv_column_name(l->in.csv, i);
		struct text_column *c = &l->axes[l->n_axes];
		if (strcmp(name, "suite") != 0 && strcmp(name, "part") != 0 &&
		    !row_is_axis(l->in.file, name))
			continue;
		*c = (struct text_column){.index = (int)i, .axis = dataset_add_axis(l->d, name)};
		if (c->axis == UINT32_MAX)
			return no_memory(l, e);
		l->n_axes++;
	}
	qsort(l->axes, l->n_axes, sizeof(l->axes[0]), by_axis);
	return 0;
}

static int open_file(struct loader *l, const char *dir, enum row_file file, unsigned needs,
		     struct err *e)
{
	int r = row_reader_open(dir, file, needs, &l->in, e);

	if (r < 0)
		return r;
	if (csv_columns(l->in.csv) > COLUMNS_MAX)
		return err_set(e, -EINVAL, "%s:1: more than %d columns", l->in.path, COLUMNS_MAX);
	l->has_cell = false;
	for (size_t c = 0; c < ROW_COLUMNS; c++)
		l->text[c] = (struct text_column){.index = l->in.column[c]};
	return find_axes(l, e);
}

static bool column_id(const struct loader *l, struct text_column *c, bool *changed)
{
	const struct csv_field *f = &l->in.fields[c->index];
	struct intern *texts = l->d->texts;
	uint32_t id;

	if (intern_length(texts, c->id) == f->len &&
	    memcmp(intern_text(texts, c->id), f->str, f->len) == 0)
		return true;
	id = intern_add(texts, f->str, f->len);
	*changed = true;
	c->id = id;
	return id != INTERN_FULL;
}

/* The number of a text of the row; INTERN_FULL: no memory. */
static uint32_t text_id(struct loader *l, enum row_column c)
{
	bool changed;

	return column_id(l, &l->text[c], &changed) ? l->text[c].id : INTERN_FULL;
}

/* The cell of the row, in l->cell. */
static int read_cell(struct loader *l, struct err *e)
{
	struct axis_value values[COLUMNS_MAX];
	bool changed = !l->has_cell;
	size_t n = 0;

	for (size_t i = 0; i < l->n_axes; i++)
		if (!column_id(l, &l->axes[i], &changed))
			return no_memory(l, e);
	if (!changed)
		return 0;
	for (size_t i = 0; i < l->n_axes; i++)
		if (l->axes[i].id != 0)
			values[n++] = (struct axis_value){l->axes[i].axis, l->axes[i].id};
	if (cell_id(l->d, values, n, &l->cell) < 0)
		return no_memory(l, e);
	l->has_cell = true;
	return 0;
}

/* ---- trials.csv ---- */

/* A count that not every file has; 0 without it. */
static int read_count(const struct loader *l, enum row_column c, unsigned *out, struct err *e)
{
	double number = 0;
	int r = row_number(&l->in, c, &number, e);

	if (r == 0 && !isnan(number) && !(number >= 0 && number <= UINT32_MAX))
		return row_fault(&l->in, c, "a count", e);
	if (r == 0)
		*out = isnan(number) ? 0 : (unsigned)number;
	return r;
}

/* Where a trial of that number is found, in the directory that is read. */
static int note_number(struct loader *l, struct err *e)
{
	struct run *run = l->run;
	size_t n = run->n_by_number;

	if (l->in.trial >= n) {
		size_t more = l->in.trial < 512 ? 1024 : (size_t)l->in.trial * 2;
		uint32_t *grown = reallocarray(run->by_number, more, sizeof(*grown));
		if (!grown)
			return no_memory(l, e);
		memset(grown + n, 0, (more - n) * sizeof(*grown));
		run->by_number = grown;
		run->n_by_number = more;
	}
	run->by_number[l->in.trial] = (uint32_t)run->n_trials;
	return 0;
}

static int read_trial(struct loader *l, struct err *e)
{
	struct csv_field status = row_field(&l->in, COL_STATUS);
	struct run_trial *t, *slot;
	int r = read_cell(l, e);

	if (r < 0)
		return r;
	t = array_push(l->run->trials, l->run->n_trials);
	if (!t)
		return no_memory(l, e);
	*t = (struct run_trial){.number = l->in.trial,
				.cell = l->cell,
				.ok = csv_field_is(&status, trial_status_name(TRIAL_OK)),
				.status = text_id(l, COL_STATUS),
				.reason = text_id(l, COL_REASON)};
	r = read_count(l, COL_CELL, &t->cell_number, e);
	if (r == 0)
		r = read_count(l, COL_REPEAT, &t->repeat, e);
	if (r == 0)
		r = row_number(&l->in, COL_DURATION, &t->duration_usec, e);
	if (r < 0)
		return r;
	slot = t;
	if (!t->ok)
		slot = array_push(l->run->broken, l->run->n_broken);
	if (!slot || t->status == INTERN_FULL || t->reason == INTERN_FULL)
		return no_memory(l, e);
	*slot = *t;
	return note_number(l, e);
}

/* ---- results.csv ---- */

static int read_verdict(const struct loader *l, uint8_t *verdict, struct err *e)
{
	static const enum verdict known[] = {VERDICT_NONE, VERDICT_PASS, VERDICT_FAIL,
					     VERDICT_UNRESOLVED};
	struct csv_field f = row_field(&l->in, COL_VERDICT);

	for (size_t i = 0; i < array_len(known); i++) {
		if (csv_field_is(&f, verdict_name(known[i]))) {
			*verdict = (uint8_t)known[i];
			return 0;
		}
	}
	return row_fault(&l->in, COL_VERDICT, "pass, fail, unresolved or nothing", e);
}

static int read_series(struct loader *l, uint32_t *series, struct err *e)
{
	struct series key;

	if (read_cell(l, e) < 0)
		return -ENOMEM;
	key = (struct series){.cell = l->cell,
			      .group = text_id(l, COL_GROUP),
			      .metric = text_id(l, COL_METRIC),
			      .unit = text_id(l, COL_UNIT)};
	if (key.group == INTERN_FULL || key.metric == INTERN_FULL || key.unit == INTERN_FULL)
		return no_memory(l, e);
	return series_id(l->d, &key, series, e);
}

/* Rows of a trial that trials.csv does not have are of one that was cut short. */
static int read_value(struct loader *l, struct err *e)
{
	const struct run_trial *t = run_trial(l->run, l->in.trial);
	struct row_value v, *slot;
	int r;

	if (!t || !t->ok)
		return 0;
	r = row_number(&l->in, COL_VALUE, &v.value, e);
	if (r == 0)
		r = row_number(&l->in, COL_EXPECTED, &v.expected, e);
	if (r < 0 || isnan(v.value))
		return r;
	r = read_verdict(l, &v.verdict, e);
	if (r == 0)
		r = read_series(l, &v.series, e);
	if (r < 0)
		return r;
	v.trial = (uint32_t)(t - l->run->trials);
	slot = array_push(l->rows, l->n_rows);
	if (!slot)
		return no_memory(l, e);
	*slot = v;
	return 0;
}

/* ---- directories ---- */

static int read_host(struct loader *l, const char *dir, struct err *e)
{
	json_t *host = NULL;
	int r = host_load(dir, &host, e);

	if (r < 0)
		return r;
	if (!l->run->host) {
		l->run->host = host;
		return 0;
	}
	r = hosts_require_alike(l->run->host, host, e);
	json_decref(host);
	return r < 0 ? err_context(e, r,
				   "%s is not of the host that the others of its folder are of",
				   dir)
		     : 0;
}

static int read_rows(struct loader *l, const char *dir, enum row_file file, unsigned needs,
		     int (*read)(struct loader *l, struct err *e), struct err *e)
{
	int r = open_file(l, dir, file, needs, e);

	while (r == 0 && (r = row_next(&l->in, e)) > 0)
		r = read(l, e);
	row_reader_close(&l->in);
	return r;
}

static int load_dir(struct loader *l, const char *dir, struct err *e)
{
	int r = read_host(l, dir, e);

	if (l->run->n_by_number > 0)
		memset(l->run->by_number, 0, l->run->n_by_number * sizeof(*l->run->by_number));
	if (r == 0)
		r = read_rows(l, dir, ROW_TRIALS, ROW_BIT(COL_STATUS) | ROW_BIT(COL_REASON),
			      read_trial, e);
	if (r == 0)
		r = read_rows(l, dir, ROW_RESULTS,
			      ROW_BIT(COL_GROUP) | ROW_BIT(COL_METRIC) | ROW_BIT(COL_UNIT) |
				      ROW_BIT(COL_VALUE) | ROW_BIT(COL_EXPECTED) |
				      ROW_BIT(COL_VERDICT),
			      read_value, e);
	l->run->n_dirs++;
	return r;
}

static bool is_run(const char *dir)
{
	char path[PATH_MAX];

	return (size_t)snprintf(path, sizeof(path), "%s/%s", dir, row_file_name(ROW_RESULTS)) <
		       sizeof(path) &&
	       access(path, F_OK) == 0;
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* A folder of runs, or of folders of runs: `cgbench ab` has one for each of its turns. */
static int load_folder(struct loader *l, const char *folder, int depth, struct err *e)
{
	struct dirent **names = NULL;
	int n = scandir(folder, &names, visible, alphasort), r = 0;

	if (n < 0)
		return errno == ENOTDIR && depth > 0 ? 0 : err_sys(e, "cannot read %s", folder);
	for (int i = 0; i < n; i++) {
		char dir[PATH_MAX];
		if (r == 0 && (size_t)snprintf(dir, sizeof(dir), "%s/%s", folder,
					       names[i]->d_name) < sizeof(dir)) {
			if (is_run(dir))
				r = load_dir(l, dir, e);
			else if (depth < DEPTH_MAX)
				r = load_folder(l, dir, depth + 1, e);
		}
		free(names[i]);
	}
	free(names);
	return r;
}

/* A run directory, or a folder in which there is at least one. */
static int load_path(struct loader *l, const char *path, struct err *e)
{
	int r = is_run(path) ? load_dir(l, path, e) : load_folder(l, path, 0, e);

	if (r == 0 && l->run->n_dirs == 0)
		return err_set(e, -ENOENT,
			       "%s: no run here: expected results.csv, or folders that have one",
			       path);
	return r;
}

/* From rows in the order of the file to values that lie together, by a counting sort. */
static int settle(struct loader *l, struct err *e)
{
	struct run *r = l->run;
	size_t n = l->d->n_series;

	r->n_series = n;
	r->n_values = l->n_rows;
	r->first = calloc(n + 2, sizeof(*r->first));
	r->value = calloc(l->n_rows + 1, sizeof(*r->value));
	r->expected = calloc(l->n_rows + 1, sizeof(*r->expected));
	r->verdict = calloc(l->n_rows + 1, sizeof(*r->verdict));
	r->trial = calloc(l->n_rows + 1, sizeof(*r->trial));
	if (!r->first || !r->value || !r->expected || !r->verdict || !r->trial)
		return no_memory(l, e);
	/* Counted two places on, then one: filling moves each start to where it belongs. */
	for (size_t i = 0; i < l->n_rows; i++)
		r->first[l->rows[i].series + 2]++;
	for (size_t i = 2; i < n + 2; i++)
		r->first[i] += r->first[i - 1];
	for (size_t i = 0; i < l->n_rows; i++) {
		uint32_t at = r->first[l->rows[i].series + 1]++;
		r->value[at] = l->rows[i].value;
		r->expected[at] = l->rows[i].expected;
		r->verdict[at] = l->rows[i].verdict;
		r->trial[at] = l->rows[i].trial;
	}
	return 0;
}

static int by_cell(const void *a, const void *b)
{
	const struct run_trial *x = a, *y = b;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

int run_load(struct dataset *d, const char *path, struct run **out, struct err *e)
{
	struct loader *l = calloc(1, sizeof(*l));
	struct run *run = calloc(1, sizeof(*run));
	int r = -ENOMEM;

	if (l && run && (run->path = strdup(path))) {
		l->d = d;
		l->run = run;
		r = load_path(l, path, e);
		if (r == 0)
			r = settle(l, e);
	} else {
		err_set(e, r, "%s: out of memory", path);
	}
	free(l ? l->rows : NULL);
	free(l);
	if (r < 0) {
		run_free(run);
		return r;
	}
	if (run->n_broken)
		qsort(run->broken, run->n_broken, sizeof(*run->broken), by_cell);
	*out = run;
	return 0;
}

int run_load_one(struct dataset *d, const char *dir, struct run **out, struct err *e)
{
	struct run *run = NULL;
	int r = run_load(d, dir, &run, e);

	if (r == 0 && !is_run(dir))
		r = err_set(e, -ENOENT, "%s: no run here, but a folder of them; name each", dir);
	else if (r == 0 && run->n_trials == 0)
		r = err_set(e, -ENODATA, "%s: has no trial: the run ended before its first", dir);
	if (r < 0)
		run_free(run);
	else
		*out = run;
	return r;
}

void run_free(struct run *r)
{
	if (!r)
		return;
	json_decref(r->host);
	free(r->path);
	free(r->first);
	free(r->value);
	free(r->expected);
	free(r->verdict);
	free(r->trial);
	free(r->trials);
	free(r->by_number);
	free(r->broken);
	free(r);
}

size_t run_values(const struct run *r, uint32_t series, size_t *first)
{
	if (series >= r->n_series)
		return 0;
	*first = r->first[series];
	return r->first[series + 1] - r->first[series];
}

size_t run_broken(const struct run *r, uint32_t cell, const struct run_trial **first)
{
	size_t low = 0, high = r->n_broken, n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (r->broken[mid].cell < cell)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < r->n_broken && r->broken[low + n].cell == cell)
		n++;
	if (n > 0 && first)
		*first = &r->broken[low];
	return n;
}

const struct run_trial *run_trial(const struct run *r, unsigned number)
{
	uint32_t place = number < r->n_by_number ? r->by_number[number] : 0;

	return place ? &r->trials[place - 1] : NULL;
}

unsigned run_repeats(const struct run *r)
{
	unsigned most = 0;

	for (size_t i = 0; i < r->n_trials; i++)
		most = r->trials[i].repeat > most ? r->trials[i].repeat : most;
	return most;
}

const char *run_name(const struct run *r)
{
	const char *slash, *id = json_string_value(json_object_get(r->host, "run"));

	if (id && r->n_dirs == 1)
		return id;
	slash = strrchr(r->path, '/');
	return slash && slash[1] ? slash + 1 : r->path;
}

const char *run_suite(const struct dataset *d, const struct run *r)
{
	const char *suite = r->n_trials ? cell_axis(d, r->trials[0].cell, AXIS_SUITE) : NULL;

	return suite ? suite : "";
}

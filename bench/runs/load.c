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

#include "base/csv.h"
#include "base/input.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/hosts.h"
#include "record/row.h"

enum {
	COLUMNS_MAX = DATASET_AXES_MAX,
	TRIALS_MAX = 100 * 1000 * 1000,
	DEPTH_MAX = 1, /* folders below a folder of runs */
};

/* ---- reading a file ---- */

enum column {
	COL_TRIAL,
	COL_GROUP,
	COL_METRIC,
	COL_UNIT,
	COL_VALUE,
	COL_EXPECTED,
	COL_VERDICT,
	COL_STATUS,
	COL_REASON,
	COL_COUNT,
};

static const char *const column_names[COL_COUNT] = {
	[COL_TRIAL] = "trial",     [COL_GROUP] = "group",   [COL_METRIC] = "metric",
	[COL_UNIT] = "unit",       [COL_VALUE] = "value",   [COL_EXPECTED] = "expected",
	[COL_VERDICT] = "verdict", [COL_STATUS] = "status", [COL_REASON] = "reason",
};

#define BIT(column) (1u << (column))

static const struct {
	enum row_file file;
	unsigned needs; /* columns */
} needs[] = {
	[ROW_RESULTS] = {ROW_RESULTS, BIT(COL_TRIAL) | BIT(COL_GROUP) | BIT(COL_METRIC) |
					      BIT(COL_UNIT) | BIT(COL_VALUE) | BIT(COL_EXPECTED) |
					      BIT(COL_VERDICT)},
	[ROW_TRIALS] = {ROW_TRIALS, BIT(COL_TRIAL) | BIT(COL_STATUS) | BIT(COL_REASON)},
};

/* A text column, and its last text: rows that follow each other mostly have the same one. */
struct text_column {
	int index;
	uint32_t axis; /* for axes */
	uint32_t id;
};

struct row_value {
	double value, expected;
	uint32_t series;
	uint8_t verdict;
};

/* One directory on its way into a run. */
struct loader {
	struct dataset *d;
	struct run *run;
	char path[PATH_MAX]; /* of the file being read */
	struct csv_reader *csv;
	const struct csv_field *fields;
	int column[COL_COUNT];
	struct text_column axes[COLUMNS_MAX]; /* sorted by axis */
	size_t n_axes;
	struct text_column text[COL_COUNT];
	uint32_t cell; /* of the last row */
	bool has_cell;
	uint8_t *trial_ok; /* by number: ok in trials.csv */
	size_t n_trial_ok;
	struct row_value *rows;
	size_t n_rows;
};

static void loader_clear(struct loader *l)
{
	csv_free(l->csv);
	free(l->trial_ok);
	free(l->rows);
}

static int no_memory(const struct loader *l, struct err *e)
{
	return err_set(e, -ENOMEM, "%s: out of memory", l->path);
}

static int by_axis(const void *a, const void *b)
{
	const struct text_column *x = a, *y = b;
	return x->axis < y->axis ? -1 : x->axis > y->axis;
}

/* Which columns are axes: suite, part, and all that the file's own table does not have. */
static int find_axes(struct loader *l, enum row_file file, struct err *e)
{
	l->n_axes = 0;
	for (size_t i = 0; i < csv_columns(l->csv); i++) {
		const char *name = csv_column_name(l->csv, i);
		struct text_column *c = &l->axes[l->n_axes];
		if (strcmp(name, "suite") != 0 && strcmp(name, "part") != 0 &&
		    !row_is_axis(file, name))
			continue;
		*c = (struct text_column){.index = (int)i, .axis = dataset_add_axis(l->d, name)};
		if (c->axis == UINT32_MAX)
			return no_memory(l, e);
		l->n_axes++;
	}
	qsort(l->axes, l->n_axes, sizeof(l->axes[0]), by_axis);
	return 0;
}

static int open_file(struct loader *l, const char *dir, enum row_file file, struct err *e)
{
	int r;

	csv_free(l->csv);
	l->csv = NULL;
	l->has_cell = false;
	memset(l->text, 0, sizeof(l->text));
	if ((size_t)snprintf(l->path, sizeof(l->path), "%s/%s", dir, row_file_name(file)) >=
	    sizeof(l->path))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", dir);
	r = csv_open(l->path, &l->csv, e);
	if (r < 0)
		return r;
	if (csv_columns(l->csv) > COLUMNS_MAX)
		return err_set(e, -EINVAL, "%s:1: more than %d columns", l->path, COLUMNS_MAX);
	for (size_t i = 0; i < COL_COUNT; i++) {
		l->column[i] = csv_column(l->csv, column_names[i]);
		l->text[i].index = l->column[i];
		if (l->column[i] < 0 && needs[file].needs & BIT(i))
			return err_set(e, -EINVAL, "%s:1: no column '%s'; is this a %s of cgbench?",
				       l->path, column_names[i], row_file_name(file));
	}
	return find_axes(l, file, e);
}

static int fault(const struct loader *l, struct err *e, enum column column, const char *expected)
{
	const struct csv_field *f = &l->fields[l->column[column]];

	return err_set(e, -EINVAL, "%s:%zu: %s is '%.*s'; expected %s", l->path, csv_line(l->csv),
		       column_names[column], (int)f->len, f->str, expected);
}

/* The text's number; rows repeat themselves, so the last one is tried first. */
static bool text_id(const struct loader *l, struct text_column *c, bool *changed)
{
	const struct csv_field *f = &l->fields[c->index];
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

/* The cell of the row, in l->cell. */
static int read_cell(struct loader *l, struct err *e)
{
	struct axis_value values[COLUMNS_MAX];
	bool changed = !l->has_cell;
	size_t n = 0;

	for (size_t i = 0; i < l->n_axes; i++)
		if (!text_id(l, &l->axes[i], &changed))
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

static int read_trial(const struct loader *l, size_t *trial, struct err *e)
{
	double number;

	if (csv_field_number(&l->fields[l->column[COL_TRIAL]], &number) < 0 ||
	    !(number >= 1 && number <= TRIALS_MAX) || number != floor(number))
		return fault(l, e, COL_TRIAL, "a trial's number, from 1");
	*trial = (size_t)number;
	return 0;
}

/* ---- trials.csv ---- */

static int mark_ok(struct loader *l, size_t trial, struct err *e)
{
	if (trial >= l->n_trial_ok) {
		size_t n = trial < 512 ? 1024 : trial * 2;
		uint8_t *grown = realloc(l->trial_ok, n);
		if (!grown)
			return no_memory(l, e);
		memset(grown + l->n_trial_ok, 0, n - l->n_trial_ok);
		l->trial_ok = grown;
		l->n_trial_ok = n;
	}
	l->trial_ok[trial] = 1;
	return 0;
}

static int add_broken(struct loader *l, size_t trial, struct err *e)
{
	struct broken *b;
	bool changed;

	if (read_cell(l, e) < 0)
		return -ENOMEM;
	if (!text_id(l, &l->text[COL_STATUS], &changed) ||
	    !text_id(l, &l->text[COL_REASON], &changed))
		return no_memory(l, e);
	b = array_push(l->run->broken, l->run->n_broken);
	if (!b)
		return no_memory(l, e);
	*b = (struct broken){.cell = l->cell,
			     .trial = (uint32_t)trial,
			     .status = l->text[COL_STATUS].id,
			     .reason = l->text[COL_REASON].id};
	return 0;
}

static int read_trials(struct loader *l, struct err *e)
{
	const char *ok = trial_status_name(TRIAL_OK);
	int r;

	while ((r = csv_next(l->csv, &l->fields, e)) > 0) {
		size_t trial;
		r = read_trial(l, &trial, e);
		if (r == 0 && csv_field_is(&l->fields[l->column[COL_STATUS]], ok))
			r = mark_ok(l, trial, e);
		else if (r == 0)
			r = add_broken(l, trial, e);
		if (r < 0)
			return r;
		l->run->n_trials++;
	}
	return r;
}

/* ---- results.csv ---- */

static int read_verdict(const struct loader *l, uint8_t *verdict, struct err *e)
{
	static const struct {
		enum verdict written;
		enum run_verdict read;
	} rows[] = {
		{VERDICT_NONE, RUN_NO_BUDGET},
		{VERDICT_PASS, RUN_PASS},
		{VERDICT_FAIL, RUN_FAIL},
		{VERDICT_UNRESOLVED, RUN_UNRESOLVED},
	};
	const struct csv_field *f = &l->fields[l->column[COL_VERDICT]];

	for (size_t i = 0; i < array_len(rows); i++) {
		if (csv_field_is(f, verdict_name(rows[i].written))) {
			*verdict = (uint8_t)rows[i].read;
			return 0;
		}
	}
	return fault(l, e, COL_VERDICT, "pass, fail, unresolved or nothing");
}

static int read_series(struct loader *l, uint32_t *series, struct err *e)
{
	struct series key;
	bool changed;

	if (read_cell(l, e) < 0)
		return -ENOMEM;
	if (!text_id(l, &l->text[COL_GROUP], &changed) ||
	    !text_id(l, &l->text[COL_METRIC], &changed) ||
	    !text_id(l, &l->text[COL_UNIT], &changed))
		return no_memory(l, e);
	key = (struct series){.cell = l->cell,
			      .group = l->text[COL_GROUP].id,
			      .metric = l->text[COL_METRIC].id,
			      .unit = l->text[COL_UNIT].id};
	return series_id(l->d, &key, series, e);
}

static int read_value(struct loader *l, struct err *e)
{
	struct row_value v, *slot;
	int r;

	if (csv_field_number(&l->fields[l->column[COL_VALUE]], &v.value) < 0)
		return fault(l, e, COL_VALUE, "a number");
	if (csv_field_number(&l->fields[l->column[COL_EXPECTED]], &v.expected) < 0)
		return fault(l, e, COL_EXPECTED, "a number or nothing");
	if (isnan(v.value))
		return 0;
	r = read_verdict(l, &v.verdict, e);
	if (r == 0)
		r = read_series(l, &v.series, e);
	if (r < 0)
		return r;
	slot = array_push(l->rows, l->n_rows);
	if (!slot)
		return no_memory(l, e);
	*slot = v;
	return 0;
}

/* Rows of a trial that trials.csv does not have are of one that was cut short. */
static int read_results(struct loader *l, struct err *e)
{
	int r;

	while ((r = csv_next(l->csv, &l->fields, e)) > 0) {
		size_t trial;
		r = read_trial(l, &trial, e);
		if (r == 0 && trial < l->n_trial_ok && l->trial_ok[trial])
			r = read_value(l, e);
		if (r < 0)
			return r;
	}
	return r;
}

/* ---- directories ---- */

static int read_host(struct loader *l, const char *dir, struct err *e)
{
	json_t *host;
	int r;

	snprintf(l->path, sizeof(l->path), "%s/host.json", dir);
	r = input_json(l->path, &host, e);
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

static int load_dir(struct loader *l, const char *dir, struct err *e)
{
	int r = read_host(l, dir, e);

	if (l->n_trial_ok > 0)
		memset(l->trial_ok, 0, l->n_trial_ok);
	if (r == 0)
		r = open_file(l, dir, ROW_TRIALS, e);
	if (r == 0)
		r = read_trials(l, e);
	if (r == 0)
		r = open_file(l, dir, ROW_RESULTS, e);
	if (r == 0)
		r = read_results(l, e);
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
	if (!r->first || !r->value || !r->expected || !r->verdict)
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
	}
	return 0;
}

static int by_cell(const void *a, const void *b)
{
	const struct broken *x = a, *y = b;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	return x->trial < y->trial ? -1 : x->trial > y->trial;
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
	if (l)
		loader_clear(l);
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

size_t run_broken(const struct run *r, uint32_t cell, const struct broken **first)
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

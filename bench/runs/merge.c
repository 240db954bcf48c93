/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runs/merge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/artifact.h"
#include "base/input.h"
#include "cgbench/scope.h"
#include "host/hosts.h"
#include "record/row_reader.h"
#include "runs/source.h"

enum { NAMED_MAX = 8 }; /* missing trials that a message names */

/* One of the runs that are merged. */
struct merged_run {
	const char *dir; /* borrowed */
	struct source source;
	const char *id;   /* the run's name; belongs to source.host */
	unsigned *trials; /* those that are complete */
	size_t n_trials;
};

/* A trial of the whole matrix, in the order in which one run would have made them. */
struct slot {
	unsigned trial;
	struct merged_run *part; /* which has it; NULL: none */
};

struct merge {
	struct merged_run *parts;
	size_t n;
	struct slot *slots;
	size_t n_slots;
	size_t *place; /* of a trial by its number: its slot's index + 1; 0: no such trial */
	unsigned last; /* the greatest number */
	const char *id;
};

static void merged_run_free(struct merged_run *p)
{
	source_free(&p->source);
	free(p->trials);
}

static int merged_run_load(const char *dir, struct merged_run *p, struct err *e)
{
	int r = source_load(dir, &p->source, e);

	p->dir = dir;
	if (r < 0)
		return r;
	p->id = json_string_value(json_object_get(p->source.host, "run"));
	if (!p->id)
		return err_set(e, -EINVAL, "%s/host.json: no \"run\", the name of the run", dir);
	return row_trials(dir, &p->trials, &p->n_trials, e);
}

static void merge_free(struct merge *m)
{
	for (size_t i = 0; m->parts && i < m->n; i++)
		merged_run_free(&m->parts[i]);
	free(m->parts);
	free(m->slots);
	free(m->place);
	*m = (struct merge){0};
}

static struct slot *find_slot(const struct merge *m, unsigned trial)
{
	size_t place = trial <= m->last ? m->place[trial] : 0;

	return place ? &m->slots[place - 1] : NULL;
}

/* ---- may these be one run? ---- */

static int require_same(const struct merged_run *a, const struct merged_run *b, struct err *e)
{
	int r = hosts_require_alike(a->source.host, b->source.host, e);

	if (r == 0)
		r = recipe_require_same(&a->source.recipe, &b->source.recipe, e);
	if (r == -ENOMEM || r == 0)
		return r;
	return err_context(e, -EPERM, "%s | %s cannot be one run", a->dir, b->dir);
}

static int load_parts(const char *const *dirs, struct merge *m, struct err *e)
{
	int r = 0;

	m->parts = calloc(m->n, sizeof(*m->parts));
	if (!m->parts)
		return err_no_memory(e);
	for (size_t i = 0; r == 0 && i < m->n; i++)
		r = merged_run_load(dirs[i], &m->parts[i], e);
	for (size_t i = 1; r == 0 && i < m->n; i++)
		r = require_same(&m->parts[0], &m->parts[i], e);
	for (size_t i = 0; r == 0 && i < m->n; i++)
		if (!m->id || strcmp(m->parts[i].id, m->id) < 0)
			m->id = m->parts[i].id;
	return r;
}

static int make_slots(struct merge *m, const struct plan *plan, struct err *e)
{
	for (size_t i = 0; i < plan->n_trials; i++)
		if (plan->trials[i].trial > m->last)
			m->last = plan->trials[i].trial;
	m->n_slots = plan->n_trials;
	m->slots = calloc(m->n_slots + 1, sizeof(*m->slots));
	m->place = calloc((size_t)m->last + 1, sizeof(*m->place));
	if (!m->slots || !m->place)
		return err_no_memory(e);
	for (size_t i = 0; i < plan->n_trials; i++) {
		m->slots[i].trial = plan->trials[i].trial;
		m->place[m->slots[i].trial] = i + 1;
	}
	return 0;
}

/* The matrix as the suite and the options make it, from which it follows what is missing. */
static int plan_whole(struct merge *m, struct err *e)
{
	struct recipe recipe = m->parts[0].source.recipe;
	struct plan *plan = NULL;
	int r;

	recipe.shard = (struct shard){0};
	r = recipe_plan(&recipe, m->parts[0].source.suite, &plan, e);
	if (r == 0)
		r = make_slots(m, plan, e);
	plan_free(plan);
	return r;
}

static int take_trial(const struct merge *m, struct merged_run *part, unsigned trial, struct err *e)
{
	struct slot *slot = find_slot(m, trial);

	if (!slot)
		return err_set(
			e, -EPERM,
			"%s has a trial %u, which its suite and options do not have; expected "
			"those of its matrix of %zu",
			part->dir, trial, m->n_slots);
	if (slot->part)
		return err_set(e, -EPERM, "trial %u is in %s and in %s; leave one of them out",
			       trial, slot->part->dir, part->dir);
	slot->part = part;
	return 0;
}

static int take_trials(const struct merge *m, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->n; i++)
		for (size_t t = 0; r == 0 && t < m->parts[i].n_trials; t++)
			r = take_trial(m, &m->parts[i], m->parts[i].trials[t], e);
	return r;
}

/* -EPERM with the first few numbers, unless trials may be missing. */
static int check_missing(const struct merge *m, bool partial, size_t *missing, struct err *e)
{
	char names[NAMED_MAX * 12] = "";
	size_t used = 0;

	*missing = 0;
	for (size_t i = 0; i < m->n_slots; i++) {
		if (m->slots[i].part)
			continue;
		if ((*missing)++ < NAMED_MAX)
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%u",
						 used ? ", " : "", m->slots[i].trial);
	}
	if (*missing == 0 || partial)
		return 0;
	return err_set(e, -EPERM,
		       "%zu of the %zu trials are in none of the runs: %s%s; give the runs that "
		       "have them, or --partial",
		       *missing, m->n_slots, names, *missing > NAMED_MAX ? ", ..." : "");
}

static int gather(const char *const *dirs, bool partial, struct merge *m, size_t *missing,
		  struct err *e)
{
	int r = load_parts(dirs, m, e);

	if (r == 0)
		r = plan_whole(m, e);
	if (r == 0)
		r = take_trials(m, e);
	return r < 0 ? r : check_missing(m, partial, missing, e);
}

/* ---- rows ---- */

/* The files of one kind, of all parts. */
struct file_rows {
	struct row_reader *v;
	size_t n;
};

static void file_rows_close(struct file_rows *rows)
{
	for (size_t i = 0; rows->v && i < rows->n; i++)
		row_reader_close(&rows->v[i]);
	free(rows->v);
	*rows = (struct file_rows){0};
}

/* To the next row; without one, its fields are NULL. */
static int advance(struct row_reader *rows, struct err *e)
{
	int r = row_next(rows, e);

	return r > 0 ? 0 : r;
}

static int same_columns(const struct row_reader *a, const struct row_reader *b, struct err *e)
{
	size_t n = csv_columns(a->csv), m = csv_columns(b->csv);

	for (size_t i = 0; i < n && i < m; i++) {
		const char *x = csv_column_name(a->csv, i), *y = csv_column_name(b->csv, i);
		if (strcmp(x, y) != 0)
			return err_set(e, -EPERM, "%s | %s: column %zu is %s | %s", a->path,
				       b->path, i + 1, x, y);
	}
	if (n == m)
		return 0;
	return err_set(e, -EPERM, "%s | %s: %zu | %zu columns", a->path, b->path, n, m);
}

static int open_rows(const struct merge *m, enum row_file f, struct file_rows *rows, struct err *e)
{
	int r = 0;

	rows->n = m->n;
	rows->v = calloc(m->n, sizeof(*rows->v));
	if (!rows->v)
		return err_no_memory(e);
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		r = row_reader_open(m->parts[i].dir, f, 0, &rows->v[i], e);
		if (r == 0)
			r = advance(&rows->v[i], e);
		if (r == 0)
			r = same_columns(&rows->v[0], &rows->v[i], e);
	}
	return r;
}

/* Rows of a trial that the part did not finish: another part has it, or none. */
static int skip_unfinished(const struct merge *m, const struct merged_run *part,
			   struct row_reader *rows, struct err *e)
{
	int r = 0;

	while (r == 0 && rows->fields) {
		const struct slot *slot = find_slot(m, rows->trial);
		if (slot && slot->part == part)
			break;
		r = advance(rows, e);
	}
	return r;
}

static int copy_trial(const struct merge *m, const struct slot *slot, struct csv_writer *w,
		      struct row_reader *rows, struct err *e)
{
	int r = skip_unfinished(m, slot->part, rows, e);

	while (r == 0 && rows->fields && rows->trial == slot->trial) {
		r = row_copy(rows, m->id, w, e);
		if (r == 0)
			r = advance(rows, e);
	}
	return r;
}

/* A part's rows are in the order of the whole: what is left over after the last trial is not. */
static int check_used_up(const struct merge *m, struct file_rows *rows, struct err *e)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct row_reader *left = &rows->v[i];
		int r = skip_unfinished(m, &m->parts[i], left, e);
		if (r < 0)
			return r;
		if (left->fields)
			return err_set(e, -EINVAL,
				       "%s:%zu: rows of trial %u where its matrix does not have "
				       "them; was the file sorted?",
				       left->path, csv_line(left->csv), left->trial);
	}
	return 0;
}

static int copy_rows(const struct merge *m, struct file_rows *rows, struct csv_writer *w,
		     struct err *e)
{
	int r = row_copy_header(&rows->v[0], w, e);

	for (size_t i = 0; r == 0 && i < m->n_slots; i++) {
		const struct slot *slot = &m->slots[i];
		if (slot->part)
			r = copy_trial(m, slot, w, &rows->v[slot->part - m->parts], e);
	}
	return r < 0 ? r : check_used_up(m, rows, e);
}

static int write_rows(const struct merge *m, int dirfd, enum row_file f, struct err *e)
{
	struct file_rows rows scope(file_rows_close) = {0};
	struct csv_writer *w = NULL;
	int r = open_rows(m, f, &rows, e), closed;

	if (r == 0)
		r = csv_create(dirfd, row_file_name(f), false, &w, e);
	if (r == 0)
		r = copy_rows(m, &rows, w, e);
	closed = csv_close(w, r == 0 ? e : NULL);
	return r < 0 ? r : closed;
}

/* ---- host.json ---- */

static json_t *merged_host(const struct merge *m, size_t trials)
{
	json_t *all = json_deep_copy(m->parts[0].source.host);
	int failed = !all;

	for (size_t i = 1; !failed && i < m->n; i++)
		failed |= hosts_join(all, m->parts[i].source.host, NULL);
	if (!failed) {
		failed |= json_object_set_new(all, "run", json_string(m->id));
		failed |= json_object_set_new(all, "trials", json_integer((json_int_t)trials));
		failed |= json_object_set_new(all, "shard", json_null());
		failed |= json_object_set_new(all, "merged", json_true());
	}
	if (!failed)
		return all;
	json_decref(all);
	return NULL;
}

static int write_host(const struct merge *m, int dirfd, size_t trials, struct err *e)
{
	json_t *host = merged_host(m, trials);
	int r = host ? host_write(host, dirfd, e) : err_no_memory(e);

	json_decref(host);
	return r;
}

/* ---- other files ---- */

/* The text of a file of a part; NULL when it has none that can be read. */
static char *part_file(const struct merged_run *p, const char *name)
{
	char path[PATH_MAX], *text = NULL;
	size_t size = 0;
	ssize_t n = -1;
	FILE *f;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", p->dir, name) >= sizeof(path))
		return NULL;
	if (input_file(path, &f, NULL) < 0)
		return NULL;
	n = getdelim(&text, &size, '\0', f);
	fclose(f);
	if (n >= 0)
		return text;
	free(text);
	return NULL;
}

/* As with facts: what is the same in all parts belongs to the whole, and else nothing does. */
static int copy_shared(const struct merge *m, int dirfd, const char *name, struct err *e)
{
	char *first = part_file(&m->parts[0], name);
	bool shared = first;
	int r = 0;

	for (size_t i = 1; shared && i < m->n; i++) {
		char *other = part_file(&m->parts[i], name);
		shared = other && strcmp(first, other) == 0;
		free(other);
	}
	if (shared)
		r = artifact_write(dirfd, name, first, strlen(first), e);
	free(first);
	return r;
}

/* ---- the directory ---- */

static const char topology_file[] = "topology.xml";

/* Runs from before there was such a file lack it, and then so does the whole. */
static bool all_have(const struct merge *m, enum row_file f)
{
	char path[PATH_MAX];

	for (size_t i = 0; row_file_is_newer(f) && i < m->n; i++) {
		snprintf(path, sizeof(path), "%s/%s", m->parts[i].dir, row_file_name(f));
		if (access(path, F_OK) < 0)
			return false;
	}
	return true;
}

static int write_all(const struct merge *m, int dirfd, size_t trials, struct err *e)
{
	const struct suite *suite = m->parts[0].source.suite;
	int r = artifact_write(dirfd, "suite.yaml", suite->source, suite->source_bytes, e);

	if (r == 0)
		r = write_host(m, dirfd, trials, e);
	if (r == 0)
		r = copy_shared(m, dirfd, topology_file, e);
	for (enum row_file f = 0; r == 0 && f < ROW_FILES; f++)
		if (all_have(m, f))
			r = write_rows(m, dirfd, f, e);
	return r;
}

static void remove_draft(const char *draft, int dirfd)
{
	for (enum row_file f = 0; f < ROW_FILES; f++)
		unlinkat(dirfd, row_file_name(f), 0);
	unlinkat(dirfd, "suite.yaml", 0);
	unlinkat(dirfd, "host.json", 0);
	unlinkat(dirfd, topology_file, 0);
	rmdir(draft);
}

/* Written beside its place, then moved there. */
static int write_merged(const struct merge *m, const char *to, size_t trials, struct err *e)
{
	char draft[PATH_MAX];
	scope_fd int fd = -1;
	int r;

	if (snprintf(draft, sizeof(draft), "%s.%d.new", to, (int)getpid()) >= (int)sizeof(draft))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", to);
	if (mkdir(draft, 0777) < 0)
		return err_sys(e, "cannot make the directory %s", draft);
	fd = open(draft, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? err_sys(e, "cannot open %s", draft) : write_all(m, fd, trials, e);
	if (r == 0 && rename(draft, to) < 0)
		r = err_sys(e, "cannot move what was merged to %s", to);
	if (r == 0)
		return 0;
	remove_draft(draft, fd);
	return err_context(e, r, "%s", to);
}

int merge_runs(const char *const *dirs, size_t n, const char *to, bool partial,
	       struct merge_outcome *out, struct err *e)
{
	struct merge m = {.n = n};
	char place[PATH_MAX];
	size_t missing = 0;
	int r;

	if ((size_t)snprintf(place, sizeof(place), "%s", to) >= sizeof(place))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", to);
	for (size_t l = strlen(place); l > 1 && place[l - 1] == '/'; l--)
		place[l - 1] = '\0';
	if (access(place, F_OK) == 0)
		return err_set(e, -EEXIST, "%s is there already; name a new directory", place);
	r = gather(dirs, partial, &m, &missing, e);
	if (r == 0)
		r = write_merged(&m, place, m.n_slots - missing, e);
	if (r == 0)
		*out = (struct merge_outcome){
			.parts = n, .trials = m.n_slots - missing, .missing = missing};
	merge_free(&m);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/artifact.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "host/hosts.h"
#include "record/row_reader.h"

enum { ID_MAX = 128, ID_TRIES = 100 };

struct run_dir {
	char path[PATH_MAX];
	char id[ID_MAX];
	int fd;
	const struct plan *plan;
	struct csv_writer *files[ROW_FILES];
	unsigned *done; /* numbers of the trials that were there when it was opened */
	size_t n_done;
};

const char *run_dir_path(const struct run_dir *d)
{
	return d->path;
}

int run_dir_fd(const struct run_dir *d)
{
	return d->fd;
}

bool run_dir_has(const struct run_dir *d, unsigned trial)
{
	for (size_t i = 0; i < d->n_done; i++)
		if (d->done[i] == trial)
			return true;
	return false;
}

int run_dir_close(struct run_dir *d, struct err *e)
{
	int r = 0;

	if (!d)
		return 0;
	for (size_t f = 0; f < ROW_FILES; f++) {
		int closed = csv_close(d->files[f], r == 0 ? e : NULL);
		r = r < 0 ? r : closed;
	}
	if (d->fd >= 0)
		close(d->fd);
	free(d->done);
	free(d);
	return r;
}

static int make_parents(const char *path, struct err *e)
{
	char part[PATH_MAX];

	snprintf(part, sizeof(part), "%s", path);
	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0777) < 0 && errno != EEXIST)
			return err_sys(e, "cannot make the directory %s", part);
		*p = '/';
	}
	if (mkdir(part, 0777) < 0 && errno != EEXIST)
		return err_sys(e, "cannot make the directory %s", part);
	return 0;
}

/* "20260101T000031Z-default"; a second run within the second gets "-2". */
static int make_folder(struct run_dir *d, const char *results, struct err *e)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	for (int i = 1; i <= ID_TRIES; i++) {
		char suffix[16] = "";
		if (i > 1)
			snprintf(suffix, sizeof(suffix), "-%d", i);
		snprintf(d->id, sizeof(d->id), "%s-%.60s%s", stamp, d->plan->suite, suffix);
		if ((size_t)snprintf(d->path, sizeof(d->path), "%s/%s", results, d->id) >=
		    sizeof(d->path))
			return err_set(e, -ENAMETOOLONG, "%s: the path is too long", results);
		if (mkdir(d->path, 0777) == 0)
			return 0;
		if (errno != EEXIST)
			return err_sys(e, "cannot make the run's directory %s", d->path);
	}
	return err_set(e, -EEXIST, "%s: %d runs of this name exist", d->path, ID_TRIES);
}

static int open_folder(struct run_dir *d, struct err *e)
{
	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->fd < 0 ? err_sys(e, "cannot open the run's directory %s", d->path) : 0;
}

static int write_host(const struct run_dir *d, json_t *host, struct err *e)
{
	json_object_set_new(host, "suite", json_string(d->plan->suite));
	json_object_set_new(host, "suite_digest", json_string(d->plan->digest));
	json_object_set_new(host, "seed", json_integer((json_int_t)d->plan->seed));
	json_object_set_new(host, "trials", json_integer((json_int_t)d->plan->n_trials));
	json_object_set_new(host, "run", json_string(d->id));
	return host_write(host, d->fd, e);
}

static int open_files(struct run_dir *d, bool append, struct err *e)
{
	int r = 0;

	for (enum row_file f = 0; r == 0 && f < ROW_FILES; f++) {
		r = csv_create(d->fd, row_file_name(f), append, &d->files[f], e);
		if (r == 0 && csv_is_empty(d->files[f]))
			r = row_header(d->files[f], f, d->plan, e);
	}
	return r < 0 ? err_context(e, r, "%s", d->path) : 0;
}

static struct run_dir *run_dir_new(const struct plan *plan, struct err *e)
{
	struct run_dir *d = calloc(1, sizeof(*d));

	if (!d) {
		err_no_memory(e);
		return NULL;
	}
	d->fd = -1;
	d->plan = plan;
	return d;
}

static void remove_made(const struct run_dir *d)
{
	for (enum row_file f = 0; f < ROW_FILES; f++)
		unlinkat(d->fd, row_file_name(f), 0);
	unlinkat(d->fd, "suite.yaml", 0);
	unlinkat(d->fd, "host.json", 0);
	rmdir(d->path);
}

int run_dir_create(const char *results, const struct plan *plan, json_t *host, struct run_dir **out,
		   struct err *e)
{
	struct run_dir *d = run_dir_new(plan, e);
	int r = d ? make_parents(results, e) : -ENOMEM;

	if (r == 0)
		r = make_folder(d, results, e);
	if (r < 0) {
		run_dir_close(d, NULL);
		return r;
	}
	r = open_folder(d, e);
	if (r == 0)
		r = artifact_write(d->fd, "suite.yaml", plan->source, plan->source_bytes, e);
	if (r == 0)
		r = write_host(d, host, e);
	if (r == 0)
		r = open_files(d, false, e);
	if (r < 0) {
		remove_made(d);
		run_dir_close(d, NULL);
		return r;
	}
	*out = d;
	return 0;
}

static int same_fact(const struct run_dir *d, const json_t *host, const char *key, const char *ours,
		     struct err *e)
{
	const char *theirs = json_string_value(json_object_get(host, key));

	if (theirs && strcmp(theirs, ours) == 0)
		return 0;
	return err_set(e, -EINVAL, "%s: cannot resume: its %s is %s, this one's is %s", d->path,
		       key, theirs ? theirs : "missing", ours);
}

static int check_same_run(struct run_dir *d, struct err *e)
{
	json_t *host;
	const json_t *seed;
	int r;

	r = host_load(d->path, &host, e);
	if (r < 0)
		return r;
	r = same_fact(d, host, "suite_digest", d->plan->digest, e);
	seed = json_object_get(host, "seed");
	if (r == 0 && (uint64_t)json_integer_value(seed) != d->plan->seed)
		r = err_set(e, -EINVAL, "%s: cannot resume: its seed is %lld, this one's is %llu",
			    d->path, (long long)json_integer_value(seed),
			    (unsigned long long)d->plan->seed);
	if (r == 0 &&
	    (size_t)json_integer_value(json_object_get(host, "trials")) != d->plan->n_trials)
		r = err_set(
			e, -EINVAL,
			"%s: cannot resume: its matrix has another size; give the same --filter "
			"and --repeats",
			d->path);
	if (r == 0)
		snprintf(d->id, sizeof(d->id), "%s",
			 json_string_value(json_object_get(host, "run")) ?: "");
	json_decref(host);
	return r;
}

static int copy_done_rows(const struct run_dir *d, struct row_reader *in, struct csv_writer *out,
			  struct err *e)
{
	int r = row_copy_header(in, out, e);

	while (r == 0 && (r = row_next(in, e)) > 0)
		r = run_dir_has(d, in->trial) ? row_copy(in, NULL, out, e) : 0;
	return r;
}

/* Rewrites a file without the rows of trials that did not get as far as trials.csv. */
static int prune(const struct run_dir *d, enum row_file f, struct err *e)
{
	struct row_reader in scope(row_reader_close) = {0};
	struct csv_writer *out = NULL;
	char fresh[64];
	int r, closed;

	snprintf(fresh, sizeof(fresh), ".%s.new", row_file_name(f));
	r = row_reader_open(d->path, f, 0, &in, e);
	if (r == -ENOENT && row_file_is_newer(f))
		return 0;
	if (r < 0)
		return r;
	r = csv_create(d->fd, fresh, false, &out, e);
	if (r == 0)
		r = copy_done_rows(d, &in, out, e);
	closed = csv_close(out, r == 0 ? e : NULL);
	r = r < 0 ? r : closed;
	if (r == 0 && renameat(d->fd, fresh, d->fd, row_file_name(f)) < 0)
		r = err_sys(e, "cannot replace %s", in.path);
	if (r < 0)
		unlinkat(d->fd, fresh, 0);
	return r;
}

int run_dir_resume(const char *path, const struct plan *plan, struct run_dir **out, struct err *e)
{
	struct run_dir *d = run_dir_new(plan, e);
	int r = d ? 0 : -ENOMEM;

	if (r == 0 && (size_t)snprintf(d->path, sizeof(d->path), "%s", path) >= sizeof(d->path))
		r = err_set(e, -ENAMETOOLONG, "%s: the path is too long", path);
	if (r == 0)
		r = open_folder(d, e);
	if (r == 0)
		r = check_same_run(d, e);
	if (r == 0)
		r = row_trials(d->path, &d->done, &d->n_done, e);
	for (enum row_file f = 0; r == 0 && f < ROW_FILES; f++)
		r = prune(d, f, e);
	if (r == 0)
		r = open_files(d, true, e);
	if (r < 0) {
		run_dir_close(d, NULL);
		return r;
	}
	*out = d;
	return 0;
}

static int add_values(struct run_dir *d, const struct trial_data *t, const struct evaluation *v,
		      struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->n; i++) {
		const struct value *value = &v->values[i];
		struct row row = {.run = d->id,
				  .plan = d->plan,
				  .trial = t,
				  .group = value->group < 0 ? NULL : &t->groups[value->group],
				  .value = value};
		r = row_write(d->files[ROW_RESULTS], ROW_RESULTS, &row, e);
	}
	return r;
}

static int add_samples(struct run_dir *d, const struct trial_data *t, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_samples; i++) {
		struct row row = {.run = d->id,
				  .plan = d->plan,
				  .trial = t,
				  .group = &t->groups[t->samples[i].group],
				  .sample = &t->samples[i]};
		r = row_write(d->files[ROW_SAMPLES], ROW_SAMPLES, &row, e);
	}
	return r;
}

static int add_stalls(struct run_dir *d, const struct trial_data *t, struct err *e)
{
	int r = 0;

	for (size_t g = 0; g < t->n_groups; g++) {
		const struct page *page = t->groups[g].page;
		uint32_t n = page ? atomic_load(&page->stall_count) : 0;
		for (uint32_t i = 0; r == 0 && i < n && i < PAGE_STALLS_MAX; i++) {
			struct row row = {.run = d->id,
					  .plan = d->plan,
					  .trial = t,
					  .group = &t->groups[g],
					  .stall = &page->stalls[i]};
			r = row_write(d->files[ROW_STALLS], ROW_STALLS, &row, e);
		}
	}
	return r;
}

/* What the trial borrowed from the host. */
static int add_host(struct run_dir *d, const struct trial_data *t, struct err *e)
{
	struct row row = {.run = d->id, .plan = d->plan, .trial = t};
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_host; i++) {
		row.host = &t->host[i];
		r = row_write(d->files[ROW_HOST], ROW_HOST, &row, e);
	}
	return r;
}

/* How programs of somebody else's ended, whatever that made of the trial. */
static int add_programs(struct run_dir *d, const struct trial_data *t, struct err *e)
{
	int r = 0;

	for (size_t g = 0; r == 0 && g < t->n_groups; g++) {
		struct row row = {
			.run = d->id, .plan = d->plan, .trial = t, .group = &t->groups[g]};
		if (t->groups[g].exited && t->groups[g].plan->run.argv)
			r = row_write(d->files[ROW_PROGRAMS], ROW_PROGRAMS, &row, e);
	}
	return r;
}

/* Writing to files that were removed succeeds, and nobody will ever find the rows. */
static int still_there(const struct run_dir *d, struct err *e)
{
	struct stat st;

	if (fstat(d->fd, &st) < 0)
		return err_sys(e, "cannot look at the directory");
	return st.st_nlink ? 0
			   : err_set(e, -ENOENT, "the directory was removed while the run went on");
}

int run_dir_add(struct run_dir *d, const struct trial_data *t, const struct evaluation *v,
		struct err *e)
{
	struct row row = {.run = d->id, .plan = d->plan, .trial = t};
	int r = add_values(d, t, v, e);

	/* A trial without numbers has a row in trials.csv that says why, and no other. */
	if (r == 0 && trial_has_numbers(t->status))
		r = add_samples(d, t, e);
	if (r == 0 && trial_has_numbers(t->status))
		r = add_stalls(d, t, e);
	if (r == 0)
		r = add_programs(d, t, e);
	if (r == 0)
		r = add_host(d, t, e);
	if (r == 0)
		r = row_write(d->files[ROW_TRIALS], ROW_TRIALS, &row, e);
	if (r == 0)
		r = still_there(d, e);
	return r < 0 ? err_context(e, r, "%s: rows of trial %u", d->path, t->plan->trial) : 0;
}

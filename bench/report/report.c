/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "base/shipped.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/plot.h"
#include "plot/plot_script.h"

enum { SVG_MAX_BYTES = 8 << 20 };

/* ---- plots ---- */

static int read_text(const char *path, char **out)
{
	scope_file FILE *f = NULL;
	struct stat st;
	char *text;
	int r = input_file(path, &f, NULL);

	if (r < 0)
		return r;
	if (fstat(fileno(f), &st) < 0)
		return -errno;
	if (st.st_size > SVG_MAX_BYTES)
		return -EFBIG;
	text = calloc(1, (size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	if (fread(text, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		free(text);
		return -EIO;
	}
	*out = text;
	return 0;
}

static int add_plot(struct report_run *run, const char *folder, const char *name, const char *why)
{
	struct report_plot *p = array_push(run->plots, run->n_plots);
	char path[PATH_MAX];
	int r;

	if (!p)
		return -ENOMEM;
	snprintf(p->name, sizeof(p->name), "%s", name);
	err_set(&p->why, 0, "%s", why);
	snprintf(path, sizeof(path), "%s/%s.svg", folder, name);
	r = why[0] ? 0 : read_text(path, &p->svg);
	if (r < 0 && r != -ENOMEM)
		r = err_set(&p->why, 0, "cannot read %s: %s", path, strerror(-r));
	return r;
}

static bool newer(const char *path, const struct stat *than)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mtim.tv_sec > than->st_mtim.tv_sec ||
					(st.st_mtim.tv_sec == than->st_mtim.tv_sec &&
					 st.st_mtim.tv_nsec >= than->st_mtim.tv_nsec));
}

static int is_svg(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && n < 64 && strcmp(d->d_name + n - 4, ".svg") == 0;
}

/* Takes the pictures of the run's own folder; returns how many, none when any is out of date. */
static int take_drawn(struct report_run *run)
{
	struct dirent **names = NULL;
	char folder[PATH_MAX], path[PATH_MAX + 256];
	struct stat rows;
	int n, r = 0;

	snprintf(path, sizeof(path), "%s/results.csv", run->path);
	snprintf(folder, sizeof(folder), "%s/plots", run->path);
	n = stat(path, &rows) == 0 ? scandir(folder, &names, is_svg, alphasort) : 0;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		r = r == 0 && !newer(path, &rows) ? -ESTALE : r;
	}
	for (int i = 0; i < n; i++) {
		names[i]->d_name[strlen(names[i]->d_name) - 4] = '\0';
		r = r == 0 ? add_plot(run, folder, names[i]->d_name, "") : r;
		free(names[i]);
	}
	free(names);
	return r == 0 && n > 0 ? n : 0;
}

static void remove_folder(const char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;

	while (d && (entry = readdir(d)))
		unlinkat(dirfd(d), entry->d_name, 0); /* "." and ".." refuse */
	if (d)
		closedir(d);
	rmdir(folder);
}

/* Draws into a folder that is gone afterwards: a report changes nothing in the run. */
static int draw(const struct dataset *d, struct report_run *run)
{
	const char *tmp = getenv("TMPDIR");
	char folder[PATH_MAX];
	struct plots plots = {0};
	struct err why = {""};
	int r;

	snprintf(folder, sizeof(folder), "%s/cgbench-report-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		err_sys(&run->note, "no plots: cannot make %s", folder);
		return 0;
	}
	r = plot_draw_run(d, run->run, &run->planned,
			  &(struct plot_options){.into = folder, .svg_only = true}, &plots, &why);
	if (r < 0)
		err_set(&run->note, 0, "no plots: %s", why.text);
	for (size_t i = 0, ok = r == 0; ok && i < plots.n; i++)
		if (plots.v[i].outcome != PLOT_SKIPPED && r == 0)
			r = add_plot(run, folder, plots.v[i].name, plots.v[i].why);
	free(plots.v);
	remove_folder(folder);
	return r == -ENOMEM ? r : 0;
}

static int by_order(const void *a, const void *b)
{
	const struct report_plot *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Puts plots in the order of their scripts; of those that have none, by name, last. */
static void sort_plots(struct report_run *run)
{
	scope_free struct plot_script *scripts = NULL;
	char folder[PATH_MAX];
	size_t n = 0;

	if (data_path(DATA_PLOTS, folder, sizeof(folder), NULL) < 0 ||
	    plot_scripts_find(folder, &scripts, &n, NULL) < 0)
		n = 0;
	for (size_t p = 0; p < run->n_plots; p++) {
		run->plots[p].order = UINT_MAX;
		for (size_t s = 0; s < n; s++)
			if (strcmp(run->plots[p].name, scripts[s].name) == 0)
				run->plots[p].order = (unsigned)s;
	}
	if (run->n_plots)
		qsort(run->plots, run->n_plots, sizeof(*run->plots), by_order);
}

/* ---- runs ---- */

static int load_run(struct dataset *d, const char *path, struct report_run *run, struct err *e)
{
	struct err why = {""};
	int r;

	run->path = strdup(path);
	if (!run->path)
		return err_no_memory(e);
	r = run_load_one(d, path, &run->run, e);
	if (r == 0)
		r = summarize(d, run->run, &run->summaries, e);
	if (r < 0)
		return r;
	if (planned_load(path, &run->planned, &why) < 0)
		err_set(&run->note, 0, "questions and budgets are not known: %s", why.text);
	if (take_drawn(run) == 0 && draw(d, run) < 0)
		return err_no_memory(e);
	sort_plots(run);
	return 0;
}

int report_load(const char *const *paths, size_t n, struct report *out, struct err *e)
{
	struct report report = {0};
	int r = dataset_new(&report.data, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct report_run *run = array_push(report.runs, report.n);
		r = run ? load_run(report.data, paths[i], run, e) : err_no_memory(e);
		if (r == 0 && i > 0)
			r = hosts_differ(report.runs[0].run->host, run->run->host,
					 &report.differences, e);
	}
	if (r < 0)
		report_clear(&report);
	else
		*out = report;
	return r;
}

static void clear_run(struct report_run *run)
{
	for (size_t i = 0; i < run->n_plots; i++)
		free(run->plots[i].svg);
	free(run->plots);
	summaries_clear(&run->summaries);
	planned_clear(&run->planned);
	run_free(run->run);
	free(run->path);
}

void report_clear(struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		clear_run(&r->runs[i]);
	free(r->runs);
	host_differences_free(&r->differences);
	dataset_free(r->data);
	*r = (struct report){0};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/plot.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/shipped.h"
#include "base/text.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"
#include "plot/gnuplot.h"
#include "plot/plot_script.h"

enum { SETTINGS_MAX = 2 * PATH_MAX + 1024 };

static const char *const formats[] = {"svg", "png"};

static const char *const outcome_names[] = {
	[PLOT_DRAWN] = "drawn",
	[PLOT_SKIPPED] = "skipped",
	[PLOT_FAILED] = "failed",
};

const char *plot_outcome_name(enum plot_outcome o)
{
	return outcome_names[o];
}

/* "cpu-quota, Linux 6.12.30 in the exact lab, 5 repeats", as far as the run tells. */
static void set_subject(struct plot_input *in)
{
	char kernel[56] = "", where[32] = "", repeats[24] = "", subject[sizeof(in->subject)];
	unsigned n = run_repeats(in->run);
	const char *text;

	text = json_string_value(json_object_get(in->run->host, "kernel"));
	if (text)
		snprintf(kernel, sizeof(kernel), ", Linux %.40s", text);
	text = json_string_value(json_object_get(in->run->host, "lab"));
	if (text)
		snprintf(where, sizeof(where), " in the %.16s lab", text);
	if (n > 1)
		snprintf(repeats, sizeof(repeats), ", %u repeats", n);
	snprintf(subject, sizeof(subject), "%.40s%s%s%s", run_suite(in->d, in->run), kernel, where,
		 repeats);
	text_line(in->subject, sizeof(in->subject), subject);
}

/* Pictures of an earlier run of us that this one would not replace. */
static void remove_pictures(int dirfd, const char *name)
{
	char file[128];

	for (size_t f = 0; f < array_len(formats); f++) {
		snprintf(file, sizeof(file), "%s.%s", name, formats[f]);
		unlinkat(dirfd, file, 0);
	}
}

/* Tables are named after their source; a second of the same source gets a number. */
static void table_name(const struct plot_script *s, size_t need, char *prefix, size_t size)
{
	unsigned before = 0;

	for (size_t i = 0; i < need; i++)
		before += s->needs[i].source == s->needs[need].source;
	if (before)
		snprintf(prefix, size, "%s%u", s->needs[need].source->name, before + 1);
	else
		snprintf(prefix, size, "%s", s->needs[need].source->name);
}

static int write_table(const struct plot_input *in, const struct plot_script *s, size_t need,
		       struct plot_cells *cells, int dirfd, struct err *e)
{
	struct chart c = {0};
	char prefix[32], name[128];
	int r = s->needs[need].source->build(in, &s->needs[need].args, cells, &c, e);

	if (r == 0) {
		table_name(s, need, prefix, sizeof(prefix));
		snprintf(name, sizeof(name), "%s.%s", s->name, prefix);
		r = chart_write(&c, dirfd, name, prefix, e);
	}
	chart_clear(&c);
	return r;
}

static int write_tables(const struct plot_input *in, const struct plot_script *s, int dirfd,
			struct err *e)
{
	struct plot_cells cells = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_needs; i++)
		r = write_table(in, s, i, &cells, dirfd, e);
	return r;
}

static int draw_format(const struct plot_input *in, const struct plot_script *s, int dirfd,
		       const char *format, struct err *e)
{
	char settings[SETTINGS_MAX] = "", folder[PATH_MAX];
	int r = gnuplot_set(settings, sizeof(settings), "format", format, e);

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(s->path, '/') - s->path), s->path);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "name", s->name, e);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "folder", folder, e);
	if (r == 0)
		r = gnuplot_set(settings, sizeof(settings), "subject", in->subject, e);
	return r < 0 ? r : gnuplot_run(dirfd, s->path, settings, e);
}

static int draw_in(const struct plot_input *in, const struct plot_script *s, int dirfd,
		   bool svg_only, struct err *e)
{
	int r = write_tables(in, s, dirfd, e);

	for (size_t f = 0; r == 0 && f < (svg_only ? 1 : array_len(formats)); f++)
		r = draw_format(in, s, dirfd, formats[f], e);
	return r;
}

/* Tables are worth having even where gnuplot is missing. */
static int draw_script(const struct plot_input *in, const struct plot_script *s, int dirfd,
		       bool svg_only, struct err *e)
{
	struct draft d scope(draft_end) = {.fd = -1};
	int r = draft_begin(dirfd, &d, e), moved;

	if (r < 0)
		return r;
	r = draw_in(in, s, d.fd, svg_only, e);
	moved = draft_commit(&d, r == 0 ? e : NULL);
	r = r < 0 ? r : moved;
	if (r < 0)
		remove_pictures(dirfd, s->name);
	return r;
}

static bool wanted(const char *const *only, const char *name)
{
	bool any = !only || !only[0];

	for (size_t i = 0; only && only[i]; i++)
		any = any || strcmp(only[i], name) == 0;
	return any;
}

static int check_names(const char *const *only, const struct plot_script *scripts, size_t n,
		       struct err *e)
{
	char known[512] = "";
	size_t used = 0;

	for (size_t i = 0; i < n && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
					 scripts[i].name);
	for (size_t i = 0; only && only[i]; i++) {
		bool found = false;
		for (size_t s = 0; s < n; s++)
			found = found || strcmp(scripts[s].name, only[i]) == 0;
		if (!found)
			return err_set(e, -ENOENT, "no plot '%s'; there are %s", only[i], known);
	}
	return 0;
}

static int draw_all(const struct plot_input *in, const struct plot_script *scripts, size_t n,
		    const struct plot_options *o, int dirfd, struct plots *out, struct err *e)
{
	bool no_gnuplot = false;

	for (size_t i = 0; i < n; i++) {
		struct err why = {""};
		struct plot *p;
		int r;
		if (!wanted(o->only, scripts[i].name))
			continue;
		p = array_push(out->v, out->n);
		if (!p)
			return err_no_memory(e);
		snprintf(p->name, sizeof(p->name), "%s", scripts[i].name);
		r = draw_script(in, &scripts[i], dirfd, o->svg_only, &why);
		p->outcome = r == 0 ? PLOT_DRAWN : r == -ENODATA ? PLOT_SKIPPED : PLOT_FAILED;
		memcpy(p->why, why.text, sizeof(p->why));
		no_gnuplot = no_gnuplot || r == -ENOSYS;
	}
	return no_gnuplot ? gnuplot_check(e) : 0;
}

int plot_draw_run(const struct dataset *d, const struct run *run, const struct planned *planned,
		  const struct plot_options *o, struct plots *plots, struct err *e)
{
	struct plot_input in = {.d = d, .run = run, .planned = planned};
	scope_free struct plot_script *scripts = NULL;
	scope_fd int dirfd = -1;
	char folder[PATH_MAX];
	size_t n = 0;
	int r = data_path(DATA_PLOTS, folder, sizeof(folder), e);

	set_subject(&in);
	if (r == 0)
		r = plot_scripts_find(folder, &scripts, &n, e);
	if (r == 0)
		r = check_names(o->only, scripts, n, e);
	if (r < 0)
		return r;
	snprintf(folder, sizeof(folder), "%s%s", o->into ? o->into : run->path,
		 o->into ? "" : "/plots");
	dirfd = gnuplot_folder(folder, e);
	return dirfd < 0 ? dirfd : draw_all(&in, scripts, n, o, dirfd, plots, e);
}

int plot_draw(const char *dir, const struct plot_options *o, struct plots *plots, struct err *e)
{
	struct planned planned scope(planned_clear) = {0};
	struct dataset *d = NULL;
	struct run *run = NULL;
	struct err why = {""};
	int r = dataset_new(&d, e);

	*plots = (struct plots){0};
	if (r == 0)
		r = run_load_one(d, dir, &run, e);
	/* Without its suite a run has no limit lines and no bounds, but is still worth a picture.
	 */
	if (r == 0 && planned_load(dir, &planned, &why) < 0)
		err_context(&why, 0, "no limits and no bounds in the plots");
	memcpy(plots->note, why.text, ERR_TEXT_MAX);
	if (r == 0)
		r = plot_draw_run(d, run, &planned, o, plots, e);
	run_free(run);
	dataset_free(d);
	return r;
}

int plot_run(const char *dir, struct err *e)
{
	struct plots plots = {0};
	int r = plot_draw(dir, &(struct plot_options){0}, &plots, e);

	for (size_t i = 0; r == 0 && i < plots.n; i++)
		if (plots.v[i].outcome == PLOT_FAILED)
			r = err_set(e, -EIO, "%s: %s", plots.v[i].name, plots.v[i].why);
	free(plots.v);
	return r;
}

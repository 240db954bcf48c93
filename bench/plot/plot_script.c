/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/plot_script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "cgbench/array.h"
#include "cgbench/scope.h"

static const char suffix[] = ".gp";
static const char table_marker[] = "# table:", order_marker[] = "# order:";

enum { ORDER_LAST = 1000 };

static bool is_script(const char *file)
{
	size_t n = strlen(file);

	return n > sizeof(suffix) - 1 && n < PLOT_ARG_MAX &&
	       strcmp(file + n - (sizeof(suffix) - 1), suffix) == 0;
}

/* "name=cpu.usage_error" to one argument. */
static int parse_arg(const char *word, struct plot_args *args)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : 0;

	if (n == 0 || n >= PLOT_ARG_MAX || strlen(equals + 1) >= PLOT_ARG_MAX ||
	    args->n == PLOT_ARGS_MAX)
		return -EINVAL;
	snprintf(args->name[args->n], PLOT_ARG_MAX, "%.*s", (int)n, word);
	snprintf(args->value[args->n], PLOT_ARG_MAX, "%s", equals + 1);
	args->n++;
	return 0;
}

/* "metric name=cpu.usage_error x=quota"; cuts the line into words. */
static int parse_need(struct plot_script *s, unsigned line, char *words, struct err *e)
{
	char *rest, *word = strtok_r(words, " \t\n", &rest);
	struct plot_need *need = &s->needs[s->n_needs];

	if (s->n_needs == PLOT_NEEDS_MAX)
		return err_set(e, -EINVAL, "%s:%u: more than %d tables", s->path, line,
			       PLOT_NEEDS_MAX);
	need->source = word ? plot_source_find(word) : NULL;
	if (!need->source)
		return err_set(e, -EINVAL,
			       "%s:%u: unknown table '%s'; expected metric, phases, samples, "
			       "timeline or stalls",
			       s->path, line, word ? word : "");
	while ((word = strtok_r(NULL, " \t\n", &rest)))
		if (parse_arg(word, &need->args) < 0)
			return err_set(e, -EINVAL, "%s:%u: '%s': expected KEY=VALUE", s->path, line,
				       word);
	s->n_needs++;
	return 0;
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The head: comments before the first line that is none. */
static int read_head(struct plot_script *s, struct err *e)
{
	scope_file FILE *f = NULL;
	char line[512];
	int r = input_file(s->path, &f, e);

	if (r < 0)
		return r;
	for (unsigned n = 1; r == 0 && fgets(line, sizeof(line), f) && line[0] == '#'; n++)
		if (starts(line, table_marker))
			r = parse_need(s, n, line + strlen(table_marker), e);
		else if (starts(line, order_marker))
			s->order = (unsigned)strtoul(line + strlen(order_marker), NULL, 10);
	return r;
}

static int compare_order(const void *a, const void *b)
{
	const struct plot_script *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->name, y->name);
}

struct script_list {
	struct plot_script *v;
	size_t n;
};

static int add_script(const char *folder, const char *file, struct script_list *list, struct err *e)
{
	struct plot_script s = {.order = ORDER_LAST}, *slot;
	int r;

	if (snprintf(s.path, sizeof(s.path), "%s/%s", folder, file) >= (int)sizeof(s.path))
		return err_set(e, -ENAMETOOLONG, "%s: the path is too long", folder);
	snprintf(s.name, sizeof(s.name), "%.*s", (int)(strlen(file) - (sizeof(suffix) - 1)), file);
	r = read_head(&s, e);
	if (r < 0 || s.n_needs == 0)
		return r;
	slot = array_push(list->v, list->n);
	if (!slot)
		return err_no_memory(e);
	*slot = s;
	return 0;
}

int plot_scripts_find(const char *folder, struct plot_script **out, size_t *n, struct err *e)
{
	scope_free char *absolute = realpath(folder, NULL);
	scope_dir DIR *d = absolute ? opendir(absolute) : NULL;
	struct script_list list = {0};
	const struct dirent *entry;
	int r = 0;

	if (!d)
		return err_sys(e, "cannot read the plots in %s", folder);
	while (r == 0 && (entry = readdir(d)))
		if (is_script(entry->d_name))
			r = add_script(absolute, entry->d_name, &list, e);
	if (r < 0) {
		free(list.v);
		return r;
	}
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), compare_order);
	*out = list.v;
	*n = list.n;
	return 0;
}

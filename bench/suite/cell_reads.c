/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_reads: numbers that the suite names: of files that it wants read, and of programs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cgbench/array.h"
#include "model/value.h"
#include "suite/cell.h"

/* A word that stands for one of several things. */
struct word {
	const char *name;
	int means;
};

static const struct word takes[] = {
	{"after", TAKE_AFTER}, {"before", TAKE_BEFORE}, {"end", TAKE_END}, {"delta", TAKE_DELTA},
	{"peak", TAKE_PEAK},   {"sample", TAKE_SAMPLE}, {NULL, 0},
};

static const struct word shapes[] = {
	{"number", PICK_NUMBER},
	{"list", PICK_LIST},
	{"lines", PICK_LINES},
	{NULL, 0},
};

static int find_word(const struct cell *c, const char *key, const struct word *words,
		     const struct text *t, int *means, struct err *e)
{
	char hint[NEAREST_HINT_MAX], all[128] = "";
	struct nearest near = {.word = NULL};
	const char *text;
	int r;

	if (!t->str)
		return 0;
	r = cell_text(c, t, &text, e);
	if (r < 0)
		return r;
	near.word = text;
	for (size_t i = 0, used = 0; words[i].name; i++) {
		if (strcmp(words[i].name, text) == 0) {
			*means = words[i].means;
			return 0;
		}
		nearest_offer(&near, words[i].name);
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", used ? ", " : "",
					 words[i].name);
	}
	return cell_fault(c, t, e, "%s: '%s'%s; expected one of %s", key, text,
			  nearest_hint(&near, hint), all);
}

bool cell_is_file(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				      "0123456789.-";

	return strchr(name, '.') && *name != '.' && !name[strspn(name, letters)] &&
	       strcmp(name, "cgroup.kill") != 0;
}

static int file(const struct cell *c, const struct read_spec *from, struct read_plan *to,
		struct err *e)
{
	int r = cell_text(c, &from->file, &to->file, e);

	if (r < 0 || cell_is_file(to->file))
		return r;
	return cell_fault(c, &from->file, e,
			  "'%s' is no interface file of a group; expected one such as memory.stat",
			  to->file);
}

/* "slab", or "8:0 rbytes": the line's first word and what stands before "=". */
static int key(const struct cell *c, const struct read_spec *from, struct read_plan *to,
	       struct err *e)
{
	const char *text, *space;
	char *line;
	int r;

	if (!from->key.str)
		return 0;
	if (to->pick.what != PICK_NUMBER)
		return cell_fault(c, &from->key, e,
				  "a key is where a number stands; 'as' counts the whole file");
	r = cell_text(c, &from->key, &text, e);
	if (r < 0)
		return r;
	space = strchr(text, ' ');
	if (!*text || space == text || (space && (!space[1] || strpbrk(space + 1, " ="))))
		return cell_fault(
			c, &from->key, e,
			"'%s' is no key; expected one word as in \"slab 4096\", or two as "
			"in \"8:0 rbytes\" for \"8:0 rbytes=4096\" (\"* rbytes\" for all "
			"lines)",
			text);
	to->pick.key = space ? space + 1 : text;
	if (!space)
		return 0;
	line = arena_text(c->arena, text, (size_t)(space - text));
	to->pick.line = line;
	return line ? 0 : err_set(e, -ENOMEM, "out of memory for what is read");
}

static int unit(const struct cell *c, const struct text *t, const char **out, struct err *e)
{
	int r;

	*out = "count";
	if (!t->str)
		return 0;
	r = cell_text(c, t, out, e);
	if (r == 0 && (strlen(*out) >= VALUE_UNIT_MAX || strpbrk(*out, " ,\t\n") || !**out))
		return cell_fault(c, t, e,
				  "'%s' is no unit; expected a word of at most %d letters, such as "
				  "bytes, usec or count",
				  *out, VALUE_UNIT_MAX - 1);
	return r;
}

static int metric_name(const struct cell *c, const char *family, const struct text *t,
		       const char **out, struct err *e)
{
	char name[VALUE_METRIC_MAX];

	snprintf(name, sizeof(name), "%s.%s", family, t->str);
	*out = arena_text(c->arena, name, strlen(name));
	return *out ? 0 : err_set(e, -ENOMEM, "out of memory for what is read");
}

static int read_one(const struct cell *c, const struct read_spec *from, struct read_plan *to,
		    struct err *e)
{
	int take = TAKE_AFTER, shape = PICK_NUMBER;
	unsigned group = 0;
	int r = from->group.str ? cell_group(c, &from->group, &group, e) : 0;

	to->group = from->group.str ? (int)group : -1;
	if (r == 0)
		r = find_word(c, "take", takes, &from->take, &take, e);
	if (r == 0)
		r = find_word(c, "as", shapes, &from->as, &shape, e);
	to->take = take;
	to->pick.what = shape;
	if (r == 0)
		r = file(c, from, to, e);
	if (r == 0)
		r = key(c, from, to, e);
	if (r == 0)
		r = unit(c, &from->unit, &to->unit, e);
	return r < 0 ? r : metric_name(c, "read", &from->name, &to->metric, e);
}

int cell_own(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct pairs *own = &c->part->own;
	int r = 0;

	out->own = arena_array(c->arena, own->n, sizeof(*out->own));
	if (!out->own)
		return err_set(e, -ENOMEM, "out of memory for what is reported");
	for (; r == 0 && out->n_own < own->n; out->n_own++) {
		struct own_plan *to = &out->own[out->n_own];
		r = unit(c, &own->v[out->n_own].value, &to->unit, e);
		if (r == 0)
			r = metric_name(c, "own", &own->v[out->n_own].key, &to->metric, e);
	}
	return r;
}

int cell_reads(const struct cell *c, struct trial_plan *out, struct err *e)
{
	const struct part *p = c->part;
	int r = 0;

	out->reads = arena_array(c->arena, p->n_reads, sizeof(*out->reads));
	if (!out->reads)
		return err_set(e, -ENOMEM, "out of memory for what is read");
	for (; r == 0 && out->n_reads < p->n_reads; out->n_reads++)
		r = read_one(c, &p->reads[out->n_reads], &out->reads[out->n_reads], e);
	return r;
}

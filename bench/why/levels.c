/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "why/levels.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyed.h"
#include "cgbench/array.h"
#include "cgbench/clock.h"
#include "cgroup/cgfile.h"

static const char *const files[] = {
	"cgroup.controllers",
	"cgroup.events",
	"cgroup.freeze",
	"cgroup.max.depth",
	"cgroup.max.descendants",
	"cgroup.stat",
	"cgroup.subtree_control",
	"cgroup.type",
	"cpu.max",
	"cpu.stat",
	"cpu.stat.local",
	"cpuset.cpus.effective",
	"memory.current",
	"memory.events",
	"memory.events.local",
	"memory.high",
	"memory.max",
	"memory.peak",
	"memory.stat",
	"memory.swap.current",
	"memory.swap.events",
	"memory.swap.max",
	"memory.swap.peak",
	"pids.current",
	"pids.events",
	"pids.events.local",
	"pids.max",
	"pids.peak",
};
_Static_assert(array_len(files) <= LEVELS_FILES_MAX, "each level has a place for every file");

static int add_level(struct levels *l, const char *path, size_t length, struct err *e)
{
	struct level *v = array_push(l->v, l->n);

	if (!v)
		return err_no_memory(e);
	snprintf(v->path, sizeof(v->path), "%.*s", (int)length, path);
	return 0;
}

/* Once all are there, so that their names do not move. */
static void name_levels(struct levels *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->v[i].name = l->v[i].path[0] ? l->v[i].path : "/";
}

int levels_open(const struct root *r, const struct hierarchy *h, const char *below,
		struct levels *out, struct err *e)
{
	struct levels l = {0};
	char path[PATH_MAX];
	size_t length = strlen(below);
	int ret = hierarchy_path(h, below, "cgroup.controllers", path, e);

	if (ret == 0 && !root_exists(r, path))
		ret = err_set(e, -ENOENT, "there is no group %s below %s", below[0] ? below : "/",
			      h->mount);
	while (ret == 0 && length > 0) {
		ret = add_level(&l, below, length, e);
		while (length > 0 && below[--length] != '/')
			;
	}
	if (ret == 0)
		ret = add_level(&l, "", 0, e);
	if (ret < 0) {
		levels_free(&l);
		return ret;
	}
	name_levels(&l);
	/* The hierarchy's own root is no group, and has no type. */
	l.cut = hierarchy_path(h, "", "cgroup.type", path, NULL) == 0 && root_exists(r, path);
	*out = l;
	return 0;
}

void levels_free(struct levels *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t m = 0; m < LEVELS_MOMENTS; m++)
			for (size_t f = 0; f < array_len(files); f++)
				free(l->v[i].texts[m][f]);
	free(l->v);
	*l = (struct levels){0};
}

static int read_level(struct level *v, const struct root *r, const struct hierarchy *h,
		      enum levels_moment when, struct err *e)
{
	char path[PATH_MAX];
	int ret = 0;

	for (size_t f = 0; ret == 0 && f < array_len(files); f++) {
		ret = hierarchy_path(h, v->path, files[f], path, e);
		if (ret == 0)
			ret = root_read(r, path, &v->texts[when][f], e);
		if (ret < 0)
			v->texts[when][f] = NULL;
		if (cgfile_is_absent(ret))
			ret = 0;
	}
	return ret;
}

int levels_read(struct levels *l, const struct root *r, const struct hierarchy *h,
		enum levels_moment when, struct err *e)
{
	int ret = 0;

	l->nsec[when] = now_nsec();
	for (size_t i = 0; ret == 0 && i < l->n; i++)
		ret = read_level(&l->v[i], r, h, when, e);
	return ret;
}

static const char *text_at(const struct level *at, enum levels_moment when, const char *file)
{
	for (size_t f = 0; f < array_len(files); f++)
		if (strcmp(files[f], file) == 0)
			return at->texts[when][f];
	return NULL;
}

const char *levels_text(const struct levels *l, const struct level *at, const char *file)
{
	return text_at(at, l->nsec[LEVELS_LAST] ? LEVELS_LAST : LEVELS_FIRST, file);
}

static bool number_in(const char *text, const char *key, uint64_t *value)
{
	return text && (key ? keyed_u64(text, key, value) : single_u64(text, value));
}

bool levels_number(const struct levels *l, const struct level *at, const char *file,
		   const char *key, uint64_t *value)
{
	return number_in(levels_text(l, at, file), key, value);
}

uint64_t levels_growth(const struct levels *l, const struct level *at, const char *file,
		       const char *key)
{
	uint64_t before, after;

	if (!l->nsec[LEVELS_LAST] || !number_in(text_at(at, LEVELS_FIRST, file), key, &before) ||
	    !number_in(text_at(at, LEVELS_LAST, file), key, &after) || after < before)
		return 0;
	return after - before;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/hierarchy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgbench/array.h"
#include "cgbench/scope.h"

/* One line of mountinfo, cut up (proc_pid_mountinfo(5)). */
struct mount {
	char *root, *point, *flags, *type, *options;
};

/* Whether a comma-separated list holds a word, whole. */
static bool has_option(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; *at; at += strcspn(at, ",")) {
		at += *at == ',';
		if (strncmp(at, word, len) == 0 && (at[len] == ',' || !at[len]))
			return true;
	}
	return false;
}

/* Blanks in paths are written as \040 and the like; undone in place. */
static void unescape(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		unsigned code;
		if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1) {
			*to = (char)code;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 ROOT POINT FLAGS [TAG...] - TYPE SOURCE OPTIONS"; cuts the line in place. */
static bool mount_parse(char *line, struct mount *m)
{
	char *fields[6], *rest = strstr(line, " - "), *save = NULL, *source;

	if (!rest)
		return false;
	*rest = '\0';
	for (size_t i = 0; i < array_len(fields); i++)
		if (!(fields[i] = strsep(&line, " ")))
			return false;
	m->type = strtok_r(rest + 3, " ", &save);
	source = strtok_r(NULL, " ", &save);
	m->options = strtok_r(NULL, " ", &save);
	if (!source || !m->options)
		return false;
	m->root = fields[3];
	m->point = fields[4];
	m->flags = fields[5];
	unescape(m->root);
	unescape(m->point);
	return true;
}

bool hierarchy_place(const struct hierarchy *h, const char *group, char below[static PATH_MAX])
{
	size_t skip = strcmp(h->top, "/") == 0 ? 0 : strlen(h->top);

	if (!group[0] || strncmp(group, h->top, skip) != 0 || (group[skip] && group[skip] != '/') ||
	    strncmp(group, "/..", 3) == 0)
		return false;
	snprintf(below, PATH_MAX, "%s", group + skip + strspn(group + skip, "/"));
	return true;
}

/* The first cgroup2 mount counts, as it does for libcgroup. */
static void note_v2(struct hierarchy *h, const struct mount *m, const char *group)
{
	if (h->mount[0])
		return;
	snprintf(h->mount, sizeof(h->mount), "%s", m->point);
	snprintf(h->options, sizeof(h->options), "%s", m->options);
	h->read_only = has_option(m->flags, "ro") || has_option(m->options, "ro");
	snprintf(h->top, sizeof(h->top), "%s", m->root);
	h->own_known = hierarchy_place(h, group, h->own);
}

static void note_v1(struct hierarchy *h, const struct mount *m)
{
	for (size_t i = 0; i < h->n_v1; i++)
		if (!h->v1[i].path[0] && has_option(m->options, h->v1[i].name))
			snprintf(h->v1[i].path, sizeof(h->v1[i].path), "%s", m->point);
}

/* "#subsys_name hierarchy num_cgroups enabled". Kernels without v1 support list nothing here. */
static int read_v1_controllers(const struct root *r, struct hierarchy *h, struct err *e)
{
	scope_free char *text = NULL;
	char *save = NULL;

	if (root_read(r, "/proc/cgroups", &text, NULL) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct v1_controller *c, row = {.name = ""};
		unsigned enabled;
		if (sscanf(line, "%15s %u %*u %u", row.name, &row.hierarchy, &enabled) != 3)
			continue;
		c = array_push(h->v1, h->n_v1);
		if (!c)
			return err_set(e, -ENOMEM, "/proc/cgroups: out of memory");
		row.enabled = enabled != 0;
		*c = row;
	}
	return 0;
}

/* From a file such as /proc/self/cgroup; the line "0::PATH" is the v2 one. "" without it. */
static int read_group(const struct root *r, const char *file, char group[static PATH_MAX],
		      struct err *e)
{
	scope_free char *text = NULL;
	char *save = NULL;
	int ret = root_read(r, file, &text, e);

	group[0] = '\0';
	if (ret < 0)
		return ret;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "0::/", 4) == 0)
			snprintf(group, PATH_MAX, "%s", line + 3);
	return 0;
}

int hierarchy_of_process(const struct root *r, const struct hierarchy *h, pid_t pid,
			 char below[static PATH_MAX], struct err *e)
{
	char file[64], group[PATH_MAX];
	int ret;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)pid);
	ret = read_group(r, file, group, e);
	if (ret == -ENOENT)
		return err_set(e, -ESRCH, "there is no process %d", (int)pid);
	if (ret == 0 && !hierarchy_place(h, group, below))
		ret = err_set(e, -ENOENT, "process %d is in %s, which is not below %s", (int)pid,
			      group[0] ? group : "no group of cgroup v2",
			      h->mount[0] ? h->mount : "a cgroup2 mount (there is none)");
	return ret;
}

/* Through /proc and not geteuid, so that a captured tree answers for its own process. */
static unsigned read_uid(const struct root *r)
{
	scope_free char *text = NULL;
	unsigned uid = UINT_MAX;
	const char *line;

	if (root_read(r, "/proc/self/status", &text, NULL) < 0)
		return uid;
	line = strstr(text, "\nUid:");
	if (line)
		sscanf(line, "\nUid: %*u %u", &uid);
	return uid;
}

static int read_mounts(const struct root *r, struct hierarchy *h, struct err *e)
{
	scope_free char *text = NULL;
	char group[PATH_MAX], *save = NULL;
	int ret = root_read(r, "/proc/self/mountinfo", &text, e);

	if (ret < 0)
		return ret;
	read_group(r, "/proc/self/cgroup", group, NULL);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct mount m;
		if (!mount_parse(line, &m))
			continue;
		if (strcmp(m.type, "cgroup2") == 0)
			note_v2(h, &m, group);
		else if (strcmp(m.type, "cgroup") == 0)
			note_v1(h, &m);
	}
	return 0;
}

int hierarchy_read(const struct root *r, struct hierarchy *out, struct err *e)
{
	struct hierarchy h = {.uid = read_uid(r)};
	int ret = read_v1_controllers(r, &h, e);

	if (ret == 0)
		ret = read_mounts(r, &h, e);
	if (ret < 0) {
		hierarchy_free(&h);
		return ret;
	}
	*out = h;
	return 0;
}

void hierarchy_free(struct hierarchy *h)
{
	if (!h)
		return;
	free(h->v1);
	*h = (struct hierarchy){.mount = ""};
}

const struct v1_controller *hierarchy_v1(const struct hierarchy *h, const char *controller)
{
	const char *name = strcmp(controller, "io") == 0 ? "blkio" : controller;

	for (size_t i = 0; i < h->n_v1; i++)
		if (strcmp(h->v1[i].name, name) == 0)
			return &h->v1[i];
	return NULL;
}

bool hierarchy_uses_v1(const struct hierarchy *h)
{
	for (size_t i = 0; i < h->n_v1; i++)
		if (h->v1[i].hierarchy != 0)
			return true;
	return false;
}

int hierarchy_path(const struct hierarchy *h, const char *below, const char *file,
		   char path[static PATH_MAX], struct err *e)
{
	char full[2 * PATH_MAX];
	int n = snprintf(full, sizeof(full), "%s%s%s%s%s", h->mount, below[0] ? "/" : "", below,
			 file[0] ? "/" : "", file);

	if (n < 0 || n >= PATH_MAX)
		return err_set(e, -ENAMETOOLONG, "%.64s...: the path is too long", full);
	memcpy(path, full, (size_t)n + 1);
	return 0;
}

/* Whether the group at `below` lists the controller in its cgroup.controllers. */
static bool group_has(const struct root *r, const struct hierarchy *h, const char *below,
		      const char *controller)
{
	scope_free char *list = NULL;
	char path[PATH_MAX], *save = NULL;

	if (hierarchy_path(h, below, "cgroup.controllers", path, NULL) < 0 ||
	    root_read(r, path, &list, NULL) < 0)
		return false;
	for (char *word = strtok_r(list, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		if (strcmp(word, controller) == 0)
			return true;
	return false;
}

enum controller_state hierarchy_controller(const struct root *r, const struct hierarchy *h,
					   const char *below, const char *controller)
{
	const struct v1_controller *v1 = hierarchy_v1(h, controller);

	if (h->mount[0] && group_has(r, h, below, controller))
		return CONTROLLER_USABLE;
	if (v1 && v1->hierarchy != 0)
		return CONTROLLER_ON_V1;
	if (v1 && !v1->enabled)
		return CONTROLLER_DISABLED;
	if (!h->mount[0])
		return CONTROLLER_NO_V2;
	if (below[0] && group_has(r, h, "", controller))
		return CONTROLLER_NOT_DELEGATED;
	return CONTROLLER_ABSENT;
}

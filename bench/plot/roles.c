/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/roles.h"

#include <stdio.h>
#include <string.h>

/* Whether a comma-separated list names the axis. */
static bool names(const char *list, const char *axis)
{
	size_t length = strlen(axis);

	for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == length && strncmp(p, axis, length) == 0)
			return true;
	return false;
}

static bool varies(size_t axis, const struct run_trial *const *used)
{
	for (size_t i = 1; used[0] && used[i]; i++)
		if (strcmp(used[0]->axes[axis], used[i]->axes[axis]) != 0)
			return true;
	return false;
}

static bool present(size_t axis, const struct run_trial *const *used)
{
	for (size_t i = 0; used[i]; i++)
		if (used[i]->axes[axis][0])
			return true;
	return false;
}

static bool filled(const struct roles *r, enum role role)
{
	return role_name(r, role)[0] != '\0';
}

/* The role for an axis that varies and that nobody asked for. */
static enum role spare(const struct roles *r, const char *const asked[ROLES])
{
	for (enum role role = 0; role < ROLES; role++)
		if (asked[role] && !filled(r, role))
			return role;
	return ROLE_PANELS;
}

static unsigned count_values(size_t axis, const struct run_trial *const *used)
{
	unsigned n = 0;

	for (size_t i = 0; used[i]; i++) {
		bool first = true;
		for (size_t k = 0; first && k < i; k++)
			first = strcmp(used[k]->axes[axis], used[i]->axes[axis]) != 0;
		n += first;
	}
	return n;
}

void roles_assign(const struct trials *t, const char *const asked[ROLES],
		  const struct run_trial *const *used, struct roles *out)
{
	size_t n = t->n_axes < ROLE_AXES_MAX ? t->n_axes : ROLE_AXES_MAX;

	out->trials = t;
	for (size_t a = 0; a < ROLE_AXES_MAX; a++)
		out->of[a] = ROLES;
	for (size_t a = 0; a < n; a++)
		for (enum role role = 0; role < ROLES; role++)
			if (names(asked[role], t->axes[a]) && present(a, used))
				out->of[a] = role;
	for (size_t a = 0; a < n; a++)
		if (out->of[a] == ROLES && varies(a, used))
			out->of[a] = spare(out, asked);
	out->panel_values = 0;
	for (size_t a = 0; a < n; a++)
		if (out->of[a] == ROLE_PANELS)
			out->panel_values = count_values(a, used);
}

const char *role_text(const struct roles *r, enum role role, const struct run_trial *trial,
		      char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t a = 0; a < r->trials->n_axes && a < ROLE_AXES_MAX && used < size; a++) {
		bool named = role != ROLE_X;
		if (r->of[a] != role || !trial->axes[a][0])
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s%s%s", used ? ", " : "",
					 named ? r->trials->axes[a] : "", named ? " " : "",
					 trial->axes[a]);
	}
	return buf;
}

const char *role_name(const struct roles *r, enum role role)
{
	for (size_t a = 0; a < r->trials->n_axes && a < ROLE_AXES_MAX; a++)
		if (r->of[a] == role)
			return r->trials->axes[a];
	return "";
}

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

/* "" where the trial's part has no such axis. */
static const char *axis_text(const struct dataset *d, size_t axis, const struct run_trial *t)
{
	const char *text = cell_axis(d, t->cell, (uint32_t)axis);

	return text ? text : "";
}

static bool varies(const struct dataset *d, size_t axis, const struct run_trial *const *used)
{
	for (size_t i = 1; used[0] && used[i]; i++)
		if (strcmp(axis_text(d, axis, used[0]), axis_text(d, axis, used[i])) != 0)
			return true;
	return false;
}

static bool present(const struct dataset *d, size_t axis, const struct run_trial *const *used)
{
	for (size_t i = 0; used[i]; i++)
		if (axis_text(d, axis, used[i])[0])
			return true;
	return false;
}

static size_t role_axes(const struct dataset *d)
{
	return d->n_axes < ROLE_AXES_MAX ? d->n_axes : ROLE_AXES_MAX;
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

static unsigned count_values(const struct dataset *d, size_t axis,
			     const struct run_trial *const *used)
{
	unsigned n = 0;

	for (size_t i = 0; used[i]; i++) {
		bool first = true;
		for (size_t k = 0; first && k < i; k++)
			first = strcmp(axis_text(d, axis, used[k]), axis_text(d, axis, used[i])) !=
				0;
		n += first;
	}
	return n;
}

void roles_assign(const struct dataset *d, const char *const asked[ROLES],
		  const struct run_trial *const *used, struct roles *out)
{
	size_t n = role_axes(d);

	out->d = d;
	for (size_t a = 0; a < ROLE_AXES_MAX; a++)
		out->of[a] = ROLES;
	/* The part is an axis for who asks for it. */
	for (size_t a = AXIS_PART; a < n; a++)
		for (enum role role = 0; role < ROLES; role++)
			if (names(asked[role], dataset_text(d, d->axes[a])) && present(d, a, used))
				out->of[a] = role;
	for (size_t a = AXIS_FIRST; a < n; a++)
		if (out->of[a] == ROLES && varies(d, a, used))
			out->of[a] = spare(out, asked);
	out->panel_values = 0;
	for (size_t a = AXIS_PART; a < n; a++)
		if (out->of[a] == ROLE_PANELS)
			out->panel_values = count_values(d, a, used);
}

const char *role_text(const struct roles *r, enum role role, const struct run_trial *trial,
		      char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t a = AXIS_PART; a < role_axes(r->d) && used < size; a++) {
		const char *text = axis_text(r->d, a, trial);
		bool named = role != ROLE_X;
		if (r->of[a] != role || !text[0])
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s%s%s", used ? ", " : "",
					 named ? dataset_text(r->d, r->d->axes[a]) : "",
					 named ? " " : "", text);
	}
	return buf;
}

const char *role_name(const struct roles *r, enum role role)
{
	for (size_t a = AXIS_PART; a < role_axes(r->d); a++)
		if (r->of[a] == role)
			return dataset_text(r->d, r->d->axes[a]);
	return "";
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roles: which axes of a suite become what in a plot: the x axis, the panels, the series in a
 * panel. A plot asks for axes by name; where a suite calls its axes something else, the axes that
 * vary fill the roles that are left, so that unlike cells are never drawn as one.
 */
#ifndef CGBENCH_ROLES_H
#define CGBENCH_ROLES_H

#include <stdbool.h>

#include "runs/load.h"

enum role { ROLE_X, ROLE_PANELS, ROLE_SERIES, ROLES };

enum { ROLE_AXES_MAX = DATASET_AXES_MAX };

struct roles {
	const struct dataset *d;
	enum role of[ROLE_AXES_MAX]; /* of each axis of the dataset; ROLES: none */
	/* Values of the last axis of the panels: in rows of so many, like stands below like. */
	unsigned panel_values;
};

/*
 * Gives each axis its role. asked[role]: names, "quota" or "quota,period"; NULL: the role is not
 * wanted. used: the trials that will be drawn, NULL-terminated; an axis with the same value in all
 * of them has no role unless it was asked for.
 */
void roles_assign(const struct dataset *d, const char *const asked[ROLES],
		  const struct run_trial *const *used, struct roles *out);

/* A trial's text for a role: "20%" for x, "quota 20%, period 100ms" else; "" without an axis. */
const char *role_text(const struct roles *r, enum role role, const struct run_trial *trial,
		      char *buf, size_t size);

/* The name of the first axis that has the role, or "". */
const char *role_name(const struct roles *r, enum role role);

#endif

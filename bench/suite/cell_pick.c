/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell_pick: the groups of a trial that a name in the suite, or a pattern, stands for. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/nearest.h"
#include "suite/cell.h"

static int no_group(const struct cell *c, const struct text *t, const char *name, struct err *e)
{
	struct nearest near = {.word = name};
	char hint[NEAREST_HINT_MAX];

	if (strpbrk(name, "*?["))
		return cell_fault(c, t, e, "no group matches '%s'", name);
	for (size_t i = 0; i < c->trial->n_groups; i++)
		nearest_offer(&near, c->trial->groups[i].name);
	return cell_fault(c, t, e, "there is no group '%s'%s", name, nearest_hint(&near, hint));
}

int cell_matching(const struct cell *c, const struct text *t, unsigned **groups, size_t *n,
		  struct err *e)
{
	unsigned *found = arena_array(c->arena, c->trial->n_groups, sizeof(*found));
	const char *name = NULL;
	size_t count = 0;
	int r;

	if (!found)
		return err_set(e, -ENOMEM, "out of memory for groups");
	r = cell_text(c, t, &name, e);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < c->trial->n_groups; i++)
		if (fnmatch(name, c->trial->groups[i].name, 0) == 0)
			found[count++] = i;
	if (count == 0)
		return no_group(c, t, name, e);
	*groups = found;
	*n = count;
	return 0;
}

int cell_group(const struct cell *c, const struct text *t, unsigned *group, struct err *e)
{
	unsigned *found = NULL;
	size_t n = 0;
	int r = cell_matching(c, t, &found, &n, e);

	if (r < 0 || !found)
		return r;
	if (n > 1)
		return cell_fault(c, t, e, "'%s' is %zu groups; expected one", t->str, n);
	*group = found[0];
	return 0;
}

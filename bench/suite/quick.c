/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/quick.h"

#include <errno.h>
#include <string.h>

#include "suite/cell.h"

static bool is_no(const struct text *quick)
{
	return quick->str && strcmp(quick->str, "no") == 0;
}

/* What only a kernel can answer is no reason to leave a cell out. */
static int meets(const struct suite *s, struct arena *arena, struct matrix_cell *cell,
		 struct err *e)
{
	const struct cell c = {
		.suite = s,
		.part = cell->part,
		.choice = cell->choice,
		.arena = arena,
		.used = arena_array(arena, cell->part->n_axes, sizeof(*c.used)),
	};
	const struct condition *condition;
	int r;

	if (!c.used)
		return err_set(e, -ENOMEM, "%s: out of memory for the matrix", s->path);
	r = cell_when(&c, &cell->part->quick, &condition, e);
	if (r == 0)
		cell->quick = condition_truth(condition, &(struct probes){0}) != TRUTH_NO;
	return r;
}

/* The cells of a part lie together; returns how many there are from here. */
static size_t part_cells(const struct matrix *m, size_t from)
{
	size_t n = 0;

	while (from + n < m->n && m->cells[from + n].part == m->cells[from].part)
		n++;
	return n;
}

static int mark_part(const struct suite *s, struct arena *arena, struct matrix_cell *cells,
		     size_t n, struct err *e)
{
	const struct text *quick = &cells[0].part->quick;
	bool some = false;

	if (is_no(quick))
		return 0;
	if (!quick->str) {
		cells[0].quick = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		int r = meets(s, arena, &cells[i], e);
		if (r < 0)
			return r;
		some = some || cells[i].quick;
	}
	return some ? 0
		    : suite_fault(s, quick, e,
				  "quick: no cell is left; expected 'no', or values that go "
				  "together in a cell");
}

int quick_mark(const struct suite *s, struct arena *arena, struct matrix *m, struct err *e)
{
	int r = 0;

	for (size_t i = 0, n; r == 0 && i < m->n; i += n) {
		n = part_cells(m, i);
		r = mark_part(s, arena, &m->cells[i], n, e);
	}
	return r;
}

int quick_select(const struct suite *s, struct matrix *m, struct err *e)
{
	size_t selected = 0;

	for (size_t i = 0; i < m->n; i++) {
		m->cells[i].selected = m->cells[i].selected && m->cells[i].quick;
		selected += m->cells[i].selected;
	}
	if (selected)
		return 0;
	return err_set(e, -EINVAL, "%s: nothing of it is quick, or passes the filters as well",
		       s->name.str);
}

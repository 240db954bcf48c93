/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory.max with swap left open: who is warned of, and who has said that it is meant. */
#include "suite/caution.h"
#include "cgbench/array.h"
#include "tests/test.h"

/* A group and its child, with what each says of memory.max and of memory.swap.max; NULL: nothing.
 */
static const struct row {
	const char *parent_max, *parent_swap, *child_max, *child_swap;
	int open;
} rows[] = {
	{NULL, NULL, NULL, NULL, -1},
	{"1048576", NULL, NULL, NULL, 0},
	{"1048576", "0", NULL, NULL, -1},
	{"1048576", "max", NULL, NULL, -1}, /* said, so it is meant */
	{"max", NULL, NULL, NULL, -1},
	{NULL, NULL, "1048576", NULL, 1},
	{NULL, NULL, "1048576", "4096", -1},
	{NULL, "0", "1048576", NULL, -1}, /* the parent's holds for the child */
	{"1048576", NULL, NULL, "0", 0},  /* the child's does not for the parent */
};

static void add(struct group_plan *g, struct limit_plan *limits, const char *knob, const char *text)
{
	struct limit_plan *l = &limits[g->n_limits];

	if (!text)
		return;
	*l = (struct limit_plan){.knob = knob_find(knob)};
	assert_non_null(l->knob);
	assert_int_equal(knob_parse_kernel(l->knob, text, &l->value, NULL), 0);
	g->limits = limits;
	g->n_limits++;
}

static void test_open_swap(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		struct limit_plan parent[2], child[2];
		struct group_plan groups[] = {{.parent = -1}, {.parent = 0}};
		struct trial_plan t = {.groups = groups, .n_groups = 2};
		int open;
		add(&groups[0], parent, "memory.max", rows[i].parent_max);
		add(&groups[0], parent, "memory.swap.max", rows[i].parent_swap);
		add(&groups[1], child, "memory.max", rows[i].child_max);
		add(&groups[1], child, "memory.swap.max", rows[i].child_swap);
		open = caution_open_swap(&t);
		if (open != rows[i].open)
			fail_msg("row %zu: group %d, expected %d", i, open, rows[i].open);
	}
}

static void test_swap_devices(void **state)
{
	(void)state;
	assert_false(caution_has_swap(""));
	assert_false(caution_has_swap("Filename\tType\tSize\tUsed\tPriority\n"));
	assert_true(caution_has_swap("Filename\tType\tSize\tUsed\tPriority\n"
				     "/dev/zram0 partition\t262140\t0\t-2\n"));
}

const struct CMUnitTest tests_unit_caution[] = {
	cmocka_unit_test(test_open_swap),
	cmocka_unit_test(test_swap_devices),
	{0},
};

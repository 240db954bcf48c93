/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The suite of attempts leaves none out, and each has a name of its own. */
#include <stdbool.h>
#include <string.h>

#include "suite/expand.h"
#include "tests/test.h"

/* The value of the axis in a trial; NULL: it has none. */
static const char *axis(const struct plan *p, const struct trial_plan *t, const char *name)
{
	for (size_t a = 0; a < p->n_axes; a++)
		if (strcmp(p->axis_names[a], name) == 0)
			return t->axis_values[a];
	return NULL;
}

static unsigned times_tried(const struct plan *p, const char *attempt)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->n_trials; i++) {
		const char *value = axis(p, &p->trials[i], "attempt");
		n += value && strcmp(value, attempt) == 0;
	}
	return n;
}

static void test_every_attempt_is_tried_by_everybody(void **state)
{
	const struct param *attempts = workload_find("escape")->params;
	struct suite *suite = NULL;
	struct plan *p = NULL;
	struct err e = {""};
	size_t n = 0;

	(void)state;
	if (suite_load("identity", &suite, &e) < 0 ||
	    plan_expand(suite, &(struct plan_options){0}, &p, &e) < 0)
		fail_msg("%s", e.text);
	if (!p)
		return; /* not reached: fail_msg goes on elsewhere */
	for (; attempts->choices[n]; n++) {
		for (size_t other = 0; other < n; other++)
			assert_string_not_equal(attempts->choices[n], attempts->choices[other]);
		if (times_tried(p, attempts->choices[n]) != 12)
			fail_msg("%s: tried by %u of 12", attempts->choices[n],
				 times_tried(p, attempts->choices[n]));
	}
	assert_true(n >= 25);
	plan_free(p);
	suite_free(suite);
}

/* Its verdict would be about nothing: it is always run where there is a limit to get out of. */
static void test_it_runs_within_limits_only(void **state)
{
	(void)state;
	assert_true(workload_find("escape")->needs & WORKLOAD_FENCED);
}

const struct CMUnitTest tests_unit_escape[] = {
	cmocka_unit_test(test_every_attempt_is_tried_by_everybody),
	cmocka_unit_test(test_it_runs_within_limits_only),
	{0},
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a suite file: YAML, its shape, its matrix, and the plan in words. */
#include "suite/suite.h"

#include <stdlib.h>

#include "suite/describe.h"
#include "suite/expand.h"
#include "tests/fuzz/fuzz.h"

/* A matrix of 100,000 cells is allowed, and would be all that a minute of fuzzing sees. */
enum { CELLS_MAX = 64 };

static size_t cells(const struct suite *s)
{
	size_t total = 0;

	for (size_t p = 0; p < s->n_parts; p++) {
		size_t product = 1;
		for (size_t a = 0; a < s->parts[p].n_axes && product <= CELLS_MAX; a++)
			product *= s->parts[p].axes[a].values.n;
		total += product;
	}
	return total;
}

static void describe(const struct plan *plan)
{
	json_t *json = describe_json(plan);

	for (size_t i = 0; i < plan->n_trials; i++) {
		free(describe_groups(&plan->trials[i]));
		free(describe_actions(&plan->trials[i]));
	}
	json_decref(json);
}

void fuzz_suite(const uint8_t *bytes, size_t n)
{
	const struct plan_options options = {.repeats = 1, .seed = 7};
	struct suite *suite = NULL;
	struct plan *plan = NULL;
	struct err e = {""};

	if (suite_parse("fuzz.yaml", (const char *)bytes, n, &suite, &e) < 0)
		return;
	if (cells(suite) <= CELLS_MAX && plan_expand(suite, &options, &plan, &e) == 0)
		describe(plan);
	plan_free(plan);
	suite_free(suite);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "suite/shard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgbench/scope.h"
#include "cgbench/units.h"

int shard_parse(const char *text, struct shard *out, struct err *e)
{
	const char *slash = strchr(text, '/');
	uint64_t index = 0, count = 0;
	char first[SHARD_TEXT_MAX] = "";

	if (slash && (size_t)(slash - text) < sizeof(first)) {
		memcpy(first, text, (size_t)(slash - text));
		if (unit_parse(UNIT_COUNT, first, &index, NULL) < 0 ||
		    unit_parse(UNIT_COUNT, slash + 1, &count, NULL) < 0)
			index = 0;
	}
	if (index == 0 || index > count || count > SHARDS_MAX)
		return err_set(e, -EINVAL,
			       "'%s' is no shard; expected I/N, such as 2/4: I from 1 to N, N at "
			       "most %d",
			       text, SHARDS_MAX);
	*out = (struct shard){.index = (unsigned)index, .count = (unsigned)count};
	return 0;
}

const char *shard_text(const struct shard *s, char buf[static SHARD_TEXT_MAX])
{
	*buf = '\0';
	if (s->count)
		snprintf(buf, SHARD_TEXT_MAX, "%u/%u", s->index, s->count);
	return buf;
}

static int by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

static unsigned *sorted_numbers(const struct plan *plan)
{
	unsigned *numbers = calloc(plan->n_trials + 1, sizeof(*numbers));

	for (size_t i = 0; numbers && i < plan->n_trials; i++)
		numbers[i] = plan->trials[i].trial;
	if (numbers)
		qsort(numbers, plan->n_trials, sizeof(*numbers), by_number);
	return numbers;
}

/* Repeats of a cell may be in different shards: its trials are counted once wherever they are. */
static unsigned count_cells(const struct plan *plan, unsigned *room)
{
	unsigned n = 0;

	for (size_t i = 0; i < plan->n_trials; i++)
		room[i] = plan->trials[i].cell;
	qsort(room, plan->n_trials, sizeof(*room), by_number);
	for (size_t i = 0; i < plan->n_trials; i++)
		n += i == 0 || room[i] != room[i - 1];
	return n;
}

int shard_apply(const struct shard *s, struct plan *plan, struct err *e)
{
	scope_free unsigned *numbers = NULL;
	size_t all = plan->n_trials, kept = 0;

	if (s->count == 0)
		return 0;
	numbers = sorted_numbers(plan);
	if (!numbers)
		return err_set(e, -ENOMEM, "out of memory for a shard");
	for (size_t i = 0; i < all; i++) {
		const unsigned *at =
			bsearch(&plan->trials[i].trial, numbers, all, sizeof(*numbers), by_number);
		if ((size_t)(at - numbers) % s->count == s->index - 1)
			plan->trials[kept++] = plan->trials[i];
	}
	plan->n_trials = kept;
	plan->n_cells = count_cells(plan, numbers);
	return 0;
}

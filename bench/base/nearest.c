/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64 };

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/*
 * Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, which
 * are what fingers do. Three rows of the usual table are enough.
 */
static size_t edit_distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= n_b; j++)
		last[j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *reused = before;
		row[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = min3(last[j] + 1, row[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = last;
		last = row;
		row = reused;
	}
	return last[n_b];
}

size_t pattern_distance(const char *pattern, const char *name)
{
	size_t row[WORD_MAX + 1], n = strlen(name);

	if (n > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (; *pattern; pattern++) {
		size_t corner = row[0];
		row[0] += *pattern != '*';
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];
			bool same = *pattern == '?' || *pattern == name[j - 1];
			row[j] = *pattern == '*' ? min3(above, row[j - 1], corner)
						 : min3(above + 1, row[j - 1] + 1, corner + !same);
			corner = above;
		}
	}
	return row[n];
}

/* A third of the letters may be wrong; more is a guess, and not a helpful one. */
static size_t distance_max(size_t n_known)
{
	return n_known > 5 ? n_known / 3 : n_known > 1;
}

void nearest_offer(struct nearest *n, const char *known)
{
	size_t n_word = strlen(n->word), n_known = strlen(known), distance;

	if (n_word > WORD_MAX || n_known > WORD_MAX)
		return;
	distance = edit_distance(n->word, n_word, known, n_known);
	if (distance > distance_max(n_known) || (n->best && distance >= n->distance))
		return;
	n->best = known;
	n->distance = distance;
}

const char *nearest_hint(const struct nearest *n, char buf[static NEAREST_HINT_MAX])
{
	if (n->best)
		snprintf(buf, NEAREST_HINT_MAX, " (did you mean '%s'?)", n->best);
	else
		buf[0] = '\0';
	return buf;
}

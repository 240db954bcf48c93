/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nearest: "did you mean": the known word that an unknown one was most likely meant to be. */
#ifndef CGBENCH_NEAREST_H
#define CGBENCH_NEAREST_H

#include <stddef.h>

enum { NEAREST_HINT_MAX = 96 };

/* Begin with {.word = the unknown one}, offer every known word, then ask for the hint. */
struct nearest {
	const char *word;
	const char *best; /* borrowed from the caller; NULL: none is near */
	size_t distance;
};

void nearest_offer(struct nearest *n, const char *known);

/*
 * How many letters part a name from a pattern, in which '*' stands for any text and '?' for any
 * letter; SIZE_MAX when either is too long to tell.
 */
size_t pattern_distance(const char *pattern, const char *name);

/* " (did you mean 'best'?)", or "" when nothing offered is near enough. */
const char *nearest_hint(const struct nearest *n, char buf[static NEAREST_HINT_MAX]);

#endif

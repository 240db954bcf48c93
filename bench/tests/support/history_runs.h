/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * history_runs: histories for tests, and runs to put into them. SYNTHETIC: nothing was measured.
 * What cannot be done fails the test.
 */
#ifndef CGBENCH_HISTORY_RUNS_H
#define CGBENCH_HISTORY_RUNS_H

#include "history/history.h"

enum {
	HISTORY_CELLS = 3,
	HISTORY_REPEATS = 3,
	HISTORY_VALUES = HISTORY_CELLS * HISTORY_REPEATS,
	HISTORY_APPLICATION = 0x63676268, /* of the database */
};

extern const char *const history_cells[HISTORY_CELLS];

/* A history in a folder of its own. */
struct history_place {
	char *folder;
	char path[512];
};

struct history_place history_place_make(void);
void history_place_remove(struct history_place *p);

/* Opens it, made if need be. */
struct history *history_make(const struct history_place *p);

/* A run whose cells have values around 100, as expected; those of cell 0 lie `shift` higher. */
struct history_made {
	char name[32], digest[32], date[32];
	struct history_value values[HISTORY_VALUES];
	struct history_run run;
};

/* Run `number` of a suite: "run-0012", of the twelfth day after 2026-01-01. */
void history_make_run(struct history_made *m, unsigned number, double shift);

enum history_outcome history_must_add(struct history *h, const struct history_run *run);
struct trend *history_read_all(struct history *h);

/* Noise without a library, from -0.5 to 0.5: the same for the same number. */
double history_noise(unsigned number);

/* That each of so many runs has all its values, once. */
void history_check_whole(const struct trend *t, size_t runs);

/* That the file is sound, and no run in it is without a part of its values. */
void history_check_sound(const struct history_place *p);

#endif

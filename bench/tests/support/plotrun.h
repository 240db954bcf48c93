/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plotrun: run directories for tests of plots and reports. SYNTHETIC: made from the formulas that a
 * real run is compared with, and a fixed sequence of pseudo-random numbers; nothing was measured.
 */
#ifndef CGBENCH_PLOTRUN_H
#define CGBENCH_PLOTRUN_H

#include <stddef.h>

enum plotrun_kind { PLOTRUN_CPU, PLOTRUN_MEMORY, PLOTRUN_BOMB, PLOTRUN_VICTIMS };

/* The matrix; lists end with NULL. cpu: quotas, periods, threads; memory and bomb have their own.
 */
struct plotrun {
	enum plotrun_kind kind;
	const char *const *quotas, *const *periods, *const *threads;
	unsigned repeats;
	double error_scale;    /* of the usage errors; 1: as a kernel would have them */
	const char *long_name; /* a value of an axis `variant` that all cells have; NULL: no such
				  axis */
	unsigned filler_rows;  /* more rows of results.csv, of other metrics, for large runs */
};

/* As `cpu-quota`: 4 quotas, 2 periods, 3 counts of threads, 5 repeats. */
extern const struct plotrun plotrun_cpu;
/* One cell, one repeat. */
extern const struct plotrun plotrun_one;
/* 24 quotas and long names. */
extern const struct plotrun plotrun_wide;
extern const struct plotrun plotrun_memory;
extern const struct plotrun plotrun_bomb;
/* Two levels by two antagonists by three victims, of which one did not report. */
extern const struct plotrun plotrun_victims;

/* Makes the folder and all files in it; fails the test when it cannot. */
void plotrun_write(const struct plotrun *p, const char *dir);

/* A new empty folder for a test, whose path the test frees; removed with plotrun_remove. */
char *plotrun_folder(void);
void plotrun_remove(char *dir);

#endif
